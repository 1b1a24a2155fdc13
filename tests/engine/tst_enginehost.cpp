// SPDX-License-Identifier: Apache-2.0
#include "engine/core/core.h"
#include "engine/embedded/publisher.h"
#include "engine/embedded/recorder.h"
#include "engine/host/enginehost.h"
#include "engine/net/epolldispatcher.h"
#include "engine/record/sessionreader.h"
#include "tests/support/postgresserver.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>

using namespace dormouse;

class TestEngineHost : public QObject
{
    Q_OBJECT

    struct Reply
    {
        int status = 0;
        QByteArray body;
        QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    };
    Reply ask(const EngineHost &engine, const QByteArray &method, const QString &path, const QByteArray &body = {})
    {
        QNetworkRequest request{QUrl(engine.url() + path)};
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        QNetworkReply *reply = m_manager.sendCustomRequest(request, method, body);
        QSignalSpy finished(reply, &QNetworkReply::finished);
        if (!reply->isFinished())
            finished.wait(10'000);
        Reply out{reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll()};
        reply->deleteLater();
        return out;
    }
    static EngineOptions options(const QString &dataDir)
    {
        EngineOptions out;
        out.port = 0;
        out.dataDir = dataDir;
        return out;
    }

    QNetworkAccessManager m_manager;

private Q_SLOTS:
    void keepsActorsOverARestart()
    {
        QTemporaryDir dir;
        QString id;
        {
            EngineHost engine;
            const Status status = engine.start(options(dir.path()));
            QVERIFY2(status.ok(), status.ok() ? "" : qPrintable(status.error().message));
            QVERIFY(engine.isRunning());
            QCOMPARE(ask(engine, "GET", QStringLiteral("/health")).json().value(u"status").toString(), QStringLiteral("ok"));
            QCOMPARE(ask(engine, "PUT", QStringLiteral("/runner-configs/p?namespace=default"), R"({"datacenters":{"default":{"normal":{}}}})").status, 200);
            const Reply made = ask(engine, "PUT", QStringLiteral("/actors?namespace=default"),
                                   R"({"name":"a","key":"k","runner_name_selector":"p","crash_policy":"sleep"})");
            QVERIFY(made.json().value(u"created").toBool());
            id = made.json().value(u"actor").toObject().value(u"actor_id").toString();
            QCOMPARE(id.size(), 30);
            engine.stop();
            QVERIFY(!engine.isRunning());
        }
        EngineHost engine;
        QVERIFY(engine.start(options(dir.path())).ok());
        const Reply again = ask(engine, "PUT", QStringLiteral("/actors?namespace=default"),
                                R"({"name":"a","key":"k","runner_name_selector":"p","crash_policy":"sleep"})");
        QVERIFY(!again.json().value(u"created").toBool(true));
        QCOMPARE(again.json().value(u"actor").toObject().value(u"actor_id").toString(), id);
        const Reply url = ask(engine, "GET", QStringLiteral("/datacenters"));
        QCOMPARE(url.json().value(u"datacenters").toArray().at(0).toObject().value(u"url").toString(), engine.url() + u'/');
    }

    void takenPort()
    {
        EngineHost first;
        QVERIFY(first.start(options({})).ok());
        EngineOptions same = options({});
        same.port = quint16(QUrl(first.url()).port());
        EngineHost second;
        const Status status = second.start(same);
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.contains(QString::number(same.port)), qPrintable(status.error().message));
        QVERIFY(!second.isRunning());
        QCOMPARE(ask(first, "GET", QStringLiteral("/health")).status, 200);
    }

