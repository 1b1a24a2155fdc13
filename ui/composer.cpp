// SPDX-License-Identifier: Apache-2.0
#include "ui/composer.h"

#include <QCborValue>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>

#include <algorithm>

namespace dormouse {

namespace {

constexpr int kTickMs = 20; // at high rates several leave in one tick

} // namespace

Composer::Composer(const ThemeManager &theme, QWidget *parent) : QWidget(parent)
{
    auto *all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(8);
    m_form = new QComboBox(this);
    m_form->addItem(tr("Text"), int(Form::Text));
    m_form->addItem(tr("Hex"), int(Form::Hex));
    m_form->addItem(tr("CBOR from JSON"), int(Form::Cbor));
    m_form->setAccessibleName(tr("How the message is written"));
    m_form->setMaximumWidth(theme.px(150));
    m_input = new QLineEdit(this);
    m_input->setPlaceholderText(tr("Message; Enter sends, {n} counts, Up brings back"));
    m_input->setAccessibleName(tr("Message to send"));
    m_input->setMinimumWidth(theme.px(80));
    m_input->installEventFilter(this);
    m_times = new QSpinBox(this);
    m_times->setRange(1, kMostRepeats);
    m_times->setPrefix(tr("× ", "how often a message is sent"));
    m_times->setAccessibleName(tr("How often to send"));
    m_rate = new QSpinBox(this);
    m_rate->setRange(1, kMostPerSecond);
    m_rate->setValue(10);
    m_rate->setSuffix(tr(" / s"));
    m_rate->setAccessibleName(tr("Messages per second"));
    m_rate->setEnabled(false);
    for (QSpinBox *box : {m_times, m_rate}) {
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        if (auto *field = box->findChild<QLineEdit *>())
            field->setAccessibleName(box->accessibleName());
    }
    m_send = new QPushButton(tr("Send"), this);
    m_send->setAccessibleName(tr("Send the message"));
    m_send->setAutoDefault(false); // in a dialog Enter would press it besides
    all->addWidget(m_form);
    all->addWidget(m_input, 1);
    all->addWidget(m_times);
    all->addWidget(m_rate);
    all->addWidget(m_send);
    m_timer.setInterval(kTickMs);
    connect(&m_timer, &QTimer::timeout, this, &Composer::sendSome);
    connect(m_times, &QSpinBox::valueChanged, this, [this](int times) { m_rate->setEnabled(times > 1); });
    connect(m_input, &QLineEdit::returnPressed, this, &Composer::start);
    connect(m_input, &QLineEdit::textChanged, this, &Composer::check);
    connect(m_form, &QComboBox::currentIndexChanged, this, &Composer::check);
    connect(m_send, &QPushButton::clicked, this, [this] {
        if (isRepeating())
            stop();
        else
            start();
    });
    enable();
}

std::optional<Composer::Payload> Composer::payloadOf(const QString &typed, Form form, int number, QString *problem)
{
    QString text = typed;
    if (form != Form::Hex)
        text.replace(QStringLiteral("{n}"), QString::number(number));
    switch (form) {
    case Form::Text:
        return Payload{text.toUtf8(), false};
    case Form::Hex: {
        QString digits;
        for (const QChar c : text)
            if (!c.isSpace())
                digits += c;
        const bool good = digits.size() % 2 == 0 && std::all_of(digits.cbegin(), digits.cend(), [](QChar c) {
                              return (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f');
                          });
        if (good)
            return Payload{QByteArray::fromHex(digits.toLatin1()), true};
        if (problem)
            *problem = tr("Hex is pairs of 0-9 and a-f.");
        return std::nullopt;
    }
    case Form::Cbor: {
        // A document is an object or an array; a single value is read as the only element of one.
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(QString(u'[' % text % u']').toUtf8(), &error);
        if (error.error == QJsonParseError::NoError && document.array().size() == 1)
            return Payload{QCborValue::fromJsonValue(document.array().at(0)).toCbor(), true};
        if (problem)
            *problem = tr("Not JSON: %1").arg(error.error == QJsonParseError::NoError ? tr("one value is expected") : error.errorString());
        return std::nullopt;
    }
    }
    return std::nullopt;
}

void Composer::check()
{
    QString problem;
    const bool good = m_input->text().isEmpty() || payloadOf(m_input->text(), Form(m_form->currentData().toInt()), 1, &problem).has_value();
    if (m_input->property("invalid").toBool() == good) {
        m_input->setProperty("invalid", !good);
        m_input->style()->polish(m_input);
    }
    m_input->setToolTip(problem);
    m_input->setAccessibleDescription(problem);
}

void Composer::start()
{
    const QString typed = m_input->text();
    if (!m_possible || isRepeating() || !payloadOf(typed, Form(m_form->currentData().toInt()), 1))
        return;
    m_history.removeAll(typed);
    if (!typed.isEmpty())
        m_history.append(typed);
    if (m_history.size() > kMaxHistory)
        m_history.removeFirst();
    m_at = int(m_history.size());
    m_repeated = typed;
    m_number = 0;
    m_left = m_times->value();
    m_input->clear();
    sendSome();
}

void Composer::sendSome()
{
    const Form form = Form(m_form->currentData().toInt());
    int batch = m_timer.isActive() ? std::max(1, m_rate->value() * kTickMs / 1000) : 1;
    while (batch-- > 0 && m_left > 0) {
        --m_left;
        const auto payload = payloadOf(m_repeated, form, ++m_number);
        if (payload)
            Q_EMIT sendWanted(payload->bytes, payload->binary);
    }
    if (m_left == 0)
        m_timer.stop();
    else if (!m_timer.isActive())
        m_timer.start(std::max(kTickMs, 1000 / m_rate->value()));
    enable();
}

void Composer::stop()
{
    m_left = 0;
    m_timer.stop();
    enable();
}

void Composer::setPossible(bool on)
{
    m_possible = on;
    if (!on)
        stop();
    enable();
}

void Composer::takeOver(const Composer &old)
{
    m_history = old.m_history;
    m_at = int(m_history.size());
}

void Composer::enable()
{
    m_input->setEnabled(m_possible && !isRepeating());
    m_send->setEnabled(m_possible);
    m_form->setEnabled(!isRepeating());
    m_send->setText(isRepeating() ? tr("Stop, %1 left").arg(m_left) : tr("Send"));
}

void Composer::browse(int step)
{
    const int wanted = std::clamp(m_at + step, 0, int(m_history.size()));
    if (wanted == m_at)
        return;
    if (m_at == m_history.size())
        m_draft = m_input->text();
    m_at = wanted;
    m_input->setText(m_at == m_history.size() ? m_draft : m_history.at(m_at));
}

bool Composer::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_input && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down) {
            browse(key == Qt::Key_Up ? -1 : 1);
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

} // namespace dormouse
