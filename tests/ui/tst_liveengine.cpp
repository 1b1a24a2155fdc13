// SPDX-License-Identifier: Apache-2.0
#include "engine/remote/remotesource.h"
#include "tests/ui/liveengine.h"
#include "ui/guide.h"
#include "ui/helpdialog.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"
#include "ui/payloadview.h"
#include "ui/cellwords.h"
#include "ui/settingpresets.h"
#include "ui/staleveil.h"
#include "ui/statediagram.h"
#include "ui/words.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QLabel>
#include <QStatusBar>
#include <QTableWidget>
#include <QTest>
#include <QToolButton>
#include <QTranslator>

#include <algorithm>
#include <stdexcept>

using namespace dormouse;
using namespace dormouse::monitor;

/// The console over a real engine: what only the two together can break.
namespace {

constexpr qint64 kSleepTimeoutMs = 1'500; ///< of an actor that sleeps early

} // namespace

class TestLiveEngine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void lookingWakesNobody();
    void machinesAndReasonsAreTold();
    void contentAndMoreKeysAreReadOnRequest();
    void ownTrafficStaysOutOfEverything();
    void oneConnectionIsHibernatedAndRestored();
    void aDroppedLinkKeepsTheClient();
    void theClientHearsTheConsole();
    void anActionReachesTheActor();
    void theLinkIsListenedTo();
    void theGuideLeadsToTheFirstAnswer();
    void anEvictedRunnerIsGone();
    void presetsSuitTheEngine();
    void aDyingEngineThreadGreysTheViews();
    void aLostRemoteLinkComesBack();

private:
    Session &session() { return m_window->session(); }
    Page *page(const QString &name) const
    {
        return static_cast<Page *>(m_window->findChild<QDockWidget *>(name)->widget());
    }
    template<typename T>
    T *control(const QString &view, const QString &name) const
    {
        const auto all = page(view)->findChildren<T *>();
        for (T *one : all)
            if (one->accessibleName() == name)
                return one;
        return nullptr;
    }
    const ActorInfo *actor() { return session().actors().find(m_actor); }
    const ConnectionInfo *connectionOf(bool own)
    {
        const ConnectionInfo *found = nullptr;
        session().connections().forEach([&](const ConnectionInfo &connection) {
            if (connection.ownTraffic == own && connection.state != ConnectionState::Closed)
                found = &connection;
        });
        return found;
    }
    /// An actor that runs in the runner, and a client that talks with it.
    void makeActor();
    /// The actor sleeps and the client's socket hibernates.
    void putToSleep();
    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<LiveEngine> m_engine;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<LiveClient> m_client;
    QString m_actor;
};

void TestLiveEngine::init()
{
    m_theme = std::make_unique<ThemeManager>(*qApp);
    m_theme->setTheme(QStringLiteral("dark"));
    m_engine = std::make_unique<LiveEngine>();
    QVERIFY(m_engine->started());
    m_window = std::make_unique<MainWindow>(*m_theme, nullptr, nullptr);
    m_window->show();
    m_window->setSource(m_engine->source.get());
    m_engine->source->start();
    QTRY_VERIFY(session().commandsAllowed());
}

void TestLiveEngine::cleanup()
{
    m_client.reset();
    m_window.reset();
    m_engine.reset();
    m_theme.reset();
    m_actor.clear();
}

void TestLiveEngine::makeActor()
{
    m_engine->startRunner();
    QTRY_VERIFY(m_engine->runnerConnected());
    session().command(QStringLiteral("create_actor"),
                      {{QStringLiteral("name"), QStringLiteral("echo")}, {QStringLiteral("key"), QStringLiteral("one")},
                       {QStringLiteral("pool"), QStringLiteral("live")}},
                      [this](const Result<QJsonObject> &made) {
                          QVERIFY(made.ok());
                          m_actor = made->value(QLatin1String("actor_id")).toString();
                      });
    QTRY_VERIFY(actor() && actor()->state == monitor::ActorState::Running);
    m_client = std::make_unique<LiveClient>(m_engine->host.url(), m_actor, false);
    QTRY_VERIFY(m_client->open);
    m_client->send("hello");
    QTRY_COMPARE(m_client->received, QByteArrayList{"hello"});
    QTRY_VERIFY(connectionOf(false)); // the next frame brings it
}

