// SPDX-License-Identifier: Apache-2.0
#include "engine/host/enginehost.h"

#include "engine/core/core.h"
#include "engine/embedded/monitorserver.h"
#include "engine/embedded/publisher.h"
#include "engine/host/guardedstore.h"
#include "engine/host/metricsserver.h"
#include "engine/host/networkfetch.h"
#include "engine/host/networkstream.h"
#include "engine/net/epolldispatcher.h"
#include "engine/net/httpserver.h"
#include "engine/net/timerdriver.h"
#include "engine/net/tlstransport.h"
#include "engine/store/memorystore.h"
#include "engine/store/postgresstore.h"
#include "engine/store/sqlitestore.h"

#include <QDir>
#include <QLoggingCategory>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <exception>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dormouse {

namespace {
Q_LOGGING_CATEGORY(logEngine, "dormouse.engine")

constexpr int kKeptBytes = 32 * 1024 * 1024;    // of freed memory, until it goes back to the system
constexpr int kMappedFromBytes = 4 * 1024 * 1024; // single blocks that go back at once
constexpr int kPublishIntervalMs = 100;
constexpr int kDrainPollMs = 10;
constexpr qint64 kTurnLogPauseMs = 1'000;
constexpr qint64 kDrainLimitMs = 2'000; ///< close handshakes take at most 1 s each, all at the same time

QString bracketed(const QString &host)
{
    return host.contains(u':') ? QString(u'[' % host % u']') : host;
}

/// Kept messages are freed many at a time, at each acknowledgement. By default the allocator gives such memory back at
/// once and has it cleared by the kernel again for the next ones, which costs more than the messages themselves. For the
/// whole process; harmless to repeat.
void keepFreedMemory()
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, kKeptBytes);
    mallopt(M_MMAP_THRESHOLD, kMappedFromBytes);
#endif
}

/// Everything that lives in the engine thread, in the order in which it is made.
class Engine
{
public:
    Engine(const EngineOptions &options, QObject *context, TurnWatch &turns, TurnClock &clock, std::function<void(const QString &)> storageFailed)
        : m_config(options.config), m_clock(clock), m_turns(turns), m_random(Random::fromSystem()), m_timers(m_clock.monoMs()),
          m_driver(m_systemClock, m_timers, &turns), m_store(makeStore(options, context, turns), m_clock, m_metrics, [storageFailed = std::move(storageFailed)](const Error &error) { storageFailed(error.message); }),
          m_publisher(m_clock),
          m_core(CoreContext{m_config, m_clock, m_timers, m_random, m_store, m_publisher, m_metrics}),
          m_monitor(m_core, m_publisher)
    {
        m_turns.attach(&m_metrics, [this](const TurnReport &turn) { turnWasLong(turn); });
    }
    ~Engine()
    {
        m_turns.attach(nullptr, {});
        m_turns.setAtEnd({});
    }
    Q_DISABLE_COPY_MOVE(Engine)

