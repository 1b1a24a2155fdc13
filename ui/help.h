// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

namespace dormouse {

/// Help texts from resources/help/LANGUAGE: "views" has one section per view, "codes" one per reason or error code
/// (console.md row 94). What a language lacks comes in English. Thread: the UI thread.
class Help
{
public:
    /// Markdown; empty when there is none.
    static QString view(const QString &name, const QString &language);
    /// A sentence or two; asks for the full code first, then for its last part.
    static QString code(const QString &code, const QString &language);
    /// What a setting does, and what happens when it is too low or too high; name is section.key.
    static QString setting(const QString &name, const QString &language);
    static QStringList codes(const QString &language);
    static QStringList views(const QString &language);
};

} // namespace dormouse
