// SPDX-License-Identifier: Apache-2.0
#include "ui/help.h"

#include <QFile>
#include <QHash>

namespace dormouse {

namespace {

using Sections = QHash<QString, QString>;

Sections read(const QString &path)
{
    Sections sections;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return sections;
    QString name;
    QStringList lines;
    const auto keep = [&] {
        if (!name.isEmpty())
            sections.insert(name, lines.join(u'\n').trimmed());
        lines.clear();
    };
    while (!file.atEnd()) {
        const QString line = QString::fromUtf8(file.readLine()).trimmed();
        if (line.startsWith(QStringLiteral("## "))) {
            keep();
            name = line.mid(3);
        } else {
            lines.append(line);
        }
    }
    keep();
    return sections;
}

/// Resources do not change while the program runs.
const Sections &sections(const QString &file, const QString &language)
{
    static QHash<QString, Sections> read_;
    const QString path = QStringLiteral(":/help/") + language + u'/' + file + QStringLiteral(".md");
    const auto it = read_.constFind(path);
    return it != read_.cend() ? *it : *read_.insert(path, read(path));
}

QString section(const QString &file, const QString &name, const QString &language)
{
    const QString text = sections(file, language).value(name);
    return text.isEmpty() && language != u"en" ? sections(file, QStringLiteral("en")).value(name) : text;
}

} // namespace

QString Help::view(const QString &name, const QString &language)
{
    return section(QStringLiteral("views"), name, language);
}

QString Help::code(const QString &code, const QString &language)
{
    const QString text = section(QStringLiteral("codes"), code, language);
    const qsizetype dot = code.indexOf(u'.');
    return !text.isEmpty() || dot < 0 ? text : section(QStringLiteral("codes"), code.mid(dot + 1), language);
}

QString Help::setting(const QString &name, const QString &language)
{
    return section(QStringLiteral("settings"), name, language).simplified();
}

QStringList Help::codes(const QString &language)
{
    return sections(QStringLiteral("codes"), language).keys();
}

QStringList Help::views(const QString &language)
{
    return sections(QStringLiteral("views"), language).keys();
}

} // namespace dormouse
