// SPDX-License-Identifier: Apache-2.0
#include "ui/settingpresets.h"

#include <QCoreApplication>
#include <QPointer>

#include <utility>

namespace dormouse {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("dormouse::SettingPresets", text);
}

} // namespace

QList<SettingPreset> settingPresets(const Session &session)
{
    const auto of = [](const char *name, const char *value) { return std::pair(QString::fromLatin1(name), QString::fromLatin1(value)); };
    QList<SettingPreset> presets{
        {words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Short waits")),
         words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Timeouts of seconds: what is stuck fails while you watch.")),
         {of("pegboard.gateway_websocket_open_timeout_ms", "2000"), of("pegboard.gateway_response_start_timeout_ms", "4000"),
          of("guard.actor_ready_timeout_ms", "4000"), of("guard.actor_force_wake_pending_timeout_ms", "8000"),
          of("pegboard.hws_message_ack_timeout_ms", "10000"), of("pegboard.base_retry_timeout", "200"),
          of("pegboard.actor_start_threshold", "5000"), of("pegboard.actor_stop_threshold", "5000")}},
        {words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Small buffers")),
         words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "A hibernating socket holds 64 KiB: limits are reached with little traffic.")),
         {of("pegboard.hws_max_pending_size", "65536"), of("guard.websocket_send_queue_max_bytes", "65536"), of("pegboard.max_hws_per_actor", "10")}},
        {words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Measure clients")),
         words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Clients are pinged every three seconds, so that their round trip is known.")),
         {of("guard.client_ping_interval_ms", "3000")}}};
    SettingPreset back{words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Everything to its default")),
                       words(QT_TRANSLATE_NOOP("dormouse::SettingPresets", "Takes back what differs from the defaults.")), {}};
    for (const monitor::SettingInfo &setting : session.settings())
        if (setting.value != setting.defaultValue && setting.section != u"auth")
            back.values.append({QString(setting.section % u'.' % setting.key), setting.defaultValue});
    presets.append(back);
    return presets;
}

PresetRun::PresetRun(Session &session, const SettingPreset &preset) : QObject(&session), m_session(session), m_left(preset.values) {}

void PresetRun::next()
{
    if (m_left.isEmpty() && !m_second) {
        m_second = true;
        m_left = std::exchange(m_again, {});
    }
    if (m_left.isEmpty()) {
        Q_EMIT finished(m_changed, m_refused);
        deleteLater();
        return;
    }
    const auto [name, value] = m_left.takeFirst();
    m_session.command(QStringLiteral("set_setting"),
                      {{QStringLiteral("section"), name.section(u'.', 0, 0)}, {QStringLiteral("key"), name.section(u'.', 1)},
                       {QStringLiteral("value"), value}},
                      [self = QPointer<PresetRun>(this), name = name, value = value](const Result<QJsonObject> &result) {
                          if (!self)
                              return;
                          if (result.ok())
                              ++self->m_changed;
                          else if (!self->m_second)
                              self->m_again.append({name, value});
                          else
                              ++self->m_refused;
                          // Answers may come before command() has returned.
                          QMetaObject::invokeMethod(self, &PresetRun::next, Qt::QueuedConnection);
                      });
}

} // namespace dormouse
