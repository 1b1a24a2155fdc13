// SPDX-License-Identifier: Apache-2.0
#include "models/owntraffic.h"

#include <algorithm>

namespace dormouse {

namespace {

quint64 messagesOf(const monitor::ConnectionInfo &connection)
{
    return connection.messagesIn.value_or(0) + connection.messagesOut.value_or(0);
}

quint64 bytesOf(const monitor::ConnectionInfo &connection)
{
    return connection.bytesIn.value_or(0) + connection.bytesOut.value_or(0);
}

} // namespace

void OwnTraffic::count(const monitor::ConnectionInfo &connection, int sign)
{
    using S = monitor::ConnectionState;
    const S state = connection.state;
    const bool hibernating = state == S::Hibernating;
    m_totals.connections += sign;
    m_totals.hibernating += hibernating ? sign : 0;
    m_totals.waking += state == S::Waking || state == S::Restoring ? sign : 0;
    m_totals.open += state == S::Open || state == S::Attached || state == S::Streaming ? sign : 0;
    const qint64 messages = sign * connection.pendingMessages.value_or(0), bytes = sign * connection.pendingBytes.value_or(0);
    m_totals.pendingMessages += messages;
    m_totals.pendingBytes += bytes;
    if (connection.actorId.isEmpty())
        return;
    Load &load = m_loads[connection.actorId];
    load.connections += sign;
    load.hibernating += hibernating ? sign : 0;
    load.pendingMessages += messages;
    load.pendingBytes += bytes;
    if (load.connections == 0)
        m_loads.remove(connection.actorId);
}

void OwnTraffic::forget(const QString &id)
{
    count(m_live.take(id), -1);
    m_ended.insert(id);
    m_endedOrder.push_back(id);
    if (m_endedOrder.size() > size_t(kMaxEnded)) {
        m_ended.remove(m_endedOrder.front());
        m_endedOrder.pop_front();
    }
}

void OwnTraffic::take(const monitor::ConnectionInfo &connection)
{
    const auto known = m_live.constFind(connection.connectionId);
    // What it did before it was first seen is in no rate.
    if (known != m_live.cend()) {
        m_totals.messages += messagesOf(connection) - std::min(messagesOf(connection), messagesOf(*known));
        m_totals.bytes += bytesOf(connection) - std::min(bytesOf(connection), bytesOf(*known));
        count(*known, -1);
    }
    m_live.insert(connection.connectionId, connection);
    count(connection, 1);
    if (connection.state == monitor::ConnectionState::Closed)
        forget(connection.connectionId);
}

void OwnTraffic::apply(const monitor::Frame &frame)
{
    if (frame.snapshot && !m_live.isEmpty()) {
        QSet<QString> present;
        for (const monitor::ConnectionInfo &connection : frame.connections)
            if (connection.ownTraffic)
                present.insert(connection.connectionId);
        const QStringList known = m_live.keys();
        for (const QString &id : known)
            if (!present.contains(id))
                forget(id);
    }
    for (const monitor::ConnectionInfo &connection : frame.connections)
        if (connection.ownTraffic)
            take(connection);
}

} // namespace dormouse
