// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/legacyids.h"

#include <QtEndian>

#include <array>

namespace dormouse::wire {

namespace {

// Where source bytes 0 to 9 stand; positions 6 and 8 carry the UUID version and variant.
constexpr std::array<qsizetype, 10> kPositions = {0, 1, 2, 3, 4, 5, 7, 9, 10, 11};

using SourceBytes = std::array<char, kPositions.size()>;

QByteArray dress(const SourceBytes &source)
{
    QByteArray id(kLegacyIdBytes, '\0');
    id[6] = '\x40';
    id[8] = '\x80';
    for (std::size_t i = 0; i < source.size(); ++i)
        id[kPositions[i]] = source[i];
    return id;
}

SourceBytes undress(QByteArrayView id)
{
    SourceBytes source{};
    for (std::size_t i = 0; i < source.size(); ++i)
        source[i] = id[kPositions[i]];
    return source;
}

SourceBytes sourceBytes(const MessageId &id)
{
    SourceBytes source{};
    qToBigEndian(id.gatewayId.value, source.data());
    qToBigEndian(id.requestId.value, source.data() + 4);
    return source;
}

} // namespace

QByteArray legacyRequestId(const MessageId &id)
{
    return dress(sourceBytes(id));
}

QByteArray legacyMessageId(const MessageId &id)
{
    SourceBytes source = sourceBytes(id);
    qToLittleEndian(id.messageIndex, source.data() + 8);
    return dress(source);
}

MessageId fromLegacyRequestId(QByteArrayView requestId)
{
    const SourceBytes source = undress(requestId);
    return {GatewayId{qFromBigEndian<quint32>(source.data())}, RequestId{qFromBigEndian<quint32>(source.data() + 4)},
            0};
}

quint16 indexFromLegacyMessageId(QByteArrayView messageId)
{
    return qFromLittleEndian<quint16>(undress(messageId).data() + 8);
}

} // namespace dormouse::wire