void TestLiveEngine::putToSleep()
{
    session().command(QStringLiteral("sleep_actor"), {{QStringLiteral("actor_id"), m_actor}});
    QTRY_VERIFY(actor()->state == monitor::ActorState::Sleeping);
    QTRY_VERIFY(connectionOf(false) && connectionOf(false)->state == ConnectionState::Hibernating);
}

/// console.md row 20: a visitor of every view leaves a sleeping actor asleep.
void TestLiveEngine::lookingWakesNobody()
{
    makeActor();
    putToSleep();
    const ActorInfo before = *actor();
    QVERIFY(before.sleepTs);
    const int starts = m_engine->starts;
    int wakes = 0;
    connect(m_engine->source.get(), &Source::frameReady, this, [&](const Frame &frame) {
        for (const Event &event : frame.events)
            wakes += event.kind == EventKind::ActorWake || (event.kind == EventKind::ActorState && event.from == u"sleeping");
    });
    session().selectActor(m_actor);
    session().selectConnection(connectionOf(false)->connectionId);
    session().selectRunner(before.runnerId);
    const QStringList views = m_window->views();
    // As long as an actor that somebody needs would stay awake, twice.
    QElapsedTimer looking;
    looking.start();
    for (int round = 0; round < 2 || looking.elapsed() < 2 * kSleepTimeoutMs; ++round) {
        for (const QString &name : views) {
            m_window->showView(name);
            QTRY_VERIFY(page(name)->isOnScreen());
            // What only reads may be pressed, too.
            if (auto *read = control<QToolButton>(name, QStringLiteral("Read the stored keys")))
                read->click();
            if (auto *content = control<QToolButton>(name, QStringLiteral("Show the content of the chosen message")))
                content->click();
            m_window->showHelp(HelpDialog::Part::View);
            m_window->findChild<HelpDialog *>()->close();
        }
        // The engine has done what was asked of it before it makes the next frame.
        const quint64 frames = session().framesApplied();
        QTRY_VERIFY(session().framesApplied() > frames + 1);
        session().setTrace(Session::TraceReader::EventLog, round % 2 == 0);
        session().setFilter(round % 2 == 0 ? QStringLiteral("state:sleeping") : QString());
    }
    QCOMPARE(wakes, 0);
    QCOMPARE(m_engine->starts, starts);
    QVERIFY(actor()->state == monitor::ActorState::Sleeping);
    QCOMPARE(actor()->sleepTs, before.sleepTs);
    QCOMPARE(actor()->generation, before.generation);
    QCOMPARE(session().connections().liveCount(), 1); // nobody has connected in the meantime
    m_client->send("again");                          // and it can be woken: the test would see it
    QTRY_COMPARE(m_client->received.size(), 2);
    QTRY_VERIFY(wakes > 0);
    QVERIFY(m_engine->starts > starts);
}

void TestLiveEngine::machinesAndReasonsAreTold()
{
    // A pool that is known and has no runner any more.
    m_engine->startRunner();
    QTRY_COMPARE(session().cluster().value(ClusterModel::RunnersEligible).value_or(-1), 1.0);
    m_engine->stopRunner();
    QTRY_COMPARE(session().cluster().value(ClusterModel::RunnersEligible).value_or(-1), 0.0);
    session().command(QStringLiteral("create_actor"), {{QStringLiteral("name"), QStringLiteral("echo")}, {QStringLiteral("pool"), QStringLiteral("live")},
                                                       {QStringLiteral("crash_policy"), QStringLiteral("restart")}},
                      [this](const Result<QJsonObject> &made) { m_actor = made.ok() ? made->value(QLatin1String("actor_id")).toString() : QString(); });
    QTRY_VERIFY(actor() && !actor()->why.isEmpty()); // what it waits for
    for (const char *name : {"actor", "websocket", "http"}) {
        const StateMachineInfo *machine = session().machine(QString::fromLatin1(name));
        QVERIFY2(machine && machine->edges.size() > 4, name);
        QStringList ways; // states that can be left or entered
        for (const StateEdgeInfo &edge : machine->edges) {
            QVERIFY2(!edge.event.isEmpty() && edge.from != edge.to, qPrintable(QString(edge.from + u'>' + edge.to)));
            ways << edge.from << edge.to;
            for (const QString &state : {edge.from, edge.to})
                QVERIFY2(Words::lookOfState(machine->name, state).icon != u"state-unknown", qPrintable(state));
        }
        QVERIFY(ways.contains(machine->initial));
    }
    QVERIFY(!actor()->why.isEmpty());
    session().selectActor(m_actor);
    m_window->showView(QStringLiteral("actor"));
    QTRY_VERIFY(page(QStringLiteral("actor"))->isOnScreen());
    const auto labels = page(QStringLiteral("actor"))->findChildren<QLabel *>();
    struct : QTranslator
    {
        QString translate(const char *context, const char *text, const char *, int) const override
        {
            return qstrcmp(context, "dormouse::CellWords") == 0 ? QString(u'~' % QString::fromUtf8(text)) : QString();
        }
        bool isEmpty() const override { return false; }
    } marks;
    qApp->installTranslator(&marks);
    for (const QString &reason : actor()->why) // the engine's sentences can be said in every language
        QVERIFY2(reason.startsWith(u"error: ") || CellWords::reason(reason).contains(u'~'), qPrintable(reason));
    qApp->removeTranslator(&marks);
    for (const QString &reason : actor()->why) {
        const QString help = Words::explain(reason.section(u':', 0, 0));
        QVERIFY2(!help.isEmpty(), qPrintable(reason));
        QVERIFY2(std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) { return label->text().contains(help); }), qPrintable(help));
    }
    auto *diagram = page(QStringLiteral("actor"))->findChild<StateDiagram *>();
    QVERIFY(diagram->statesByLayer().join(u' ').contains(QStringLiteral("pending")));
}

