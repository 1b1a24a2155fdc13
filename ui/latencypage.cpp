// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/flowlayout.h"
#include "ui/heatmap.h"
#include "ui/pages.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <limits>

namespace dormouse {

namespace {

constexpr qint64 kWindowMs = 60'000;
constexpr int kMostRows = 200;

QTableWidget *list(const ThemeManager &theme, QWidget *parent, const QStringList &titles, const QString &name)
{
    auto *table = new QTableWidget(0, int(titles.size()), parent);
    table->setHorizontalHeaderLabels(titles);
    table->setAccessibleName(name);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(theme.px(24));
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setShowGrid(false);
    table->setTabKeyNavigation(false);
    return table;
}

void fill(QTableWidget *table, const std::vector<QStringList> &rows)
{
    table->setRowCount(int(rows.size()));
    for (int row = 0; row < int(rows.size()); ++row) {
        for (int column = 0; column < table->columnCount(); ++column) {
            if (!table->item(row, column))
                table->setItem(row, column, new QTableWidgetItem);
            table->item(row, column)->setText(rows[size_t(row)].at(column));
        }
    }
}

} // namespace

LatencyPage::LatencyPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    QVBoxLayout *all = makeScrolled(tr("Latency"));
    all->setContentsMargins(12, 12, 12, 8);
    all->setSpacing(8);
    auto *bar = new FlowLayout(8, true);
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
        m_countName = label(name, "muted"); // of the last one
        inside->addWidget(m_countName);
        auto *value = label(unknownText(), "title");
        value->setAccessibleName(name);
        inside->addWidget(value);
        m_values.append(value);
        bar->addWidget(card);
    }
    all->addLayout(bar);
    // As high as the tabs: they stand on one line with their words.
    auto *corner = new QWidget(this);
    auto *inCorner = new QHBoxLayout(corner);
    inCorner->setContentsMargins(0, 0, 8, 1);
    inCorner->setSpacing(8);
    m_onlyThen = new QToolButton(corner);
    m_onlyThen->setText(tr("Only this time"));
    m_onlyThen->setAccessibleName(tr("Filter all views by the chosen time"));
    m_onlyThen->setToolTip(tr("Makes the seconds that are chosen in the heat map the time range of all views"));
    m_onlyThen->setEnabled(false);
    connect(m_onlyThen, &QToolButton::clicked, this, [this] {
        if (const auto &cells = m_map->chosen())
            Q_EMIT filterWanted(u"time:" % TimeRange::text({cells->fromTs, cells->toTs - 1}));
    });
    inCorner->addWidget(m_onlyThen);
    m_map = new HeatMap(theme, session.latency(), this);
    all->addWidget(m_map, 3);
    m_table = new TableView(theme, CellDelegate::States::Level, this);
    m_table->setAccessibleName(tr("Latencies by second"));
    m_table->setTable(&session.latency(), QList<int>(LatencyModel::ColumnCount, 84));
    m_table->setEmptyText(tr("Nothing measured yet"), {});
    m_tabs = new QTabWidget(this);
    m_tabs->setAccessibleName(tr("Latency details"));
    m_tabs->setMinimumHeight(theme.px(140));
    m_tabs->addTab(m_table, tr("By second"));
    m_messages = list(theme, m_tabs, {tr("Time"), tr("Latency"), tr("Index"), tr("Connection"), tr("Actor")}, tr("Messages of the chosen cell"));
    m_tabs->addTab(m_messages, tr("Messages"));
    m_groups = list(theme, m_tabs, {tr("Of"), tr("Count"), tr("p50"), tr("p90"), tr("p99"), tr("p99.9"), tr("max")},
                    tr("Latency by runner, actor and connection"));
    m_groups->setColumnWidth(0, theme.px(320));
    m_tabs->addTab(m_groups, tr("By origin"));
    m_trace = new QCheckBox(tr("Follow each message"), corner);
    m_trace->setAccessibleName(tr("Follow each message"));
    m_trace->setToolTip(tr("One event per message: costs the engine time. Needed for the lists of messages, actors and runners."));
    inCorner->addWidget(m_trace);
    m_tabs->setCornerWidget(corner);
    all->addWidget(m_tabs, 2);
    connect(m_trace, &QCheckBox::toggled, this, [this](bool on) { m_session.setTrace(Session::TraceReader::Latency, on); });
    connect(m_map, &HeatMap::chosenChanged, this, [this] {
        m_onlyThen->setEnabled(m_map->chosen().has_value());
        if (m_map->chosen())
            m_tabs->setCurrentWidget(m_messages);
        showMessages();
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        showMessages();
        showGroups();
    });
    connect(m_messages, &QTableWidget::itemActivated, this, [this](const QTableWidgetItem *item) {
        m_session.selectConnection(m_messages->item(item->row(), 3)->text());
    });
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
    const LatencyKind kind = LatencyKind(m_kind->currentData().toInt());
    const std::optional<TimeSpan> span = m_session.timeSpan();
    const monitor::Histogram sum = span ? m_session.latency().mergedIn(kind, *span) : m_session.latency().merged(kind, kWindowMs);
    m_countName->setText(span ? tr("count, in that time") : tr("count, 1 min"));
    m_map->setSpan(span.value_or(TimeSpan()));
    int n = 0;
    for (const double q : {0.5, 0.9, 0.99, 0.999}) {
        const auto us = sum.quantileUs(q);
        m_values.at(n++)->setText(us ? microsText(double(*us)) : unknownText());
    }
    m_values.at(4)->setText(sum.count() ? microsText(double(sum.maxUs())) : unknownText());
    m_values.at(5)->setText(countText(double(sum.count())));
    m_map->refresh();
    m_onlyThen->setEnabled(m_map->chosen().has_value());
    m_table->scrollToBottom();
    m_trace->setEnabled(m_session.source() && m_session.source()->capabilities().traceEvents);
    if (!m_map->chosen()) // a chosen list stays as it is under the reader's eyes
        showMessages();
    showGroups();
}

