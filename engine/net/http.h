// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/channel.h"

#include <QByteArray>
#include <QList>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace dormouse {

/// Order and repetitions kept; names as received. Implicitly shared: it is passed on more often than it is made.
using HeaderList = QList<std::pair<QByteArray, QByteArray>>;

/// Value of the first header of that name (any case), or an empty, null array.
QByteArray headerValue(const HeaderList &headers, QByteArrayView name);

/// Head of one request, strictly parsed (performance-notes.md section 6.3).
struct HttpHead
{
    QByteArray method;
    QByteArray target; ///< raw, as received, without the fragment
    HeaderList headers;
    QByteArray peerAddress; ///< without port
    int versionMinor = 1;

    QByteArray path() const;  ///< target up to '?'
    QByteArray query() const; ///< after '?', without it; null when there is none
    QByteArray header(QByteArrayView name) const { return headerValue(headers, name); }
    bool isWebSocketUpgrade() const;
    /// Entries of Sec-WebSocket-Protocol over all its lines, trimmed, in order.
    std::vector<QByteArray> offeredProtocols() const;
};

/// The next part of a body that is read while it comes.
struct BodyPart
{
    QByteArray data;
    bool last = false; ///< the body is complete with this part, which may be empty
    /// Not 0: the body broke a limit or the syntax (400, 408, 413, 431) and no part follows. Who is told may answer from
    /// inside the call; else the client gets HttpHandler::errorAnswer(), or the end of an answer that has begun.
    int failedStatus = 0;
    QByteArray failedReason;
};

/// One HTTP request in progress. Shared between the connection and whoever answers; a dead connection makes every
/// call a no-op. An answer that is complete before the body is, ends the connection; the rest of the body is dropped.
/// Thread: engine thread.
class HttpExchange
{
public:
    virtual ~HttpExchange() = default;
    virtual const HttpHead &head() const = 0;
    virtual const QByteArray &body() const = 0; ///< complete, unless bodyComplete() is false
    /// False only where HttpHandler::bodyMode() said so and a part of the body had still to come.
    virtual bool bodyComplete() const { return true; }
    /// Only while bodyComplete() is false: takes what came before the request was delivered and has the rest read, in
    /// parts as they come. The callback runs from the event loop until the body or the request ends. Before this call
    /// nothing is read.
    virtual QByteArray readBody(std::function<void(const BodyPart &)> callback)
    {
        Q_UNUSED(callback);
        return {};
    }
    /// Back pressure: false stops the callbacks at once, and the reading as soon as 64 KiB are held (at most 320 KiB with
    /// what was on its way). The client's time for the body (408) stands still meanwhile.
    virtual void setBodyReading(bool on) { Q_UNUSED(on); }
    /// Complete answer. content-length is added; for HEAD the body is dropped and its length kept.
    virtual void respond(int status, const HeaderList &headers, const QByteArray &body) = 0;
    /// Streamed answer: chunked unless headers carry content-length. Every write is flushed.
    virtual void begin(int status, const HeaderList &headers) = 0;
    virtual void write(const QByteArray &data) = 0;
    virtual void finish() = 0;
    /// Ends the connection (after begin(): without the last chunk).
    virtual void abort() = 0;
    virtual bool alive() const = 0;
    virtual qint64 bytesQueued() const = 0;
    /// Called once when the client went away before the answer was complete.
    virtual void onGone(std::function<void()> callback) = 0;
};

/// A WebSocket upgrade request that has been parsed and not yet answered. Reading is paused (64 KiB are kept).
class UpgradeRequest
{
public:
    virtual ~UpgradeRequest() = default;
    virtual const HttpHead &head() const = 0;
    /// Answers 101 with the given extra headers and hands over the channel. protocol absent = none is named.
    /// Returns null when the client is gone already.
    virtual std::unique_ptr<Channel> accept(const QByteArray &protocol, const HeaderList &extraHeaders) = 0;
    /// Refuses with a plain HTTP answer and closes.
    virtual void reject(int status, const HeaderList &headers, const QByteArray &body) = 0;
};

/// How a request with a body is delivered.
enum class BodyMode {
    Collect, ///< when the body is complete
    Stream,  ///< as soon as nothing more of it is at hand: HttpExchange::readBody()
};

/// What the server calls. Requests of one connection are delivered one after the other (pipelining waits).
class HttpHandler
{
public:
    virtual ~HttpHandler() = default;
    virtual void handleRequest(std::shared_ptr<HttpExchange> exchange) = 0;
    virtual void handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade) = 0;
    /// Called as soon as the head of a request with a body is known; returns the largest body this request may have, in bytes.
    virtual qint64 maxBodyBytes(const HttpHead &head) = 0;
    /// A body is still to come: called once per such request, before it has been read. False: the answer will not need
    /// it. A client that waits for "100 Continue" is then not asked for the body; its request is delivered without one
    /// and the connection ends after the answer.
    virtual bool wantsBody(const HttpHead &) { return true; }
    /// Asked once for each request whose body is not at hand completely, before it is delivered.
    virtual BodyMode bodyMode(const HttpHead &) { return BodyMode::Collect; }
    /// Answer for a request that broke a limit or the syntax: 400, 408, 413, 414, 431, 501, 505.
    /// Returns content type and body for the given status and reason.
    virtual std::pair<HeaderList, QByteArray> errorAnswer(const HttpHead *head, int status, const QByteArray &reason) = 0;
};

} // namespace dormouse
