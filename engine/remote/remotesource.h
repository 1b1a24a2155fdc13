// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/mailbox.h"
#include "engine/monitor/source.h"

#include <QHash>
#include <QThread>
#include <QUrl>

namespace dormouse::remote {

class RemoteLink;

/// An engine on another machine as a source (design.md section 4). While the link is lost the last values stay, the
/// state is Stale and it reconnects with backoff (0.5 to 15 s); the first frame after that is a snapshot.
/// Commands are off until setReadOnly(false): looking is safe by default.
class RemoteSource final : public monitor::Source
{
    Q_OBJECT
public:
    /// url: ws, wss, http, https, or HOST:PORT. The token travels in the handshake, never in the URL.
    explicit RemoteSource(const QString &url, const QString &token = {}, QObject *parent = nullptr);
    ~RemoteSource() override;

    /// Errors: monitor.bad_url with the reason.
    static Result<QUrl> monitorUrl(const QString &text);

    QString name() const override;
    monitor::Capabilities capabilities() const override;
    monitor::LinkState linkState() const override { return m_state; }
    QString linkDetail() const override { return m_detail; }
    void start() override;
    void setInterest(const monitor::Interest &interest) override;
    void command(const QString &name, const QJsonObject &arguments,
                 std::function<void(const Result<QJsonObject> &)> done, int timeoutMs = 5000) override;

    void setReadOnly(bool readOnly) override;
    bool isReadOnly() const override { return m_readOnly; }

private:
    void finish(qint64 id, const Result<QJsonObject> &result);
    void setState(monitor::LinkState state, const QString &detail);
    void onDown(const QString &detail);
    void onFrame(const monitor::Frame &frame);

    QString m_text;
    QByteArray m_token;
    monitor::Interest m_interest;
    monitor::LinkState m_state = monitor::LinkState::Connecting;
    QString m_detail;
    bool m_readOnly = true;
    bool m_wasLive = false;
    std::shared_ptr<monitor::Mailbox> m_mailbox;
    QThread m_thread;
    RemoteLink *m_link = nullptr; ///< lives in m_thread, deleted when it ends
    qint64 m_nextCommand = 1;
    QHash<qint64, std::function<void(const Result<QJsonObject> &)>> m_commands;
};

} // namespace dormouse::remote
