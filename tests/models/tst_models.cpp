// SPDX-License-Identifier: Apache-2.0
#include "models/actormodel.h"
#include "models/clustermodel.h"
#include "models/connectionmodel.h"
#include "models/eventmodel.h"
#include "models/format.h"
#include "models/latencymodel.h"
#include "models/pendingmodel.h"
#include "models/runnermodel.h"

#include <QAbstractItemModelTester>
#include <QMap>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

QString idFor(const char *prefix, quint32 n)
{
    return QString::fromLatin1(prefix) + QString::number(n);
}

ActorInfo makeActor(quint32 n, ActorState state, qint64 ts)
{
    ActorInfo actor;
    actor.actorId = idFor("actor", n);
    actor.name = n % 2 ? QStringLiteral("chat") : QStringLiteral("counter");
    actor.key = idFor("key-", n);
    actor.state = state;
    actor.createTs = ts - 1000 * n;
    if (state == ActorState::Destroyed)
        actor.destroyTs = ts;
    if (n % 3)
        actor.pendingBytes = 100 * n;
    return actor;
}

ConnectionInfo makeConnection(quint32 n, ConnectionState state, qint64 ts)
{
    ConnectionInfo connection;
    connection.connectionId = idFor("conn", n);
    connection.path = QStringLiteral("/gateway");
    connection.kind = ConnectionKind::WebSocket;
    connection.state = state;
    connection.openedTs = ts;
    connection.pendingBytes = n;
    connection.pendingLimitBytes = 1024;
    if (state == ConnectionState::Closed)
        connection.closedTs = ts;
    return connection;
}

/// What a view would hold after all signals: ids by row, maintained from the signals alone.
class SignalMirror : public QObject
{
public:
    explicit SignalMirror(QAbstractItemModel &model) : m_model(model)
    {
        connect(&model, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex &, int first, int last) {
            for (int row = first; row <= last; ++row)
                ids.insert(row, idAt(row));
        });
        connect(&model, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex &, int first, int last) {
            ids.remove(first, last - first + 1);
        });
        connect(&model, &QAbstractItemModel::layoutChanged, this, [this] {
            for (int row = 0; row < ids.size(); ++row)
                ids[row] = idAt(row);
        });
        connect(&model, &QAbstractItemModel::modelReset, this, [this] { ++resets; });
    }
    QString idAt(int row) const { return m_model.index(row, 0).data(IdRole).toString(); }
    bool agrees() const
    {
        if (ids.size() != m_model.rowCount())
            return false;
        for (int row = 0; row < ids.size(); ++row)
            if (ids.at(row) != idAt(row))
                return false;
        return true;
    }
    QStringList ids;
    int resets = 0;

private:
    QAbstractItemModel &m_model;
};

} // namespace

class TestModels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void actorsRandomStream();
    void connectionsRandomStream();
    void runnersBasics();
    void hiddenModelIsSilent();
    void graveyardIsBounded();
    void snapshotReplaces();
    void sortKeepsSelection();
    void unknownIsADash();
    void filterLanguage_data();
    void filterLanguage();
    void filterErrors();
    void manyScatteredRemovals();
    void pendingFollowsTheQueue();
    void eventsAreARing();
    void eventFilters();
    void latencySlices();
    void ratesDecay();
    void numbersLook_data();
    void numbersLook();
};

void TestModels::actorsRandomStream()
{
    QRandomGenerator random(7);
    ActorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    SignalMirror mirror(model);
    QMap<QString, ActorState> truth;
    model.sort(ActorModel::Name);
    for (int step = 1; step <= 300; ++step) {
        Frame frame;
        frame.ts = 1'000'000 + step * 100;
        frame.snapshot = step % 50 == 0;
        if (frame.snapshot)
            for (auto it = truth.begin(); it != truth.end();)
                it = it.value() == ActorState::Destroyed ? std::next(it) : truth.erase(it);
        const int changes = int(random.bounded(8));
        for (int i = 0; i < changes; ++i) {
            const auto state = ActorState(1 + random.bounded(10));
            frame.actors.push_back(makeActor(random.bounded(60), state, frame.ts));
            truth.insert(frame.actors.back().actorId, state);
        }
        model.store(frame.actors, frame.snapshot, frame.ts);
        if (step % 10 == 0)
            model.resortIfNeeded();
        if (step % 40 == 0)
            model.setShowEnded(!model.showEnded());
        if (step % 70 == 0)
            model.setFilter(Filter::parse(step % 140 ? QStringLiteral("chat") : QString()));
        if (step % 33 == 0)
            model.setActive(!model.isActive());
        QVERIFY(mirror.agrees());
    }
    model.setActive(true);
    model.setFilter({});
    model.setShowEnded(true);
    QVERIFY(mirror.agrees());
    QCOMPARE(model.rowCount(), int(truth.size()));
    for (auto it = truth.cbegin(); it != truth.cend(); ++it) {
        const int row = model.rowOf(it.key());
        QVERIFY(row >= 0);
        QCOMPARE(model.index(row, 0).data(StateRole).toInt(), int(it.value()));
    }
    model.setShowEnded(false);
    const auto alive = std::count_if(truth.cbegin(), truth.cend(),
                                     [](ActorState state) { return state != ActorState::Destroyed; });
    QCOMPARE(model.rowCount(), int(alive));
    QCOMPARE(model.liveCount(), int(alive));
    QCOMPARE(mirror.resets, 0);
}

