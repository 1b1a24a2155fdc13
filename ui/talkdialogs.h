// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace dormouse {

class Composer;
class PayloadView;

/// True for a client WebSocket that takes messages now: its actor has accepted it and the client has not left.
bool hearsMessages(const monitor::ConnectionInfo &connection);

/// Messages to a client as if its actor had sent them (console.md row 46). Nothing goes before the box that says so has
/// been ticked. Stays beside the window, for one connection, until it is closed or the session goes. Thread: the UI thread.
class SendDialog final : public QDialog
{
    Q_OBJECT
public:
    SendDialog(Session &session, const ThemeManager &theme, const QString &connectionId, QWidget *parent = nullptr);
    QString connectionId() const { return m_id; }

private:
    void follow();
    void send(const QByteArray &payload, bool binary);
    void showCount();

    Session &m_session;
    const QString m_id;
    QLabel *m_state, *m_count;
    QCheckBox *m_sure;
    Composer *m_composer;
    int m_sent = 0, m_refused = 0, m_open = 0;
    QString m_problem; ///< of the last one that was refused
};

/// Calls an action of an actor and shows its answer (console.md row 46). It says beforehand that this wakes the actor.
/// Thread: the UI thread.
class CallDialog final : public QDialog
{
    Q_OBJECT
public:
    static constexpr int kDeadlineMs = 60'000;
    CallDialog(Session &session, const ThemeManager &theme, const QString &actorId, QWidget *parent = nullptr);
    QString actorId() const { return m_id; }
    /// Arguments as typed: a JSON list, or values with commas between them; empty = none. Nothing when that is not JSON,
    /// *problem then says why, for people.
    static std::optional<QJsonArray> argumentsOf(const QString &typed, QString *problem = nullptr);
    /// Connection parameters as typed: one JSON value; empty = Undefined, which sends none. Nothing when that is not one.
    static std::optional<QJsonValue> parametersOf(const QString &typed, QString *problem = nullptr);

private:
    void follow();
    void check();
    void call();
    void answered(const Result<QJsonObject> &result, qint64 tookMs);

    Session &m_session;
    const QString m_id;
    QLabel *m_state, *m_problem, *m_outcome;
    QLineEdit *m_action, *m_arguments, *m_parameters;
    QPushButton *m_call;
    PayloadView *m_answer;
    bool m_running = false;
};

} // namespace dormouse
