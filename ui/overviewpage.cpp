// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"
#include "ui/cellwords.h"
#include "ui/flowlayout.h"
#include "ui/metrictile.h"
#include "ui/pages.h"
#include "ui/topology.h"
#include "ui/words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {

constexpr int kMaxAttention = 50;
constexpr qint64 kWakingTooLongMs = 10'000;
constexpr qint64 kLongTurnShownMs = 60'000; // after that it is history, to be found among the events

} // namespace

OverviewPage::OverviewPage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    setObjectName(QStringLiteral("bar"));
    QVBoxLayout *all = makeScrolled(tr("Overview"));
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(8);
    auto *tiles = new FlowLayout(8, true);
    const std::initializer_list<std::tuple<ClusterModel::Metric, Color, QString>> wanted = {
        {ClusterModel::Actors, Color::Good, QStringLiteral("actors")},
        {ClusterModel::Hibernating, Color::Asleep, QStringLiteral("connections")},
        {ClusterModel::PendingBytes, Color::Waiting, QStringLiteral("connections")},
        {ClusterModel::MessageRate, Color::Info, QStringLiteral("events")},
        {ClusterModel::AckP50, Color::Info, QStringLiteral("latency")},
        {ClusterModel::AckP99, Color::Waking, QStringLiteral("latency")}};
    for (const auto &[metric, tone, dock] : wanted) {
        auto *tile = new MetricTile(theme, session.cluster(), metric, tone, this);
        connect(tile, &MetricTile::activated, this, [this, name = dock] { Q_EMIT viewWanted(name); });
        tiles->addWidget(tile);
        m_tiles.append(tile);
    }
    all->addLayout(tiles);

    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    auto *mapFrame = new QWidget(this);
    mapFrame->setObjectName(QStringLiteral("page"));
    mapFrame->setAttribute(Qt::WA_StyledBackground);
    auto *mapLayout = new QVBoxLayout(mapFrame);
    mapLayout->setContentsMargins(8, 8, 8, 8);
    m_topology = new Topology(theme, session, mapFrame);
    mapLayout->addWidget(m_topology);
    row->addWidget(mapFrame, 4);

    auto *side = new QWidget(this);
    side->setObjectName(QStringLiteral("page"));
    side->setAttribute(Qt::WA_StyledBackground);
    // Twice as large text needs more room, but not at the cost of the map.
    side->setMinimumWidth(std::min(theme.px(224), 300));
    side->setMaximumWidth(theme.px(480));
    side->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    auto *sideLayout = new QVBoxLayout(side);
    sideLayout->setContentsMargins(12, 12, 4, 8);
    sideLayout->addWidget(label(tr("NEEDS ATTENTION"), "section"));
    m_attention = new QListWidget(side);
    m_attention->setAccessibleName(tr("Needs attention"));
    m_attention->setFrameShape(QFrame::NoFrame);
    m_attention->setWordWrap(true);
    m_attention->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    sideLayout->addWidget(m_attention);
    row->addWidget(side, 1);
    all->addLayout(row, 1);

    connect(m_topology, &Topology::actorChosen, &session, &Session::selectActor);
    connect(m_topology, &Topology::runnerChosen, &session, &Session::selectRunner);
    connect(m_attention, &QListWidget::itemActivated, this, [this](const QListWidgetItem *item) {
        const QString kind = item->data(Qt::UserRole).toString();
        const QString id = item->data(Qt::UserRole + 1).toString();
        if (kind == QStringLiteral("actors"))
            m_session.selectActor(id);
        else if (kind == QStringLiteral("connections"))
            m_session.selectConnection(id);
        else if (kind == QStringLiteral("runners"))
            m_session.selectRunner(id);
        Q_EMIT viewWanted(kind);
    });
}