void TestModels::connectionsRandomStream()
{
    QRandomGenerator random(11);
    ConnectionModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    SignalMirror mirror(model);
    model.sort(ConnectionModel::PendingBytes, Qt::DescendingOrder);
    for (int step = 1; step <= 200; ++step) {
        std::vector<ConnectionInfo> changed;
        const int changes = int(random.bounded(6));
        for (int i = 0; i < changes; ++i)
            changed.push_back(
                makeConnection(random.bounded(50), ConnectionState(1 + random.bounded(10)), 5000 + step));
        model.store(changed, false, 5000 + step);
        if (step % 7 == 0)
            model.resortIfNeeded();
        QVERIFY(mirror.agrees());
    }
    model.sort(ConnectionModel::PendingBytes, Qt::DescendingOrder);
    for (int row = 1; row < model.rowCount(); ++row)
        QVERIFY(model.index(row - 1, ConnectionModel::PendingBytes).data(RawRole).toDouble()
                >= model.index(row, ConnectionModel::PendingBytes).data(RawRole).toDouble());
    QCOMPARE(mirror.resets, 0);
    const int row = 0;
    const double bytes = model.index(row, ConnectionModel::PendingBytes).data(RawRole).toDouble();
    QCOMPARE(model.index(row, ConnectionModel::PendingBytes).data(FractionRole).toDouble(), bytes / 1024);
}

void TestModels::runnersBasics()
{
    RunnerModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    RunnerInfo runner;
    runner.runnerId = QStringLiteral("r1");
    runner.state = RunnerState::Connected;
    runner.usedSlots = 3;
    runner.totalSlots = 12;
    runner.eligible = false;
    runner.ineligibleReason = QStringLiteral("draining");
    model.store({runner}, true, 100);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, RunnerModel::Slots).data().toString(), QStringLiteral("3 / 12"));
    QCOMPARE(model.index(0, RunnerModel::Slots).data(FractionRole).toDouble(), 0.25);
    QCOMPARE(model.index(0, RunnerModel::Eligible).data().toString(), QStringLiteral("no draining"));
    runner.outboundState = QStringLiteral("serving");
    runner.poolErrorJson = QStringLiteral("\"serverless_stream_ended_early\"");
    model.store({runner}, false, 150);
    QCOMPARE(model.index(0, RunnerModel::Outbound).data().toString(), runner.outboundState);
    QCOMPARE(model.index(0, RunnerModel::PoolError).data().toString(), runner.poolErrorJson);
    runner.state = RunnerState::Stopped;
    runner.stopTs = 200;
    model.store({runner}, false, 200);
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(model.endedCount(), 1);
    model.setShowEnded(true);
    QCOMPARE(model.rowCount(), 1);
}

void TestModels::hiddenModelIsSilent()
{
    ActorModel model;
    model.setActive(false);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    for (quint32 i = 0; i < 500; ++i)
        model.store({makeActor(i % 50, ActorState::Running, i)}, false, i);
    QCOMPARE(inserted.size() + changed.size() + removed.size(), 0);
    QVERIFY(model.find(QStringLiteral("actor7")));
    QCOMPARE(model.liveCount(), 50);
    model.setActive(true);
    QCOMPARE(model.rowCount(), 50);
    QCOMPARE(inserted.size(), 1);
}

