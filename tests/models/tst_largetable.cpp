// SPDX-License-Identifier: Apache-2.0
// What live tables do differently when they are large: filters in slices, snapshots in parts, changes of the rows on
// screen only, order without comparing whole texts.
#include "models/actormodel.h"
#include "models/filter.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

constexpr int kMany = 2 * LiveTableModel::kRowsPerSlice + 100;

QString idOf(int n)
{
    return QStringLiteral("actor-%1").arg(n, 6, 10, QChar(u'0'));
}

ActorInfo makeActor(int n, ActorState state = ActorState::Running)
{
    ActorInfo actor;
    actor.actorId = idOf(n);
    actor.name = n % 2 ? QStringLiteral("chat") : QStringLiteral("counter");
    actor.state = state;
    actor.createTs = 1'000'000 - n;
    return actor;
}

std::vector<ActorInfo> makeActors(int count)
{
    std::vector<ActorInfo> actors;
    for (int n = 0; n < count; ++n)
        actors.push_back(makeActor(n));
    return actors;
}

QStringList idsOf(const ActorModel &model)
{
    QStringList ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids.append(model.idAt(row));
    return ids;
}

} // namespace

class TestLargeTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void filterIsSliced();
    void changesDuringAScan();
    void filterSetWhileHidden();
    void rowsKeepTheirIdentity();
    void clearedFilterBringsBackTheOrder();
    void onlyRowsOnScreenAreAnnounced();
    void snapshotInParts();
    void orderFollowsChanges_data();
    void orderFollowsChanges();
    void rowsThatFitStayWhereTheyAre();
    void orderOfTexts_data();
    void orderOfTexts();
    void wordsAreFoundAsQtFindsThem();
};

void TestLargeTable::filterIsSliced()
{
    ActorModel model;
    model.store(makeActors(kMany), true, 1);
    QSignalSpy settled(&model, &LiveTableModel::settled);
    model.setFilter(Filter::parse(QStringLiteral("name:chat")));
    QVERIFY(model.isSettling());
    QCOMPARE(model.rowCount(), kMany); // as it was until every row has been looked at
    QTRY_COMPARE(settled.size(), 1);
    QVERIFY(!model.isSettling());
    QCOMPARE(model.rowCount(), kMany / 2);
    // A filter that replaces one that is on its way leaves nothing of it.
    model.setFilter(Filter::parse(QStringLiteral("nothing")));
    model.setFilter(Filter::parse(QStringLiteral("name:counter")));
    QTRY_COMPARE(settled.size(), 2);
    QCOMPARE(model.rowCount(), kMany / 2);
    QCOMPARE(model.index(0, ActorModel::Name).data().toString(), QStringLiteral("counter"));
}

void TestLargeTable::changesDuringAScan()
{
    ActorModel model;
    model.store(makeActors(kMany), true, 1);
    model.setFilter(Filter::parse(QStringLiteral("state:sleeping")));
    QVERIFY(model.isSettling());
    // One row that has been looked at, one that has not, one that goes and one that comes.
    model.store({makeActor(3, ActorState::Sleeping), makeActor(kMany - 1, ActorState::Sleeping), makeActor(kMany, ActorState::Sleeping)}, false, 2);
    model.store({makeActor(4, ActorState::Sleeping)}, false, 3);
    model.store({makeActor(4, ActorState::Running)}, false, 4);
    model.store({makeActor(5, ActorState::Destroyed)}, false, 5);
    QTRY_VERIFY(!model.isSettling());
    QStringList ids = idsOf(model);
    ids.sort();
    QCOMPARE(ids, QStringList({idOf(3), idOf(kMany - 1), idOf(kMany)}));
}

void TestLargeTable::filterSetWhileHidden()
{
    ActorModel model;
    model.store(makeActors(kMany), true, 1);
    model.setActive(false);
    model.setFilter(Filter::parse(QStringLiteral("name:chat")));
    QCoreApplication::processEvents();
    QCOMPARE(model.rowCount(), kMany);
    model.setActive(true);
    QTRY_COMPARE(model.rowCount(), kMany / 2);
    // Hidden half-way: goes on where it was.
    model.setFilter({});
    model.setActive(false);
    model.store({makeActor(1, ActorState::Destroyed)}, false, 2);
    model.setActive(true);
    QTRY_VERIFY(!model.isSettling());
    QCOMPARE(model.rowCount(), kMany - 1);
}

