// SPDX-License-Identifier: Apache-2.0
#include "ui/payloadview.h"

#include "models/format.h"
#include "models/payload.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace dormouse {

PayloadView::PayloadView(const ThemeManager &theme, const QString &name, QWidget *parent) : QWidget(parent)
{
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(4);
    auto *bar = new QHBoxLayout;
    m_label = new QLabel(this);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setProperty("role", QStringLiteral("muted"));
    m_label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar->addWidget(m_label, 1);
    m_form = new QComboBox(this);
    m_form->setAccessibleName(tr("%1: shown as").arg(name));
    m_form->addItem(tr("Text"), int(PayloadForm::Text));
    m_form->addItem(tr("Hex"), int(PayloadForm::Hex));
    m_form->addItem(QStringLiteral("JSON"), int(PayloadForm::Json));
    m_form->addItem(QStringLiteral("CBOR"), int(PayloadForm::Cbor));
    bar->addWidget(m_form);
    all->addLayout(bar);
    m_text = new QPlainTextEdit(this);
    m_text->setReadOnly(true);
    m_text->setAccessibleName(name);
    m_text->setFont(theme.monoFont());
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setTabChangesFocus(true);
    m_text->setMinimumHeight(72);
    m_text->setMaximumHeight(160);
    all->addWidget(m_text);
    connect(m_form, &QComboBox::currentIndexChanged, this, &PayloadView::render);
}

void PayloadView::setPayload(const QString &title, const QByteArray &bytes)
{
    m_title = title;
    m_bytes = bytes;
    {
        const QSignalBlocker quiet(m_form);
        m_form->setCurrentIndex(m_form->findData(int(guessPayloadForm(bytes))));
    }
    m_form->setEnabled(true);
    render();
}

void PayloadView::setNote(const QString &note)
{
    m_bytes.clear();
    m_label->clear();
    m_form->setEnabled(false);
    m_text->setPlainText(note);
}

QString PayloadView::text() const
{
    return m_text->toPlainText();
}

void PayloadView::render()
{
    QString error;
    const QString text = payloadText(m_bytes, PayloadForm(m_form->currentData().toInt()), &error);
    m_text->setPlainText(error.isEmpty() ? text : tr("Not %1: %2").arg(m_form->currentText(), error));
    m_label->setText(QString(m_title % u' ' % bytesText(double(m_bytes.size()))));
}

} // namespace dormouse
