// SPDX-License-Identifier: Apache-2.0
#include "engine/record/sessionreader.h"
#include "tests/simulation/shrink.h"
#include "tests/support/seedoptions.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

/// Seeded runs of a whole cluster; "--seed N" plays one and tells it, "--seeds N" plays that many.
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
        play(small, options, ignored);
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
        if (!violation)
            continue;
        report(schedule, *violation);
        QFAIL(qPrintable(QStringLiteral("seed %1: %2: %3").arg(seed).arg(violation->rule, violation->text)));
    }
    qInfo("%llu runs, %lld s of virtual time: %llu actors, %llu writes, %llu POSTs, %llu messages, sockets %llu of which "
          "%llu outlived the faults; %llu cuts, %llu half-open, %llu pauses, runner kills %llu, engine ends %llu",
          m_options.count, all.virtualMs / 1000, all.actors, all.writes, all.posts, all.messages, all.sockets, all.survived,
          all.cuts, all.freezes, all.pauses, all.runnerKills, all.engineKills);
    if (m_options.count < 100)
        return;
    QVERIFY(all.survived * 5 > all.sockets);
    QVERIFY(all.messages > m_options.count && all.writes > m_options.count / 4 && all.engineKills > m_options.count / 4);
    QVERIFY(all.cuts > m_options.count / 2 && all.freezes > m_options.count / 8 && all.runnerKills > m_options.count / 2);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const SeedOptions options = takeSeedOptions(argc, argv, 2'000);
    TestSimulation test(options);
    return QTest::qExec(&test, argc, argv);
}
#include "tst_simulation.moc"