void TestLargeTable::rowsKeepTheirIdentity()
{
    ActorModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.store(makeActors(2000), true, 1);
    const QPersistentModelIndex kept = model.index(model.rowOf(idOf(1001)), ActorModel::Name);
    const QPersistentModelIndex lost = model.index(model.rowOf(idOf(1000)), ActorModel::Name);
    model.setFilter(Filter::parse(QStringLiteral("name:chat"))); // every other row goes
    QVERIFY(kept.isValid());
    QCOMPARE(kept.data(IdRole).toString(), idOf(1001));
    QCOMPARE(kept.row(), 500);
    QVERIFY(!lost.isValid());
    model.setFilter({});
    QCOMPARE(kept.data(IdRole).toString(), idOf(1001));
    QCOMPARE(kept.row(), 1001);
    QCOMPARE(resets.size(), 0);
}

void TestLargeTable::clearedFilterBringsBackTheOrder()
{
    ActorModel model;
    model.store(makeActors(100), true, 2'000'000);
    const QStringList before = idsOf(model);
    model.setFilter(Filter::parse(QStringLiteral("name:chat")));
    model.setFilter({});
    QCOMPARE(idsOf(model), before);
    model.sort(ActorModel::Created, Qt::AscendingOrder); // the youngest are the last ones
    model.setFilter(Filter::parse(QStringLiteral("name:counter")));
    model.setFilter({});
    QCOMPARE(idsOf(model), before);
}

void TestLargeTable::onlyRowsOnScreenAreAnnounced()
{
    ActorModel model;
    model.store(makeActors(100), true, 1);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setShownRows(10, 19);
    model.store({makeActor(9), makeActor(20), makeActor(99)}, false, 2);
    QCOMPARE(changed.size(), 0);
    model.store({makeActor(9), makeActor(10), makeActor(11), makeActor(19), makeActor(20)}, false, 3);
    QCOMPARE(changed.size(), 2);
    QCOMPARE(changed.at(0).at(0).toModelIndex().row(), 10);
    QCOMPARE(changed.at(0).at(1).toModelIndex().row(), 11);
    QCOMPARE(changed.at(1).at(0).toModelIndex().row(), 19);
    model.store({makeActor(50, ActorState::Sleeping)}, false, 4);
    QCOMPARE(model.index(50, ActorModel::State).data(StateRole).toInt(), int(ActorState::Sleeping)); // read when scrolled to
}

void TestLargeTable::snapshotInParts()
{
    ActorModel model;
    model.store({makeActor(1), makeActor(500), makeActor(501)}, true, 1);
    const std::vector<ActorInfo> actors = makeActors(100);
    model.storePart(actors, 0, 40, true, 2);
    QVERIFY(model.find(idOf(500))); // it may come in the next part
    model.storePart(actors, 40, 99, true, 2);
    model.storePart(actors, 99, 100, true, 2);
    QVERIFY(!model.find(idOf(500)));
    QVERIFY(!model.find(idOf(501)));
    QCOMPARE(model.rowCount(), 100);
    QCOMPARE(model.liveCount(), 100);
    model.store({makeActor(7)}, false, 3); // no snapshot: nothing vanishes
    QCOMPARE(model.rowCount(), 100);
}

void TestLargeTable::orderFollowsChanges_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<Qt::SortOrder>("order");
    QTest::addColumn<int>("changes"); // in 1 000 rows
    for (const int changes : {0, 1, 10, 100, 900}) {
        for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            const char *way = order == Qt::AscendingOrder ? "up" : "down";
            QTest::addRow("number, %d changes, %s", changes, way) << int(ActorModel::PendingBytes) << order << changes;
            QTest::addRow("text, %d changes, %s", changes, way) << int(ActorModel::Key) << order << changes;
            QTest::addRow("state, %d changes, %s", changes, way) << int(ActorModel::State) << order << changes;
        }
    }
}

