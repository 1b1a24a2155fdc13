// SPDX-License-Identifier: Apache-2.0
#include "engine/base/metrics.h"

#include <QTest>

#include <algorithm>

using namespace dormouse;

class MetricsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textFormat();
    void histogramBucketsAreCumulative();
    void seriesAreBounded();
    void labelsAreEscaped();
};

void MetricsTest::textFormat()
{
    Metrics metrics;
    metrics.counter("b_total", "counts b", {{"kind", QStringLiteral("x")}}).add(3);
    metrics.gauge("a_now", "a at this moment").set(1.5);
    QCOMPARE(metrics.prometheusText(), QByteArray("# HELP a_now a at this moment\n# TYPE a_now gauge\na_now 1.5\n"
                                                  "# HELP b_total counts b\n# TYPE b_total counter\nb_total{kind=\"x\"} 3\n"));
    metrics.counter("guard_c_total", "counts c").add();
    QVERIFY(metrics.prometheusText().contains("\nrivet_guard_c_total 1\n"));
    QCOMPARE(metrics.value("guard_c_total"), 1.0);
    QCOMPARE(metrics.value("b_total", {{"kind", QStringLiteral("x")}}), 3.0);
    QVERIFY(!metrics.value("b_total", {{"kind", QStringLiteral("y")}}));
    QVERIFY(!metrics.value("none"));
}

void MetricsTest::histogramBucketsAreCumulative()
{
    Metrics metrics;
    MetricHistogram &histogram = metrics.histogram("wait_seconds", "waits");
    histogram.observe(0.0005); // on the bound: belongs to it
    histogram.observe(0.003);
    histogram.observe(100);
    const QByteArray text = metrics.prometheusText();
    QVERIFY(text.contains("wait_seconds_bucket{le=\"0.0005\"} 1\n"));
    QVERIFY(text.contains("wait_seconds_bucket{le=\"0.002\"} 1\n"));
    QVERIFY(text.contains("wait_seconds_bucket{le=\"0.005\"} 2\n"));
    QVERIFY(text.contains("wait_seconds_bucket{le=\"60\"} 2\n"));
    QVERIFY(text.contains("wait_seconds_bucket{le=\"+Inf\"} 3\n"));
    QVERIFY(text.contains("wait_seconds_count 3\n"));
}

void MetricsTest::seriesAreBounded()
{
    Metrics metrics;
    for (int i = 0; i < 5'000; ++i)
        metrics.counter("many_total", "many", {{"name", QString::number(i)}}).add();
    QCOMPARE(metrics.total("many_total"), 5'000.0);
    QCOMPARE(metrics.value("many_total", {{"name", QStringLiteral("other")}}), 5'000.0 - double(Metrics::kMaxSeries));
    QVERIFY(std::size_t(metrics.prometheusText().count('\n')) <= Metrics::kMaxSeries + 3);
}

void MetricsTest::labelsAreEscaped()
{
    Metrics metrics;
    metrics.counter("odd_total", "odd", {{"text", QStringLiteral("a\"b\\c\nd")}}).add();
    QVERIFY(metrics.prometheusText().contains("odd_total{text=\"a\\\"b\\\\c\\nd\"} 1"));
}

QTEST_GUILESS_MAIN(MetricsTest)
#include "tst_metrics.moc"