void TestLiveEngine::contentAndMoreKeysAreReadOnRequest()
{
    makeActor();
    session().selectConnection(connectionOf(false)->connectionId);
    m_window->showView(QStringLiteral("queue"));
    QTRY_VERIFY(page(QStringLiteral("queue"))->isOnScreen());
    QTRY_COMPARE(session().pending().rowCount(), 1); // the runner acknowledges late
    QVERIFY(session().pending().find(session().pending().idAt(0))->message.preview.isEmpty());
    auto *messages = control<TableView>(QStringLiteral("queue"), QStringLiteral("Pending messages"));
    messages->selectRow(0);
    control<QToolButton>(QStringLiteral("queue"), QStringLiteral("Show the content of the chosen message"))->click();
    auto *content = page(QStringLiteral("queue"))->findChild<PayloadView *>();
    QTRY_VERIFY(content->text().contains(QStringLiteral("hello")));

    m_window->showView(QStringLiteral("actor"));
    QTRY_VERIFY(page(QStringLiteral("actor"))->isOnScreen());
    auto *keys = control<QTableWidget>(QStringLiteral("actor"), QStringLiteral("Stored keys"));
    auto *more = control<QToolButton>(QStringLiteral("actor"), QStringLiteral("Read more stored keys"));
    QCOMPARE(keys->rowCount(), 0);
    QVERIFY(!more->isVisibleTo(page(QStringLiteral("actor"))));
    control<QToolButton>(QStringLiteral("actor"), QStringLiteral("Read the stored keys"))->click();
    QTRY_COMPARE(keys->rowCount(), 100);
    QVERIFY(more->isVisibleTo(page(QStringLiteral("actor"))));
    more->click();
    QTRY_VERIFY(keys->rowCount() >= LiveEngine::kKeys);
    QVERIFY(!more->isVisibleTo(page(QStringLiteral("actor")))); // that was all
}

