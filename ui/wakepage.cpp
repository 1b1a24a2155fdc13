// SPDX-License-Identifier: Apache-2.0
#include "ui/wakepage.h"

#include "models/format.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace dormouse {

namespace {

constexpr std::array kStages{WakeRow::Allocated, WakeRow::Commanded, WakeRow::Started, WakeRow::Delivered};
constexpr std::array kQuantiles{0.5, 0.9, 0.99};

/// One bar per wake, cut into its stages, on a common scale: the slowest wake fills the width.
class WaterfallDelegate final : public CellDelegate
{
public:
    WaterfallDelegate(const ThemeManager &theme, const WakeModel &model, QObject *parent)
        : CellDelegate(theme, States::Wake, parent), m_theme(theme), m_model(model)
    {
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        CellDelegate::paint(painter, option, index);
        const WakeRow *row = m_model.wakeAt(index.row());
        if (!row || index.column() != WakeModel::Stages || row->state != WakeRow::Done || m_scaleUs <= 0)
            return;
        painter->save();
        painter->setClipRect(option.rect);
        const QRect area = option.rect.adjusted(8, 8, -8, -8);
        double left = area.left();
        for (const WakeRow::Moment stage : kStages) {
            const auto us = row->stageUs(stage);
            if (!us)
                continue;
            const double width = double(area.width()) * double(*us) / double(m_scaleUs);
            // A stage too short to see still leaves a mark.
            painter->fillRect(QRectF(left, area.top(), std::max(1.5, width - 1), area.height()), m_theme.color(WakePage::tone(stage)));
            left += std::max(1.5, width);
        }
        painter->restore();
    }
    void setScale(qint64 us) { m_scaleUs = us; }

private:
    const ThemeManager &m_theme;
    const WakeModel &m_model;
    qint64 m_scaleUs = 0;
};

} // namespace

Color WakePage::tone(WakeRow::Moment stage)
{
    switch (stage) {
    case WakeRow::Allocated:
        return Color::Waiting;
    case WakeRow::Commanded:
        return Color::Info;
    case WakeRow::Started:
        return Color::Waking;
    case WakeRow::Delivered:
        return Color::Good;
    case WakeRow::Needed:
    case WakeRow::MomentCount:
        break;
    }
    return Color::Muted;
}

QString WakePage::stageName(WakeRow::Moment stage)
{
    switch (stage) {
    case WakeRow::Allocated:
        return tr("Allocation");
    case WakeRow::Commanded:
        return tr("Command sent");
    case WakeRow::Started:
        return tr("Start");
    case WakeRow::Delivered:
        return tr("First delivery");
    case WakeRow::Needed:
    case WakeRow::MomentCount:
        break;
    }
    return tr("Total");
}

WakePage::WakePage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    session.wakes().setActive(false);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(1, 8, 1, 1);
    all->setSpacing(8);
    auto *grid = new QGridLayout;
    grid->setContentsMargins(12, 0, 12, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    int column = 1;
    const QStringList quantiles{tr("p50"), tr("p90"), tr("p99")};
    for (int q = 0; q < quantiles.size(); ++q)
        grid->addWidget(label(quantiles.at(q), "muted"), q + 1, 0);
    for (const WakeRow::Moment stage : {WakeRow::Allocated, WakeRow::Commanded, WakeRow::Started, WakeRow::Delivered, WakeRow::MomentCount}) {
        auto *head = new QHBoxLayout;
        head->setSpacing(8);
        auto *patch = new QLabel(this);
        patch->setFixedSize(theme.px(10), theme.px(10));
        patch->setVisible(stage != WakeRow::MomentCount);
        const auto paint = [patch, stage, &theme] { patch->setStyleSheet(u"background: " % theme.color(tone(stage)).name()); };
        paint();
        connect(&theme, &ThemeManager::changed, patch, paint);
        head->addWidget(patch);
        auto *name = label(stageName(stage), "muted");
        name->setWordWrap(true);
        head->addWidget(name, 1);
        grid->addLayout(head, 0, column);
        for (int q = 0; q < quantiles.size(); ++q) {
            auto *value = label(unknownText(), "value");
            value->setAccessibleName(QString(stageName(stage) % u' ' % quantiles.at(q)));
            grid->addWidget(value, q + 1, column);
            m_values.append(value);
        }
        grid->setColumnStretch(column, 1);
        ++column;
    }
    all->addLayout(grid);
    m_table = new TableView(theme, CellDelegate::States::Wake, this);
    m_table->setAccessibleName(tr("Wakes"));
    m_table->setTable(&session.wakes(), {180, 130, 110, 110, 84, 260, 84, 96, 84, 96});
    m_table->sortByColumn(WakeModel::Time, Qt::DescendingOrder);
    m_table->setItemDelegate(new WaterfallDelegate(theme, session.wakes(), m_table));
    m_table->setEmptyText(tr("No actor was woken yet"), tr("Each wake appears here with the time that every stage of it took."));
    connect(m_table, &TableView::idSelected, this, [this](const QString &id) {
        if (const WakeRow *row = m_session.wakes().find(id))
            m_session.selectActor(QString(row->actorId));
    });
    auto *menu = new RowMenu(RowMenu::Kind::Other, tr("Wakes"), m_table, session);
    connect(menu, &RowMenu::filterWanted, this, &Page::filterWanted);
    all->addWidget(m_table, 1);
    setFocusProxy(m_table);
}

void WakePage::activate(bool on)
{
    m_session.wakes().setActive(on);
    m_lastTs = 0;
}

void WakePage::refresh()
{
    const qint64 now = m_session.cluster().info().nowTs;
    if (m_lastTs && now >= m_lastTs && now - m_lastTs < 500)
        return;
    m_lastTs = now;
    const WakeModel &wakes = m_session.wakes();
    qsizetype n = 0;
    for (const WakeRow::Moment stage : {WakeRow::Allocated, WakeRow::Commanded, WakeRow::Started, WakeRow::Delivered, WakeRow::MomentCount}) {
        for (const double q : kQuantiles) {
            const auto us = wakes.quantileUs(stage, q);
            m_values.at(n++)->setText(us ? microsText(double(*us)) : unknownText());
        }
    }
    // The scale ignores the slowest hundredth: one wake that waited for a runner would make all others invisible.
    static_cast<WaterfallDelegate *>(m_table->itemDelegate())->setScale(wakes.quantileUs(WakeRow::MomentCount, 0.99).value_or(0));
    m_table->viewport()->update();
}

} // namespace dormouse
