// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/http.h"

#include <QString>

#include <functional>
#include <memory>

namespace dormouse {

struct StreamRequest
{
    QString url;
    HeaderList headers;
};

/// Hears one outbound GET whose answer goes on for a long time. Calls come one at a time and never from inside the
/// function that opened the stream; the EventStream may be deleted from inside any of them. Thread: engine thread.
class EventStreamListener
{
public:
    virtual ~EventStreamListener() = default;
    virtual void streamAnswered(int status, const HeaderList &headers) = 0;
    /// Bytes of the body, without transfer coding, in pieces of any size.
    virtual void streamData(const QByteArray &data) = 0;
    /// Nothing follows. failure: for people; empty = the far side ended a complete answer.
    virtual void streamEnded(const QString &failure) = 0;
};

/// An open outbound stream. Deleting it drops the connection; nothing is reported afterwards.
class EventStream
{
public:
    virtual ~EventStream() = default;
};

/// Opens a GET over HTTP/1.1, plain or TLS by the scheme of the URL, without any time limit. Made by the host: the
/// core itself opens no sockets. The listener outlives the stream.
using OpenStream = std::function<std::unique_ptr<EventStream>(const StreamRequest &, EventStreamListener &)>;

} // namespace dormouse