void TestLiveEngine::ownTrafficStaysOutOfEverything()
{
    makeActor();
    const auto connections = [this] { return session().cluster().value(ClusterModel::Connections).value_or(-1); };
    const auto cell = [this](ActorModel::Columns column) {
        const int row = session().actors().rowOf(m_actor);
        return session().actors().index(row, column).data(RawRole).toInt();
    };
    m_window->showView(QStringLiteral("actors"));
    QTRY_VERIFY(session().actors().isActive());
    QTRY_COMPARE(connections(), 1.0);
    LiveClient own(m_engine->host.url(), m_actor, true);
    QTRY_VERIFY(own.open);
    QTRY_VERIFY(connectionOf(true));
    const QString id = connectionOf(true)->connectionId;
    for (int i = 0; i < 50; ++i)
        own.send("x");
    QTRY_COMPARE(own.received.size(), 50);
    QTRY_COMPARE(session().own().totals().messages, quint64(100));
    const auto answered = [this] { return session().latency().merged(LatencyKind::Http, 600'000).count(); };
    const auto answeredToUs = [this] {
        quint64 count = 0;
        for (const LatencySlice &slice : session().latency().slices())
            count += slice.ownHttp.count();
        return count;
    };
    const quint64 foreign = answered();
    session().command(QStringLiteral("call_action"), {{QStringLiteral("actor_id"), m_actor}, {QStringLiteral("action"), QStringLiteral("add")}, {QStringLiteral("args"), QJsonArray()}});
    QTRY_COMPARE(answeredToUs(), quint64(1));
    QCOMPARE(answered(), foreign);
    QTRY_COMPARE(session().cluster().info().connections.value_or(0), 2); // the engine counts both
    QTRY_COMPARE(connections(), 1.0);
    QTRY_COMPARE(cell(ActorModel::Connections), 1);
    QTRY_COMPARE(cell(ActorModel::PendingMessages), 1); // the foreign one's
    QTRY_COMPARE(session().cluster().value(ClusterModel::PendingMessages).value_or(-1), 1.0);
    QTRY_VERIFY(session().cluster().value(ClusterModel::MessageRate).value_or(0) < 3); // not a hundred
    const auto shownEvents = [&] {
        int shown = 0;
        for (int row = 0; row < session().events().rowCount(); ++row)
            shown += session().events().at(row)->connectionId == id;
        return shown;
    };
    m_window->showView(QStringLiteral("events"));
    session().events().setMinimumLevel(EventLevel::Trace);
    QTRY_VERIFY(session().events().isActive());
    QCOMPARE(shownEvents(), 0);
    m_window->action(QStringLiteral("own"))->trigger();
    QVERIFY(shownEvents() > 0);
    QCOMPARE(answered(), foreign + 1);
    QTRY_COMPARE(cell(ActorModel::Connections), 2);
    QTRY_COMPARE(connections(), 2.0);
    m_window->action(QStringLiteral("own"))->trigger();
    QTRY_COMPARE(connections(), 1.0);
}

/// console.md row 43.
void TestLiveEngine::oneConnectionIsHibernatedAndRestored()
{
    makeActor();
    session().selectConnection(connectionOf(false)->connectionId);
    m_window->action(QStringLiteral("hibernate"))->trigger();
    QTRY_VERIFY(connectionOf(false)->state == ConnectionState::Hibernating);
    QVERIFY(m_client->open);
    m_window->action(QStringLiteral("restore"))->trigger();
    QTRY_VERIFY(connectionOf(false)->state == ConnectionState::Attached);
    m_client->send("still here");
    QTRY_VERIFY(m_client->received.contains("still here"));
    QVERIFY(!m_client->closed);
    QString refused;
    session().command(QStringLiteral("hibernate_connection"), {{QStringLiteral("connection_id"), QStringLiteral("nobody")}},
                      [&](const Result<QJsonObject> &result) { refused = result.ok() ? QString() : QString::fromUtf8(result.error().fullCode()); });
    QTRY_COMPARE(refused, QStringLiteral("monitor.not_found"));
}

void TestLiveEngine::aDroppedLinkKeepsTheClient()
{
    makeActor();
    const QString runner = actor()->runnerId;
    const int starts = m_engine->starts;
    bool dropped = false;
    connect(m_engine->source.get(), &Source::frameReady, this, [&](const Frame &frame) {
        for (const Event &event : frame.events)
            dropped = dropped || (event.kind == EventKind::RunnerClosed && event.reason == u"link_dropped" && event.runnerId == runner);
    });
    session().command(QStringLiteral("drop_link"), {{QStringLiteral("runner_id"), runner}});
    QTRY_VERIFY(dropped);
    QTRY_VERIFY(!m_engine->runnerConnected());
    QTRY_VERIFY_WITH_TIMEOUT(m_engine->runnerConnected(), 20'000); // it dials in again by itself
    QTRY_VERIFY(session().runners().find(runner)->state == monitor::RunnerState::Connected);
    m_client->send("after");
    QTRY_VERIFY(m_client->received.contains("after"));
    QVERIFY(m_client->open);
    QCOMPARE(m_engine->starts, starts); // the actor has lived on in its process
}

/// console.md row 46.
void TestLiveEngine::theClientHearsTheConsole()
{
    makeActor();
    session().command(QStringLiteral("send_message"),
                      {{QStringLiteral("connection_id"), connectionOf(false)->connectionId},
                       {QStringLiteral("payload_base64"), QString::fromLatin1(QByteArray("from above").toBase64())}});
    QTRY_VERIFY(m_client->received.contains("from above"));
    QVERIFY(m_client->open);
}

void TestLiveEngine::anActionReachesTheActor()
{
    makeActor();
    putToSleep();
    const int starts = m_engine->starts;
    QByteArray answer;
    session().command(QStringLiteral("call_action"),
                      {{QStringLiteral("actor_id"), m_actor}, {QStringLiteral("action"), QStringLiteral("add")}, {QStringLiteral("args"), QJsonArray{3}}},
                      [&](const Result<QJsonObject> &result) {
                          answer = result.ok() ? QByteArray::fromBase64(result->value(QLatin1String("body_base64")).toString().toLatin1()) : result.error().fullCode();
                      });
    QTRY_COMPARE(answer, QByteArray("POST /action/add {\"args\":[3]}")); // the runner says what it was asked
    QVERIFY(m_engine->starts > starts); // it was woken
    QTRY_COMPARE(session().own().totals().connections, 0);
}

/// console.md row 56.
void TestLiveEngine::theLinkIsListenedTo()
{
    makeActor();
    session().selectRunner(actor()->runnerId);
    m_window->showView(QStringLiteral("wire"));
    auto *messages = control<QTableWidget>(QStringLiteral("wire"), QStringLiteral("Messages of the link"));
    const auto heard = [messages](QChar way, const QString &what) {
        for (int row = 0; row < messages->rowCount(); ++row)
            if (messages->item(row, 1)->text().startsWith(way) && messages->item(row, 1)->text().contains(what))
                return true;
        return false;
    };
    QTRY_VERIFY(page(QStringLiteral("wire"))->isOnScreen());
    // What was said before anybody listened is not kept.
    QTRY_VERIFY((m_client->send("listen"), heard(u'→', QStringLiteral("WebSocketMessage"))));
    QTRY_VERIFY(heard(u'←', QStringLiteral("WebSocketMessage")));
}

/// console.md row 96, to the end: the fifth step is done when the actor has answered.
void TestLiveEngine::theGuideLeadsToTheFirstAnswer()
{
    m_window->showView(QStringLiteral("overview"));
    auto *guide = page(QStringLiteral("overview"))->findChild<Guide *>();
    QTRY_VERIFY(guide->isVisible()); // an empty engine
    QTRY_VERIFY(guide->isDone(Guide::Engine));
    QVERIFY(!guide->isDone(Guide::Runner));
    m_engine->startRunner();
    QTRY_VERIFY(guide->isDone(Guide::Runner));
    session().command(QStringLiteral("create_actor"), {{QStringLiteral("name"), QStringLiteral("echo")}, {QStringLiteral("pool"), QStringLiteral("live")}},
                      [this](const Result<QJsonObject> &made) { m_actor = made.ok() ? made->value(QLatin1String("actor_id")).toString() : QString(); });
    QTRY_VERIFY(guide->isDone(Guide::Actor));
    QTRY_VERIFY(!m_actor.isEmpty());
    LiveClient own(m_engine->host.url(), m_actor, true);
    QTRY_VERIFY(own.open);
    QTRY_VERIFY(connectionOf(true));
    QVERIFY(!guide->isDone(Guide::Client)); // nothing was said yet
    own.send("hello");
    QTRY_COMPARE(own.received.size(), 1);
    QTRY_VERIFY(guide->isDone(Guide::Client));
    QVERIFY(guide->isVisible()); // it does not vanish under the reader
}

void TestLiveEngine::anEvictedRunnerIsGone()
{
    makeActor();
    const QString runner = actor()->runnerId;
    session().command(QStringLiteral("evict_runner"), {{QStringLiteral("runner_id"), runner}});
    QTRY_VERIFY(session().runners().find(runner)->state == monitor::RunnerState::Stopped);
    QTRY_VERIFY(actor()->state != monitor::ActorState::Running);
    QTRY_VERIFY(!m_engine->runnerConnected());
}

/// console.md row 51: each preset is accepted as a whole, and there is a way back.
void TestLiveEngine::presetsSuitTheEngine()
{
    const auto changedNow = [this] {
        return qsizetype(std::count_if(session().settings().begin(), session().settings().end(),
                                       [](const SettingInfo &setting) { return setting.value != setting.defaultValue; }));
    };
    QTRY_VERIFY(!session().settings().empty());
    for (const SettingInfo &setting : session().settings()) // as it would be typed: 0.1, 20971520
        QVERIFY2(setting.value.size() < 17 || setting.section == u"database", qPrintable(QString(setting.key % u' ' % setting.value)));
    const auto apply = [this](const SettingPreset &preset) {
        int refused = -1;
        auto *run = new PresetRun(session(), preset);
        connect(run, &PresetRun::finished, this, [&](int, int n) { refused = n; });
        run->start();
        QTRY_VERIFY2(refused >= 0, qPrintable(preset.title));
        QCOMPARE(refused, 0);
    };
    const auto before = changedNow();
    const QList<SettingPreset> presets = settingPresets(session());
    qsizetype values = 0;
    for (qsizetype i = 0; i + 1 < presets.size(); ++i) {
        apply(presets.at(i));
        values += presets.at(i).values.size();
    }
    QTRY_COMPARE(changedNow() - before, values);
    // With one of them clients are pinged: their round trip is known.
    session().command(QStringLiteral("set_setting"), {{QStringLiteral("section"), QStringLiteral("guard")},
                                                      {QStringLiteral("key"), QStringLiteral("client_ping_interval_ms")},
                                                      {QStringLiteral("value"), QStringLiteral("50")}});
    makeActor();
    QTRY_VERIFY(connectionOf(false)->clientRttUs.value_or(-1) > 0);
    apply(settingPresets(session()).constLast());
    QTRY_COMPARE(changedNow(), before);
}

void TestLiveEngine::aDyingEngineThreadGreysTheViews()
{
    makeActor();
    m_window->showView(QStringLiteral("actors"));
    QTRY_VERIFY(page(QStringLiteral("actors"))->isOnScreen());
    auto *veil = page(QStringLiteral("actors"))->findChild<StaleVeil *>();
    QVERIFY(veil->isHidden());
    m_engine->host.post([](Core &, Publisher &) { throw std::runtime_error("out of cheese"); });
    QTRY_VERIFY(m_engine->source->linkState() == LinkState::Failed);
    QVERIFY(!m_engine->host.isRunning());
    QVERIFY(veil->isVisible());
    QVERIFY2(veil->text().contains(QStringLiteral("out of cheese")), qPrintable(veil->text()));
    QCOMPARE(session().actors().rowCount(), 1); // the last values stay
    QVERIFY(session().staleMs());
    QCOMPARE(session().commandsReason(), QStringLiteral("not_connected"));
    QVERIFY(!m_window->action(QStringLiteral("create"))->isEnabled());
    QTRY_VERIFY(m_client->closed); // nobody is left hanging
    // Views that were hidden know it, too; a new engine starts beside the dead one.
    m_window->showView(QStringLiteral("runners"));
    QTRY_VERIFY(page(QStringLiteral("runners"))->findChild<StaleVeil *>()->isVisible());
    LiveEngine next;
    QVERIFY(next.started());
    m_window->addSource(next.source.get());
    next.source->start();
    QTRY_VERIFY(session().commandsAllowed());
    QVERIFY(page(QStringLiteral("runners"))->findChild<StaleVeil *>()->isHidden());
    m_window->closeTab(1);
    m_engine->host.stop();
}

void TestLiveEngine::aLostRemoteLinkComesBack()
{
    auto engine = std::make_unique<EngineHost>();
    EngineOptions options;
    options.port = 0;
    QVERIFY(engine->start(options).ok());
    options.port = quint16(QUrl(engine->url()).port());
    remote::RemoteSource source(engine->url());
    m_window->setSource(&source);
    source.start();
    QTRY_VERIFY(source.linkState() == LinkState::Live);
    QCOMPARE(session().commandsReason(), QStringLiteral("read_only"));
    m_window->showView(QStringLiteral("overview"));
    QTRY_VERIFY(page(QStringLiteral("overview"))->isOnScreen());
    auto *veil = page(QStringLiteral("overview"))->findChild<StaleVeil *>();
    QTRY_VERIFY(session().framesApplied() > 0);
    QVERIFY(veil->isHidden());
    const QString version = session().cluster().info().engineVersion;
    QVERIFY(!version.isEmpty());
    engine->stop();
    QTRY_VERIFY(source.linkState() == LinkState::Stale);
    QVERIFY(veil->isVisible());
    QVERIFY(!source.linkDetail().isEmpty());
    QVERIFY(veil->text().contains(source.linkDetail()));
    QCOMPARE(session().cluster().info().engineVersion, version); // the last data stay
    QVERIFY(engine->start(options).ok());
    QTRY_VERIFY_WITH_TIMEOUT(source.linkState() == LinkState::Live, 20'000);
    QTRY_VERIFY(veil->isHidden());
    m_window->setSource(nullptr);
}

QTEST_MAIN(TestLiveEngine)
#include "tst_liveengine.moc"
