// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"

#include <QObject>

#include <functional>
#include <memory>

namespace dormouse {

class Core;
class Publisher;

struct EngineOptions
{
    QString host = QStringLiteral("127.0.0.1");
    quint16 port = 6420; ///< 0 = any free port
    QString dataDir;     ///< made when missing; empty = in memory, nothing is kept. config.databaseUrl outranks it
    EngineConfig config;
};

/// Runs one engine in its own worker thread: store, core, HTTP server, monitoring server at /dormouse/monitor.
/// Thread: made and used from the main thread.
class EngineHost : public QObject
{
    Q_OBJECT
public:
    explicit EngineHost(QObject *parent = nullptr);
    ~EngineHost() override;

    /// Blocks until the engine serves or has failed. Errors: net.listen_failed (taken port), store.*, config.*.
    Status start(const EngineOptions &options);
    /// Closes every socket as going away, commits everything, ends the thread. Idempotent.
    void stop();
    bool isRunning() const;
    QString url() const; ///< http://HOST:PORT
    /// Runs on the engine thread, in order. Ignored when not running.
    void post(std::function<void(Core &, Publisher &)> work);

Q_SIGNALS:
    /// Storage gave up, or an exception ended the engine's thread: then it runs no more and stop() cleans up.
    void failed(const QString &message);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace dormouse
