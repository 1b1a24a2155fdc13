// SPDX-License-Identifier: Apache-2.0
#include "ui/viewstate.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitter>

#include <algorithm>

namespace dormouse {

template<typename Visit>
void ViewState::walk(const QWidget &root, Visit visit)
{
    QHash<QByteArray, int> numbers;
    const auto all = root.findChildren<QWidget *>();
    for (QWidget *widget : all) {
        // Made by Qt when first needed: the other tree may not have them yet.
        if (widget->isWindow() || widget->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        const QByteArray type = widget->metaObject()->className();
        visit(widget, Key{type, numbers[type]++});
    }
}

ViewState ViewState::of(const QWidget &root, int textSize)
{
    ViewState state;
    state.m_textSize = textSize;
    walk(root, [&](QWidget *widget, const Key &key) {
        if (widget->hasFocus())
            state.m_focus = key;
        QVariant value;
        if (const auto *line = qobject_cast<QLineEdit *>(widget)) {
            if (!line->isReadOnly() && !qobject_cast<QComboBox *>(line->parentWidget()))
                value = QVariantList{line->text(), line->cursorPosition()};
        } else if (const auto *button = qobject_cast<QAbstractButton *>(widget)) {
            if (button->isCheckable())
                value = button->isChecked();
        } else if (const auto *combo = qobject_cast<QComboBox *>(widget)) {
            value = combo->currentIndex();
        } else if (const auto *splitter = qobject_cast<QSplitter *>(widget)) {
            value = splitter->saveState();
        } else if (const auto *header = qobject_cast<QHeaderView *>(widget)) {
            if (header->orientation() == Qt::Horizontal)
                value = header->saveState();
        } else if (const auto *area = qobject_cast<QAbstractScrollArea *>(widget)) {
            value = QVariantList{area->horizontalScrollBar()->value(), area->verticalScrollBar()->value()};
        }
        if (value.isValid())
            state.m_values.insert(key, value);
    });
    return state;
}

void ViewState::giveTo(QWidget &root, int textSize) const
{
    QWidget *focus = nullptr;
    walk(root, [&](QWidget *widget, const Key &key) {
        if (key == m_focus)
            focus = widget;
        const QVariant value = m_values.value(key);
        if (!value.isValid())
            return;
        if (auto *line = qobject_cast<QLineEdit *>(widget)) {
            line->setText(value.toList().at(0).toString());
            line->setCursorPosition(value.toList().at(1).toInt());
        } else if (auto *button = qobject_cast<QAbstractButton *>(widget)) {
            button->setChecked(value.toBool());
        } else if (auto *combo = qobject_cast<QComboBox *>(widget)) {
            combo->setCurrentIndex(std::min(value.toInt(), combo->count() - 1));
        } else if (auto *splitter = qobject_cast<QSplitter *>(widget)) {
            splitter->restoreState(value.toByteArray());
        } else if (auto *header = qobject_cast<QHeaderView *>(widget)) {
            header->restoreState(value.toByteArray());
            if (textSize != m_textSize)
                for (int section = 0; section < header->count(); ++section)
                    if (!header->isSectionHidden(section))
                        header->resizeSection(section, header->sectionSize(section) * textSize / m_textSize);
        } else if (auto *area = qobject_cast<QAbstractScrollArea *>(widget)) {
            // How far it can be scrolled is known after it was laid out.
            QMetaObject::invokeMethod(area, [area, value] {
                area->horizontalScrollBar()->setValue(value.toList().at(0).toInt());
                area->verticalScrollBar()->setValue(value.toList().at(1).toInt());
            }, Qt::QueuedConnection);
        }
    });
    if (focus)
        focus->setFocus();
}

} // namespace dormouse