void OverviewPage::refresh()
{
    const bool stale = m_session.staleMs().has_value();
    for (MetricTile *tile : std::as_const(m_tiles))
        tile->refresh(stale);
    // The map walks all actors; above 20 000 once a second is enough.
    if (m_session.actors().liveCount() < 20'000)
        m_topology->refresh();
}

void OverviewPage::addAttention(const QString &icon, Color tone, const QString &text, const QString &kind, const QString &id)
{
    auto *item = new QListWidgetItem(QIcon(m_theme.pixmap(icon, m_theme.color(tone), m_theme.px(16), devicePixelRatioF())), text, m_attention);
    item->setData(Qt::UserRole, kind);
    item->setData(Qt::UserRole + 1, id);
    item->setToolTip(text);
}

void OverviewPage::tick()
{
    m_topology->refresh();
    const int row = m_attention->currentRow();
    m_attention->clear();
    m_session.runners().forEach([this](const monitor::RunnerInfo &runner) {
        if (runner.state == monitor::RunnerState::Grace)
            addAttention(QStringLiteral("state-error"), Color::Bad,
                         tr("Runner %1 is lost, its actors wait for it").arg(runner.name), QStringLiteral("runners"), runner.runnerId);
        else if (runner.eligible && !*runner.eligible)
            addAttention(QStringLiteral("state-warn"), Color::Waking,
                         tr("Runner %1 takes no actors: %2").arg(runner.name, runner.ineligibleReason),
                         QStringLiteral("runners"), runner.runnerId);
    });
    const auto full = [this] { return m_attention->count() >= kMaxAttention; };
    m_session.actors().forEach([&](const monitor::ActorInfo &actor) {
        if ((actor.state != monitor::ActorState::Backoff && actor.state != monitor::ActorState::Pending) || full())
            return;
        const QString who = QString(actor.name % u' ' % actor.key).trimmed();
        if (actor.state == monitor::ActorState::Backoff)
            addAttention(QStringLiteral("state-error"), Color::Bad,
                         tr("%1 keeps failing, retry %2").arg(who, actor.retryCount ? QString::number(*actor.retryCount) : unknownText()),
                         QStringLiteral("actors"), actor.actorId);
        else
            addAttention(QStringLiteral("state-pending"), Color::Waiting,
                         tr("%1 waits for a runner. %2").arg(who, CellWords::reason(actor.why.value(0))), QStringLiteral("actors"), actor.actorId);
    });
    const qint64 now = m_session.connections().now();
    const qint64 keepaliveLimitMs =
        m_session.settingNumber(QStringLiteral("pegboard.hibernating_request_eligible_threshold")).value_or(std::numeric_limits<qint64>::max());
    m_session.connections().forEach([&](const monitor::ConnectionInfo &connection) {
        if (connection.state == monitor::ConnectionState::Closed || full() || m_session.own().isHidden(connection.connectionId))
            return;
        const double limit = double(connection.pendingLimitBytes.value_or(0));
        if (limit > 0 && double(connection.pendingBytes.value_or(0)) >= 0.6 * limit)
            addAttention(QStringLiteral("queue"), Color::Bad,
                         tr("%1 pending of %2 on %3").arg(bytesText(double(*connection.pendingBytes)), bytesText(limit), connection.path),
                         QStringLiteral("connections"), connection.connectionId);
        else if (connection.state == monitor::ConnectionState::Waking && connection.stateSinceTs
                 && now - *connection.stateSinceTs > kWakingTooLongMs)
            addAttention(QStringLiteral("state-waking"), Color::Waking,
                         tr("Waking for %1: %2").arg(durationText(double(now - *connection.stateSinceTs)), connection.path),
                         QStringLiteral("connections"), connection.connectionId);
        else if (connection.state == monitor::ConnectionState::Hibernating && connection.keepaliveTs
                 && now - *connection.keepaliveTs > keepaliveLimitMs)
            addAttention(QStringLiteral("state-warn"), Color::Bad,
                         tr("Keepalive is %1 old: %2").arg(durationText(double(now - *connection.keepaliveTs)), connection.path),
                         QStringLiteral("connections"), connection.connectionId);
    });
    const monitor::ClusterInfo &engine = m_session.cluster().info();
    if (engine.longTurnTs && engine.longTurnUs && engine.nowTs - *engine.longTurnTs < kLongTurnShownMs)
        addAttention(QStringLiteral("state-warn"), Color::Waking,
                     tr("The engine answered nobody for %1: %2").arg(durationText(double(*engine.longTurnUs) / 1000), engine.longTurnText),
                     QStringLiteral("events"), {});
    if (m_attention->count() == 0) {
        auto *item = new QListWidgetItem(
            QIcon(m_theme.pixmap(QStringLiteral("state-ok"), m_theme.color(Color::Good), m_theme.px(16), devicePixelRatioF())),
            m_session.framesApplied() ? tr("Nothing. All actors that should run do, and no queue is long.")
                                      : tr("Nothing is known yet."),
            m_attention);
        item->setFlags(Qt::ItemIsEnabled);
    }
    m_attention->setCurrentRow(row < m_attention->count() ? row : -1);
}

} // namespace dormouse
