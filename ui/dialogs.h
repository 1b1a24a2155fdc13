// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/timerange.h"

#include <QDialog>
#include <QJsonObject>

class QComboBox;
class QDateTimeEdit;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace dormouse {

/// Asks for a new actor; arguments() fit the command create_actor.
class CreateActorDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit CreateActorDialog(const QStringList &pools, QWidget *parent = nullptr);
    QJsonObject arguments() const;

private:
    QLineEdit *m_namespace, *m_name, *m_key, *m_input;
    QComboBox *m_pool, *m_crash;
};

/// Close code and reason for one connection; arguments() fit close_connection without the id.
class CloseDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit CloseDialog(const QString &connection, QWidget *parent = nullptr);
    QJsonObject arguments() const;

private:
    QComboBox *m_known;
    QSpinBox *m_code;
    QLineEdit *m_reason;
};

/// Shows the blast radius; above kTypedAbove clients a word has to be typed (console.md law 13).
class DestroyDialog final : public QDialog
{
    Q_OBJECT
public:
    static constexpr int kTypedAbove = 10;
    DestroyDialog(const QString &actor, int connections, int hibernating, qint64 pendingMessages, QWidget *parent = nullptr);
};

/// Two moments, local time. The second one is never before the first.
class TimeRangeDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit TimeRangeDialog(const TimeSpan &span, QWidget *parent = nullptr);
    TimeSpan span() const;

private:
    QDateTimeEdit *m_from, *m_to;
};

} // namespace dormouse
