// SPDX-License-Identifier: Apache-2.0
#include "models/acklog.h"
#include "models/controlmodel.h"
#include "models/duemodel.h"
#include "models/eventmodel.h"
#include "models/fillforecast.h"
#include "models/payload.h"
#include "models/format.h"
#include "models/settingmodel.h"
#include "models/statehistory.h"
#include "models/wakemodel.h"

#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;

class ToolModelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakeHasStages();
    void wakeWithoutSocketEndsWhenStarted();
    void wakeThatFails();
    void ownWakesAreHidden();
    void oldWakesLeave();
    void woundBackRecording();
    void dueSoonestFirst();
    void dueTimeoutsOfConnections();
    void dueIsBounded();
    void controlLogKeepsOutcome();
    void controlLogIsBounded();
    void settingsOnlyChanged();
    void historyOutlivesTheLog();
    void payloadForms();
    void forecastOfAFillingBuffer();
    void acksByCellAndGroup();

private:
    static Event event(EventKind kind, qint64 us, const QString &from = {}, const QString &to = {}, const QString &reason = {})
    {
        Event e;
        e.kind = kind;
        e.monoUs = us;
        e.ts = 1'000 + us / 1'000;
        e.actorId = QStringLiteral("a");
        e.from = from;
        e.to = to;
        e.reason = reason;
        return e;
    }
    static Frame frame(std::vector<Event> events)
    {
        Frame f;
        f.ts = events.back().ts;
        f.events = std::move(events);
        return f;
    }
    static QString word(const char *text) { return QString::fromLatin1(text); }
};

