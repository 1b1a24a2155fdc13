// SPDX-License-Identifier: Apache-2.0
#include "ui/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPalette>
#include <QRegularExpression>
#include <QStyleFactory>
#include <QSvgRenderer>

#include <algorithm>

void dormouseInitResources();

namespace dormouse {

namespace {

const char *const kNames[size_t(Color::Count)] = {
    "window", "surface", "raised", "sunken", "border", "borderStrong", "text", "muted", "faint", "accent", "accentText",
    "selection", "hover", "good", "asleep", "waking", "waiting", "bad", "ended", "info", "grid"};

} // namespace

ThemeManager::ThemeManager(QApplication &application, QObject *parent) : QObject(parent), m_application(application)
{
    dormouseInitResources();
    m_systemDark = application.palette().color(QPalette::Window).lightness() < 128;
    if (QStyle *fusion = QStyleFactory::create(QStringLiteral("Fusion")))
        QApplication::setStyle(fusion);
    const QStringList families = QFontDatabase::families();
    QFont font = application.font();
    const QStringList preferred = {QStringLiteral("Inter"), QStringLiteral("Noto Sans")};
    for (const QString &family : preferred) {
        if (families.contains(family)) {
            font.setFamily(family);
            break;
        }
    }
    QApplication::setFont(font);
    // Pixels keep the 8-unit grid; a system that asks for larger text still gets it.
    m_normalPixels = std::max(13, int(application.font().pointSizeF() * 13 / 10));
    applyFont();
}

void ThemeManager::applyFont()
{
    QFont font = QApplication::font();
    font.setPixelSize(px(m_normalPixels));
    QApplication::setFont(font);
    m_monoFont = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (QFontDatabase::families().contains(QStringLiteral("DejaVu Sans Mono")))
        m_monoFont.setFamily(QStringLiteral("DejaVu Sans Mono"));
    m_monoFont.setPixelSize(std::max(11, font.pixelSize() - 1));
}

void ThemeManager::setTextSize(int percent)
{
    const int wanted = std::clamp(percent, kMinTextSize, kMaxTextSize);
    if (wanted == m_textSize)
        return;
    m_textSize = wanted;
    m_pixmaps.clear();
    applyFont();
    applySheet();
    Q_EMIT textSizeChanged();
}

void ThemeManager::setSystemDark(bool dark)
{
    if (m_systemDark == dark)
        return;
    m_systemDark = dark;
    if (m_followsSystem)
        setTheme({});
}

void ThemeManager::readSystem()
{
    if (!m_followsSystem)
        return;
    QApplication::setPalette(QPalette()); // ours hides the system's
    m_systemDark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    setTheme({});
}

bool ThemeManager::load(const QString &name)
{
    QFile file(u":/themes/" % name % u".json");
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QJsonObject theme = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonObject colors = theme.value(QLatin1String("colors")).toObject();
    for (size_t i = 0; i < m_colors.size(); ++i)
        m_colors[i] = QColor(colors.value(QLatin1String(kNames[i])).toString());
    m_dark = theme.value(QLatin1String("dark")).toBool();
    m_name = name;
    return true;
}

void ThemeManager::setTheme(const QString &name)
{
    m_followsSystem = !load(name);
    if (m_followsSystem)
        load(m_systemDark ? QStringLiteral("dark") : QStringLiteral("light"));
    m_pixmaps.clear();

    QPalette palette;
    palette.setColor(QPalette::Window, color(Color::Window));
    palette.setColor(QPalette::WindowText, color(Color::Text));
    palette.setColor(QPalette::Base, color(Color::Surface));
    palette.setColor(QPalette::AlternateBase, color(Color::Raised));
    palette.setColor(QPalette::Text, color(Color::Text));
    palette.setColor(QPalette::Mid, color(Color::BorderStrong)); // frames in texts
    palette.setColor(QPalette::Button, color(Color::Raised));
    palette.setColor(QPalette::ButtonText, color(Color::Text));
    palette.setColor(QPalette::Highlight, color(Color::Selection));
    palette.setColor(QPalette::HighlightedText, color(Color::Text));
    palette.setColor(QPalette::ToolTipBase, color(Color::Raised));
    palette.setColor(QPalette::ToolTipText, color(Color::Text));
    palette.setColor(QPalette::PlaceholderText, color(Color::Faint));
    palette.setColor(QPalette::Link, color(Color::Accent));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, color(Color::Faint));
    QApplication::setPalette(palette);

    applySheet();
    Q_EMIT changed();
}

void ThemeManager::applySheet()
{
    QFile file(QStringLiteral(":/themes/style.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return;
    QString sheet = QString::fromUtf8(file.readAll());
    std::array<size_t, size_t(Color::Count)> order;
    for (size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    // Longer names first: "borderStrong" starts with "border".
    std::sort(order.begin(), order.end(), [](size_t a, size_t b) { return qstrlen(kNames[a]) > qstrlen(kNames[b]); });
    for (const size_t i : order)
        sheet.replace(u'@' + QString::fromLatin1(kNames[i]), m_colors[i].name());
    for (const char *picture : {"arrow", "check"}) // a style sheet cannot tint
        sheet.replace(u'@' + QString::fromLatin1(picture),
                      u":/themes/" % QString::fromLatin1(picture) % u'-' % m_name % u".svg");
    // Text and what is drawn beside it in its size; space and lines stay as they are.
    static const QRegularExpression sizes(QStringLiteral("(font-size|width|height|min-height|min-width): (\\d\\d+)px"));
    QString scaled;
    qsizetype from = 0;
    for (auto it = sizes.globalMatch(sheet); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        scaled += QStringView(sheet).mid(from, match.capturedStart(2) - from) % QString::number(px(match.capturedView(2).toInt()));
        from = match.capturedEnd(2);
    }
    m_application.setStyleSheet(scaled + QStringView(sheet).mid(from));
}

QPixmap ThemeManager::pixmap(const QString &icon, const QColor &tint, int size, qreal ratio) const
{
    const QString key = QString(icon % u'/' % tint.name() % u'/' % QString::number(size) % u'/' % QString::number(ratio));
    const auto known = m_pixmaps.constFind(key);
    if (known != m_pixmaps.cend())
        return *known;
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QSvgRenderer renderer(QString(u":/icons/" % icon % u".svg"));
    renderer.render(&painter);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), tint);
    painter.end();
    pixmap.setDevicePixelRatio(ratio);
    m_pixmaps.insert(key, pixmap);
    return pixmap;
}

QIcon ThemeManager::icon(const QString &name) const
{
    QIcon icon;
    for (const qreal ratio : {1.0, 2.0}) {
        icon.addPixmap(pixmap(name, color(Color::Text), px(16), ratio));
        icon.addPixmap(pixmap(name, color(Color::Faint), px(16), ratio), QIcon::Disabled);
    }
    return icon;
}

QFont ThemeManager::smallFont() const
{
    QFont font = QApplication::font();
    font.setPixelSize(std::max(11, font.pixelSize() - 2));
    return font;
}

} // namespace dormouse
