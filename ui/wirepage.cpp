// SPDX-License-Identifier: Apache-2.0
#include "ui/wirepage.h"

#include "models/format.h"
#include "ui/detailparts.h"
#include "ui/flowlayout.h"
#include "ui/named.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QTextCursor>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <utility>

namespace dormouse {

namespace {

constexpr int kFieldRole = Qt::UserRole;      // offset
constexpr int kLengthRole = Qt::UserRole + 1; // of the field
constexpr int kSeqRole = Qt::UserRole + 2;    // of the message

} // namespace

WirePage::WirePage(Session &session, const ThemeManager &theme, QWidget *parent) : Page(session, theme, parent)
{
    auto *all = new QVBoxLayout(makeScrollArea(this, tr("Messages of the link"), 1)->widget());
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(8);
    auto *head = new QHBoxLayout;
    m_about = label({}, "section");
    m_about->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_follow = named(new QCheckBox(tr("Follow"), this), tr("Follow the newest message"));
    m_follow->setChecked(true);
    head->addWidget(m_about, 1);
    head->addWidget(m_follow);
    all->addLayout(head);
    m_note = label({}, "muted");
    m_note->setWordWrap(true);
    all->addWidget(m_note);
    m_table = new FactTable(theme, {tr("Time"), tr("Message"), tr("Bytes")}, tr("Messages of the link"), this);
    m_table->setColumnWidth(0, theme.px(102));
    m_table->setColumnWidth(1, theme.px(172));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setMinimumHeight(theme.px(96));
    all->addWidget(m_table, 3);
    m_fields = named(new QTreeWidget(this), tr("Fields of the message"));
    m_fields->setHeaderLabels({tr("Field"), tr("Value"), tr("At")});
    m_fields->setUniformRowHeights(true);
    m_fields->setColumnWidth(0, theme.px(150));
    m_fields->setColumnWidth(1, theme.px(120));
    m_fields->setMinimumHeight(theme.px(96));
    m_fields->setObjectName(QStringLiteral("boxed"));
    all->addWidget(m_fields, 4);
    m_bytes = named(new QPlainTextEdit(this), tr("Bytes of the message"));
    m_bytes->setReadOnly(true);
    m_bytes->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_bytes->setFont(theme.monoFont());
    m_bytes->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_bytes->setTabChangesFocus(true);
    m_bytes->setMinimumHeight(theme.px(80));
    all->addWidget(m_bytes, 3);
    auto *hand = new FlowLayout(8);
    m_hex = named(new QLineEdit(this), tr("Bytes to take apart, in hex"));
    m_hex->setPlaceholderText(tr("Hex, Enter takes it apart"));
    m_hex->setMinimumWidth(theme.px(60));
    m_direction = named(new QComboBox(this), tr("Direction of the typed bytes"));
    m_direction->addItem(tr("to runner"), true);
    m_direction->addItem(tr("to engine"), false);
    m_version = named(new QSpinBox(this), tr("Protocol version of the typed bytes"));
    m_version->setRange(1, 7);
    m_version->setValue(7);
    m_version->setPrefix(tr("v", "protocol version"));
    m_version->setButtonSymbols(QAbstractSpinBox::NoButtons);
    if (auto *field = m_version->findChild<QLineEdit *>())
        field->setAccessibleName(m_version->accessibleName());
    hand->addWidget(m_direction);
    hand->addWidget(m_version);
    all->addWidget(m_hex);
    all->addLayout(hand);
    // They share what room there is; what they would like to have makes the page no longer.
    for (QWidget *part : std::initializer_list<QWidget *>{m_table, m_fields, m_bytes})
        part->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    connect(m_hex, &QLineEdit::returnPressed, this, &WirePage::typed);
    connect(m_hex, &QLineEdit::textChanged, this, [this] { m_hex->setToolTip({}); });
    connect(m_table, &QTableWidget::itemSelectionChanged, this, &WirePage::showMessage);
    // Who looks at one message does not want to lose it to the next.
    connect(m_table, &QTableWidget::cellPressed, this, [this] { m_follow->setChecked(false); });
    connect(m_fields, &QTreeWidget::currentItemChanged, this, &WirePage::markField);
    connect(m_bytes, &QPlainTextEdit::cursorPositionChanged, this, &WirePage::chooseByte);
    connect(m_follow, &QCheckBox::toggled, this, &WirePage::list);
}

QString WirePage::wantedRunner() const
{
    if (const auto *connection = m_session.connections().find(m_session.selectedConnection()); connection && !connection->runnerId.isEmpty() && m_session.selectedRunner().isEmpty())
        return connection->runnerId;
    if (!m_session.selectedRunner().isEmpty())
        return m_session.selectedRunner();
    const auto *actor = m_session.actors().find(m_session.selectedActor());
    return actor ? actor->runnerId : QString();
}

void WirePage::refresh()
{
    const QString runnerId = wantedRunner();
    if (m_log.runnerId() != runnerId) {
        m_log.setRunner(runnerId);
        m_listed = 0;
        m_sinceAsked.invalidate();
        m_askedAfter.reset();
        list();
    }
    const monitor::RunnerInfo *runner = m_session.runners().find(runnerId);
    m_about->setText(runner ? QString(runner->name % u' ' % runner->key).trimmed() : tr("No runner chosen"));
    const bool live = m_session.source() && m_session.source()->capabilities().live && m_session.source()->linkState() == monitor::LinkState::Live;
    const bool recorded = m_session.source() && !m_session.source()->capabilities().live && m_session.source()->capabilities().seekable;
    QString note;
    if (!live && !recorded)
        note = tr("Only a live engine can be listened to. Bytes can be typed in below.");
    else if (!runner)
        note = tr("Choose a runner, or an actor that is on one.");
    else if (recorded)
        note = m_log.lastSeq() > 0 ? tr("Up to the moment shown. A recording keeps what was said and when, no bytes.")
                                   : tr("Up to the moment shown the recording has no message of this runner.");
    else if (m_log.lost() > 0)
        note = tr("%1 messages were too many to be kept.").arg(m_log.lost());
    else if (m_listed == 0)
        note = tr("Listening; each message between the engine and this runner appears here.");
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    if (!(live || recorded) || !runner || m_session.isPaused() || m_asking)
        return;
    if (recorded && m_askedAfter == m_session.framesApplied())
        return; // the same moment still
    if (!m_sinceAsked.isValid() || m_sinceAsked.hasExpired(kAskMs)) {
        ask();
    } else if (recorded && !m_later) { // no other frame may come by itself
        m_later = true;
        QTimer::singleShot(kAskMs, this, [this] {
            m_later = false;
            if (isOnScreen())
                refresh();
        });
    }
}

void WirePage::ask()
{
    m_asking = true;
    m_sinceAsked.start();
    m_askedAfter = m_session.framesApplied();
    const QString runnerId = m_log.runnerId();
    m_session.look(QStringLiteral("wire_frames"), {{QStringLiteral("runner_id"), runnerId}, {QStringLiteral("after"), qint64(m_log.lastSeq())}},
                   [self = QPointer<WirePage>(this), runnerId](const Result<QJsonObject> &result) {
                       if (!self)
                           return;
                       self->m_asking = false;
                       if (!result.ok() || self->m_log.runnerId() != runnerId)
                           return;
                       if (self->m_log.take(*result) > 0 || self->m_log.epoch() != self->m_epoch)
                           self->list();
                       if (self->isOnScreen())
                           self->refresh(); // what is to be said about it
                   });
}

void WirePage::list()
{
    const auto &messages = m_log.messages();
    // What has left the log, or all when it is another one.
    int gone = 0;
    quint64 chosen = 0; // of a recording, when its moment has changed
    if (std::exchange(m_epoch, m_log.epoch()) != m_log.epoch()) {
        m_listed = 0;
        if (const QTableWidgetItem *item = m_table->item(m_table->currentRow(), 0))
            chosen = item->data(kSeqRole).toULongLong();
    }
    const auto numberOf = [this](int row) { return m_table->item(row, 0)->data(kFieldRole).toULongLong(); };
    if (m_listed == 0)
        gone = m_table->rowCount();
    while (gone < m_table->rowCount() && (messages.empty() || numberOf(gone) < messages.front().number))
        ++gone;
    if (gone > 0)
        m_table->model()->removeRows(0, gone);
    for (const WireMessage &message : messages) {
        if (message.number <= m_listed)
            continue;
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        auto *time = new QTableWidgetItem(message.ts ? timeText(message.ts) : tr("typed"));
        time->setData(kFieldRole, message.number);
        time->setData(kSeqRole, message.seq);
        auto *what = new QTableWidgetItem(QString((message.toRunner ? u"→ " : u"← ") % message.title));
        what->setToolTip(QString(message.toRunner ? tr("Engine to runner") : tr("Runner to engine"))
                         % (message.recorded ? QString() : QString(u", v" % QString::number(message.version)))
                         % (message.faulty ? QString(u'\n' % tr("Its receiver refuses it; the last field says why.")) : QString()));
        if (message.faulty)
            what->setForeground(m_theme.color(Color::Bad));
        auto *bytes = new QTableWidgetItem(message.size < 0 ? unknownText() : bytesText(double(message.size)));
        m_table->setItem(row, 0, time);
        m_table->setItem(row, 1, what);
        m_table->setItem(row, 2, bytes);
        m_listed = message.number;
        if (chosen > 0 && message.seq == chosen)
            m_table->selectRow(row);
    }
    if (m_follow->isChecked() && m_table->rowCount() > 0) {
        m_table->selectRow(m_table->rowCount() - 1);
        m_table->scrollToBottom();
    }
    showMessage();
}

void WirePage::showMessage()
{
    const QTableWidgetItem *item = m_table->item(m_table->currentRow(), 0);
    const WireMessage *message = item ? m_log.find(item->data(kFieldRole).toULongLong()) : nullptr;
    const quint64 number = message ? message->number : 0;
    if (number == m_shown && message)
        return;
    m_shown = number;
    m_linking = true;
    m_fields->clear();
    m_bytes->clear();
    m_bytes->setExtraSelections({});
    if (message) {
        m_tree = message->tree();
        addNode(m_tree, nullptr);
        m_fields->expandToDepth(3);
        if (message->recorded)
            m_bytes->setPlainText(tr("not recorded"));
        else
            m_bytes->setPlainText(hexLines(message->bytes, kBytesPerLine)
                              + (message->isCut() ? tr("… %1 of %2 shown").arg(bytesText(double(message->bytes.size())), bytesText(double(message->size))) : QString()));
    }
    m_linking = false;
}

void WirePage::addNode(const wire::FieldNode &node, QTreeWidgetItem *parent)
{
    const WireMessage *message = m_log.find(m_shown);
    auto *item = new QTreeWidgetItem({node.name, node.value, message && message->recorded ? QString() : node.length > 0 ? QStringLiteral("%1+%2").arg(node.offset).arg(node.length) : QString::number(node.offset)});
    item->setData(0, kFieldRole, node.offset);
    item->setData(0, kLengthRole, node.length);
    item->setToolTip(0, node.type);
    item->setToolTip(1, node.value);
    if (node.type == u"error")
        for (const int column : {0, 1})
            item->setForeground(column, m_theme.color(Color::Bad));
    if (parent)
        parent->addChild(item);
    else
        m_fields->addTopLevelItem(item);
    for (const wire::FieldNode &child : node.children)
        addNode(child, item);
}

void WirePage::markField()
{
    const QTreeWidgetItem *item = m_fields->currentItem();
    const WireMessage *message = m_log.find(m_shown);
    if (m_linking || !item || !message)
        return;
    const qint64 from = item->data(0, kFieldRole).toLongLong();
    const qint64 to = std::min<qint64>(from + item->data(0, kLengthRole).toLongLong(), message->bytes.size());
    QList<QTextEdit::ExtraSelection> marks;
    QTextCharFormat look;
    look.setBackground(m_theme.color(Color::Accent));
    look.setForeground(m_theme.color(Color::AccentText));
    for (qint64 at = from; at < to;) { // line by line
        const qint64 end = std::min(to, (at / kBytesPerLine + 1) * kBytesPerLine);
        QTextEdit::ExtraSelection mark{QTextCursor(m_bytes->document()), look};
        mark.cursor.setPosition(int(hexPosition(at, kBytesPerLine)));
        mark.cursor.setPosition(int(hexPosition(end - 1, kBytesPerLine)) + 2, QTextCursor::KeepAnchor);
        marks.append(mark);
        at = end;
    }
    m_bytes->setExtraSelections(marks);
    if (marks.isEmpty())
        return;
    m_linking = true;
    QTextCursor start(m_bytes->document());
    start.setPosition(marks.first().cursor.anchor());
    m_bytes->setTextCursor(start);
    m_bytes->ensureCursorVisible();
    m_linking = false;
}

void WirePage::chooseByte()
{
    const WireMessage *message = m_log.find(m_shown);
    if (m_linking || !message)
        return;
    const auto offset = byteAtPosition(m_bytes->textCursor().position(), kBytesPerLine, message->bytes.size());
    if (!offset)
        return;
    QTreeWidgetItem *item = m_fields->topLevelItem(0);
    const QList<int> path = fieldAt(m_tree, *offset);
    for (const int place : path)
        item = item->child(place);
    m_fields->setCurrentItem(item);
    m_fields->scrollToItem(item);
}

void WirePage::typed()
{
    if (!m_log.type(m_hex->text(), m_direction->currentData().toBool(), m_version->value())) {
        m_hex->setToolTip(tr("Hex is pairs of 0-9 and a-f."));
        m_session.post(true, m_hex->toolTip());
        return;
    }
    list();
    m_follow->setChecked(false); // it stays on screen
    m_table->selectRow(m_table->rowCount() - 1);
    m_table->scrollToBottom();
}

void WirePage::takeOver(Page &old)
{
    auto &before = static_cast<WirePage &>(old);
    m_log = before.m_log;
    m_listed = 0;
    list();
}

} // namespace dormouse