void LatencyPage::showMessages()
{
    if (m_tabs->currentWidget() != m_messages)
        return;
    const TimeSpan span = m_session.timeSpan().value_or(TimeSpan());
    const HeatMap::Cells all{span.from, span.to, 0, std::numeric_limits<qint64>::max()};
    const HeatMap::Cells cells = m_map->chosen().value_or(all);
    const auto found = m_session.acks().find(cells.fromTs, cells.toTs, cells.fromUs, cells.toUs, kMostRows);
    std::vector<QStringList> rows;
    for (const AckLog::Entry &entry : found)
        rows.push_back({timeText(entry.ts), microsText(double(entry.us)), QString::number(entry.index), entry.connectionId, entry.actorId});
    fill(m_messages, rows);
}

void LatencyPage::showGroups()
{
    if (m_tabs->currentWidget() != m_groups)
        return;
    const auto nameOf = [this](const QString &actorId) {
        const monitor::ActorInfo *actor = m_session.actors().find(actorId);
        return actor ? actor->name : QString();
    };
    const auto word = [](AckLog::Of of) {
        switch (of) {
        case AckLog::Of::Runner:
            return tr("runner %1");
        case AckLog::Of::Name:
            return tr("actors named %1");
        case AckLog::Of::Actor:
            return tr("actor %1");
        case AckLog::Of::Connection:
            break;
        }
        return tr("connection %1");
    };
    std::vector<QStringList> rows;
    QHash<int, int> shown; // the slowest of each kind
    for (const AckLog::Group &group : m_session.acks().groups(nameOf)) {
        if (++shown[int(group.of)] > kMostRows)
            continue;
        const auto q = [&](double part) { return microsText(double(group.histogram.quantileUs(part).value_or(0))); };
        rows.push_back({word(group.of).arg(group.id), countText(double(group.histogram.count())), q(0.5), q(0.9), q(0.99), q(0.999),
                        microsText(double(group.histogram.maxUs()))});
    }
    fill(m_groups, rows);
}

} // namespace dormouse
