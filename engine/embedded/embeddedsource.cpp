// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/embeddedsource.h"

#include <QTimer>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {
constexpr int kMaxFramesHeld = 4;
} // namespace

EmbeddedSource::EmbeddedSource(Post post, const QString &name, QObject *parent)
    : Source(parent), m_post(std::move(post)), m_name(name), m_mailbox(std::make_shared<monitor::Mailbox>(this)),
      m_crossing(std::make_shared<Crossing>())
{
}

EmbeddedSource::~EmbeddedSource()
{
    m_mailbox->detach();
    if (m_started) {
        m_post([crossing = m_crossing](Core &, Publisher &publisher) {
            publisher.removeConsumer(crossing->consumer);
        });
    }
}

monitor::Capabilities EmbeddedSource::capabilities() const
{
    monitor::Capabilities capabilities;
    capabilities.pendingMessages = true;
    capabilities.traceEvents = true;
    capabilities.commands = m_state == monitor::LinkState::Live;
    if (!capabilities.commands)
        capabilities.reason = u"not_connected"_s;
    return capabilities;
}

void EmbeddedSource::start()
{
    if (m_started)
        return;
    m_started = true;
    m_post([this, mailbox = m_mailbox, crossing = m_crossing, interest = m_interest](Core &, Publisher &publisher) {
        const auto deliver = [this, mailbox, crossing](monitor::Frame frame) {
            ++crossing->framesHeld;
            mailbox->post([this, crossing, frame = std::move(frame)]() mutable {
                --crossing->framesHeld;
                frame.unpackTraces(); // here, so that the engine does not pay for it
                if (m_state == monitor::LinkState::Connecting)
                    setState(monitor::LinkState::Live, {});
                Q_EMIT frameReady(frame);
            });
        };
        const auto ready = [crossing] { return crossing->framesHeld < kMaxFramesHeld; };
        crossing->consumer = publisher.addConsumer(interest, deliver, ready);
    });
}

void EmbeddedSource::setInterest(const monitor::Interest &interest)
{
    if (m_interest == interest)
        return;
    m_interest = interest;
    if (!m_started)
        return;
    m_post([crossing = m_crossing, interest](Core &, Publisher &publisher) {
        publisher.setInterest(crossing->consumer, interest);
    });
}

void EmbeddedSource::command(const QString &name, const QJsonObject &arguments,
                             std::function<void(const Result<QJsonObject> &)> done, int timeoutMs)
{
    const quint64 id = m_nextCommand++;
    m_commands.insert(id, std::move(done));
    if (m_state == monitor::LinkState::Failed) {
        const QString detail = m_detail;
        m_mailbox->post([this, id, detail] { finish(id, Error::make("monitor", "not_connected", detail)); });
        return;
    }
    QTimer::singleShot(timeoutMs, this, [this, id, name, timeoutMs] {
        finish(id, Error::make("monitor", "deadline",
                               u"%1 was not answered within %2 ms."_s.arg(name).arg(timeoutMs)));
    });
    m_post([this, id, name, arguments, mailbox = m_mailbox](Core &, Publisher &publisher) {
        publisher.command(name, arguments, [this, id, mailbox](const Result<QJsonObject> &result) {
            mailbox->post([this, id, result] { finish(id, result); });
        });
    });
}

void EmbeddedSource::setEnded(const QString &detail)
{
    setState(monitor::LinkState::Failed, detail);
    const QList<quint64> open = m_commands.keys();
    for (quint64 id : open)
        finish(id, Error::make("monitor", "not_connected", detail));
}

void EmbeddedSource::finish(quint64 id, const Result<QJsonObject> &result)
{
    if (const auto done = m_commands.take(id))
        done(result);
}

void EmbeddedSource::setState(monitor::LinkState state, const QString &detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT linkChanged();
}

} // namespace dormouse
