// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"

#include <QObject>

namespace dormouse {

/// Settings that are changed together for a purpose (console.md row 51). Names as "section.key", values as typed.
struct SettingPreset
{
    QString title;
    QString help; ///< what it is good for, for people
    QList<QPair<QString, QString>> values;
};

/// The presets for tests; last the way back, made from what differs from its default now.
QList<SettingPreset> settingPresets(const Session &session);

/// Gives the values to the engine one after the other, until the engine restarts. A value that is refused, because it
/// contradicts one that follows, is tried once more at the end. Deletes itself after finished().
class PresetRun final : public QObject
{
    Q_OBJECT
public:
    PresetRun(Session &session, const SettingPreset &preset);
    void start() { next(); }

Q_SIGNALS:
    void finished(int changed, int refused);

private:
    void next();
    Session &m_session;
    QList<QPair<QString, QString>> m_left, m_again;
    bool m_second = false;
    int m_changed = 0;
    int m_refused = 0;
};

} // namespace dormouse