void TestLargeTable::orderFollowsChanges()
{
    QFETCH(int, column);
    QFETCH(Qt::SortOrder, order);
    QFETCH(int, changes);
    QRandomGenerator random(quint32(changes) + 1);
    std::vector<ActorInfo> actors = makeActors(1000);
    const auto change = [&](ActorInfo &actor) {
        actor.pendingBytes = random.bounded(5) == 0 ? std::nullopt : std::optional<qint64>(random.bounded(300));
        actor.key = random.bounded(5) == 0 ? QString() : QString::number(random.bounded(500));
        actor.state = ActorState(1 + random.bounded(8));
    };
    for (ActorInfo &actor : actors)
        change(actor);
    ActorModel model;
    model.store(actors, true, 1);
    model.sort(column, order);
    for (int round = 0; round < 20; ++round) {
        std::vector<ActorInfo> changed;
        for (int i = 0; i < changes; ++i) {
            ActorInfo &actor = actors[random.bounded(quint32(actors.size()))];
            change(actor);
            changed.push_back(actor);
        }
        for (int i = 0; i < changes / 20; ++i) { // some go, some come
            changed.push_back(makeActor(int(random.bounded(1000u)), ActorState::Destroyed));
            actors.push_back(makeActor(int(actors.size())));
            change(actors.back());
            changed.push_back(actors.back());
        }
        model.store(changed, false, 1);
        model.resortIfNeeded();
        for (int row = 1; row < model.rowCount(); ++row) {
            const QVariant above = model.index(row - 1, column).data(RawRole), below = model.index(row, column).data(RawRole);
            const QVariant &first = order == Qt::AscendingOrder ? above : below, &second = order == Qt::AscendingOrder ? below : above;
            if (!first.isValid())
                continue;
            QVERIFY(second.isValid());
            QVERIFY(column == ActorModel::Key ? first.toString() <= second.toString() : first.toDouble() <= second.toDouble());
        }
    }
}

/// A table in which rows of equal rank change places once a second cannot be read.
void TestLargeTable::rowsThatFitStayWhereTheyAre()
{
    ActorModel model;
    model.store(makeActors(1000), true, 1);
    model.sort(ActorModel::State);
    const QStringList before = idsOf(model);
    model.store({makeActor(500), makeActor(10)}, false, 2);
    QVERIFY(!model.resortIfNeeded());
    model.store({makeActor(500, ActorState::Sleeping)}, false, 3);
    QVERIFY(model.resortIfNeeded());
    QStringList expected = before;
    expected.removeOne(idOf(500));
    expected.append(idOf(500));
    QCOMPARE(idsOf(model), expected);
}

void TestLargeTable::orderOfTexts_data()
{
    QTest::addColumn<QStringList>("texts");
    QTest::newRow("equal ones keep their order") << QStringList{QStringLiteral("b"), QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("a")};
    QTest::newRow("one begins the other") << QStringList{QStringLiteral("abcdef"), QStringLiteral("abcd"), QStringLiteral("abc"), QStringLiteral("abcde")};
    QTest::newRow("unknown among them") << QStringList{QStringLiteral("same-2"), QString(), QStringLiteral("same-1"), QString()};
    QTest::newRow("beyond the first letters") << QStringList{QStringLiteral("p-aaaa2"), QStringLiteral("p-aaaa10"), QStringLiteral("p-aaaa1"), QStringLiteral("p-b")};
    QRandomGenerator random(4);
    QStringList many;
    for (int i = 0; i < 500; ++i) {
        QString text = QStringLiteral("actor-");
        for (quint32 letter = random.bounded(9u); letter > 0; --letter)
            text += QChar(random.bounded(4u) == 0 ? 0x30a2u + random.bounded(3u) : u'a' + random.bounded(3u));
        many.append(text);
    }
    QTest::newRow("random") << many;
}

void TestLargeTable::orderOfTexts()
{
    QFETCH(QStringList, texts);
    std::vector<ActorInfo> actors;
    for (int i = 0; i < texts.size(); ++i) {
        actors.push_back(makeActor(i));
        actors.back().name = texts.at(i);
    }
    for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        ActorModel fresh;
        fresh.store(actors, true, 1);
        fresh.sort(ActorModel::Name, order);
        std::vector<ActorInfo> expected = actors;
        std::stable_sort(expected.begin(), expected.end(), [order](const ActorInfo &a, const ActorInfo &b) {
            return order == Qt::AscendingOrder ? a.name < b.name : b.name < a.name;
        });
        QStringList ids;
        for (const ActorInfo &actor : expected)
            ids.append(actor.actorId);
        QCOMPARE(idsOf(fresh), ids);
    }
}

void TestLargeTable::wordsAreFoundAsQtFindsThem()
{
    QRandomGenerator random(11);
    const auto word = [&](int longest) {
        QString text;
        for (quint32 letter = random.bounded(quint32(longest)) + 1; letter > 0; --letter)
            text += QStringLiteral("abAB-äÄ").at(random.bounded(7));
        return text;
    };
    int found = 0;
    for (int i = 0; i < 5000; ++i) {
        const QString text = word(12), part = word(3);
        const bool expected = text.contains(part, Qt::CaseInsensitive);
        QVERIFY2(Filter::Needle(part).in(text) == expected, qPrintable(part + QStringLiteral(" in ") + text));
        found += expected;
    }
    QVERIFY(found > 500 && found < 4500);
    QVERIFY(Filter::Needle(QString()).in(QString()));
}

QTEST_GUILESS_MAIN(TestLargeTable)
#include "tst_largetable.moc"
