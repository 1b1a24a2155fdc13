// SPDX-License-Identifier: Apache-2.0
#include "engine/remote/remotelink.h"

#include "engine/base/closecode.h"

#include <QCborMap>
#include <QCborValue>
#include <QRandomGenerator>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace dormouse::remote {

namespace {

constexpr int kFirstRetryMs = 500;
constexpr int kLastRetryMs = 15'000;
constexpr int kAliveCheckMs = 5'000;
/// Quiet checks until a link counts as lost. A live engine answers a pull within half a second.
constexpr int kMaxQuietChecks = 3;
constexpr int kFirstCredit = 4;

} // namespace

RemoteLink::RemoteLink(const QUrl &url, const QByteArray &token, const monitor::Interest &interest, Callbacks callbacks)
    : m_url(url), m_token(token), m_interest(interest), m_callbacks(std::move(callbacks)), m_retry(this), m_alive(this)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &RemoteLink::connectNow);
    m_alive.setInterval(kAliveCheckMs);
    connect(&m_alive, &QTimer::timeout, this, &RemoteLink::checkAlive);
}

RemoteLink::~RemoteLink()
{
    delete m_channel;
}

void RemoteLink::connectNow()
{
    m_closeDetail.clear();
    m_quietChecks = 0;
    m_channel = new ClientChannel(this);
    m_channel->setListener(this);
    std::vector<QByteArray> protocols{"dormouse.monitor.v1"};
    if (!m_token.isEmpty())
        protocols.push_back("rivet_token." + m_token.toPercentEncoding());
    m_channel->connectTo(m_url, protocols);
    m_alive.start();
}

void RemoteLink::stop()
{
    m_retry.stop();
    m_alive.stop();
    if (m_channel) {
        m_channel->setListener(nullptr);
        m_channel->close(closeNumber(CloseCode::Normal));
    }
}

void RemoteLink::send(const QCborMap &map)
{
    if (m_channel && m_channel->isOpen())
        m_channel->send(map.toCborValue().toCbor(), true);
}

void RemoteLink::sendInterest()
{
    QCborMap map;
    map.insert(u"op"_s, u"interest"_s);
    map.insert(u"values"_s, m_interest.values);
    map.insert(u"events"_s, m_interest.events);
    map.insert(u"trace"_s, m_interest.trace);
    map.insert(u"pending_of"_s, m_interest.pendingOf);
    send(map);
}

void RemoteLink::setInterest(const monitor::Interest &interest)
{
    m_interest = interest;
    if (m_up)
        sendInterest();
}

void RemoteLink::pull(int frames)
{
    if (!m_up)
        return;
    m_credit += frames;
    QCborMap map;
    map.insert(u"op"_s, u"pull"_s);
    map.insert(u"n"_s, frames);
    send(map);
}

void RemoteLink::command(qint64 id, const QString &name, const QJsonObject &arguments)
{
    if (!m_up)
        return m_callbacks.reply(id, Error::make("monitor", "not_connected", u"The engine is not connected."_s));
    QCborMap map;
    map.insert(u"op"_s, u"command"_s);
    map.insert(u"id"_s, id);
    map.insert(u"name"_s, name);
    map.insert(u"arguments"_s, QCborMap::fromJsonObject(arguments));
    send(map);
}

void RemoteLink::channelOpened(Channel &) {}

void RemoteLink::channelMessage(Channel &, const QByteArray &payload, bool binary)
{
    m_quietChecks = 0;
    const QCborMap map = binary ? QCborValue::fromCbor(payload).toMap() : QCborMap();
    const QString op = map.value("op"_L1).toString();
    if (op == "hello"_L1) {
        // Up only now: whatever else listens there does not say hello.
        if (map.value("version"_L1).toInteger() > monitor::kValuesVersion) {
            m_closeDetail = u"The engine is newer than this console."_s;
            m_channel->close(closeNumber(CloseCode::Normal));
            return;
        }
        m_up = true;
        m_credit = 0;
        m_failures = 0;
        sendInterest();
        m_callbacks.up();
        pull(kFirstCredit);
    } else if (op == "frame"_L1) {
        --m_credit;
        Result<monitor::Frame> frame = monitor::decodeFrame(map.value("frame"_L1).toByteArray());
        if (frame)
            return m_callbacks.frame(std::move(*frame));
        m_closeDetail = frame.error().message;
        m_channel->close(closeNumber(CloseCode::Normal));
    } else if (op == "reply"_L1) {
        const qint64 id = map.value("id"_L1).toInteger(-1);
        const QCborMap error = map.value("error"_L1).toMap();
        if (error.isEmpty())
            return m_callbacks.reply(id, map.value("result"_L1).toMap().toJsonObject());
        const QByteArray code = error.value("code"_L1).toString().toLatin1();
        const qsizetype dot = std::max<qsizetype>(code.indexOf('.'), 0);
        m_callbacks.reply(id, Error::make(code.left(dot), code.mid(dot + 1), error.value("message"_L1).toString()));
    }
}

void RemoteLink::channelClosed(Channel &, const ChannelClose &close)
{
    QString detail = m_closeDetail;
    if (detail.isEmpty())
        detail = QString::fromUtf8(close.reason);
    if (detail.isEmpty())
        detail = close.code ? u"closed with code %1"_s.arg(*close.code) : u"the connection was lost"_s;
    lost(detail);
}

void RemoteLink::lost(const QString &detail)
{
    m_alive.stop();
    m_up = false;
    if (m_channel) {
        m_channel->setListener(nullptr);
        m_channel->deleteLater(); // a channel may not be deleted from its own last call
        m_channel.clear();
    }
    m_callbacks.down(detail);
    const int delay = std::min(kLastRetryMs, kFirstRetryMs << std::min(m_failures, 10));
    ++m_failures;
    // Spread, so that many consoles do not all come back in the same instant.
    m_retry.start(delay / 2 + int(QRandomGenerator::global()->bounded(delay / 2 + 1)));
}

void RemoteLink::checkAlive()
{
    // Without credit the other side has nothing to say.
    if (m_up && m_credit <= 0)
        return;
    if (++m_quietChecks < kMaxQuietChecks || !m_channel)
        return;
    m_channel->abort();
    lost(u"no answer for %1 seconds"_s.arg(kMaxQuietChecks * kAliveCheckMs / 1000));
}

} // namespace dormouse::remote
