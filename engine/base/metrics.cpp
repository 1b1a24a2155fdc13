// SPDX-License-Identifier: Apache-2.0
#include "engine/base/metrics.h"

#include <algorithm>
#include <array>

namespace dormouse {

namespace {

enum Type { CounterType, GaugeType, HistogramType };

constexpr std::array kDurations{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
                                1.0,    2.0,   5.0,   10.0,  15.0, 30.0, 60.0};
constexpr std::array kLongDurations{1.0,    5.0,     15.0,    60.0,     300.0,    900.0,
                                    3600.0, 14400.0, 86400.0, 259200.0, 604800.0, 2592000.0};
constexpr std::array kSizes{1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7};

QByteArray escaped(const QString &value)
{
    QByteArray text = value.toUtf8();
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    return text;
}

/// a="x",b="y" in the order given, which is the same at each call site of a family.
QByteArray labelText(const MetricLabels &labels)
{
    QByteArray text;
    for (const auto &[name, value] : labels) {
        if (!text.isEmpty())
            text += ',';
        text += name;
        text += "=\"" + escaped(value) + '"';
    }
    return text;
}

QByteArray number(double value)
{
    return QByteArray::number(value, 'g', 15);
}

/// Dashboards made for the reference find its families under the names they know (gateway.md section 12.2).
QByteArray exportedName(const QByteArray &name)
{
    return name.startsWith("guard_") || name.startsWith("pegboard_") ? "rivet_" + name : name;
}

QByteArray withLabels(const QByteArray &labels, const QByteArray &extra = {})
{
    if (labels.isEmpty() && extra.isEmpty())
        return {};
    return '{' + labels + (labels.isEmpty() || extra.isEmpty() ? "" : ",") + extra + '}';
}

} // namespace

struct Metrics::Family
{
    QByteArray help;
    int type = CounterType;
    std::map<QByteArray, Counter> counters;
    std::map<QByteArray, Gauge> gauges;
    std::map<QByteArray, std::unique_ptr<MetricHistogram>> histograms;

    std::size_t size() const { return counters.size() + gauges.size() + histograms.size(); }

    template<typename Map>
    QByteArray keyFor(const Map &map, const MetricLabels &labels) const
    {
        QByteArray key = labelText(labels);
        if (size() < kMaxSeries || map.contains(key))
            return key;
        MetricLabels other = labels;
        for (auto &[name, value] : other)
            value = QStringLiteral("other");
        return labelText(other);
    }
};

void MetricHistogram::observe(double value)
{
    const auto it = std::lower_bound(m_bounds.begin(), m_bounds.end(), value);
    ++m_counts[std::size_t(it - m_bounds.begin())];
    ++m_count;
    m_sum += value;
}

std::span<const double> Metrics::durationBounds()
{
    return kDurations;
}

std::span<const double> Metrics::longDurationBounds()
{
    return kLongDurations;
}

std::span<const double> Metrics::sizeBounds()
{
    return kSizes;
}

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

Metrics::Family &Metrics::family(const char *name, const char *help, int type)
{
    std::unique_ptr<Family> &slot = m_families[QByteArray(name)];
    if (!slot) {
        slot = std::make_unique<Family>();
        slot->help = help;
        slot->type = type;
    }
    Q_ASSERT_X(slot->type == type, name, "one name, one type");
    return *slot;
}

Counter &Metrics::counter(const char *name, const char *help, const MetricLabels &labels)
{
    Family &f = family(name, help, CounterType);
    return f.counters[f.keyFor(f.counters, labels)];
}

Gauge &Metrics::gauge(const char *name, const char *help, const MetricLabels &labels)
{
    Family &f = family(name, help, GaugeType);
    return f.gauges[f.keyFor(f.gauges, labels)];
}

MetricHistogram &Metrics::histogram(const char *name, const char *help, std::span<const double> bounds,
                                    const MetricLabels &labels)
{
    Family &f = family(name, help, HistogramType);
    std::unique_ptr<MetricHistogram> &slot = f.histograms[f.keyFor(f.histograms, labels)];
    if (!slot)
        slot = std::make_unique<MetricHistogram>(bounds);
    return *slot;
}

std::optional<double> Metrics::value(const QByteArray &name, const MetricLabels &labels) const
{
    const auto it = m_families.find(name);
    if (it == m_families.end())
        return std::nullopt;
    const QByteArray key = labelText(labels);
    const Family &f = *it->second;
    if (const auto c = f.counters.find(key); c != f.counters.end())
        return double(c->second.value());
    if (const auto g = f.gauges.find(key); g != f.gauges.end())
        return g->second.value();
    if (const auto h = f.histograms.find(key); h != f.histograms.end())
        return double(h->second->count());
    return std::nullopt;
}

std::optional<double> Metrics::total(const QByteArray &name) const
{
    const auto it = m_families.find(name);
    if (it == m_families.end())
        return std::nullopt;
    double sum = 0;
    for (const auto &[key, counter] : it->second->counters)
        sum += double(counter.value());
    for (const auto &[key, gauge] : it->second->gauges)
        sum += gauge.value();
    for (const auto &[key, histogram] : it->second->histograms)
        sum += double(histogram->count());
    return sum;
}

std::vector<QByteArray> Metrics::names() const
{
    std::vector<QByteArray> result;
    for (const auto &[name, family] : m_families)
        result.push_back(name);
    return result;
}

QByteArray Metrics::prometheusText() const
{
    static constexpr const char *kTypes[] = {"counter", "gauge", "histogram"};
    QByteArray out;
    for (const auto &[plainName, f] : m_families) {
        const QByteArray name = exportedName(plainName);
        out += "# HELP " + name + ' ' + f->help + "\n# TYPE " + name + ' ' + kTypes[f->type] + '\n';
        for (const auto &[labels, counter] : f->counters)
            out += name + withLabels(labels) + ' ' + QByteArray::number(counter.value()) + '\n';
        for (const auto &[labels, gauge] : f->gauges)
            out += name + withLabels(labels) + ' ' + number(gauge.value()) + '\n';
        for (const auto &[labels, histogram] : f->histograms) {
            quint64 below = 0;
            for (std::size_t i = 0; i < histogram->bounds().size(); ++i) {
                below += histogram->bucket(i);
                out += name + "_bucket" + withLabels(labels, "le=\"" + number(histogram->bounds()[i]) + '"') + ' '
                       + QByteArray::number(below) + '\n';
            }
            out += name + "_bucket" + withLabels(labels, "le=\"+Inf\"") + ' ' + QByteArray::number(histogram->count()) + '\n';
            out += name + "_sum" + withLabels(labels) + ' ' + number(histogram->sum()) + '\n';
            out += name + "_count" + withLabels(labels) + ' ' + QByteArray::number(histogram->count()) + '\n';
        }
    }
    return out;
}

} // namespace dormouse