    Status start(const EngineOptions &options)
    {
        m_monitor.install();
        m_core.setHttpFetch(m_fetch.function());
        m_core.setOpenStream(m_streams.function());
        if (Status status = m_core.start(); !status)
            return status;
        HttpServerOptions serverOptions;
        serverOptions.headTimeoutMs = m_config.clientHeaderTimeoutMs;
        serverOptions.closeLingerMs = m_config.closeLingerMs;
        serverOptions.bodyIdleTimeoutMs = m_config.clientBodyTimeoutMs;
        serverOptions.keepAliveTimeoutMs = m_config.keepAliveTimeoutMs;
        serverOptions.maxConnections = m_config.maxConnections;
        serverOptions.metrics = &m_metrics;
        serverOptions.turns = &m_turns;
        serverOptions.tooLargeReason = [](const HttpHead &, const HeaderList &extra) {
            return QByteArray("guard.websocket_message_too_large#" + headerValue(extra, "x-rivet-ray-id"));
        };
        if (m_config.tlsCertificateFile.isEmpty() != m_config.tlsKeyFile.isEmpty())
            return Error::make("config", "invalid",
                               QStringLiteral("guard.tls_certificate_file and guard.tls_key_file belong together"));
        if (!m_config.tlsCertificateFile.isEmpty()) {
            const Result<QSslConfiguration> tls = TlsTransport::load(m_config.tlsCertificateFile, m_config.tlsKeyFile);
            if (!tls)
                return tls.error();
            serverOptions.tls = *tls;
        }
        m_server = std::make_unique<HttpServer>(m_core, m_clock, m_timers, serverOptions);
        if (Status status = m_server->listen(options.host, options.port); !status)
            return status;
        const QString host = options.host == u"*" || options.host == u"0.0.0.0" || options.host == u"::"
            ? QStringLiteral("127.0.0.1")
            : options.host;
        m_url = QStringLiteral("http://%1:%2").arg(bracketed(host)).arg(m_server->serverPort());
        m_core.setPublicUrl(m_config.publicUrl.isEmpty() ? m_url : m_config.publicUrl);
        startMetrics();
        m_publisher.setChangeSetting([this](const QString &section, const QString &key, const QString &value) {
            return changeSetting(m_config, section, key, value);
        });
        QString storage = options.dataDir.isEmpty() ? QStringLiteral("memory") : options.dataDir;
        if (!m_config.databaseUrl.isEmpty())
            storage = parseDatabaseUrl(m_config.databaseUrl)->shown();
        m_publisher.attach(m_core, m_url, storage);
        // Polling a flag ten times a second costs nothing and needs no signal from the publisher.
        QObject::connect(&m_publishTimer, &QTimer::timeout, &m_publishTimer, [this] {
            if (!m_publisher.hasConsumers())
                return;
            const TurnWatch::Scope scope(&m_turns, "publish");
            m_publisher.publish();
        });
        m_publishTimer.start(kPublishIntervalMs);
        return okStatus();
    }

    /// done follows when every client has gone or the limit has passed, and everything is committed.
    void stop(std::function<void()> done)
    {
        if (m_server)
            m_server->shutdown();
        if (m_metricsServer)
            m_metricsServer->shutdown();
        m_core.shutdown();
        m_monitor.shutdown();
        m_drainUntilMs = m_clock.monoMs() + kDrainLimitMs;
        QObject::connect(&m_drainTimer, &QTimer::timeout, &m_drainTimer, [this, done = std::move(done)] {
            const bool drained = !m_server || m_server->connectionCount() == 0;
            if (!drained && m_clock.monoMs() < m_drainUntilMs)
                return;
            m_drainTimer.stop();
            m_store.flush();
            done();
        });
        m_drainTimer.start(kDrainPollMs);
    }

    QString url() const { return m_url; }
    Core &core() { return m_core; }
    Publisher &publisher() { return m_publisher; }

private:
    /// Work goes on without the endpoint: another engine on this machine may have taken the port.
    void startMetrics()
    {
        if (m_config.metricsPort == 0)
            return;
        m_metricsServer = std::make_unique<MetricsServer>(m_metrics, [this] { readGauges(); }, m_clock, m_timers);
        const Status status = m_metricsServer->listen(m_config.metricsHost, quint16(m_config.metricsPort));
        monitor::Event event;
        event.kind = monitor::EventKind::Engine;
        event.reason = status ? QStringLiteral("metrics_listening") : QStringLiteral("metrics_unavailable");
        event.level = status ? monitor::EventLevel::Info : monitor::EventLevel::Warn;
        event.text = status ? QStringLiteral("metrics at http://%1:%2/").arg(bracketed(m_config.metricsHost)).arg(m_config.metricsPort)
                            : QStringLiteral("no metrics endpoint (metrics.host, metrics.port): %1").arg(status.error().message);
        m_publisher.event(event);
        if (!status)
            m_metricsServer.reset();
    }

    void turnWasLong(const TurnReport &turn)
    {
        monitor::Event event;
        event.kind = monitor::EventKind::Engine;
        event.level = monitor::EventLevel::Warn;
        event.reason = QStringLiteral("long_turn");
        event.value = turn.us;
        event.text = QString::fromUtf8(turn.text());
        m_publisher.longTurn(turn.us, event.text);
        m_publisher.event(event);
        // Twenty a second at most, and a log is read by people.
        ++m_longTurnsUnlogged;
        if (m_clock.monoMs() < m_nextTurnLogMs)
            return;
        m_nextTurnLogMs = m_clock.monoMs() + kTurnLogPauseMs;
        qCWarning(logEngine).noquote() << "long turn:" << event.text << "since the last such line:" << m_longTurnsUnlogged;
        m_longTurnsUnlogged = 0;
    }

