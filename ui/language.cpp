// SPDX-License-Identifier: Apache-2.0
#include "ui/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

#include <utility>

namespace dormouse {

LanguageManager::LanguageManager(QObject *parent) : QObject(parent) {}

LanguageManager::~LanguageManager()
{
    QCoreApplication::removeTranslator(&m_own);
    QCoreApplication::removeTranslator(&m_qt);
}

QStringList LanguageManager::codes()
{
    return {QStringLiteral("en"), QStringLiteral("de"), QStringLiteral("ja")};
}

QString LanguageManager::nativeName(const QString &code)
{
    // Never translated: who does not read the present language has to find the own one.
    if (code == u"de")
        return QStringLiteral("Deutsch");
    if (code == u"ja")
        return QStringLiteral("日本語");
    return QStringLiteral("English");
}

void LanguageManager::setLanguage(const QString &code)
{
    QString wanted = codes().contains(code) ? code : QString();
    const QStringList system = QLocale::system().uiLanguages();
    for (const QString &one : system)
        if (wanted.isEmpty() && codes().contains(one.section(u'-', 0, 0)))
            wanted = one.section(u'-', 0, 0);
    if (wanted.isEmpty())
        wanted = QStringLiteral("en");
    if (wanted == m_language && !m_own.isEmpty())
        return;
    const bool other = std::exchange(m_language, wanted) != wanted; // English needs its plural forms, too
    QCoreApplication::removeTranslator(&m_own);
    QCoreApplication::removeTranslator(&m_qt);
    if (wanted != u"en" && m_qt.load(QString(u"qtbase_" % wanted), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&m_qt);
    if (m_own.load(QString(u":/i18n/dormouse_" % wanted % u".qm"))) // for English its plural forms
        QCoreApplication::installTranslator(&m_own);
    if (other)
        Q_EMIT changed();
}

} // namespace dormouse
