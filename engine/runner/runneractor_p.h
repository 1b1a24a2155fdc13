// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/runner.h"

#include <deque>
#include <set>
#include <unordered_map>

namespace dormouse {

class ActorSocket;
class ActorResponder;

/// One life of one actor inside a Runner: its queue, sockets, saved indices and timers.
class RunnerActor final : public ActorContext, public std::enable_shared_from_this<RunnerActor>
{
public:
    RunnerActor(Runner &runner, std::unique_ptr<ActorHandler> handler, const wire::ActorCheckpoint &checkpoint,
                const wire::CommandStartActor &start);
    ~RunnerActor() override;

    void begin();
    /// Stop command. report false: local end, nothing is sent (another generation, runner lost).
    void requestStop(bool report);
    /// Ends at once: no stop callback, nothing is sent.
    void drop();
    bool ended() const { return m_state == State::Ended; }
    void tunnel(const wire::ToClientTunnelMessage &message);

    // ActorContext
    const QString &actorId() const override { return m_checkpoint.actorId; }
    quint32 generation() const override { return m_checkpoint.generation; }
    const wire::ActorConfig &config() const override { return m_start.config; }
    void sleep() override;
    void stop() override;
    void destroy() override;
    void setAlarm(std::optional<qint64> alarmTs) override;
    std::optional<qint64> alarmTs() const override { return m_alarmTs; }
    void kvGet(const std::vector<QByteArray> &keys, std::function<void(RunnerKvResult)> done) override;
    void kvList(const wire::KvListRequest &query, std::function<void(RunnerKvResult)> done) override;
    void kvPut(const std::vector<RunnerKvEntry> &entries, std::function<void(Status)> done) override;
    void kvDelete(const std::vector<QByteArray> &keys, std::function<void(Status)> done) override;
    std::vector<RunnerSocket *> sockets() const override;
    Clock &clock() const override;
    Random &random() const override;
    TimerId after(qint64 delayMs, std::function<void()> callback) override;
    void cancel(TimerId id) override;

private:
    friend class ActorSocket;
    friend class ActorResponder;

    enum class State { Loading, Starting, Running, Stopping, Saving, Ended };
    struct SavedSocket
    {
        quint16 index = 0;
        QByteArray path;
        QByteArray attachment;
    };
    struct IncomingRequest
    {
        ActorHttpRequest request;
        bool complete = false;
        std::shared_ptr<ActorResponder> responder;
        std::shared_ptr<HttpBodyReader> reader; ///< shared with a call in progress; null: the body is collected
    };

    void loaded(RunnerKvResult entries);
    void started(const std::optional<QString> &error);
    void restoreSockets();
    void flushQueue();
    void handle(const wire::ToClientTunnelMessage &message);
    void runStop();
    void stopped();
    void finish();

    void openRequest(const wire::MessageId &id, const wire::ToClientRequestStart &start);
    void runRequest(quint64 id);
    void requestChunk(quint64 id, const wire::ToClientRequestChunk &chunk);
    void requestAborted(quint64 id);
    void openSocket(const wire::MessageId &id, const wire::ToClientWebSocketOpen &open);
    void socketMessage(const wire::MessageId &id, const wire::ToClientWebSocketMessage &message);
    void socketClosed(quint64 id, quint16 code, const QString &reason);
    void forgetSocket(ActorSocket &socket);
    void sendClose(GatewayId gateway, RequestId request, quint16 index, std::optional<quint16> code,
                   const std::optional<QString> &reason);

    void armAlarm();
    void socketDirty(ActorSocket &socket, qint64 bytes);
    void save(std::function<void()> done);
    void saved(const std::vector<std::pair<quint64, quint16>> &indices, bool ok);
    void putRaw(const std::vector<RunnerKvEntry> &entries, std::function<void(Status)> done);
    void deleteRaw(const std::vector<QByteArray> &keys);
    void listRaw(const wire::KvListRequest &query, std::function<void(RunnerKvResult)> done);

    Runner &m_runner;
    std::unique_ptr<ActorHandler> m_handler;
    const wire::ActorCheckpoint m_checkpoint;
    const wire::CommandStartActor m_start;
    State m_state = State::Loading;
    bool m_stopRequested = false;
    bool m_reportStop = true;
    bool m_destroyed = false;
    bool m_intentSent = false;
    std::optional<QString> m_failure;
    std::optional<qint64> m_alarmTs;
    TimerId m_alarmTimer = 0;
    std::map<quint64, SavedSocket> m_saved;
    std::deque<wire::ToClientTunnelMessage> m_queue;
    std::map<quint64, std::shared_ptr<ActorSocket>> m_sockets; ///< shared with calls in progress
    std::map<quint64, IncomingRequest> m_httpRequests;
    std::set<TimerId> m_timers;
    TimerId m_saveTimer = 0;
    bool m_saveRunning = false;
    qint64 m_unsavedBytes = 0;
    int m_unsavedCount = 0;
};

inline quint64 requestKey(GatewayId gateway, RequestId request)
{
    return quint64(gateway.value) << 32 | request.value;
}

class ActorSocket final : public RunnerSocket
{
public:
    ActorSocket(RunnerActor &actor, GatewayId gateway, RequestId request) : m_actor(&actor), m_gateway(gateway), m_request(request) {}
    GatewayId gatewayId() const override { return m_gateway; }
    RequestId requestId() const override { return m_request; }
    QByteArray path() const override { return m_path; }
    const wire::HeaderMap &headers() const override { return m_headers; }
    bool hibernatable() const override { return m_hibernatable; }
    bool isOpen() const override { return m_open; }
    bool send(const QByteArray &data, bool binary) override;
    void close(std::optional<quint16> code, const QString &reason) override;
    QByteArray attachment() const override { return m_attachment; }
    void setAttachment(const QByteArray &data) override;

    quint64 id() const { return requestKey(m_gateway, m_request); }
    QByteArray storageKey() const { return storageKeyOf(id()); }
    QByteArray storageValue() const;
    static QByteArray storageKeyOf(quint64 id);

private:
    friend class RunnerActor;

    RunnerActor *m_actor;
    GatewayId m_gateway;
    RequestId m_request;
    QByteArray m_path;
    wire::HeaderMap m_headers;
    QByteArray m_attachment;
    bool m_hibernatable = false;
    bool m_open = false;
    bool m_dirty = false;   ///< something is not saved
    bool m_ackOwed = false; ///< the engine sent something again that was saved already
    quint16 m_lastIndex = 0;
    quint16 m_ackedIndex = 0;
    quint16 m_nextOut = 0;
};

class ActorResponder final : public HttpResponder
{
public:
    ActorResponder(RunnerActor &actor, GatewayId gateway, RequestId request) : m_actor(&actor), m_gateway(gateway), m_request(request) {}
    bool alive() const override { return m_actor != nullptr; }
    void respond(int status, const wire::HeaderMap &headers, const QByteArray &body) override;
    void begin(int status, const wire::HeaderMap &headers) override;
    void write(const QByteArray &data) override;
    void finish() override;
    void abort() override;
    void detach() { m_actor = nullptr; }

private:
    void send(wire::ToServerTunnelMessageKind kind);
    void complete();

    RunnerActor *m_actor; ///< null once nothing can be sent any more
    GatewayId m_gateway;
    RequestId m_request;
    quint16 m_nextOut = 0;
    bool m_begun = false;
};

} // namespace dormouse
