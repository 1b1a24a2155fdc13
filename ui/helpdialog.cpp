// SPDX-License-Identifier: Apache-2.0
#include "ui/helpdialog.h"

#include "ui/help.h"
#include "ui/words.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTextBrowser>
#include <QTextTable>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace dormouse {

HelpDialog::HelpDialog(const QString &view, const QString &viewTitle, const QList<QAction *> &actions, QWidget *parent)
    : QDialog(parent), m_view(view), m_viewTitle(viewTitle), m_actions(actions)
{
    setWindowTitle(tr("Help"));
    setAccessibleName(windowTitle());
    resize(640, 560);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(16, 16, 16, 16);
    all->setSpacing(8);
    auto *bar = new QHBoxLayout;
    const std::initializer_list<std::pair<Part, QString>> parts = {
        {Part::View, m_viewTitle}, {Part::Filter, tr("Filter")}, {Part::Keys, tr("Keys")}, {Part::Codes, tr("Reasons and errors")}};
    for (const auto &[part, title] : parts) {
        auto *button = new QPushButton(title, this);
        button->setCheckable(true);
        button->setAutoExclusive(true);
        button->setAutoDefault(false);
        button->setAccessibleName(title);
        connect(button, &QPushButton::clicked, this, [this, wanted = part] { show(wanted); });
        m_parts.append(button);
        bar->addWidget(button);
    }
    bar->addStretch();
    m_find = new QLineEdit(this);
    m_find->setPlaceholderText(tr("Find"));
    m_find->setAccessibleName(tr("Find in help"));
    m_find->setClearButtonEnabled(true);
    for (auto *button : m_find->findChildren<QToolButton *>())
        button->setAccessibleName(tr("Clear"));
    connect(m_find, &QLineEdit::textChanged, this, [this] { fill(); });
    bar->addWidget(m_find);
    all->addLayout(bar);
    m_text = new QTextBrowser(this);
    m_text->setAccessibleName(tr("Help text"));
    m_text->setOpenLinks(false);
    all->addWidget(m_text, 1);
    show(Part::View);
}

void HelpDialog::show(Part part)
{
    m_part = part;
    m_parts.at(int(part))->setChecked(true);
    m_parts.at(int(part))->setFocus();
    fill();
}

void HelpDialog::fill()
{
    const QString text = m_part == Part::View ? viewText()
        : m_part == Part::Filter              ? QString(u"### " % tr("Filter") % u"\n\n" % Help::view(QStringLiteral("filter"), Words::language()))
        : m_part == Part::Keys                ? keysText()
                                              : codesText();
    m_text->setMarkdown(text.isEmpty() ? tr("Nothing found.") : text);
    const auto frames = m_text->document()->rootFrame()->childFrames();
    for (QTextFrame *frame : frames) {
        auto *table = qobject_cast<QTextTable *>(frame);
        if (!table)
            continue;
        QTextTableFormat look = table->format();
        look.setBorderCollapse(true);
        look.setBorder(1);
        look.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        look.setBorderBrush(palette().color(QPalette::Mid));
        look.setCellPadding(4);
        look.setCellSpacing(0);
        table->setFormat(look);
    }
}

QString HelpDialog::text() const
{
    return m_text->toPlainText();
}

QString HelpDialog::viewText() const
{
    return u"### " % m_viewTitle % u"\n\n" % Help::view(m_view, Words::language());
}

QString HelpDialog::keysText() const
{
    QString out;
    for (const QAction *action : m_actions) {
        const QString name = action->text().remove(u'&');
        if (action->shortcut().isEmpty() || !name.contains(m_find->text(), Qt::CaseInsensitive))
            continue;
        QStringList keys;
        const auto all = action->shortcuts();
        for (const QKeySequence &one : all)
            keys.append(one.toString(QKeySequence::NativeText));
        out += u"| **" % keys.join(QStringLiteral(", ")) % u"** | " % name % u" |\n";
    }
    if (out.isEmpty())
        return {};
    return u"| " % tr("Key") % u" | " % tr("Does") % u" |\n|---|---|\n" % out % u"\n" %
           tr("In a table: arrows move, Enter opens, F5 sorts now, Ctrl+C copies rows, the menu key shows more. In the map: arrows walk through the actors. In the heat map: arrows choose a cell, Shift widens, Esc lets go. In the message field: Up and Down bring back earlier messages. Tab goes on, Alt opens the menus.");
}

QString HelpDialog::codesText() const
{
    QStringList codes = Help::codes(QStringLiteral("en"));
    std::sort(codes.begin(), codes.end());
    QString out;
    for (const QString &code : codes) {
        const QString text = Help::code(code, Words::language());
        if (m_find->text().isEmpty() || code.contains(m_find->text(), Qt::CaseInsensitive)
            || text.contains(m_find->text(), Qt::CaseInsensitive))
            out += u"**" % code % u"**  \n" % text % u"\n\n";
    }
    return out;
}

} // namespace dormouse