    void readGauges()
    {
        m_metrics.gauge("store_queue_batches", "batches that wait for their commit").set(m_store.queueLength());
        const StoreCounts counts = m_store.counts();
        m_metrics.gauge("store_queue_bytes", "what the queue of the storage thread holds, estimated").set(double(counts.queuedBytes));
        m_metrics.gauge("store_queue_max_bytes", "bound of store_queue_bytes, 0 when there is none").set(double(counts.maxQueuedBytes));
        const auto total = [this](const char *name, const char *help, quint64 value) {
            Counter &counter = m_metrics.counter(name, help);
            counter.add(value - counter.value());
        };
        total("store_commits_total", "transactions that were committed", counts.commits);
        total("store_writes_total", "rows and key-value requests in the transactions", counts.writes);
        total("store_retries_total", "commits that failed and were tried again", counts.retries);
        total("store_refused_total", "operations that were not carried out, because the queue was full or the store had given up", counts.refused);
        m_metrics.gauge("store_last_commit_seconds", "time the last commit took, or the one under way so far when that is longer").set(double(m_store.lastCommitUs()) / 1e6);
        Counter &reconnects = m_metrics.counter("store_reconnects_total", "sessions made anew because the database server was lost");
        reconnects.add(quint64(m_store.reconnects()) - reconnects.value());
        m_metrics.gauge("guard_tcp_connection_pending", "client and runner connections that are open").set(m_server->connectionCount());
        m_metrics.gauge("engine_timers", "timers that are armed").set(double(m_timers.size()));
    }

    static std::unique_ptr<Store> makeStore(const EngineOptions &options, QObject *context, TurnWatch &turns)
    {
        const auto post = [context, &turns](std::function<void()> work) {
            QMetaObject::invokeMethod(
                context,
                [&turns, work = std::move(work)] {
                    const TurnWatch::Scope scope(&turns, "storage");
                    work();
                },
                Qt::QueuedConnection);
        };
        const bool onServer = !options.config.databaseUrl.isEmpty();
        if (!onServer && options.dataDir.isEmpty())
            return std::make_unique<MemoryStore>(post, options.config.kvMaxStorageBytes);
        SqlStoreOptions storeOptions = onServer ? PostgresStore::defaults() : SqlStoreOptions();
        storeOptions.kvMaxStorageBytes = options.config.kvMaxStorageBytes;
        storeOptions.moreFollows = [&turns] { return turns.inTurn(); };
        std::unique_ptr<SqlStore> store;
        if (onServer) // the URL was checked before the engine starts
            store = std::make_unique<PostgresStore>(*parseDatabaseUrl(options.config.databaseUrl), post, storeOptions);
        else
            store = std::make_unique<SqliteStore>(QDir(options.dataDir).filePath(QStringLiteral("dormouse.db")), post, storeOptions);
        turns.setAtEnd([store = store.get()] { store->handOver(); });
        return store;
    }

    EngineConfig m_config;
    const SystemClock m_systemClock; ///< for how long to wait
    TurnClock &m_clock;
    TurnWatch &m_turns;
    Metrics m_metrics;
    Random m_random;
    TimerWheel m_timers;
    TimerDriver m_driver;
    GuardedStore m_store;
    Publisher m_publisher;
    NetworkFetch m_fetch;
    NetworkStreams m_streams;
    Core m_core;
    MonitorServer m_monitor;
    std::unique_ptr<HttpServer> m_server;
    std::unique_ptr<MetricsServer> m_metricsServer;
    QTimer m_publishTimer;
    QTimer m_drainTimer;
    qint64 m_drainUntilMs = 0;
    qint64 m_nextTurnLogMs = 0;
    int m_longTurnsUnlogged = 0;
    QString m_url;
};

