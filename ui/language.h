// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QStringList>
#include <QTranslator>

namespace dormouse {

/// The language of the console. A switch takes effect at once: Qt tells every widget by a LanguageChange event, and the
/// window builds its content again (MainWindow). Thread: the UI thread.
class LanguageManager final : public QObject
{
    Q_OBJECT
public:
    explicit LanguageManager(QObject *parent = nullptr);
    ~LanguageManager() override;

    /// Codes of the languages that are complete: "en" first.
    static QStringList codes();
    /// How a language calls itself, for example "Deutsch".
    static QString nativeName(const QString &code);
    /// A code of codes(); anything else follows the system, English when the system's language is not there. The texts
    /// of Qt's own dialogs come along when the system has them.
    void setLanguage(const QString &code);
    QString language() const { return m_language; }

Q_SIGNALS:
    void changed();

private:
    QTranslator m_own, m_qt;
    QString m_language = QStringLiteral("en");
};

} // namespace dormouse
