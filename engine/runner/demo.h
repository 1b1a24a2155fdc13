// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QUrl>

#include <memory>

namespace dormouse {

/// The demonstration workload: one runner "demo" with a few actors that hibernate when nobody talks to them, and a
/// dozen clients that come, talk, fall silent, leave and come back, so that sleeping actors, waking messages and
/// pending acknowledgements are always to be seen. It speaks to the engine over its public sockets only.
/// Same seed, same plan; the network decides the exact interleaving.
/// Thread: the one it was made in, which needs an event loop.
class Demo final : public QObject
{
public:
    explicit Demo(quint64 seed = 1, QObject *parent = nullptr);
    ~Demo() override;

    /// engine: http://HOST:PORT. Retries until the engine answers.
    void start(const QUrl &engine, const QByteArray &token = {});
    void stop();
    bool isRunning() const;

    int actorCount() const;             ///< actors of the runner that are awake
    int connectedClients() const;
    qint64 messagesSent() const;        ///< by clients, since the start
    qint64 messagesReceived() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
