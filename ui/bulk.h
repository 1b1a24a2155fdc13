// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"

#include <QDialog>
#include <QPointer>

#include <vector>

namespace dormouse {

/// One thing that a bulk action is aimed at.
struct BulkTarget
{
    QString id, label;
    qint64 clients = 0; ///< that will be disconnected
    qint64 staying = 0; ///< that are kept, of a runner
};

/// What a bulk action does: the command of the monitoring interface, and the key under which it takes the id.
struct BulkAction
{
    QString name; ///< of the window's action: wake, sleep, destroy, close, drain, droplink
    QString command, idKey;
    QJsonObject arguments; ///< beside the id
    bool disconnects = false;
};

/// Known action or an empty command.
BulkAction bulkAction(const QString &name);
/// What is known about the ids for that action; ended things are left out.
std::vector<BulkTarget> bulkTargets(Session &session, const BulkAction &action, const QStringList &ids);

/// The dry run: lists the targets and the clients that will be disconnected; above kTypedAbove targets the word has to
/// be typed (console.md row 48).
class BulkDialog final : public QDialog
{
    Q_OBJECT
public:
    static constexpr size_t kTypedAbove = 10;
    BulkDialog(const BulkAction &action, const std::vector<BulkTarget> &targets, QWidget *parent = nullptr);
};

/// Sends the commands with at most kInFlight unanswered; each is an entry of the control log. Deletes itself when the
/// last answer is in. Stops sending when the session goes on without commands (link lost).
class BulkRun final : public QObject
{
    Q_OBJECT
public:
    static constexpr int kInFlight = 8;
    BulkRun(Session &session, const BulkAction &action, std::vector<BulkTarget> targets);
    void start();

Q_SIGNALS:
    void progressed(int answered, int total);
    void finished(int done, int failed, int unsent);

private:
    void more();
    QPointer<Session> m_session;
    BulkAction m_action;
    std::vector<BulkTarget> m_targets;
    size_t m_next = 0;
    int m_inFlight = 0, m_done = 0, m_failed = 0;
    bool m_sending = false;
};

} // namespace dormouse
