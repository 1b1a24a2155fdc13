// SPDX-License-Identifier: Apache-2.0
#include "engine/remote/remotesource.h"

#include "engine/remote/remotelink.h"

#include <QTimer>

using namespace Qt::StringLiterals;

namespace dormouse::remote {

namespace {
constexpr auto kPath = "/dormouse/monitor"_L1;
} // namespace

RemoteSource::RemoteSource(const QString &url, const QString &token, QObject *parent)
    : Source(parent), m_text(url), m_token(token.toUtf8()), m_mailbox(std::make_shared<monitor::Mailbox>(this))
{
    m_thread.setObjectName(u"dormouse-remote"_s);
}

RemoteSource::~RemoteSource()
{
    m_mailbox->detach();
    if (m_link)
        QMetaObject::invokeMethod(m_link, [link = m_link] { link->stop(); }, Qt::QueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

Result<QUrl> RemoteSource::monitorUrl(const QString &text)
{
    const QString trimmed = text.trimmed();
    QUrl url(trimmed.contains("://"_L1) ? trimmed : u"ws://"_s + trimmed, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        return Error::make("monitor", "bad_url", u"\"%1\" is not an address such as http://host:6420."_s.arg(trimmed));
    const QString scheme = url.scheme().toLower();
    if (scheme == "http"_L1 || scheme == "ws"_L1)
        url.setScheme(u"ws"_s);
    else if (scheme == "https"_L1 || scheme == "wss"_L1)
        url.setScheme(u"wss"_s);
    else
        return Error::make("monitor", "bad_url", u"An engine cannot be reached by %1."_s.arg(scheme));
    url.setUserInfo({});
    url.setQuery(QString());
    url.setFragment(QString());
    QString path = url.path();
    while (path.endsWith(u'/'))
        path.chop(1);
    if (!path.endsWith(kPath))
        path += kPath;
    url.setPath(path);
    return url;
}

QString RemoteSource::name() const
{
    const Result<QUrl> url = monitorUrl(m_text);
    return url ? url->host() + (url->port() > 0 ? u":%1"_s.arg(url->port()) : QString()) : m_text;
}

monitor::Capabilities RemoteSource::capabilities() const
{
    monitor::Capabilities capabilities;
    capabilities.pendingMessages = true;
    capabilities.traceEvents = true;
    const bool connected = m_state == monitor::LinkState::Live;
    capabilities.commands = connected && !m_readOnly;
    if (!connected)
        capabilities.reason = u"not_connected"_s;
    else if (m_readOnly)
        capabilities.reason = u"read_only"_s;
    return capabilities;
}

void RemoteSource::start()
{
    if (m_link)
        return;
    const Result<QUrl> url = monitorUrl(m_text);
    if (!url)
        return setState(monitor::LinkState::Failed, url.error().message);
    RemoteLink::Callbacks callbacks;
    callbacks.up = [this, mailbox = m_mailbox] {
        mailbox->post([this] {
            m_wasLive = true;
            setState(monitor::LinkState::Live, {});
        });
    };
    callbacks.down = [this, mailbox = m_mailbox](const QString &detail) {
        mailbox->post([this, detail] { onDown(detail); });
    };
    callbacks.frame = [this, mailbox = m_mailbox](monitor::Frame frame) {
        mailbox->post([this, frame = std::move(frame)] { onFrame(frame); });
    };
    callbacks.reply = [this, mailbox = m_mailbox](qint64 id, const Result<QJsonObject> &result) {
        mailbox->post([this, id, result] { finish(id, result); });
    };
    m_link = new RemoteLink(*url, m_token, m_interest, std::move(callbacks));
    m_link->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_link, &QObject::deleteLater);
    m_thread.start();
    QMetaObject::invokeMethod(m_link, [link = m_link] { link->connectNow(); }, Qt::QueuedConnection);
}

void RemoteSource::setInterest(const monitor::Interest &interest)
{
    if (m_interest == interest)
        return;
    m_interest = interest;
    if (m_link)
        QMetaObject::invokeMethod(m_link, [link = m_link, interest] { link->setInterest(interest); },
                                  Qt::QueuedConnection);
}

void RemoteSource::command(const QString &name, const QJsonObject &arguments,
                           std::function<void(const Result<QJsonObject> &)> done, int timeoutMs)
{
    const qint64 id = m_nextCommand++;
    m_commands.insert(id, std::move(done));
    if (m_state != monitor::LinkState::Live || (m_readOnly && !looksOnly(name))) {
        const Error error = m_state != monitor::LinkState::Live
            ? Error::make("monitor", "not_connected", u"The engine is not connected."_s)
            : Error::make("monitor", "read_only", u"This connection is read-only."_s);
        m_mailbox->post([this, id, error] { finish(id, error); });
        return;
    }
    QTimer::singleShot(timeoutMs, this, [this, id, name, timeoutMs] {
        finish(id, Error::make("monitor", "deadline",
                               u"%1 was not answered within %2 ms."_s.arg(name).arg(timeoutMs)));
    });
    QMetaObject::invokeMethod(m_link, [link = m_link, id, name, arguments] { link->command(id, name, arguments); },
                              Qt::QueuedConnection);
}

void RemoteSource::setReadOnly(bool readOnly)
{
    if (m_readOnly == readOnly)
        return;
    m_readOnly = readOnly;
    Q_EMIT linkChanged();
}

void RemoteSource::finish(qint64 id, const Result<QJsonObject> &result)
{
    if (const auto done = m_commands.take(id))
        done(result);
}

void RemoteSource::setState(monitor::LinkState state, const QString &detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT linkChanged();
}

void RemoteSource::onDown(const QString &detail)
{
    // Failed keeps trying, too; it only says that there has never been anything to show.
    setState(m_wasLive ? monitor::LinkState::Stale : monitor::LinkState::Failed, detail);
    const QList<qint64> open = m_commands.keys();
    for (qint64 id : open)
        finish(id, Error::make("monitor", "not_connected", detail));
}

void RemoteSource::onFrame(const monitor::Frame &frame)
{
    // One shown, one more allowed: an interface that stalls slows the engine's frames down, not its own queue.
    QMetaObject::invokeMethod(m_link, [link = m_link] { link->pull(1); }, Qt::QueuedConnection);
    Q_EMIT frameReady(frame);
}

} // namespace dormouse::remote