void ToolModelsTest::wakeHasStages()
{
    WakeModel model;
    model.apply(frame({event(EventKind::ConnectionState, 1'000, word("hibernating"), word("waking"), word("message")),
                       event(EventKind::ActorWake, 1'050, {}, {}, word("wake")),
                       event(EventKind::ActorState, 1'100, word("sleeping"), word("starting"), word("allocated")),
                       event(EventKind::Command, 1'300, {}, {}, word("start"))}));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.wakeAt(0)->state, WakeRow::Running);
    QVERIFY(!model.wakeAt(0)->totalUs());
    model.apply(frame({event(EventKind::ActorState, 4'300, word("starting"), word("running"), word("running"))}));
    QCOMPARE(model.wakeAt(0)->state, WakeRow::Running); // the socket still waits
    model.apply(frame({event(EventKind::ConnectionState, 4'800, word("waking"), word("attached"), word("ready"))}));
    const WakeRow *row = model.wakeAt(0);
    QCOMPARE(row->state, WakeRow::Done);
    QCOMPARE(row->cause, word("message"));
    QCOMPARE(row->stageUs(WakeRow::Allocated), 100);
    QCOMPARE(row->stageUs(WakeRow::Commanded), 200);
    QCOMPARE(row->stageUs(WakeRow::Started), 3'000);
    QCOMPARE(row->stageUs(WakeRow::Delivered), 500);
    QCOMPARE(row->totalUs(), 3'800);
    QCOMPARE(model.quantileUs(WakeRow::Started, 0.5), 3'000);
}

void ToolModelsTest::wakeWithoutSocketEndsWhenStarted()
{
    WakeModel model;
    model.apply(frame({event(EventKind::ActorCreated, 0), event(EventKind::ActorState, 10, word("pending"), word("starting")),
                       event(EventKind::ActorState, 50, word("starting"), word("running"))}));
    const WakeRow *row = model.wakeAt(0);
    QCOMPARE(row->state, WakeRow::Done);
    QVERIFY(row->created);
    QCOMPARE(row->totalUs(), 50);
    QCOMPARE(row->stageUs(WakeRow::Started), 40); // the command was not seen: its time belongs to the start
    QVERIFY(!row->stageUs(WakeRow::Delivered));
}

void ToolModelsTest::wakeThatFails()
{
    WakeModel model;
    model.apply(frame({event(EventKind::ActorWake, 0), event(EventKind::ActorState, 5, word("sleeping"), word("pending")),
                       event(EventKind::ActorState, 60'000, word("pending"), word("sleeping"), word("no_capacity"))}));
    QCOMPARE(model.wakeAt(0)->state, WakeRow::Failed);
    QCOMPARE(model.wakeAt(0)->outcome, word("sleeping"));
    QVERIFY(!model.quantileUs(WakeRow::MomentCount, 0.5)); // only finished ones count
}

void ToolModelsTest::ownWakesAreHidden()
{
    OwnTraffic own;
    WakeModel model;
    model.setOwn(&own);
    const auto wakeBy = [&](const char *connection, bool isOwn, qint64 us) {
        Event opened = event(EventKind::ConnectionOpened, us);
        opened.connectionId = word(connection);
        Frame f = frame({opened, event(EventKind::ActorWake, us + 1, {}, {}, word("wake")),
                         event(EventKind::ActorState, us + 2, word("sleeping"), word("starting")),
                         event(EventKind::ActorState, us + (isOwn ? 9'000 : 1'000), word("starting"), word("running"))});
        ConnectionInfo info;
        info.connectionId = word(connection);
        info.actorId = word("a");
        info.ownTraffic = isOwn;
        f.connections.push_back(info);
        own.apply(f);
        model.apply(f);
    };
    wakeBy("theirs", false, 0);
    wakeBy("mine", true, 20'000);
    QCOMPARE(model.rowCount(), 1);
    QVERIFY(!model.wakeAt(0)->own);
    QCOMPARE(model.quantileUs(WakeRow::MomentCount, 1), 999); // a shown one counts, a hidden one does not
    model.apply(frame({event(EventKind::ActorState, 30'000, word("running"), word("sleeping")), event(EventKind::ActorAlarm, 60'000),
                       event(EventKind::ActorState, 60'500, word("starting"), word("running"))}));
    QCOMPARE(model.rowCount(), 2); // nobody's but the actor's
    own.setShown(true);
    model.ownChanged();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.quantileUs(WakeRow::MomentCount, 1), 8'999);
}

void ToolModelsTest::oldWakesLeave()
{
    WakeModel model;
    for (int i = 0; i < WakeModel::kMaxRows + 50; ++i)
        model.apply(frame({event(EventKind::ActorWake, i * 100), event(EventKind::ActorState, i * 100 + 50, word("starting"), word("running"))}));
    QCOMPARE(model.rowCount(), WakeModel::kMaxRows);
    QVERIFY(model.find(QString::number(WakeModel::kMaxRows + 50)));
    QVERIFY(!model.find(word("50")));
}

void ToolModelsTest::woundBackRecording()
{
    WakeModel model;
    model.apply(frame({event(EventKind::ActorWake, 9'000'000), event(EventKind::ActorState, 9'000'050, word("starting"), word("running"))}));
    QCOMPARE(model.rowCount(), 1);
    Frame back;
    back.snapshot = true;
    back.ts = 1'000;
    model.apply(back);
    QCOMPARE(model.rowCount(), 0);
}

void ToolModelsTest::dueSoonestFirst()
{
    ActorModel actors;
    ConnectionModel connections;
    ActorInfo alarm;
    alarm.actorId = word("a1");
    alarm.state = ActorState::Sleeping;
    alarm.alarmTs = 9'000;
    ActorInfo starting;
    starting.actorId = word("a2");
    starting.state = ActorState::Starting;
    starting.deadlineTs = 5'000;
    starting.deadlineName = word("actor_start_threshold");
    ActorInfo retry;
    retry.actorId = word("a3");
    retry.state = ActorState::Backoff;
    retry.deadlineTs = retry.rescheduleTs = 7'000; // the same moment is named once
    ActorInfo gone;
    gone.actorId = word("a4");
    gone.state = ActorState::Destroyed;
    gone.alarmTs = 1;
    actors.store({alarm, starting, retry, gone}, true, 1'000);
    ConnectionInfo socket;
    socket.connectionId = word("c1");
    socket.actorId = word("a1");
    socket.state = ConnectionState::Attached;
    socket.ackDeadlineTs = 3'000;
    connections.store({socket}, true, 1'000);
    DueModel model;
    model.refresh(actors, connections, {}, 1'000);
    QCOMPARE(model.rowCount(), 4);
    const auto what = [&](int row) { return DueRow::What(model.index(row, DueModel::What).data(StateRole).toInt()); };
    QCOMPARE(what(0), DueRow::AckTimeout);
    QCOMPARE(what(1), DueRow::Deadline);
    QCOMPARE(what(2), DueRow::Reschedule);
    QCOMPARE(what(3), DueRow::Alarm);
    QCOMPARE(model.index(0, DueModel::In).data(RawRole).toDouble(), 2'000.0);
    socket.ackDeadlineTs.reset();
    connections.store({socket}, false, 1'500);
    model.refresh(actors, connections, {}, 1'500);
    QCOMPARE(model.rowCount(), 3);
}

void ToolModelsTest::dueTimeoutsOfConnections()
{
    ActorModel actors;
    ActorInfo queued;
    queued.actorId = word("queued");
    queued.state = ActorState::Pending;
    ActorInfo starting;
    starting.actorId = word("starting");
    starting.state = ActorState::Starting;
    actors.store({queued, starting}, true, 1'000);
    ConnectionModel connections;
    const auto connection = [](const char *id, const char *actor, ConnectionState state, ConnectionKind kind) {
        ConnectionInfo one;
        one.connectionId = word(id);
        one.actorId = word(actor);
        one.state = state;
        one.kind = kind;
        one.stateSinceTs = 1'000;
        return one;
    };
    connections.store({connection("ready", "starting", ConnectionState::Waiting, ConnectionKind::WebSocket),
                       connection("force", "queued", ConnectionState::Waiting, ConnectionKind::Http),
                       connection("open", "starting", ConnectionState::Opening, ConnectionKind::WebSocket),
                       connection("response", "starting", ConnectionState::Opening, ConnectionKind::Http),
                       connection("calm", "starting", ConnectionState::Hibernating, ConnectionKind::WebSocket)},
                      true, 1'000);
    DueModel model;
    model.refresh(actors, connections, {}, 1'000);
    QCOMPARE(model.rowCount(), 0); // lengths that are not known make no moments
    DueModel::Timeouts lengths;
    lengths.ready = 10'000;
    lengths.forceWake = 60'000;
    lengths.open = 15'000;
    lengths.response = 20'000;
    model.refresh(actors, connections, lengths, 2'000);
    const auto row = [&](int n) {
        return QString(model.index(n, DueModel::Connection).data(RawRole).toString() % u' '
                       % QString::number(model.index(n, DueModel::In).data(RawRole).toDouble()) % u' '
                       % model.index(n, DueModel::Setting).data(RawRole).toString());
    };
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(row(0), word("ready 9000 actor_ready_timeout_ms"));
    QCOMPARE(row(1), word("open 14000 gateway_websocket_open_timeout_ms"));
    QCOMPARE(row(2), word("response 19000 gateway_response_start_timeout_ms"));
    QCOMPARE(row(3), word("force 59000 actor_force_wake_pending_timeout_ms"));
}

void ToolModelsTest::dueIsBounded()
{
    ActorModel actors;
    ConnectionModel connections;
    std::vector<ActorInfo> many;
    for (int i = 0; i < DueModel::kMaxRows + 10; ++i) {
        ActorInfo actor;
        actor.actorId = QString::number(i);
        actor.state = ActorState::Sleeping;
        actor.alarmTs = 100'000 - i; // the last ones are due first
        many.push_back(actor);
    }
    actors.store(many, true, 0);
    DueModel model;
    model.refresh(actors, connections, {}, 0);
    QCOMPARE(model.rowCount(), DueModel::kMaxRows);
    QCOMPARE(model.total(), qint64(many.size()));
    QCOMPARE(model.index(0, DueModel::Actor).data(RawRole).toString(), QString::number(DueModel::kMaxRows + 9));
    QVERIFY(model.rowOf(word("0:0")) < 0);
}

void ToolModelsTest::controlLogKeepsOutcome()
{
    ControlModel model;
    const QString id = model.begin(1'000, word("create_actor"), {{word("name"), word("chat")}, {word("input_base64"), word("c2VjcmV0")}});
    QCOMPARE(model.find(id)->state, ControlRow::Running);
    QVERIFY2(!model.find(id)->arguments.contains(word("c2VjcmV0")), "what was typed as content stays out of the log");
    model.finish(id, 1'250, ControlRow::Failed, word("actor.duplicate_key: taken"));
    QCOMPARE(model.find(id)->state, ControlRow::Failed);
    QCOMPARE(model.find(id)->tookMs, 250);
    const QString other = model.begin(2'000, word("sleep_actor"), {{word("actor_id"), word("a1")}});
    QCOMPARE(model.find(other)->target, word("a1"));
}

void ToolModelsTest::controlLogIsBounded()
{
    ControlModel model;
    for (int i = 0; i < ControlModel::kMaxRows + 5; ++i)
        model.begin(i, word("wake_actor"), {});
    QCOMPARE(model.rowCount(), ControlModel::kMaxRows);
    QVERIFY(!model.find(word("5")));
    QVERIFY(model.find(word("6")));
}

void ToolModelsTest::settingsOnlyChanged()
{
    SettingModel model;
    model.apply({{word("guard"), word("a_ms"), word("ms"), word("1"), word("1"), {}, {}}, {word("guard"), word("b_ms"), word("ms"), word("2"), word("1"), {}, {}}}, 0);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, SettingModel::Rivet).data().toString(), unknownText());
    QCOMPARE(SettingModel::rivetValue(word("guard.actor_ready_timeout_ms")), word("30000 (2.0.33: 10000)"));
    model.setOnlyChanged(true);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.idAt(0), word("guard.b_ms"));
}

void ToolModelsTest::historyOutlivesTheLog()
{
    EventModel log;
    quint64 seq = 0;
    const auto say = [&](int times, const QString &actor, const QString &from, const QString &to) {
        Frame frame;
        for (int i = 0; i < times; ++i) {
            Event e = event(EventKind::ActorState, 1000, from, to, word("idle"));
            e.actorId = actor;
            e.seq = ++seq;
            frame.events.push_back(e);
        }
        log.apply(frame);
    };
    say(1, word("a"), word("sleeping"), word("starting"));
    say(1, word("b"), word("running"), word("sleeping"));
    StateHistory history(StateHistory::Kind::Actor);
    QVERIFY(history.setObject(word("a")));
    QVERIFY(!history.setObject(word("a")));
    QVERIFY(history.update(log));
    QCOMPARE(history.steps().size(), size_t(1)); // what the log held, of this actor only
    QVERIFY(!history.update(log));
    say(EventModel::kMaxEvents, word("b"), word("running"), word("sleeping"));
    QVERIFY(!history.update(log));
    say(1, word("a"), word("starting"), word("running"));
    QVERIFY(history.update(log));
    QCOMPARE(history.steps().size(), size_t(2)); // the log has forgotten the first
    QCOMPARE(history.steps().back().to, word("running"));
    history.setObject(word("b"));
    QVERIFY(history.steps().empty());
}

void ToolModelsTest::payloadForms()
{
    QString error;
    QCOMPARE(guessPayloadForm("{\"a\":[1]}"), PayloadForm::Json);
    QCOMPARE(guessPayloadForm("hello"), PayloadForm::Text);
    QCOMPARE(guessPayloadForm(QByteArray::fromHex("a1616101")), PayloadForm::Cbor);
    QCOMPARE(guessPayloadForm(QByteArray::fromHex("fffe00")), PayloadForm::Hex);
    QCOMPARE(guessPayloadForm({}), PayloadForm::Text);
    QCOMPARE(payloadText(QByteArray::fromHex("a1616101"), PayloadForm::Cbor, &error).simplified(), word("{ \"a\": 1 }"));
    QVERIFY(error.isEmpty());
    QVERIFY(payloadText(QByteArray::fromHex("a16161"), PayloadForm::Cbor, &error).isEmpty());
    QVERIFY(!error.isEmpty());
    payloadText(QByteArray::fromHex("a161610100"), PayloadForm::Cbor, &error);
    QVERIFY2(!error.isEmpty(), "bytes after the item");
    payloadText("{", PayloadForm::Json, &error);
    QVERIFY(!error.isEmpty());
    payloadText(QByteArray::fromHex("ff"), PayloadForm::Text, &error);
    QVERIFY(!error.isEmpty());
    QCOMPARE(payloadText(QByteArray("0123456789abcdefX\n"), PayloadForm::Hex, &error),
             word("0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
                  "0010  58 0a                                            X."));
}

void ToolModelsTest::forecastOfAFillingBuffer()
{
    FillForecast forecast;
    QVERIFY(!forecast.msUntil(1000));
    forecast.add(0, 0);
    forecast.add(500, 100);
    QVERIFY2(!forecast.msUntil(1000), "half a second foretells nothing");
    forecast.add(2'000, 400);
    QCOMPARE(forecast.rate(), 200.0);
    QCOMPARE(forecast.msUntil(1000), 3'000);
    QCOMPARE(forecast.msUntil(100), 0);
    forecast.add(3'000, 400);
    forecast.add(20'000, 400);
    QVERIFY2(!forecast.msUntil(1000), "old growth is forgotten");
    forecast.add(1'000, 10); // wound back
    QVERIFY(!forecast.rate());
}

void ToolModelsTest::acksByCellAndGroup()
{
    AckLog log;
    Frame frame;
    for (int i = 0; i < 10; ++i) {
        Event e = event(EventKind::MessageAcked, i * 1'000'000);
        e.value = 100 * (i + 1);
        e.index = i;
        e.actorId = i < 5 ? word("fast") : word("slow");
        e.runnerId = word("r");
        e.connectionId = i % 2 ? word("odd") : word("even");
        frame.events.push_back(e);
    }
    log.apply(frame);
    const auto found = log.find(1'000 + 2'000, 1'000 + 5'000, 400, 1'000, 10);
    QCOMPARE(found.size(), size_t(2)); // the ones of 400 and 500 us
    QCOMPARE(found.front().index, 4);
    QCOMPARE(log.find(0, 100'000, 0, 100'000, 3).size(), size_t(3));
    const auto groups = log.groups([](const QString &actor) { return actor == u"fast" ? QString() : word("room"); });
    QStringList order;
    for (const AckLog::Group &group : groups)
        order.append(QStringLiteral("%1 %2 %3").arg(int(group.of)).arg(group.id).arg(group.histogram.count()));
    QCOMPARE(order, QStringList({word("0 r 10"), word("1 room 5"), word("2 slow 5"), word("2 fast 5"), word("3 odd 5"), word("3 even 5")}));
}

QTEST_GUILESS_MAIN(ToolModelsTest)
#include "tst_toolmodels.moc"