void TestModels::graveyardIsBounded()
{
    ActorModel model;
    const quint32 total = LiveTableModel::kMaxEnded + 500;
    std::vector<ActorInfo> batch;
    for (quint32 i = 0; i < total; ++i)
        batch.push_back(makeActor(i, ActorState::Destroyed, i));
    model.store(batch, false, total);
    QCOMPARE(model.endedCount(), LiveTableModel::kMaxEnded);
    QCOMPARE(model.liveCount(), 0);
    QVERIFY(!model.find(QStringLiteral("actor0")));
    QVERIFY(model.find(idFor("actor", total - 1)));
}

void TestModels::snapshotReplaces()
{
    ActorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setShowEnded(true);
    model.store({makeActor(1, ActorState::Running, 100), makeActor(2, ActorState::Destroyed, 100),
                 makeActor(3, ActorState::Destroyed, 500)},
                false, 500);
    QCOMPARE(model.rowCount(), 3);
    model.store({makeActor(4, ActorState::Sleeping, 300)}, true, 300);
    QVERIFY(!model.find(QStringLiteral("actor1")));
    QVERIFY(model.find(QStringLiteral("actor2"))); // ended before the moment shown
    QVERIFY(!model.find(QStringLiteral("actor3"))); // ends later than the moment shown
    QCOMPARE(model.rowCount(), 2);
}

