// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/serverless.h"

#include "engine/wire/bare.h"
#include "engine/wire/protocol.h"

using namespace Qt::StringLiterals;

namespace dormouse::wire {

namespace {

constexpr int kFirstVersionWithProtocolField = 4;
constexpr int kImpliedProtocol = 3; // of payloads without the field

bool isSupported(int version)
{
    return version >= kOldestVersion && version <= kNewestVersion;
}

} // namespace

Result<ServerlessInit> decodeServerless(const QByteArray &base64Text)
{
    const auto decoded = QByteArray::fromBase64Encoding(base64Text.trimmed(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return Error::make("ws", "invalid_packet", u"the serverless payload is not base64"_s);
    const QByteArray bytes = *decoded;

    BareReader reader(bytes, Strictness::Lenient);
    reader.enter("ToServerlessServer");
    ServerlessInit init;
    reader.enter("version");
    init.payloadVersion = reader.readU16();
    if (!isSupported(init.payloadVersion))
        reader.fail(u"version %1 is not supported"_s.arg(init.payloadVersion), 0);
    reader.leave();
    reader.readTag(1);
    reader.enter("runnerId");
    init.runnerId = reader.readString();
    reader.leave();
    reader.enter("runnerProtocolVersion");
    init.protocolVersion
        = init.payloadVersion >= kFirstVersionWithProtocolField ? reader.readU16() : kImpliedProtocol;
    reader.leave();
    reader.finish();
    if (reader.failed())
        return reader.error();
    return init;
}

Result<QByteArray> encodeServerless(int payloadVersion, const QString &runnerId)
{
    if (!isSupported(payloadVersion))
        return Error::make("ws", "invalid_packet", u"version %1 is not supported"_s.arg(payloadVersion));
    BareWriter writer(runnerId.size() + 16);
    writer.writeU16(quint16(payloadVersion));
    writer.writeUint(0);
    writer.writeString(runnerId);
    if (payloadVersion >= kFirstVersionWithProtocolField)
        writer.writeU16(quint16(payloadVersion));
    return writer.take().toBase64();
}

} // namespace dormouse::wire
