// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/heatmap.h"
#include "ui/pages.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace dormouse {

namespace {

constexpr qint64 kWindowMs = 60'000;

} // namespace

LatencyPage::LatencyPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 8);
    all->setSpacing(8);
    auto *bar = new QHBoxLayout;
    bar->setSpacing(8);
    m_kind = new QComboBox(this);
    m_kind->setAccessibleName(tr("Latency shown"));
    m_kind->addItem(tr("Ack: written until acknowledged"), int(LatencyKind::Ack));
    m_kind->addItem(tr("Wake: needed until reachable"), int(LatencyKind::Wake));
    m_kind->addItem(tr("HTTP: asked until answered"), int(LatencyKind::Http));
    bar->addWidget(m_kind);
    const QStringList names = {tr("p50"), tr("p90"), tr("p99"), tr("p99.9"), tr("max"), tr("count, 1 min")};
    for (const QString &name : names) {
        auto *card = new QFrame(this);
        card->setObjectName(QStringLiteral("card"));
        auto *inside = new QVBoxLayout(card);
        inside->setContentsMargins(12, 4, 12, 4);
        inside->setSpacing(0);
        inside->addWidget(label(name, "muted"));
        auto *value = label(unknownText(), "title");
        value->setAccessibleName(name);
        inside->addWidget(value);
        m_values.append(value);
        bar->addWidget(card, 1);
    }
    all->addLayout(bar);
    m_map = new HeatMap(theme, session.latency(), this);
    all->addWidget(m_map, 3);
    m_table = new TableView(theme, CellDelegate::States::Level, this);
    m_table->setAccessibleName(tr("Latencies by second"));
    m_table->setTable(&session.latency(), QList<int>(LatencyModel::ColumnCount, 84));
    m_table->setEmptyText(tr("Nothing measured yet"), {});
    all->addWidget(m_table, 2);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        m_map->setKind(LatencyKind(m_kind->currentData().toInt()));
        m_lastRefresh = 0;
        refresh();
    });
}

void LatencyPage::activate(bool on)
{
    if (on)
        m_table->scrollToBottom();
    m_lastRefresh = 0;
}

void LatencyPage::refresh()
{
    // Slices are seconds: twice a second is enough for percentiles and picture.
    const qint64 now = m_session.cluster().info().nowTs;
    if (m_lastRefresh && now >= m_lastRefresh && now - m_lastRefresh < 500)
        return;
    m_lastRefresh = now;
    const monitor::Histogram sum = m_session.latency().merged(LatencyKind(m_kind->currentData().toInt()), kWindowMs);
    int n = 0;
    for (const double q : {0.5, 0.9, 0.99, 0.999}) {
        const auto us = sum.quantileUs(q);
        m_values.at(n++)->setText(us ? microsText(double(*us)) : unknownText());
    }
    m_values.at(4)->setText(sum.count() ? microsText(double(sum.maxUs())) : unknownText());
    m_values.at(5)->setText(countText(double(sum.count())));
    m_map->refresh();
    m_table->scrollToBottom();
}

} // namespace dormouse