void TestModels::sortKeepsSelection()
{
    ActorModel model;
    std::vector<ActorInfo> actors;
    for (quint32 i = 0; i < 20; ++i)
        actors.push_back(makeActor(i, ActorState::Running, 100'000));
    model.store(actors, true, 100'000);
    model.sort(ActorModel::Created, Qt::AscendingOrder);
    const QPersistentModelIndex kept = model.index(model.rowOf(QStringLiteral("actor5")), 2);
    model.sort(ActorModel::Created, Qt::DescendingOrder);
    QCOMPARE(kept.data(IdRole).toString(), QStringLiteral("actor5"));
    QCOMPARE(model.idAt(0), QStringLiteral("actor19"));
    model.setSortFrozen(true);
    actors[3].createTs = 1;
    model.store({actors[3]}, false, 100'000);
    QVERIFY(!model.resortIfNeeded());
    QCOMPARE(model.idAt(0), QStringLiteral("actor19"));
    model.setSortFrozen(false);
    QVERIFY(model.resortIfNeeded());
    QCOMPARE(model.idAt(0), QStringLiteral("actor3"));
}

void TestModels::unknownIsADash()
{
    ActorModel model;
    model.store({makeActor(3, ActorState::Running, 100), makeActor(1, ActorState::Running, 100)}, true, 100);
    const QModelIndex unknown = model.index(model.rowOf(QStringLiteral("actor3")), ActorModel::PendingBytes);
    QVERIFY(!unknown.data(RawRole).isValid());
    QCOMPARE(unknown.data().toString(), unknownText());
    const QModelIndex known = model.index(model.rowOf(QStringLiteral("actor1")), ActorModel::PendingBytes);
    QCOMPARE(known.data().toString(), QStringLiteral("100 B"));
}

void TestModels::filterLanguage_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("rows");
    QTest::newRow("empty") << QString() << 12;
    QTest::newRow("word") << QStringLiteral("chat") << 6;
    QTest::newRow("case") << QStringLiteral("CHAT") << 6;
    QTest::newRow("negated") << QStringLiteral("-chat") << 6;
    QTest::newRow("state") << QStringLiteral("state:sleeping") << 4;
    QTest::newRow("two terms") << QStringLiteral("state:sleeping name:chat") << 2;
    QTest::newRow("number") << QStringLiteral("pending.bytes>500") << 4;
    QTest::newRow("unit") << QStringLiteral("pending.bytes>0.5KiB") << 4;
    QTest::newRow("unknown is not small") << QStringLiteral("pending.bytes<=500") << 4;
    QTest::newRow("age") << QStringLiteral("age>=10s") << 2;
    QTest::newRow("regex") << QStringLiteral("/key-1[01]?$/") << 3;
    QTest::newRow("no such column") << QStringLiteral("colour:red") << 0;
    QTest::newRow("equals is the whole cell") << QStringLiteral("state == sleep") << 0;
    QTest::newRow("spaced operator") << QStringLiteral("state == sleeping") << 4;
    QTest::newRow("not equal") << QStringLiteral("state != sleeping") << 8;
    QTest::newRow("not and or") << QStringLiteral("not state:sleeping and key-2 or key-1") << 4;
    QTest::newRow("unfinished or") << QStringLiteral("state:sleeping or") << 4;
    QTest::newRow("quoted") << QStringLiteral("\"key-1\"") << 3;
}

void TestModels::filterLanguage()
{
    QFETCH(QString, filter);
    QFETCH(int, rows);
    ActorModel model;
    std::vector<ActorInfo> actors;
    for (quint32 i = 0; i < 12; ++i)
        actors.push_back(makeActor(i, i % 3 == 1 ? ActorState::Sleeping : ActorState::Running, 100'000));
    model.store(actors, true, 100'000);
    const Filter parsed = Filter::parse(filter);
    QVERIFY(parsed.isValid());
    model.setFilter(parsed);
    QCOMPARE(model.rowCount(), rows);
}

void TestModels::filterErrors()
{
    QCOMPARE(Filter::terms(QStringLiteral("state == sleeping and age > 1m or not  \"two words\" chat")),
             QStringList({QStringLiteral("state==sleeping"), QStringLiteral("age>1m"), QStringLiteral("or"), QStringLiteral("\"-two words\""),
                          QStringLiteral("chat")}));
    QVERIFY(!Filter::parse(QStringLiteral("/[/")).isValid());
    QVERIFY(!Filter::parse(QStringLiteral("pending>many")).isValid());
    QVERIFY(Filter::parse(QStringLiteral("pending>5 chat")).isValid());
}

void TestModels::manyScatteredRemovals()
{
    ActorModel model;
    SignalMirror mirror(model);
    std::vector<ActorInfo> actors;
    for (quint32 i = 0; i < 5000; ++i)
        actors.push_back(makeActor(i, ActorState::Running, 100));
    model.store(actors, true, 100);
    model.setFilter(Filter::parse(QStringLiteral("chat")));
    QCOMPARE(model.rowCount(), 2500);
    QVERIFY(mirror.agrees());
    model.setFilter({});
    QCOMPARE(model.rowCount(), 5000);
    QVERIFY(mirror.agrees());
    QCOMPARE(mirror.resets, 0);
}

void TestModels::pendingFollowsTheQueue()
{
    PendingModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.sort(PendingModel::Place);
    model.setConnection(QStringLiteral("c1"));
    QRandomGenerator random(3);
    quint16 first = 65530; // across the wrap
    for (int step = 0; step < 60; ++step) {
        Frame frame;
        frame.ts = 1000 + step;
        frame.pendingOf = QStringLiteral("c1");
        first = quint16(first + random.bounded(3));
        const int count = int(random.bounded(12));
        for (int i = 0; i < count; ++i)
            frame.pending.push_back({quint16(first + i), 10 + i, i % 2 == 0, 900, std::nullopt, i % 3, {}});
        model.apply(frame);
        QCOMPARE(model.rowCount(), count);
        for (int i = 0; i < count; ++i)
            QCOMPARE(model.index(i, PendingModel::Index).data(RawRole).toInt(), int(quint16(first + i)));
    }
    Frame other;
    other.pendingOf = QStringLiteral("c2");
    other.pending.push_back({});
    const int before = model.rowCount();
    model.apply(other);
    QCOMPARE(model.rowCount(), before);
    model.setConnection(QStringLiteral("c2"));
    QCOMPARE(model.rowCount(), 0);
    model.apply(other);
    QCOMPARE(model.rowCount(), 1);
}

void TestModels::eventsAreARing()
{
    EventModel model;
    SignalMirror mirror(model);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    quint64 seq = 0;
    const auto send = [&](int count) {
        Frame frame;
        for (int i = 0; i < count; ++i) {
            Event event;
            event.seq = ++seq;
            event.ts = qint64(seq);
            event.actorId = idFor("a", quint32(seq));
            event.level = seq % 2 ? EventLevel::Info : EventLevel::Trace;
            frame.events.push_back(event);
        }
        frame.ts = qint64(seq);
        model.apply(frame);
    };
    send(EventModel::kMaxEvents - 10);
    QCOMPARE(model.rowCount(), EventModel::kMaxEvents / 2 - 5);
    for (int i = 0; i < 5; ++i)
        send(30);
    QCOMPARE(model.stored(), qsizetype(EventModel::kMaxEvents));
    QCOMPARE(model.rowCount(), EventModel::kMaxEvents / 2);
    QCOMPARE(model.forgotten(), quint64(140));
    QVERIFY(mirror.agrees());
    send(EventModel::kMaxEvents + 77);
    QCOMPARE(model.stored(), qsizetype(EventModel::kMaxEvents));
    QVERIFY(mirror.agrees());
    QCOMPARE(model.at(model.rowCount() - 1)->seq, seq % 2 ? seq : seq - 1);

    Frame back; // a recording wound back
    back.snapshot = true;
    back.ts = qint64(seq) - 100;
    back.eventsDropped = 4;
    model.apply(back);
    QCOMPARE(model.stored(), qsizetype(EventModel::kMaxEvents - 100));
    QVERIFY(model.at(model.rowCount() - 1)->ts <= back.ts);
    QCOMPARE(model.dropped(), quint64(4));
}

void TestModels::eventFilters()
{
    EventModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    Frame frame;
    for (int i = 0; i < 10; ++i) {
        Event event;
        event.seq = quint64(i) + 1;
        event.kind = i % 2 ? EventKind::ActorState : EventKind::ConnectionClosed;
        event.level = i < 5 ? EventLevel::Info : EventLevel::Error;
        event.actorId = i < 8 ? QStringLiteral("a1") : QStringLiteral("a2");
        frame.events.push_back(event);
    }
    model.apply(frame);
    QCOMPARE(model.rowCount(), 10);
    model.setMinimumLevel(EventLevel::Warn);
    QCOMPARE(model.rowCount(), 5);
    model.setObject(QStringLiteral("a2"));
    QCOMPARE(model.rowCount(), 2);
    model.setObject({});
    model.setMinimumLevel(EventLevel::Trace);
    model.setFilter(Filter::parse(QStringLiteral("kind:actor_state")));
    QCOMPARE(model.rowCount(), 5);
    model.setActive(false);
    model.apply(frame);
    QCOMPARE(model.rowCount(), 5);
    model.setActive(true);
    QCOMPARE(model.rowCount(), 10);
}

void TestModels::latencySlices()
{
    LatencyModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (int second = 0; second < LatencyModel::kMaxSlices + 20; ++second) {
        Frame frame;
        frame.ts = second * 1000;
        LatencySlice slice;
        slice.startTs = second * 1000;
        slice.ack.add(1000);
        frame.latency.push_back(slice);
        slice.ack.add(2000);
        frame.latency.push_back(slice); // the running second again
        model.apply(frame);
    }
    QCOMPARE(model.rowCount(), int(LatencyModel::kMaxSlices));
    QCOMPARE(model.slices().front().startTs, 20'000);
    QCOMPARE(model.merged(LatencyKind::Ack, 10'000).count(), quint64(20));
    QCOMPARE(model.merged(LatencyKind::Wake, 10'000).count(), quint64(0));
    QCOMPARE(model.index(0, LatencyModel::WakeP50).data().toString(), unknownText());
    Frame back;
    back.snapshot = true;
    back.ts = 100'000;
    model.apply(back);
    QCOMPARE(model.slices().back().startTs, 100'000);
}

void TestModels::ratesDecay()
{
    LatencyModel latency;
    ClusterModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QVERIFY(!model.value(ClusterModel::MessageRate));
    QCOMPARE(model.text(ClusterModel::Actors), unknownText());
    quint64 total = 0;
    qint64 now = 1'000'000;
    for (int i = 0; i < 40; ++i, now += 500) {
        Frame frame;
        frame.ts = now;
        frame.cluster = ClusterInfo();
        frame.cluster->nowTs = now;
        frame.cluster->actors = 5;
        frame.cluster->messagesIn = total;
        total += 100;
        model.apply(frame, latency);
    }
    QVERIFY(std::abs(*model.value(ClusterModel::MessageRate) - 200) < 2);
    QCOMPARE(model.history(ClusterModel::Actors).size(), size_t(40));
    for (int i = 0; i < 20; ++i)
        model.tick(now += 1000);
    QCOMPARE(*model.value(ClusterModel::MessageRate), 0.0);
}

void TestModels::numbersLook_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("bytes") << bytesText(512) << QStringLiteral("512 B");
    QTest::newRow("kib") << bytesText(1536) << QStringLiteral("1.5 KiB");
    QTest::newRow("mib") << bytesText(1048576) << QStringLiteral("1.0 MiB");
    QTest::newRow("us") << microsText(850) << QStringLiteral("850 µs");
    QTest::newRow("ms") << microsText(1200) << QStringLiteral("1.2 ms");
    QTest::newRow("min") << durationText(200'000) << QStringLiteral("3 min 20 s");
    QTest::newRow("hours") << durationText(7'500'000) << QStringLiteral("2 h 05 min");
    QTest::newRow("nan") << countText(qQNaN()) << unknownText();
}

void TestModels::numbersLook()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QCOMPARE(text, expected);
}

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
