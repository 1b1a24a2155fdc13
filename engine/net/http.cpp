// SPDX-License-Identifier: Apache-2.0
#include "engine/net/http.h"

#include "engine/net/httpparser.h"

namespace dormouse {

namespace {

/// Calls visit(entry) for each trimmed, non-empty comma separated entry; stops when it returns true.
template<typename Visit>
bool anyListEntry(QByteArrayView list, Visit visit)
{
    qsizetype start = 0;
    while (start <= list.size()) {
        qsizetype end = list.indexOf(',', start);
        if (end < 0)
            end = list.size();
        const QByteArrayView entry = list.sliced(start, end - start).trimmed();
        if (!entry.isEmpty() && visit(entry))
            return true;
        start = end + 1;
    }
    return false;
}

bool headersContainToken(const HeaderList &headers, QByteArrayView name, QByteArrayView token)
{
    for (const auto &[key, value] : headers) {
        if (!isSameHttpWord(key, name))
            continue;
        if (anyListEntry(value, [token](QByteArrayView entry) {
                return isSameHttpWord(entry, token);
            }))
            return true;
    }
    return false;
}

} // namespace

QByteArray headerValue(const HeaderList &headers, QByteArrayView name)
{
    for (const auto &[key, value] : headers) {
        if (isSameHttpWord(key, name))
            return value;
    }
    return {};
}

QByteArray HttpHead::path() const
{
    const qsizetype mark = target.indexOf('?');
    return mark < 0 ? target : target.left(mark);
}

QByteArray HttpHead::query() const
{
    const qsizetype mark = target.indexOf('?');
    if (mark < 0)
        return {};
    const QByteArray text = target.mid(mark + 1);
    return text.isNull() ? QByteArray("") : text;
}

bool HttpHead::isWebSocketUpgrade() const
{
    return method == "GET" && versionMinor >= 1 && headersContainToken(headers, "connection", "upgrade")
        && headersContainToken(headers, "upgrade", "websocket");
}

std::vector<QByteArray> HttpHead::offeredProtocols() const
{
    std::vector<QByteArray> protocols;
    for (const auto &[key, value] : headers) {
        if (!isSameHttpWord(key, "sec-websocket-protocol"))
            continue;
        anyListEntry(value, [&protocols](QByteArrayView entry) {
            protocols.push_back(entry.toByteArray());
            return false;
        });
    }
    return protocols;
}

} // namespace dormouse
