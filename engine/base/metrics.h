// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dormouse {

using MetricLabel = std::pair<const char *, QString>;
using MetricLabels = std::vector<MetricLabel>;

/// A number that only grows.
class Counter
{
public:
    void add(quint64 n = 1) { m_value += n; }
    quint64 value() const { return m_value; }

private:
    quint64 m_value = 0;
};

/// A number that goes up and down.
class Gauge
{
public:
    void set(double value) { m_value = value; }
    void add(double delta) { m_value += delta; }
    double value() const { return m_value; }

private:
    double m_value = 0;
};

/// Counts of observations at or below fixed upper bounds.
class MetricHistogram
{
public:
    explicit MetricHistogram(std::span<const double> bounds) : m_bounds(bounds), m_counts(bounds.size() + 1) {}
    void observe(double value);
    quint64 count() const { return m_count; }
    double sum() const { return m_sum; }
    std::span<const double> bounds() const { return m_bounds; }
    quint64 bucket(std::size_t index) const { return m_counts[index]; } ///< not cumulative; the last one is "above all"

private:
    std::span<const double> m_bounds;
    std::vector<quint64> m_counts;
    quint64 m_count = 0;
    double m_sum = 0;
};

/// The counters of one engine, readable as Prometheus text (gateway.md section 12.2, scheduler.md section 9.1).
///
/// A family is one name with one help text and one type; a series is a family with label values. References stay valid
/// as long as the registry lives: look a series up once and keep it where the path is hot. A family holds at most
/// kMaxSeries series; further label values share one series whose labels all say "other", so that no client can make
/// the registry grow. Durations are in seconds, sizes in bytes. Thread: the thread of the engine that owns it.
class Metrics
{
public:
    static constexpr std::size_t kMaxSeries = 1'000;
    /// 0.5 ms to 60 s.
    static std::span<const double> durationBounds();
    /// 1 s to 30 days.
    static std::span<const double> longDurationBounds();
    /// 1 to 10 million, for counts and sizes.
    static std::span<const double> sizeBounds();

    Metrics();
    ~Metrics();
    Q_DISABLE_COPY_MOVE(Metrics)

    Counter &counter(const char *name, const char *help, const MetricLabels &labels = {});
    Gauge &gauge(const char *name, const char *help, const MetricLabels &labels = {});
    MetricHistogram &histogram(const char *name, const char *help, std::span<const double> bounds = durationBounds(),
                               const MetricLabels &labels = {});

    /// Value of a counter or gauge, count of a histogram; nothing when the series does not exist.
    std::optional<double> value(const QByteArray &name, const MetricLabels &labels = {}) const;
    /// Sum over all series of a family.
    std::optional<double> total(const QByteArray &name) const;
    std::vector<QByteArray> names() const;
    /// Text exposition format 0.0.4; families by name, series by labels. Families called guard_ or pegboard_ are
    /// printed with "rivet_" in front, as the reference calls them.
    QByteArray prometheusText() const;

private:
    struct Family;
    Family &family(const char *name, const char *help, int type);
    std::map<QByteArray, std::unique_ptr<Family>> m_families;
};

} // namespace dormouse
