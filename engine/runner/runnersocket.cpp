// SPDX-License-Identifier: Apache-2.0
#include "engine/runner/runneractor_p.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr qint64 kMaxPayloadBytes = 20 * 1024 * 1024;

}

// --- sockets ------------------------------------------------------------------------------------

QByteArray ActorSocket::storageKeyOf(quint64 id)
{
    return kReservedKeyPrefix + "ws/" + QByteArray::number(id, 16).rightJustified(16, '0');
}

QByteArray ActorSocket::storageValue() const
{
    const QJsonObject object{
        {u"index"_s, int(m_lastIndex)},
        {u"path"_s, QString::fromUtf8(m_path)},
        {u"attachment"_s, QString::fromLatin1(m_attachment.toBase64())},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

bool ActorSocket::send(const QByteArray &data, bool binary)
{
    if (!m_open || data.size() > kMaxPayloadBytes)
        return false;
    m_actor->m_runner.sendTunnel({{m_gateway, m_request, m_nextOut++}, wire::ToServerWebSocketMessage{data, binary}, {}, {}});
    return true;
}

void ActorSocket::close(std::optional<quint16> code, const QString &reason)
{
    if (!m_open)
        return;
    m_open = false;
    if (code && *code == 0)
        code.reset();
    m_actor->sendClose(m_gateway, m_request, m_nextOut++, code,
                       reason.isEmpty() ? std::nullopt : std::optional(reason));
    m_actor->forgetSocket(*this);
}

void ActorSocket::setAttachment(const QByteArray &data)
{
    if (m_attachment == data)
        return;
    m_attachment = data;
    if (m_hibernatable && m_open)
        m_actor->socketDirty(*this, 0);
}

// --- HTTP ---------------------------------------------------------------------------------------

void ActorResponder::send(wire::ToServerTunnelMessageKind kind)
{
    m_actor->m_runner.sendTunnel({{m_gateway, m_request, m_nextOut++}, std::move(kind), {}, {}});
}

void ActorResponder::complete()
{
    RunnerActor *actor = m_actor;
    m_actor = nullptr;
    actor->m_runner.releaseRequest(m_gateway, m_request);
    actor->m_httpRequests.erase(requestKey(m_gateway, m_request));
}

void ActorResponder::respond(int status, const wire::HeaderMap &headers, const QByteArray &body)
{
    if (!m_actor || m_begun)
        return;
    wire::HeaderMap all = headers;
    const bool hasLength = std::any_of(all.begin(), all.end(), [](const auto &h) { return h.first == "content-length"; });
    if (body.size() > kMaxPayloadBytes) {
        send(wire::ToServerResponseStart{500, {{"content-type", "text/plain"}}, QByteArray("Internal Server Error"), false});
    } else {
        if (!body.isEmpty() && !hasLength)
            all.emplace_back("content-length", QByteArray::number(body.size()));
        send(wire::ToServerResponseStart{quint16(status), all,
                                         body.isEmpty() ? std::nullopt : std::optional(body), false});
    }
    complete();
}

void ActorResponder::begin(int status, const wire::HeaderMap &headers)
{
    if (!m_actor || m_begun)
        return;
    m_begun = true;
    send(wire::ToServerResponseStart{quint16(status), headers, std::nullopt, true});
}

void ActorResponder::write(const QByteArray &data)
{
    if (m_actor && m_begun && !data.isEmpty())
        send(wire::ToServerResponseChunk{data, false});
}

void ActorResponder::finish()
{
    if (!m_actor || !m_begun)
        return;
    send(wire::ToServerResponseChunk{{}, true});
    complete();
}

void ActorResponder::abort()
{
    if (!m_actor)
        return;
    send(wire::ToServerResponseAbort{});
    complete();
}

} // namespace dormouse
