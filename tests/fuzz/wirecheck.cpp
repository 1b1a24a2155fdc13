// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/wirecheck.h"

#include "engine/wire/codec.h"
#include "engine/wire/serverless.h"

using namespace Qt::StringLiterals;

namespace dormouse::wire::test {

namespace {

bool isCanonical(int version, Root root, QByteArrayView bytes)
{
    const Result<FieldNode> tree
        = dissectType(version, root == Root::RunnerToEngine ? "ToServer" : "ToClient", Strictness::Strict, bytes);
    return tree.ok() && !findError(*tree);
}

/// Version 4 events name the actor twice, and engine messages of versions 1 and 2 carry ids that an engine derives
/// from shorter ones; foreign bytes in these places are not kept.
bool keepsEveryByte(int version, Root root)
{
    return root == Root::RunnerToEngine ? version != 4 : version >= 3;
}

template<typename Decode, typename Encode>
QString check(int version, Root root, QByteArrayView bytes, Decode decode, Encode encode)
{
    const auto message = decode(version, bytes);
    const Result<FieldNode> tree = dissect(version, root, bytes);
    if (!tree.ok())
        return u"the dissector gave no tree"_s;
    if (message.ok() != (findError(*tree) == nullptr))
        return u"codec and dissector disagree"_s;
    if (!message) {
        const bool located = message.error().metadata[u"offset"_s].toInteger(-1) >= 0;
        return located ? QString() : u"a refusal without offset"_s;
    }

    const Result<QByteArray> encoded = encode(version, *message);
    if (!encoded)
        return u"accepted, but not encodable: "_s + encoded.error().message;
    if (!isCanonical(version, root, *encoded))
        return u"the encoding is not canonical"_s;
    if (keepsEveryByte(version, root) && isCanonical(version, root, bytes) && QByteArrayView(*encoded) != bytes)
        return u"canonical input changed"_s;
    const auto again = decode(version, *encoded);
    if (!again)
        return u"the encoding does not decode: "_s + again.error().message;
    const Result<QByteArray> stable = encode(version, *again);
    return stable.ok() && *stable == *encoded ? QString() : u"the encoding is not stable"_s;
}

} // namespace

QString checkWireInput(int version, Root root, QByteArrayView bytes)
{
    const Result<ServerlessInit> init = decodeServerless(bytes.toByteArray().toBase64());
    if (init && (init->payloadVersion < 1 || init->payloadVersion > 7))
        return u"a serverless payload of an unknown version"_s;
    return root == Root::RunnerToEngine ? check(version, root, bytes, decodeToServer, encodeToServer)
                                  : check(version, root, bytes, decodeToClient, encodeToClient);
}

void checkWireBytes(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return;
    const int version = kOldestVersion + (uchar(bytes.front()) & 0x7f) % kNewestVersion;
    const Root root = uchar(bytes.front()) & 0x80 ? Root::EngineToRunner : Root::RunnerToEngine;
    const QString broken = checkWireInput(version, root, bytes.sliced(1));
    if (!broken.isEmpty())
        qFatal("%s", qPrintable(broken));
}

} // namespace dormouse::wire::test
