// SPDX-License-Identifier: Apache-2.0
#include "models/latencymodel.h"

#include "models/format.h"
#include "models/livetablemodel.h"
#include "models/owntraffic.h"

#include <algorithm>

namespace dormouse {

namespace {

const char *const kKeys[LatencyModel::ColumnCount] = {
    "time",       "ack.count", "ack.p50",  "ack.p99",    "ack.max",  "wake.count",
    "wake.p50",   "wake.p99",  "http.count", "http.p50", "http.p99"};

} // namespace

LatencyModel::LatencyModel(QObject *parent) : QAbstractTableModel(parent) {}

int LatencyModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_slices.size());
}

int LatencyModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant LatencyModel::raw(int row, int column) const
{
    const monitor::LatencySlice &slice = m_slices[size_t(row)];
    const auto quantile = [](const monitor::Histogram &histogram, double q) {
        const auto us = histogram.quantileUs(q);
        return us ? QVariant(double(*us)) : QVariant();
    };
    const auto of = [&](LatencyKind kind) { return histogram(slice, kind); };
    switch (Columns(column)) {
    case Time:
        return slice.startTs;
    case AckCount:
        return double(of(LatencyKind::Ack).count());
    case AckP50:
        return quantile(of(LatencyKind::Ack), 0.5);
    case AckP99:
        return quantile(of(LatencyKind::Ack), 0.99);
    case AckMax: {
        const monitor::Histogram ack = of(LatencyKind::Ack);
        return ack.count() ? QVariant(double(ack.maxUs())) : QVariant();
    }
    case WakeCount:
        return double(of(LatencyKind::Wake).count());
    case WakeP50:
        return quantile(of(LatencyKind::Wake), 0.5);
    case WakeP99:
        return quantile(of(LatencyKind::Wake), 0.99);
    case HttpCount:
        return double(of(LatencyKind::Http).count());
    case HttpP50:
        return quantile(of(LatencyKind::Http), 0.5);
    case HttpP99:
        return quantile(of(LatencyKind::Http), 0.99);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant LatencyModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int column = index.column();
    const bool isCount = column == AckCount || column == WakeCount || column == HttpCount;
    const CellKind kind = column == Time ? CellKind::Time : isCount ? CellKind::Count : CellKind::Micros;
    switch (role) {
    case Qt::DisplayRole: {
        const QVariant value = raw(index.row(), column);
        if (!value.isValid())
            return unknownText();
        return column == Time ? timeText(value.toLongLong()).left(8)
            : isCount         ? countText(value.toDouble())
                              : microsText(value.toDouble());
    }
    case SortRole:
    case RawRole:
        return raw(index.row(), column);
    case CellKindRole:
        return int(kind);
    case ColumnKeyRole:
        return QString::fromLatin1(kKeys[column]);
    default:
        return {};
    }
}

QVariant LatencyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Time ? Qt::AlignLeft : Qt::AlignRight));
    if (role == ColumnKeyRole)
        return QString::fromLatin1(kKeys[section]);
    if (role != Qt::DisplayRole)
        return {};
    return section < m_titles.size() ? m_titles.at(section) : QString::fromLatin1(kKeys[section]);
}

void LatencyModel::setColumnTitles(const QStringList &titles)
{
    m_titles = titles;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

void LatencyModel::apply(const monitor::Frame &frame)
{
    if (frame.snapshot && !m_slices.empty()) {
        auto keep = m_slices.size();
        while (keep > 0 && m_slices[keep - 1].startTs > frame.ts)
            --keep;
        if (keep < m_slices.size()) {
            beginRemoveRows({}, int(keep), rowCount() - 1);
            m_slices.resize(keep);
            endRemoveRows();
        }
    }
    for (const monitor::LatencySlice &slice : frame.latency) {
        const auto at = std::lower_bound(m_slices.begin(), m_slices.end(), slice.startTs,
                                         [](const monitor::LatencySlice &s, qint64 ts) { return s.startTs < ts; });
        const int row = int(at - m_slices.begin());
        if (at != m_slices.end() && at->startTs == slice.startTs) {
            *at = slice;
            Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
            continue;
        }
        if (rowCount() >= kMaxSlices && row == 0)
            continue; // older than everything kept
        beginInsertRows({}, row, row);
        m_slices.insert(at, slice);
        endInsertRows();
        if (rowCount() > kMaxSlices) {
            beginRemoveRows({}, 0, 0);
            m_slices.pop_front();
            endRemoveRows();
        }
    }
}

void LatencyModel::ownChanged()
{
    if (!m_slices.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

monitor::Histogram LatencyModel::histogram(const monitor::LatencySlice &slice, LatencyKind kind) const
{
    const auto with = [this](const monitor::Histogram &others, const monitor::Histogram &own) {
        monitor::Histogram sum = others;
        if (m_own && m_own->isShown())
            sum.merge(own);
        return sum;
    };
    switch (kind) {
    case LatencyKind::Ack:
        return with(slice.ack, slice.ownAck);
    case LatencyKind::Wake:
        return with(slice.wake, slice.ownWake);
    case LatencyKind::Http:
        break;
    }
    return with(slice.http, slice.ownHttp);
}

monitor::Histogram LatencyModel::merged(LatencyKind kind, qint64 windowMs) const
{
    monitor::Histogram sum;
    if (m_slices.empty())
        return sum;
    const qint64 from = m_slices.back().startTs + m_slices.back().lengthMs - windowMs;
    for (auto slice = m_slices.rbegin(); slice != m_slices.rend() && slice->startTs >= from; ++slice)
        sum.merge(histogram(*slice, kind));
    return sum;
}

monitor::Histogram LatencyModel::mergedIn(LatencyKind kind, const TimeSpan &span) const
{
    monitor::Histogram sum;
    for (const monitor::LatencySlice &slice : m_slices)
        if (span.overlaps({slice.startTs, slice.startTs + slice.lengthMs - 1}))
            sum.merge(histogram(slice, kind));
    return sum;
}

} // namespace dormouse
