// SPDX-License-Identifier: Apache-2.0
#include "ui/tableview.h"

#include "models/eventmodel.h"
#include "models/format.h"
#include "models/latencymodel.h"
#include "models/livetablemodel.h"
#include "ui/cellwords.h"
#include "ui/paint.h"
#include "ui/words.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QStyleOptionHeader>
#include <QToolTip>

#include <algorithm>
#include <limits>

namespace dormouse {

namespace {

enum Font { Normal, Mono };
/// The arrow of the sorted column stands at the right: its title begins at the left, also that of a number.
class Head final : public QHeaderView
{
public:
    explicit Head(QWidget *parent) : QHeaderView(Qt::Horizontal, parent) { setSectionsClickable(true); }

protected:
    void initStyleOptionForIndex(QStyleOptionHeader *option, int section) const override
    {
        QHeaderView::initStyleOptionForIndex(option, section);
        if (isSortIndicatorShown() && sortIndicatorSection() == section)
            option->textAlignment = Qt::AlignLeft | Qt::AlignVCenter;
    }
};

Words::Look lookOf(CellDelegate::States states, int state)
{
    using States = CellDelegate::States;
    switch (states) {
    case States::Actor:
        return Words::look(monitor::ActorState(state));
    case States::Runner:
        return Words::look(monitor::RunnerState(state));
    case States::Connection:
        return Words::look(monitor::ConnectionState(state));
    case States::Pending:
        return Words::lookOfPending(state);
    case States::Level:
        return Words::look(monitor::EventLevel(state));
    case States::Due:
        return Words::look(DueRow::What(state));
    case States::Control:
        return Words::look(ControlRow::State(state));
    case States::Wake:
        break;
    }
    return Words::look(WakeRow::State(state));
}

/// Greatest state of those that have long words; -1: their column is wide enough.
int lastOf(CellDelegate::States states)
{
    using States = CellDelegate::States;
    return states == States::Actor      ? int(monitor::ActorState::Destroyed)
        : states == States::Connection  ? int(monitor::ConnectionState::Closed)
        : states == States::Runner      ? int(monitor::RunnerState::Stopped)
        : states == States::Due         ? int(DueRow::ResponseTimeout)
                                        : -1;
}

constexpr int kUsualWidth = 100;
constexpr int kHeadPadding = 18; // of the style sheet, and a pixel for rounding on both sides

} // namespace

CellDelegate::CellDelegate(const ThemeManager &theme, States states, QObject *parent)
    : QStyledItemDelegate(parent), m_theme(theme), m_states(states)
{
}

QString CellDelegate::textOf(States states, const QModelIndex &index)
{
    const auto kind = CellKind(index.data(CellKindRole).toInt());
    if (kind == CellKind::State)
        return lookOf(states, index.data(StateRole).toInt()).word;
    const QString text = index.data(Qt::DisplayRole).toString();
    if (kind != CellKind::Text && kind != CellKind::YesNo)
        return text; // a number; no need to ask for more
    return CellWords::shown(index.data(ColumnKeyRole).toString(), kind, text);
}

QString CellDelegate::displayText(const QVariant &value, const QLocale &) const
{
    return value.toString();
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    // Hundreds of cells are painted ten times a second: no style, no layout of text that was laid out before.
    const auto kind = CellKind(index.data(CellKindRole).toInt());
    const bool ended = index.data(EndedRole).toBool();
    const QString text = kind == CellKind::State ? QString() : textOf(m_states, index);
    if (option.state & QStyle::State_Selected)
        painter->fillRect(option.rect, m_theme.color(Color::Selection));

    QRect area = option.rect.adjusted(8, 0, -8, 0);
    QColor ink = m_theme.color(ended || m_stale ? Color::Faint : Color::Text);
    if (text == unknownText())
        ink = m_theme.color(Color::Faint);
    Qt::Alignment align = Qt::AlignLeft;
    Font font = Normal;
    const qreal ratio = painter->device()->devicePixelRatioF();
    m_texts.setFont(Normal, option.font);

    switch (kind) {
    case CellKind::State: {
        const int state = index.data(StateRole).toInt();
        const Words::Look look = lookOf(m_states, state);
        const QColor tone = m_theme.color(m_stale ? Color::Faint : look.tone);
        painter->drawPixmap(area.left(), area.center().y() - m_theme.px(14) / 2 + 1, m_theme.pixmap(look.icon, tone, m_theme.px(14), ratio));
        area.setLeft(area.left() + m_theme.px(20));
        painter->setPen(tone);
        m_texts.draw(*painter, area, align, Normal, look.word, Qt::ElideRight);
        return;
    }
    case CellKind::Id:
        font = Mono;
        m_texts.setFont(Mono, m_theme.monoFont());
        ink = text == unknownText() ? ink : m_theme.color(ended || m_stale ? Color::Faint : Color::Muted);
        break;
    case CellKind::BytesBar:
    case CellKind::SlotsBar: {
        const QVariant fraction = index.data(FractionRole);
        if (fraction.isValid()) {
            const QRect bar(area.left(), area.bottom() - 7, area.width(), 4);
            paintBar(*painter, m_theme, bar, fraction.toDouble(), kind == CellKind::BytesBar, m_stale);
            area.setBottom(bar.top());
        }
        break;
    }
    case CellKind::Rate: {
        align = Qt::AlignVCenter | Qt::AlignRight;
        const int chart = std::min(area.width() / 2, m_theme.px(64));
        paintCourse(*painter, m_theme, QRect(area.left(), area.top() + m_theme.px(6), chart, area.height() - m_theme.px(12)),
                    index.data(CourseRole).value<QList<double>>(), m_stale || ended);
        area.setLeft(area.left() + chart + 4);
        break;
    }
    case CellKind::Count:
    case CellKind::Bytes:
    case CellKind::Age:
    case CellKind::Duration:
    case CellKind::Micros:
        align = Qt::AlignRight;
        break;
    case CellKind::Text:
    case CellKind::Time:
    case CellKind::YesNo:
        break;
    }
    painter->setPen(ink);
    m_texts.draw(*painter, area, align, font, text, kind == CellKind::Id ? Qt::ElideMiddle : Qt::ElideRight);
}

bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (event->type() == QEvent::ToolTip && index.isValid() && index.data().toString() == unknownText()) {
        QToolTip::showText(event->globalPos(), Words::whyUnknown(index.data(ColumnKeyRole).toString()), view);
        return true;
    }
    if (event->type() == QEvent::ToolTip && !index.data(Qt::ToolTipRole).toString().isEmpty()) {
        const QString key = index.data(ColumnKeyRole).toString(), text = index.data(Qt::DisplayRole).toString();
        const QString help = key == u"why"  ? Words::explain(text.section(u':', 0, 0))
            : key == u"eligible"            ? Words::explain(QString(u"runner_" % text.section(u' ', 1)))
                                            : QString();
        QToolTip::showText(event->globalPos(), QString(textOf(m_states, index) % (help.isEmpty() ? QString() : QString(u'\n' % help))), view);
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

TableView::TableView(const ThemeManager &theme, CellDelegate::States states, QWidget *parent)
    : QTableView(parent), m_theme(theme), m_states(states), m_delegate(new CellDelegate(theme, states, this))
{
    setItemDelegate(m_delegate);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setFrameShape(NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(theme.px(28));
    setHorizontalHeader(new Head(this));
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setStretchLastSection(true);
    connect(this, &QTableView::activated, this, [this](const QModelIndex &index) {
        const QString id = index.data(IdRole).toString();
        if (!id.isEmpty())
            Q_EMIT idActivated(id);
    });
}

void TableView::setTable(QAbstractItemModel *model, const QList<int> &widths)
{
    QStringList titles;
    m_live = qobject_cast<LiveTableModel *>(model);
    for (int column = 0; column < model->columnCount(); ++column) {
        QString key = model->headerData(column, Qt::Horizontal, ColumnKeyRole).toString();
        if (key.isEmpty())
            key = model->headerData(column, Qt::Horizontal).toString();
        titles.append(Words::column(key));
    }
    if (m_live) {
        m_live->setColumnTitles(titles);
        m_live->setSpoken([states = m_states](const QModelIndex &index) { return CellDelegate::textOf(states, index); });
    }
    if (auto *events = qobject_cast<EventModel *>(model))
        events->setColumnTitles(titles);
    if (auto *latency = qobject_cast<LatencyModel *>(model))
        latency->setColumnTitles(titles);
    setModel(model);
    QFont headFont = horizontalHeader()->font();
    headFont.setWeight(QFont::DemiBold);
    const QFontMetrics head(headFont);
    for (int column = 0; column < model->columnCount(); ++column) {
        const int width = widths.value(column, kUsualWidth);
        if (width == 0)
            hideColumn(column);
        else // no title is cut, in whatever language
            setColumnWidth(column, std::max(m_theme.px(width), head.horizontalAdvance(titles.at(column)) + kHeadPadding));
    }
    // Nor a state.
    const QFontMetrics words(font());
    int widest = 0;
    for (int state = 0; state <= lastOf(m_states); ++state)
        widest = std::max(widest, words.horizontalAdvance(lookOf(m_states, state).word) + m_theme.px(20) + kHeadPadding);
    for (int column = 0; m_live && column < model->columnCount(); ++column)
        if (m_live->columnKind(column) == CellKind::State && !isColumnHidden(column))
            setColumnWidth(column, std::max(columnWidth(column), widest));
    connect(horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, &TableView::makeRoomForArrow);
    // A number at the far edge of a wide window is nobody's: only texts take what is left.
    const int lastColumn = model->columnCount() - 1;
    const bool number = model->headerData(lastColumn, Qt::Horizontal, Qt::TextAlignmentRole).toInt() & Qt::AlignRight;
    horizontalHeader()->setStretchLastSection(!number);
    if (m_live) {
        horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        horizontalHeader()->setSortIndicatorClearable(true);
        setSortingEnabled(true);
    }
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(model, signal, this, [this](const QModelIndex &, int, int) { viewport()->update(); });
}

void TableView::makeRoomForArrow()
{
    const int column = horizontalHeader()->sortIndicatorSection();
    if (horizontalHeader()->isSortIndicatorShown() && column >= 0 && column < horizontalHeader()->count() && !isColumnHidden(column))
        setColumnWidth(column, std::max(columnWidth(column), horizontalHeader()->sectionSizeHint(column)));
}

void TableView::showEvent(QShowEvent *event)
{
    QTableView::showEvent(event);
    makeRoomForArrow(); // the style sheet has come only now
}

void TableView::setEmptyText(const QString &title, const QString &help)
{
    if (m_emptyTitle == title && m_emptyHelp == help)
        return;
    m_emptyTitle = title;
    m_emptyHelp = help;
    viewport()->update();
}

void TableView::setStale(bool on)
{
    if (m_delegate->isStale() == on)
        return;
    m_delegate->setStale(on);
    viewport()->update();
}

QString TableView::currentId() const
{
    return currentIndex().data(IdRole).toString();
}

void TableView::selectRowById(const QString &id)
{
    if (!m_live || currentId() == id)
        return;
    const int row = m_live->rowOf(id);
    m_restoring = true;
    if (row < 0) {
        clearSelection();
        setCurrentIndex({});
    } else {
        selectRow(row);
    }
    m_restoring = false;
}

QStringList TableView::selectedIds() const
{
    QStringList ids;
    const QModelIndexList rows = selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    for (const QModelIndex &row : rows)
        ids.append(row.data(IdRole).toString());
    return ids;
}

bool TableView::hasSeveralSelected() const
{
    const QItemSelection ranges = selectionModel() ? selectionModel()->selection() : QItemSelection();
    return std::any_of(ranges.cbegin(), ranges.cend(), [&](const QItemSelectionRange &range) { return range.height() > 1 || range.top() != ranges.first().top(); });
}

QString TableView::selectedText() const
{
    QStringList lines;
    const QModelIndexList rows = selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    for (const QModelIndex &row : rows) {
        QStringList cells;
        for (int column = 0; column < model()->columnCount(); ++column)
            if (!isColumnHidden(column))
                cells.append(row.siblingAtColumn(column).data().toString());
        lines.append(cells.join(u'\t'));
    }
    return lines.join(u'\n');
}

void TableView::paintEvent(QPaintEvent *event)
{
    if (m_live) {
        const int last = rowAt(viewport()->height() - 1);
        m_live->setShownRows(std::max(0, rowAt(0)), last < 0 ? std::numeric_limits<int>::max() : last);
    }
    QTableView::paintEvent(event);
    if (!model() || model()->rowCount() > 0 || m_emptyTitle.isEmpty())
        return;
    QString emptyTitle = m_emptyTitle, emptyHelp = m_emptyHelp;
    if (m_live && !m_live->filter().isEmpty() && m_live->liveCount() + m_live->endedCount() > 0) {
        emptyTitle = tr("Nothing matches the filter");
        emptyHelp = tr("Esc in the filter field clears it.");
    } else if (const auto *events = qobject_cast<EventModel *>(model()); events && events->stored() > 0) {
        emptyTitle = tr("Nothing is left");
        emptyHelp = tr("The level, the filter or the chosen actor leaves all events out.");
    }
    QPainter painter(viewport());
    QFont title = font();
    title.setPixelSize(m_theme.px(15));
    title.setWeight(QFont::DemiBold);
    QRect area = viewport()->rect().adjusted(24, 0, -24, 0);
    const QStringList lines = emptyHelp.split(u'\n');
    const int height = m_theme.px(32) + int(lines.size()) * m_theme.px(22);
    area.setTop(std::max(8, (area.height() - height) / 2));
    painter.setFont(title);
    painter.setPen(m_theme.color(Color::Text));
    painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop, emptyTitle);
    area.setTop(area.top() + m_theme.px(30));
    for (const QString &line : lines) {
        // Lines to type are indented and shown as code.
        const bool code = line.startsWith(QStringLiteral("  "));
        painter.setFont(code ? m_theme.monoFont() : font());
        painter.setPen(m_theme.color(code ? Color::Accent : Color::Muted));
        painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop, line.trimmed());
        area.setTop(area.top() + m_theme.px(22));
    }
}

void TableView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setText(selectedText());
        return;
    }
    if (event->key() == Qt::Key_F5 && m_live) {
        m_live->setSortFrozen(false);
        m_live->resortIfNeeded();
        updateFrozen();
        return;
    }
    if (event->key() == Qt::Key_Escape && selectionModel() && selectionModel()->hasSelection()) {
        clearSelection();
        return;
    }
    if (event->key() == Qt::Key_Space) { // means pause everywhere
        event->ignore();
        return;
    }
    QTableView::keyPressEvent(event);
}

void TableView::focusInEvent(QFocusEvent *event)
{
    // Qt makes the first row current; nobody has chosen it. It must not stay so: who then clicks on that row would choose
    // what is current already, and nobody would hear of it.
    const bool none = !currentIndex().isValid();
    m_restoring = true;
    QTableView::focusInEvent(event);
    if (none && selectionModel())
        selectionModel()->setCurrentIndex({}, QItemSelectionModel::NoUpdate);
    m_restoring = false;
}

void TableView::enterEvent(QEnterEvent *event)
{
    m_entered = true;
    updateFrozen();
    QTableView::enterEvent(event);
}

void TableView::leaveEvent(QEvent *event)
{
    m_entered = false;
    updateFrozen();
    QTableView::leaveEvent(event);
}

void TableView::updateFrozen()
{
    if (m_live)
        m_live->setSortFrozen(m_entered || (selectionModel() && selectionModel()->hasSelection()));
}

void TableView::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    updateFrozen();
    Q_EMIT rowsSelected();
}

void TableView::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    if (!m_restoring && current.isValid())
        Q_EMIT idSelected(current.data(IdRole).toString());
}

} // namespace dormouse
