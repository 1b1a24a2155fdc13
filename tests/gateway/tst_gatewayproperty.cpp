// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/propertyrun.h"
#include "tests/support/seedoptions.h"

#include <QtTest/QTest>

using namespace dormouse::test;

/// Random schedules; "--seed N" or DORMOUSE_SEED=N plays one again and prints what happens in it.
class TestGatewayProperty : public QObject
{
    Q_OBJECT

public:
    explicit TestGatewayProperty(const SeedOptions &options) : m_options(options) {}

private Q_SLOTS:
    void randomSchedules()
    {
        PropertyCoverage all;
        for (quint64 seed = m_options.first; seed < m_options.first + m_options.count; ++seed) {
            PropertyRun run(seed, all, m_options.single);
            const QString failure = run.play();
            if (m_options.single)
                qInfo().noquote() << run.log().join(u'\n');
            if (!failure.isEmpty())
                QFAIL(qPrintable(QStringLiteral("seed %1: %2 (--seed %1 tells the story)").arg(seed).arg(failure)));
        }
        qInfo("sockets %llu, still open %llu, complete %llu, plain %llu; delivered %llu, again %llu, lost on the way %llu; "
              "cuts %llu, crashes %llu, stops %llu, deaths %llu, destroys %llu; POST %llu, ran %llu; answers %llu; "
              "closes delivered %llu, rows refused %llu; bodies in parts %llu, in chunks %llu",
              all.hibernatable, all.survived, all.complete, all.plainComplete, all.delivered, all.duplicates, all.lost,
              all.cuts, all.crashes, all.sleeps, all.deaths, all.destroys, all.posts, all.postsExecuted, all.answers,
              all.closesDelivered, all.storeFailures, all.uploads, all.uploadsArrived);
        // A schedule in which every socket is closed early would prove nothing.
        if (m_options.count < 100)
            return;
        QVERIFY(all.complete * 2 > all.hibernatable);
        QVERIFY(all.duplicates > m_options.count / 4);
        QVERIFY(all.lost > m_options.count / 4);
        QVERIFY(all.crashes > m_options.count / 4 && all.deaths > m_options.count / 8);
        QVERIFY(all.postsExecuted > m_options.count / 8);
        QVERIFY(all.closesDelivered > m_options.count / 100);
        QVERIFY(all.uploadsArrived > m_options.count / 100);
    }

private:
    SeedOptions m_options;
};

int main(int argc, char **argv)
{
    const SeedOptions options = takeSeedOptions(argc, argv, 4'000);
    TestGatewayProperty test(options);
    return QTest::qExec(&test, argc, argv);
}
#include "tst_gatewayproperty.moc"