/// Runs the engine's event loop. An exception that leaves it ends this engine, not the whole program: a console keeps
/// what it has seen.
class EngineThread final : public QThread
{
public:
    std::function<void(const QString &reason)> died; ///< called in this thread

protected:
    void run() override
    {
        QString reason;
        try {
            exec();
            return;
        } catch (const std::exception &error) {
            reason = QString::fromUtf8(error.what());
        } catch (...) {
            reason = QStringLiteral("unknown exception");
        }
        died(reason);
    }
};
} // namespace

class EngineHost::Private
{
public:
    SystemClock clock;
    /// Both of the engine thread; here because its loop is still in a turn when the engine goes.
    TurnClock turnClock{clock};
    TurnWatch turns{clock};
    EngineThread thread;
    std::atomic<bool> dead = false; ///< the thread has ended by itself
    /// Lives in the engine thread: target of everything that is posted there.
    QObject *context = nullptr;
    /// Made, used and destroyed in the engine thread only.
    std::unique_ptr<Engine> engine;
    QString url;
    bool running = false;
};

EngineHost::EngineHost(QObject *parent) : QObject(parent), d(std::make_unique<Private>())
{
    d->turns.setTurnClock(&d->turnClock);
    keepFreedMemory();
    d->thread.setObjectName(QStringLiteral("engine"));
}

EngineHost::~EngineHost()
{
    stop();
}

Status EngineHost::start(const EngineOptions &options)
{
    if (d->running)
        return Error::make("engine", "already_running", QStringLiteral("The engine runs already at %1").arg(d->url));
    if (Status status = checkConfig(options.config); !status)
        return status;
    // Anew for each start: the end of the thread takes its dispatcher along.
    if (options.config.eventDispatcher == u"epoll") {
        auto *dispatcher = new EpollDispatcher;
        dispatcher->setTurnWatch(&d->turns);
        d->thread.setEventDispatcher(dispatcher);
    }
    d->context = new QObject;
    d->context->moveToThread(&d->thread);
    d->dead = false;
    d->thread.died = [this](const QString &reason) {
        d->dead = true;
        d->engine.reset(); // what was committed is kept; sockets close, so that their peers notice
        QMetaObject::invokeMethod(this, [this, reason] { Q_EMIT failed(QStringLiteral("its thread died: %1").arg(reason)); },
                                  Qt::QueuedConnection);
    };
    d->thread.start();
    Status result = okStatus();
    bool made = false;
    QMetaObject::invokeMethod(
        d->context,
        [&] {
            const auto storageFailed = [this](const QString &message) {
                // Queued by the receiver's thread: this runs in the engine thread.
                QMetaObject::invokeMethod(this, [this, message] { Q_EMIT failed(message); }, Qt::QueuedConnection);
            };
            d->engine = std::make_unique<Engine>(options, d->context, d->turns, d->turnClock, storageFailed);
            result = d->engine->start(options);
            d->url = d->engine->url();
            if (!result)
                d->engine.reset();
            made = true;
        },
        Qt::BlockingQueuedConnection);
    d->running = true;
    if (!made)
        result = Error::make("engine", "died", QStringLiteral("The engine's thread died while it started"));
    if (!result)
        stop();
    return result;
}

void EngineHost::stop()
{
    if (!d->running)
        return;
    d->running = false;
    if (!d->dead)
        QMetaObject::invokeMethod(
            d->context,
            [this] {
                const auto end = [this] {
                    // Not from inside the engine's own timer.
                    QMetaObject::invokeMethod(d->context, [this] {
                        d->engine.reset();
                        d->thread.quit();
                    }, Qt::QueuedConnection);
                };
                if (d->engine)
                    d->engine->stop(end);
                else
                    end();
            },
            Qt::QueuedConnection);
    d->thread.wait();
    // The thread has ended; nothing else can reach the object.
    delete d->context;
    d->context = nullptr;
}

bool EngineHost::isRunning() const
{
    return d->running && !d->dead;
}

QString EngineHost::url() const
{
    return d->url;
}

void EngineHost::post(std::function<void(Core &, Publisher &)> work)
{
    if (!d->running || d->dead)
        return;
    QMetaObject::invokeMethod(
        d->context,
        [this, work = std::move(work)] {
            const TurnWatch::Scope scope(&d->turns, "console");
            if (d->engine)
                work(d->engine->core(), d->engine->publisher());
        },
        Qt::QueuedConnection);
}

} // namespace dormouse
