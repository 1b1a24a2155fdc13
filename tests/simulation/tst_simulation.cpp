// SPDX-License-Identifier: Apache-2.0
#include "engine/record/sessionreader.h"
#include "tests/simulation/shrink.h"
#include "tests/support/seedoptions.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {
constexpr quint64 kProgressEvery = 10'000;
}

/// Seeded runs of a whole cluster; "--seed N" plays one and tells it, "--seeds N" plays that many, from 1 or from
/// "--seed N".
class TestSimulation : public QObject
{
    Q_OBJECT

public:
    explicit TestSimulation(const SeedOptions &options) : m_options(options) {}

private Q_SLOTS:
    void sameSeedSameRun();
    void plantedDefectIsFoundAndShrunk_data();
    void plantedDefectIsFoundAndShrunk();
    void seeds();

private:
    void report(const Schedule &schedule, const Violation &violation);
    void tell(const SimulationCoverage &all) const;

    const SeedOptions m_options;
};

void TestSimulation::report(const Schedule &schedule, const Violation &violation)
{
    SimulationOptions options;
    const Schedule small = shrink(schedule, violation, options);
    SimulationCoverage ignored;
    options.logging = true;
    QStringList log;
    play(small, options, ignored, &log);
    options.logging = false;
    options.recording = QDir::current().filePath(QStringLiteral("simulation-%1.dms").arg(schedule.seed));
    play(small, options, ignored);
    qInfo().noquote() << "seed" << schedule.seed << "breaks the rule" << violation.rule << '\n'
                      << violation.text << "\nshrunk from" << schedule.steps.size() << "to" << small.steps.size()
                      << "steps:\n" << toLines(small).join(u'\n') << "\nevents:\n" << log.join(u'\n')
                      << "\nrecording:" << options.recording;
}

void TestSimulation::sameSeedSameRun()
{
    SimulationOptions options;
    options.logging = true;
    for (quint64 seed = 1; seed <= 3; ++seed) {
        SimulationCoverage ignored;
        QStringList first;
        QStringList second;
        play(makeSchedule(seed), options, ignored, &first);
        play(makeSchedule(seed), options, ignored, &second);
        QVERIFY(first.size() > 20);
        QCOMPARE(first, second);
    }
}

void TestSimulation::plantedDefectIsFoundAndShrunk_data()
{
    QTest::addColumn<int>("defect");
    QTest::addColumn<QString>("rule");
    QTest::newRow("store confirms a write and loses it") << int(Defect::StoreLosesWrite) << QStringLiteral("acknowledged write");
    QTest::newRow("actor loses count of messages") << int(Defect::ActorSkipsMessage) << QStringLiteral("message once and in order");
}

void TestSimulation::plantedDefectIsFoundAndShrunk()
{
    QFETCH(int, defect);
    QFETCH(QString, rule);
    SimulationOptions options;
    options.defect = Defect(defect);
    SimulationCoverage ignored;
    for (quint64 seed = 1; seed <= 400; ++seed) {
        const Schedule schedule = makeSchedule(seed);
        const std::optional<Violation> violation = play(schedule, options, ignored);
        if (!violation)
            continue;
        QCOMPARE(violation->rule, rule);
        const Schedule small = shrink(schedule, *violation, options);
        QVERIFY2(small.steps.size() <= 10, qPrintable(toLines(small).join(u'\n')));
        const auto again = play(small, options, ignored);
        QVERIFY(again && again->rule == rule);
        // Without the defect the same schedule is fine, and with it the story can be opened in the console.
        SimulationOptions sound;
        QVERIFY(!play(small, sound, ignored));
        QTemporaryDir folder;
        options.recording = folder.filePath(QStringLiteral("small.dms"));
        const auto recorded = play(small, options, ignored);
        QVERIFY(recorded && recorded->text == again->text);
        const auto session = record::SessionReader::open(options.recording);
        QVERIFY(session.ok());
        return;
    }
    QFAIL("the defect was never found");
}

void TestSimulation::seeds()
{
    SimulationCoverage all;
    SimulationOptions options;
    options.logging = m_options.single;
    for (quint64 seed = m_options.first; seed < m_options.first + m_options.count; ++seed) {
        const Schedule schedule = makeSchedule(seed);
        QStringList log;
        const std::optional<Violation> violation = play(schedule, options, all, &log);
        if (m_options.single)
            qInfo().noquote() << toLines(schedule).join(u'\n') << '\n' << log.join(u'\n');
        if (const quint64 done = seed - m_options.first + 1; done % kProgressEvery == 0)
            qInfo("%llu of %llu runs, %lld s of virtual time", done, m_options.count, all.virtualMs / 1000);
        if (!violation)
            continue;
        report(schedule, *violation);
        QFAIL(qPrintable(QStringLiteral("seed %1: %2: %3").arg(seed).arg(violation->rule, violation->text)));
    }
    tell(all);
    if (m_options.count < 100)
        return;
    // What the schedules are made for does happen.
    const quint64 runs = m_options.count;
    QVERIFY(all.survived * 8 > all.sockets);
    QVERIFY(all.messages > runs && all.writes > runs / 2 && all.engineKills > runs / 2);
    QVERIFY(all.cuts > runs / 2 && all.freezes > runs / 8 && all.pauses > runs / 8 && all.runnerKills > runs / 2);
    QVERIFY(all.alarmsSet > runs / 8 && all.alarmsRung > runs / 16 && all.doubles > runs / 16 && all.doubted > runs / 16);
    QVERIFY(all.uploads > runs / 8);
    QVERIFY(all.served > runs / 8 && all.streams > all.served);
    for (const int version : {5, 6, 7})
        QVERIFY2(all.processes[version] > runs / 2, qPrintable(QString::number(version)));
    if (runs < 2'000)
        return;
    for (const ActorState state : {ActorState::Pending, ActorState::Starting, ActorState::Running, ActorState::SleepIntent,
                                   ActorState::StopIntent, ActorState::Sleeping, ActorState::Backoff, ActorState::GoingAway,
                                   ActorState::Destroying, ActorState::Destroyed})
        QVERIFY2(all.destroyedIn[int(state)] > 0, qPrintable(QString::number(int(state))));
}

void TestSimulation::tell(const SimulationCoverage &all) const
{
    qInfo("%llu runs, %lld s of virtual time, %llu events: %llu actors, %llu writes, %llu POSTs (%llu in pieces), %llu messages, sockets %llu of "
          "which %llu outlived the faults; %llu alarms of which %llu rang; %llu serverless requests, %llu served; %llu cuts, "
          "%llu half-open, %llu pauses, %llu doubles, %llu copies in doubt, runner kills %llu, engine ends %llu",
          m_options.count, all.virtualMs / 1000, all.events, all.actors, all.writes, all.posts, all.uploads, all.messages, all.sockets,
          all.survived, all.alarmsSet, all.alarmsRung, all.streams, all.served, all.cuts, all.freezes, all.pauses, all.doubles,
          all.doubted, all.runnerKills, all.engineKills);
    QStringList states;
    for (const auto &[state, count] : all.destroyedIn)
        states << QStringLiteral("%1: %2").arg(state).arg(count);
    qInfo().noquote() << "destroyed in state" << states.join(u", ");
}

int main(int argc, char **argv)
{
    // A million runs are one test function.
    if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT"))
        qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(std::numeric_limits<int>::max()));
    QCoreApplication application(argc, argv);
    const SeedOptions options = takeSeedOptions(argc, argv, 1'000);
    TestSimulation test(options);
    return QTest::qExec(&test, argc, argv);
}
#include "tst_simulation.moc"