    void twoEnginesShareNoDatabase()
    {
        QTemporaryDir dir;
        EngineHost first;
        QVERIFY(first.start(options(dir.path())).ok());
        EngineHost second;
        const Status status = second.start(options(dir.path()));
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.contains(QString::number(QCoreApplication::applicationPid())), qPrintable(status.error().message));
        first.stop();
        QVERIFY(second.start(options(dir.path())).ok());
    }

    void keepsActorsInPostgres()
    {
        PostgresServer server;
        QVERIFY2(server.start(), qPrintable(server.error()));
        EngineOptions inDatabase = options({});
        inDatabase.config.databaseUrl = server.url(server.createDatabase());
        const QByteArray request = R"({"name":"a","key":"k","runner_name_selector":"p","crash_policy":"sleep"})";
        QString id;
        {
            EngineHost engine;
            const Status status = engine.start(inDatabase);
            QVERIFY2(status.ok(), status.ok() ? "" : qPrintable(status.error().message));
            QCOMPARE(ask(engine, "PUT", QStringLiteral("/runner-configs/p?namespace=default"), R"({"datacenters":{"default":{"normal":{}}}})").status, 200);
            id = ask(engine, "PUT", QStringLiteral("/actors?namespace=default"), request).json().value(u"actor").toObject().value(u"actor_id").toString();
            QCOMPARE(id.size(), 30);
        }
        EngineHost engine;
        QVERIFY(engine.start(inDatabase).ok());
        const Reply again = ask(engine, "PUT", QStringLiteral("/actors?namespace=default"), request);
        QVERIFY(!again.json().value(u"created").toBool(true));
        QCOMPARE(again.json().value(u"actor").toObject().value(u"actor_id").toString(), id);
    }

    void metricsEndpoint()
    {
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost));
        EngineOptions withMetrics = options({});
        withMetrics.config.metricsPort = free.serverPort();
        {
            // Taken: the engine serves all the same.
            EngineHost engine;
            QVERIFY(engine.start(withMetrics).ok());
            QCOMPARE(ask(engine, "GET", QStringLiteral("/health")).status, 200);
        }
        free.close();
        EngineHost engine;
        QVERIFY(engine.start(withMetrics).ok());
        QTcpSocket clients[2];
        for (QTcpSocket &client : clients) {
            client.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(QUrl(engine.url()).port()));
            client.write("GET /health HTTP/1.1\r\nHost: here\r\n\r\n");
            QTRY_VERIFY(client.bytesAvailable() > 0);
        }
        QNetworkReply *reply = m_manager.get(QNetworkRequest(QUrl(QStringLiteral("http://127.0.0.1:%1/any").arg(withMetrics.config.metricsPort))));
        QTRY_VERIFY(reply->isFinished());
        QCOMPARE(reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 200);
        QVERIFY(reply->header(QNetworkRequest::ContentTypeHeader).toByteArray().startsWith("text/plain; version=0.0.4"));
        const QByteArray text = reply->readAll();
        QVERIFY2(text.contains("# TYPE store_queue_batches gauge\nstore_queue_batches 0\n"), text.constData());
        const qsizetype open = text.indexOf("\nrivet_guard_tcp_connection_pending ");
        QVERIFY(open > 0);
        QCOMPARE(text.mid(open + 1, text.indexOf('\n', open + 1) - open - 1), QByteArray("rivet_guard_tcp_connection_pending 2"));
        reply->deleteLater();
    }

    void servesWhileTheDatabaseIsLocked()
    {
        QTemporaryDir dir;
        EngineHost engine;
        QVERIFY(engine.start(options(dir.path())).ok());
        const auto fromEngine = [&](const std::function<double(Core &)> &read) {
            double value = -1;
            bool done = false;
            engine.post([&](Core &core, Publisher &) {
                value = read(core);
                QMetaObject::invokeMethod(this, [&] { done = true; }, Qt::QueuedConnection);
            });
            return QTest::qWaitFor([&] { return done; }, 10'000) ? value : -1;
        };
        const auto queued = [&] { return fromEngine([](Core &core) { return core.context().store.queueLength(); }); };
        const auto commits = [&] {
            return fromEngine([](Core &core) { return core.context().metrics.value("store_commit_duration").value_or(0); });
        };
        QCOMPARE(ask(engine, "PUT", QStringLiteral("/runner-configs/p?namespace=default"), R"({"datacenters":{"default":{"normal":{}}}})").status, 200);
        QTRY_COMPARE(queued(), 0.0);
        const double before = commits();
        QNetworkReply *create = nullptr;
        {
            QSqlDatabase blocker = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("blocker"));
            blocker.setDatabaseName(dir.filePath(QStringLiteral("dormouse.db")));
            QVERIFY(blocker.open());
            QVERIFY(QSqlQuery(blocker).exec(QStringLiteral("BEGIN IMMEDIATE")));
            QNetworkRequest request{QUrl(engine.url() + QStringLiteral("/actors?namespace=default"))};
            request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
            create = m_manager.put(request, QByteArray(R"({"name":"a","key":"k","runner_name_selector":"p","crash_policy":"sleep"})"));
            QTRY_VERIFY(queued() >= 1);
            // The answer needs the commit; everybody else is served meanwhile, and the queue is there to be seen.
            for (int i = 0; i < 20; ++i)
                QCOMPARE(ask(engine, "GET", QStringLiteral("/health")).status, 200);
            QVERIFY(queued() >= 1);
            QVERIFY(!create->isFinished());
            QCOMPARE(commits(), before);
            QVERIFY(QSqlQuery(blocker).exec(QStringLiteral("ROLLBACK")));
            blocker.close();
        }
        QSqlDatabase::removeDatabase(QStringLiteral("blocker"));
        QTRY_VERIFY_WITH_TIMEOUT(create->isFinished(), 20'000);
        QCOMPARE(create->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 200);
        create->deleteLater();
        QTRY_COMPARE(queued(), 0.0);
        QVERIFY(commits() > before);
    }

    void longTurnsAreReported_data()
    {
        QTest::addColumn<QString>("dispatcher");
        QTest::newRow("epoll") << QStringLiteral("epoll");
        QTest::newRow("qt") << QStringLiteral("qt");
    }
    void longTurnsAreReported()
    {
        QFETCH(QString, dispatcher);
        EngineOptions wanted = options({});
        wanted.config.eventDispatcher = dispatcher;
        EngineHost engine;
        QVERIFY(engine.start(wanted).ok());
        std::atomic<bool> isEpoll = false;
        monitor::Frame frame;
        std::atomic<bool> seen = false;
        double counted = 0;
        engine.post([&](Core &, Publisher &publisher) {
            isEpoll = qobject_cast<EpollDispatcher *>(QAbstractEventDispatcher::instance()) != nullptr;
            monitor::Interest interest;
            interest.events = true;
            publisher.addConsumer(interest, [&](const monitor::Frame &made) {
                for (const monitor::Event &event : made.events) {
                    if (event.reason == u"long_turn" && !seen) {
                        frame.events.push_back(event);
                        seen = true;
                    }
                }
            });
        });
        engine.post([&](Core &, Publisher &) {
            QElapsedTimer busy; // work, not waiting: this is what the watchdog is for
            busy.start();
            while (busy.elapsed() < 80) {
            }
        });
        QTRY_VERIFY(seen);
        QCOMPARE(isEpoll.load(), dispatcher == u"epoll");
        bool read = false;
        std::optional<monitor::ClusterInfo> cluster;
        engine.post([&](Core &core, Publisher &publisher) {
            counted = core.context().metrics.value("engine_long_turns_total").value_or(0);
            cluster = publisher.snapshot().cluster;
            QMetaObject::invokeMethod(this, [&] { read = true; }, Qt::QueuedConnection);
        });
        QTRY_VERIFY(read);
        const monitor::Event &event = frame.events.at(0);
        QVERIFY(event.kind == monitor::EventKind::Engine);
        QVERIFY(event.level == monitor::EventLevel::Warn);
        QVERIFY(event.value.value_or(0) >= 80'000);
        QVERIFY2(event.text.contains(u"console"), qPrintable(event.text));
        QVERIFY(counted >= 1);
        QVERIFY(cluster.has_value());
        QVERIFY(cluster->longTurns.value_or(0) >= 1);
        QVERIFY(cluster->longTurnUs.value_or(0) >= 50'000);
        QVERIFY(cluster->longTurnTs.value_or(0) > 0);
        QVERIFY(!cluster->longTurnText.isEmpty());
        engine.stop();
    }

    void recordingHasWhatHappenedLast()
    {
        EngineHost engine;
        QVERIFY(engine.start(options({})).ok());
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("last.dms"));
        const SystemClock clock;
        Recorder recorder([&engine](std::function<void(Core &, Publisher &)> work) { engine.post(std::move(work)); });
        QVERIFY(recorder.start(path, engine.url(), clock).ok());
        // At once: the next regular frame is up to 100 ms away.
        engine.post([](Core &, Publisher &publisher) {
            monitor::Event event;
            event.kind = monitor::EventKind::Engine;
            event.reason = QStringLiteral("last_word");
            publisher.event(event);
        });
        QVERIFY(recorder.stop().ok());
        const auto reader = record::SessionReader::open(path);
        QVERIFY(reader.ok());
        QVERIFY((*reader)->hasEnd());
        int told = 0;
        bool snapshot = false;
        QVERIFY((*reader)->forEachFrame([&](const monitor::Frame &frame) {
            snapshot = snapshot || frame.snapshot;
            for (const monitor::Event &event : frame.events)
                told += event.reason == u"last_word" ? 1 : 0;
            return true;
        }).ok());
        QCOMPARE(told, 1);
        QVERIFY(snapshot);
        // An engine that has ended keeps nobody waiting.
        QVERIFY(recorder.start(path, engine.url(), clock).ok());
        engine.stop();
        QElapsedTimer waited;
        waited.start();
        QVERIFY(recorder.stop().ok());
        QVERIFY(waited.elapsed() < 1'500);
    }

    void settingsChangeWhileItRuns()
    {
        EngineHost engine;
        QVERIFY(engine.start(options({})).ok());
        const auto set = [&](const QString &section, const QString &key, const QString &value) {
            QString outcome = QStringLiteral("no answer");
            bool answered = false;
            engine.post([&](Core &, Publisher &publisher) {
                publisher.command(QStringLiteral("set_setting"),
                                  {{QStringLiteral("section"), section}, {QStringLiteral("key"), key}, {QStringLiteral("value"), value}},
                                  [&](const Result<QJsonObject> &result) {
                                      outcome = result ? QString() : QString(QString::fromUtf8(result.error().fullCode()) % u' ' % result.error().message);
                                      QMetaObject::invokeMethod(this, [&] { answered = true; }, Qt::QueuedConnection);
                                  });
            });
            const bool came = QTest::qWaitFor([&] { return answered; }, 10'000);
            return came ? outcome : QStringLiteral("no answer");
        };
        QCOMPARE(set(QStringLiteral("pegboard"), QStringLiteral("hws_max_resends"), QStringLiteral("3")), QString());
        int now = 0;
        bool read = false;
        engine.post([&](Core &core, Publisher &) {
            now = core.context().config.hwsMaxResends;
            QMetaObject::invokeMethod(this, [&] { read = true; }, Qt::QueuedConnection);
        });
        QTRY_VERIFY(read);
        QCOMPARE(now, 3);
        QVERIFY(set(QStringLiteral("pegboard"), QStringLiteral("hws_max_resends"), QStringLiteral("many")).contains(QStringLiteral("pegboard.hws_max_resends")));
        // A relation between two settings holds for changes too.
        QVERIFY(set(QStringLiteral("guard"), QStringLiteral("actor_ready_timeout_ms"), QStringLiteral("999999")).contains(QStringLiteral("actor_force_wake_pending_timeout_ms")));
        QVERIFY(set(QStringLiteral("metrics"), QStringLiteral("port"), QStringLiteral("1")).startsWith(QStringLiteral("config.needs_restart")));
        QVERIFY(set(QStringLiteral("auth"), QStringLiteral("admin_token"), QStringLiteral("x")).startsWith(QStringLiteral("monitor.bad_argument")));
    }

    void badSettings()
    {
        EngineOptions bad = options({});
        bad.config.actorForceWakePendingTimeoutMs = bad.config.actorReadyTimeoutMs - 1;
        EngineHost engine;
        const Status status = engine.start(bad);
        QVERIFY(!status.ok());
        QCOMPARE(status.error().group, QByteArray("config"));
    }

    void outboundRequests()
    {
        EngineHost engine;
        QVERIFY(engine.start(options({})).ok());
        const auto kind = [&](const QString &url) {
            const QByteArray body = QJsonDocument(QJsonObject{{QStringLiteral("url"), url}}).toJson();
            const QJsonObject answer = ask(engine, "POST", QStringLiteral("/runner-configs/serverless-health-check?namespace=default"), body).json();
            return answer.value(u"failure").toObject().value(u"error").toObject().value(u"metadata").toObject().value(u"kind").toString();
        };
        // The engine itself answers GET /metadata, as something that is not rivetkit.
        QCOMPARE(kind(engine.url()), QStringLiteral("invalid_response_schema"));
        QCOMPARE(kind(engine.url() + QStringLiteral("/nope")), QStringLiteral("non_success_status"));
        EngineHost gone;
        QVERIFY(gone.start(options({})).ok());
        const QString closed = gone.url();
        gone.stop();
        QCOMPARE(kind(closed), QStringLiteral("request_failed"));
    }

    void postRunsOnTheEngineThread()
    {
        EngineHost engine;
        QVERIFY(engine.start(options({})).ok());
        std::atomic<int> state = 0;
        Qt::HANDLE own = QThread::currentThreadId();
        engine.post([&](Core &core, Publisher &) {
            const bool good = QThread::currentThreadId() != own && core.scheduler().namespaceByName(QStringLiteral("default"));
            state = good ? 1 : 2;
        });
        QTRY_COMPARE(state.load(), 1);
        engine.stop();
        engine.post([&](Core &, Publisher &) { state = 3; }); // ignored
        QCOMPARE(state.load(), 1);
    }
};

QTEST_GUILESS_MAIN(TestEngineHost)
#include "tst_enginehost.moc"
