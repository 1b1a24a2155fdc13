// SPDX-License-Identifier: Apache-2.0
#include "engine/wire/codec.h"
#include "engine/wire/dissect.h"
#include "engine/wire/layout.h"
#include "engine/wire/legacyids.h"
#include "engine/wire/serverless.h"
#include "tests/wire/describe.h"
#include "tests/wire/layoutcodec.h"
#include "tests/wire/vectors.h"

#include "engine/base/random.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace dormouse;
using namespace dormouse::wire;
using namespace dormouse::wire::test;

namespace {

QByteArray printed(const QJsonValue &value)
{
    return QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
}

bool isTypedRoot(const QString &root)
{
    return root == u"ToServer" || root == u"ToClient";
}

/// Decode, and encode again in the same version; the error of whichever step fails.
struct TypedTrip
{
    bool accepted = false;
    QJsonValue value;
    QByteArray encoded;
    QString error;
};

template<typename Decode, typename Encode>
TypedTrip typedTrip(int version, QByteArrayView bytes, Decode decode, Encode encode)
{
    TypedTrip trip;
    const auto message = decode(version, bytes);
    trip.accepted = message.ok();
    if (!message) {
        trip.error = message.error().message;
        return trip;
    }
    trip.value = describe(version, *message);
    const Result<QByteArray> encoded = encode(version, *message);
    if (encoded)
        trip.encoded = *encoded;
    else
        trip.error = encoded.error().message;
    return trip;
}

TypedTrip typedTrip(const QString &root, int version, QByteArrayView bytes)
{
    return root == u"ToServer" ? typedTrip(version, bytes, decodeToServer, encodeToServer)
                               : typedTrip(version, bytes, decodeToClient, encodeToClient);
}

bool isAccepted(const QString &root, int version, QByteArrayView bytes)
{
    return root == u"ToServer" ? decodeToServer(version, bytes).ok() : decodeToClient(version, bytes).ok();
}

Strictness strictnessOf(const QString &root)
{
    return root == u"ToClient" ? Strictness::Strict : Strictness::Lenient;
}

Result<FieldNode> dissectRoot(const QString &root, int version, QByteArrayView bytes)
{
    return dissectType(version, root.toStdString(), strictnessOf(root), bytes);
}

/// Empty when the children of every node lie inside it, in order, without a gap after the node's own header.
QString rangeFault(const FieldNode &node)
{
    qint64 at = node.offset;
    for (const FieldNode &child : node.children) {
        const bool first = &child == &node.children.front();
        if (first ? child.offset < at : child.offset != at)
            return u"%1.%2 starts at %3, expected %4"_s.arg(node.name, child.name).arg(child.offset).arg(at);
        at = child.offset + child.length;
        if (const QString fault = rangeFault(child); !fault.isEmpty())
            return fault;
    }
    if (!node.children.empty() && at != node.offset + node.length)
        return u"%1 ends at %2, its children at %3"_s.arg(node.name).arg(node.offset + node.length).arg(at);
    return {};
}

ToClientTunnelMessage requestWith(const HeaderMap &headers)
{
    ToClientRequestStart start;
    start.actorId = u"a"_s;
    start.method = "GET";
    start.path = "/";
    start.headers = headers;
    return {{}, start};
}

const FieldNode *child(const FieldNode &node, const QString &name)
{
    for (const FieldNode &candidate : node.children) {
        if (candidate.name == name)
            return &candidate;
    }
    return nullptr;
}

} // namespace

class TestWireVectors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void layoutEqualsPublishedLayout();
    void layoutCodec_data() { vectorRows(); }
    void layoutCodec();
    void typedCodec_data() { vectorRows(); }
    void typedCodec();
    void malformed_data();
    void malformed();
    void truncationIsNeverAccepted();
    void mutantsGetOneVerdict();
    void dissectedRangesCoverTheMessage_data() { vectorRows(); }
    void dissectedRangesCoverTheMessage();
    void dissectorNamesTheBrokenField();
    void dissectorBoundsLongLists();
    void downgradeFromVersion7();
    void unsupportedVersions();
    void messageFrameIsTheEncoding();
    void trafficIsReadAsEverythingElse();
    void membersOfOtherVersionsAreRefused();
    void generationsMoveInVersion4();
    void legacyIds();
    void version2TunnelAckRepeatsBothIds();
    void encoderRefusesWhatKillsRunners();
    void lenientForms();
    void numbersEndAt64Bits();
    void errorNamesPathOffsetAndReason();
    void textKeepsEveryCharacter();
    void hostileCounts();
    void sizeLimit();
    void serverless();
    void serverlessRefusals();

private:
    void vectorRows()
    {
        QTest::addColumn<qsizetype>("row");
        for (std::size_t i = 0; i < m_vectors.size(); ++i) {
            QTest::addRow("v%d %s", m_vectors[i].version, qPrintable(m_vectors[i].name)) << qsizetype(i);
        }
    }

    std::vector<Vector> m_vectors = loadVectors();
};

void TestWireVectors::initTestCase()
{
    QCOMPARE(m_vectors.size(), std::size_t(351));
    std::array<int, kNewestVersion + 1> perVersion{};
    for (const Vector &vector : m_vectors)
        ++perVersion[std::size_t(vector.version)];
    for (int version = kOldestVersion; version <= kNewestVersion; ++version)
        QVERIFY2(perVersion[std::size_t(version)] > 20, qPrintable(QString::number(version)));
}

void TestWireVectors::layoutEqualsPublishedLayout()
{
    const QJsonObject versions = loadLayout();
    QCOMPARE(versions.size(), kNewestVersion);
    const auto kindName = [](TypeKind kind) {
        switch (kind) {
        case TypeKind::Struct:
            return u"struct"_s;
        case TypeKind::Union:
            return u"union"_s;
        case TypeKind::Enum:
            return u"enum"_s;
        case TypeKind::Alias:
            return u"alias"_s;
        case TypeKind::Void:
            return u"void"_s;
        }
        return QString();
    };
    const auto latin1 = [](std::string_view text) { return QString::fromLatin1(text.data(), qsizetype(text.size())); };
    for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
        QJsonObject ours;
        for (const TypeLayout &type : allTypes()) {
            if (version < type.firstVersion || version > type.lastVersion)
                continue;
            QJsonArray fields;
            QJsonArray members;
            for (const FieldLayout &field : type.fields) {
                fields.append(QJsonArray{latin1(field.name), latin1(field.type)});
                members.append(latin1(field.name));
            }
            QJsonObject entry{{u"kind"_s, kindName(type.kind)}};
            if (type.kind == TypeKind::Struct)
                entry[u"fields"_s] = fields;
            else if (type.kind == TypeKind::Alias)
                entry[u"type"_s] = latin1(type.fields[0].type);
            else if (type.kind != TypeKind::Void)
                entry[u"members"_s] = members;
            QVERIFY2(!ours.contains(latin1(type.name)), "two entries of one type overlap");
            ours[latin1(type.name)] = entry;
            QCOMPARE(findType(version, type.name), &type);
        }
        QCOMPARE(printed(ours), printed(versions[QString::number(version)]));
    }
    QVERIFY(!findType(7, "TunnelAck"));
    QVERIFY(!findType(7, "NoSuchType"));
}

void TestWireVectors::layoutCodec()
{
    QFETCH(const qsizetype, row);
    const Vector &vector = m_vectors[std::size_t(row)];
    const std::string root = vector.root.toStdString();
    const Result<QJsonValue> value = decodeByLayout(vector.version, root, Strictness::Strict, vector.bytes);
    QVERIFY2(value.ok(), value.ok() ? "" : qPrintable(value.error().message));
    QCOMPARE(printed(*value), printed(vector.entry[u"value"_s]));
    QCOMPARE(encodeByLayout(vector.version, root, vector.entry[u"value"_s]).toHex(), vector.bytes.toHex());
}

void TestWireVectors::typedCodec()
{
    QFETCH(const qsizetype, row);
    const Vector &vector = m_vectors[std::size_t(row)];
    if (vector.root == u"ToServerlessServer") {
        QByteArray payload;
        payload.append(char(vector.version)).append('\0').append(vector.bytes);
        const Result<ServerlessInit> init = decodeServerless(payload.toBase64());
        QVERIFY2(init.ok(), init.ok() ? "" : qPrintable(init.error().message));
        const QJsonObject expected = vector.entry[u"value"_s].toObject()[u"val"_s].toObject();
        QCOMPARE(init->runnerId, expected[u"runnerId"_s].toString());
        QCOMPARE(init->protocolVersion, expected[u"runnerProtocolVersion"_s].toInt(3));
        const Result<QByteArray> encoded = encodeServerless(vector.version, init->runnerId);
        QVERIFY(encoded.ok());
        QCOMPARE(*encoded, payload.toBase64());
        return;
    }
    if (!isTypedRoot(vector.root)) {
        // Engine-internal roots have no typed form: they never reach a runner socket, and must not pass for one.
        QVERIFY(findType(vector.version, vector.root.toStdString()));
        return;
    }
    const TypedTrip trip = typedTrip(vector.root, vector.version, vector.bytes);
    QVERIFY2(trip.error.isEmpty(), qPrintable(trip.error));
    QCOMPARE(printed(trip.value), printed(vector.entry[u"value"_s]));
    QCOMPARE(trip.encoded.toHex(), vector.bytes.toHex());
}

void TestWireVectors::malformed_data()
{
    QTest::addColumn<QString>("root");
    QTest::addColumn<int>("version");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("npmAccepts");
    QTest::addColumn<QString>("required");
    const std::vector<Vector> vectors = loadMalformed();
    QCOMPARE(vectors.size(), std::size_t(53));
    for (const Vector &vector : vectors) {
        const QString npm = vector.entry[u"npm_decoder"_s].toObject()[u"outcome"_s].toString();
        QTest::addRow("%s", qPrintable(vector.name))
            << vector.root << vector.version << vector.bytes << (npm == u"accept")
            << vector.entry[u"required_here"_s].toString();
    }
}

void TestWireVectors::malformed()
{
    QFETCH(const QString, root);
    QFETCH(const int, version);
    QFETCH(const QByteArray, bytes);
    QFETCH(const bool, npmAccepts);
    QFETCH(const QString, required);

    const Result<FieldNode> strict = dissectType(version, root.toStdString(), Strictness::Strict, bytes);
    QVERIFY(strict.ok());
    QCOMPARE(findError(*strict) == nullptr, npmAccepts);

    const bool mustAccept = required.startsWith(u"accept");
    if (root == u"ToServer") {
        const Result<ToServer> message = decodeToServer(version, bytes);
        QVERIFY(mustAccept || required.startsWith(u"reject"));
        QCOMPARE(message.ok(), mustAccept);
        if (!message) {
            QCOMPARE(message.error().fullCode(), QByteArray("ws.invalid_packet"));
            QVERIFY(message.error().metadata[u"path"_s].toString().startsWith(u"ToServer"));
        }
        const Result<FieldNode> tree = dissect(version, Root::RunnerToEngine, bytes);
        QVERIFY(tree.ok());
        QCOMPARE(findError(*tree) == nullptr, mustAccept);
    } else if (root == u"ToClient") {
        QCOMPARE(decodeToClient(version, bytes).ok(), npmAccepts);
    } else {
        QByteArray payload;
        payload.append(char(version)).append('\0').append(bytes);
        QCOMPARE(decodeServerless(payload.toBase64()).ok(), mustAccept);
    }
}

void TestWireVectors::truncationIsNeverAccepted()
{
    qint64 cuts = 0;
    for (const Vector &vector : m_vectors) {
        for (qsizetype size = 0; size < vector.bytes.size(); ++size) {
            const QByteArrayView cut = QByteArrayView(vector.bytes).first(size);
            if (isTypedRoot(vector.root) && isAccepted(vector.root, vector.version, cut))
                QFAIL(qPrintable(u"%1 cut to %2 bytes was accepted"_s.arg(vector.name).arg(size)));
            const Result<FieldNode> tree = dissectRoot(vector.root, vector.version, cut);
            if (!tree || !findError(*tree))
                QFAIL(qPrintable(u"%1 cut to %2 bytes was dissected without error"_s.arg(vector.name).arg(size)));
            ++cuts;
        }
    }
    QVERIFY(cuts > 170'000);
}

void TestWireVectors::mutantsGetOneVerdict()
{
    Random random(20'260'721);
    int accepted = 0;
    int refused = 0;
    for (const Vector &vector : m_vectors) {
        if (!isTypedRoot(vector.root) || vector.bytes.size() > 1000)
            continue;
        for (int round = 0; round < 60; ++round) {
            QByteArray mutant = vector.bytes;
            for (quint64 edits = 1 + random.below(3); edits > 0; --edits)
                mutant[qsizetype(random.below(quint64(mutant.size())))] = char(random.next32());
            const Result<QJsonValue> byLayout = decodeByLayout(vector.version, vector.root.toStdString(),
                                                               strictnessOf(vector.root), mutant);
            const bool typed = isAccepted(vector.root, vector.version, mutant);
            const QByteArray what = vector.name.toUtf8() + ' ' + mutant.toHex();
            QVERIFY2(typed == byLayout.ok(), what.constData());
            ++(typed ? accepted : refused);
            const TypedTrip trip = typedTrip(vector.root, vector.version, mutant);
            QVERIFY2(!typed || trip.error.isEmpty(), what.constData());
        }
    }
    QVERIFY(accepted > 1000);
    QVERIFY(refused > 1000);
}

void TestWireVectors::dissectedRangesCoverTheMessage()
{
    QFETCH(const qsizetype, row);
    const Vector &vector = m_vectors[std::size_t(row)];
    const Result<FieldNode> tree = dissectType(vector.version, vector.root.toStdString(), Strictness::Strict,
                                               vector.bytes);
    QVERIFY(tree.ok());
    QVERIFY2(!findError(*tree), findError(*tree) ? qPrintable(findError(*tree)->value) : "");
    QCOMPARE(tree->offset, qint64(0));
    QCOMPARE(tree->length, qint64(vector.bytes.size()));
    QCOMPARE(rangeFault(*tree), QString());
    QCOMPARE(tree->value, vector.entry[u"value"_s].toObject()[u"tag"_s].toString(tree->value));
}

void TestWireVectors::dissectorNamesTheBrokenField()
{
    const QByteArray hello = QByteArray::fromHex("0501780700000001000000");
    const Result<FieldNode> good = dissect(7, Root::RunnerToEngine, hello);
    QVERIFY(good.ok());
    const FieldNode *request = child(*good, u"ToServerKvRequest"_s);
    QVERIFY(request);
    const FieldNode *actor = child(*request, u"actorId"_s);
    QVERIFY(actor);
    QCOMPARE(actor->value, u"x"_s);
    QCOMPARE(actor->type, u"str"_s);
    QCOMPARE(actor->offset, qint64(1));
    QCOMPARE(actor->length, qint64(2));
    QCOMPARE(child(*request, u"requestId"_s)->value, u"7"_s);

    const Result<FieldNode> cut = dissect(7, Root::RunnerToEngine, QByteArrayView(hello).first(6));
    QVERIFY(cut.ok());
    const FieldNode *error = findError(*cut);
    QVERIFY(error);
    QVERIFY2(error->value.startsWith(u"ToServer.ToServerKvRequest.requestId: input ends early"),
             qPrintable(error->value));
    QCOMPARE(error->offset, qint64(3));
    QCOMPARE(error->length, qint64(3));
    QCOMPARE(child(*child(*cut, u"ToServerKvRequest"_s), u"actorId"_s)->value, u"x"_s);

    const Result<FieldNode> tailed = dissect(7, Root::RunnerToEngine, QByteArray(hello + "zz"));
    QVERIFY(tailed.ok());
    QVERIFY(!findError(*tailed));
    QCOMPARE(tailed->children.back().type, u"tail"_s);
    QCOMPARE(tailed->children.back().length, qint64(2));
    QVERIFY(!dissect(8, Root::RunnerToEngine, hello).ok());
    QVERIFY(!dissect(0, Root::EngineToRunner, hello).ok());
}

void TestWireVectors::dissectorBoundsLongLists()
{
    ToServerKvRequest request;
    request.data = KvGetRequest{std::vector<QByteArray>(5000, QByteArray("k"))};
    const Result<QByteArray> bytes = encodeToServer(7, request);
    QVERIFY(bytes.ok());
    const Result<FieldNode> tree = dissect(7, Root::RunnerToEngine, *bytes);
    QVERIFY(tree.ok());
    QVERIFY(!findError(*tree));
    QCOMPARE(rangeFault(*tree), QString());
    const FieldNode *data = child(*child(*tree, u"ToServerKvRequest"_s), u"data"_s);
    const FieldNode *keys = child(*child(*data, u"KvGetRequest"_s), u"keys"_s);
    QCOMPARE(keys->children.size(), std::size_t(kMaxListedItems + 1));
    QCOMPARE(keys->children.back().value, u"4000 more"_s);
}

void TestWireVectors::downgradeFromVersion7()
{
    // The version 5 and version 7 files hold the same messages under the same names.
    QHash<QString, const Vector *> fives;
    for (const Vector &vector : m_vectors) {
        if (vector.version == 5)
            fives.insert(vector.name, &vector);
    }
    int compared = 0;
    for (const Vector &vector : m_vectors) {
        const Vector *five = fives.value(vector.name);
        if (vector.version != 7 || !five || !isTypedRoot(vector.root))
            continue;
        Result<QByteArray> encoded = QByteArray();
        if (vector.root == u"ToServer")
            encoded = encodeToServer(5, *decodeToServer(7, vector.bytes));
        else
            encoded = encodeToClient(5, *decodeToClient(7, vector.bytes));
        QVERIFY2(encoded.ok(), qPrintable(vector.name));
        QVERIFY2(*encoded == five->bytes, qPrintable(vector.name));
        ++compared;
    }
    QVERIFY2(compared > 85, qPrintable(QString::number(compared)));
}

void TestWireVectors::unsupportedVersions()
{
    const QByteArray stopping("\x03");
    for (const int version : {-1, 0, 8, 9, 65'535}) {
        QVERIFY(!decodeToServer(version, stopping).ok());
        QVERIFY(!encodeToServer(version, ToServerStopping{}).ok());
        QVERIFY(!encodeToClient(version, ToClientPing{}).ok());
        QVERIFY(!decodeToClient(version, QByteArray::fromHex("050000000000000000")).ok());
    }
    for (int version = kOldestVersion; version <= kNewestVersion; ++version)
        QVERIFY(decodeToServer(version, stopping).ok());
}

void TestWireVectors::messageFrameIsTheEncoding()
{
    const MessageId id{GatewayId{0x01020304}, RequestId{0xfffefdfc}, 0x8001};
    for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
        for (const qsizetype size : {0, 1, 127, 128, 16'383, 16'384, 2'097'151, 2'097'152}) {
            for (const bool binary : {true, false}) {
                const QByteArray payload(size, 'x');
                const auto frame = messageFrame(version, id, size, binary);
                QCOMPARE(frame.has_value(), version > 3);
                if (!frame)
                    continue;
                const auto encoded = encodeToClient(version, ToClientTunnelMessage{id, ToClientWebSocketMessage{payload, binary}});
                QVERIFY(encoded.ok());
                QVERIFY(frame->headView().toByteArray() + payload + frame->tailView().toByteArray() == *encoded);
            }
        }
        // What cannot be encoded is left to encodeToClient(), which says why.
        QVERIFY(!messageFrame(version, id, kMaxMessageBytes, true));
    }
}

/// The short way through the decoder and the general one agree on every prefix and every changed byte.
void TestWireVectors::trafficIsReadAsEverythingElse()
{
    const MessageId id{GatewayId{0x01020304}, RequestId{0x05060708}, 0x0a0b};
    for (const int version : {4, 5, 7}) {
        for (const ToServerTunnelMessageKind &kind :
             {ToServerTunnelMessageKind(ToServerWebSocketMessage{QByteArray(200, 'm'), false}),
              ToServerTunnelMessageKind(ToServerWebSocketMessageAck{0x8001})}) {
            const auto encoded = encodeToServer(version, ToServerTunnelMessage{id, kind, {}, {}});
            QVERIFY(encoded.ok());
            for (qsizetype size = 0; size <= encoded->size(); ++size) {
                const auto decoded = decodeToServer(version, encoded->left(size));
                QCOMPARE(decoded.ok(), size == encoded->size());
            }
            // A tail passes in this direction, so the general reader takes it.
            const auto padded = decodeToServer(version, QByteArray(*encoded + "tail"));
            QVERIFY(padded.ok());
            const auto plain = decodeToServer(version, *encoded);
            for (const auto *result : {&padded, &plain}) {
                const auto *tunnel = std::get_if<ToServerTunnelMessage>(&**result);
                QVERIFY(tunnel && tunnel->messageId == id);
                QCOMPARE(tunnel->kind.index(), kind.index());
                const auto again = encodeToServer(version, **result);
                QVERIFY(again.ok());
                QCOMPARE(*again, *encoded);
            }
        }
    }
}

void TestWireVectors::membersOfOtherVersionsAreRefused()
{
    for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
        const bool mk1 = version <= 3;
        QCOMPARE(encodeToClient(version, ToClientPing{}).ok(), !mk1);
        QCOMPARE(encodeToClient(version, ToClientClose{}).ok(), mk1);
        QCOMPARE(encodeToClient(version, ToClientTunnelMessage{{}, ToClientTunnelAck{}}).ok(), mk1);
        QCOMPARE(encodeToServer(version, ToServerPong{}).ok(), !mk1);
        QCOMPARE(encodeToServer(version, ToServerPing{}).ok(), mk1);
        ToServerAckCommands ack;
        QCOMPARE(encodeToServer(version, ack).ok(), !mk1);
        ack.lastCommandIdx = 3;
        QVERIFY(encodeToServer(version, ack).ok());
        ToServerKvRequest range;
        range.data = KvDeleteRangeRequest{};
        QCOMPARE(encodeToServer(version, range).ok(), version == 7);
        ToServerTunnelMessage windowAck;
        windowAck.kind = ToServerWebSocketMessageAck{};
        QCOMPARE(encodeToServer(version, windowAck).ok(), version >= 2);
    }
}

void TestWireVectors::generationsMoveInVersion4()
{
    ToClientCommands commands;
    commands.commands.push_back({{u"actor"_s, 9, 4}, CommandStopActor{}});
    const Result<QByteArray> bytes = encodeToClient(4, commands);
    QVERIFY(bytes.ok());
    const Result<ToClient> back = decodeToClient(4, *bytes);
    QVERIFY(back.ok());
    QCOMPARE(std::get<ToClientCommands>(*back).commands.front().checkpoint, commands.commands.front().checkpoint);

    const Result<ToServer> ack = decodeToServer(4, QByteArray::fromHex("020101610500000000000000"));
    QVERIFY(ack.ok());
    const auto &decoded = std::get<ToServerAckCommands>(*ack);
    QVERIFY(!decoded.generationsKnown);
    QCOMPARE(decoded.lastCommandCheckpoints.front(), (ActorCheckpoint{u"a"_s, 0, 5}));
    const Result<ToServer> newer = decodeToServer(5, QByteArray::fromHex("02010161020000000500000000000000"));
    QVERIFY(newer.ok());
    QVERIFY(std::get<ToServerAckCommands>(*newer).generationsKnown);
}

void TestWireVectors::legacyIds()
{
    const MessageId id{GatewayId{0xaa2e2533}, RequestId{0xc28ebd96}, 0x0201};
    QCOMPARE(legacyRequestId(id).toHex(), QByteArray("aa2e2533c28e40bd8096000000000000"));
    QCOMPARE(legacyMessageId(id).toHex(), QByteArray("aa2e2533c28e40bd8096010200000000"));
    QCOMPARE(fromLegacyRequestId(legacyRequestId(id)), (MessageId{id.gatewayId, id.requestId, 0}));
    QCOMPARE(indexFromLegacyMessageId(legacyMessageId(id)), quint16(0x0201));

    for (const int version : {1, 2}) {
        const ToServerTunnelMessage sent{id, ToServerWebSocketMessage{"hi", false}, {}, {}};
        const Result<QByteArray> bytes = encodeToServer(version, sent);
        QVERIFY(bytes.ok());
        const Result<ToServer> received = decodeToServer(version, *bytes);
        QVERIFY(received.ok());
        const auto &message = std::get<ToServerTunnelMessage>(*received);
        QCOMPARE(message.messageId, (MessageId{id.gatewayId, id.requestId, 0}));
        QCOMPARE(message.legacyRequestId, legacyRequestId(id));
        QCOMPARE(message.legacyMessageId, legacyMessageId(id));
    }
}

void TestWireVectors::version2TunnelAckRepeatsBothIds()
{
    const QByteArray frame = QByteArray::fromHex(
        "06aa2e2533c28e40bd8096000000000000aabbccddeeff401180223344556677880502686900");
    const Result<ToServer> received = decodeToServer(2, frame);
    QVERIFY(received.ok());
    const auto &message = std::get<ToServerTunnelMessage>(*received);
    const ToClientTunnelMessage ack{message.messageId,
                                    ToClientTunnelAck{message.legacyRequestId, message.legacyMessageId}};
    const Result<QByteArray> bytes = encodeToClient(2, ack);
    QVERIFY(bytes.ok());
    QCOMPARE(bytes->toHex(),
             QByteArray("05aa2e2533c28e40bd8096000000000000aabbccddeeff401180223344556677880000"));
}

void TestWireVectors::encoderRefusesWhatKillsRunners()
{
    QVERIFY(encodeToClient(7, requestWith({{"a", "1"}, {"b", "1"}})).ok());
    const Result<QByteArray> doubled = encodeToClient(7, requestWith({{"a", "1"}, {"b", "1"}, {"a", "2"}}));
    QVERIFY(!doubled.ok());
    QCOMPARE(doubled.error().fullCode(), QByteArray("ws.invalid_packet"));
    QVERIFY(doubled.error().message.contains(u"twice"));
    HeaderMap many;
    for (int i = 0; i < 100; ++i)
        many.emplace_back("h" + QByteArray::number(i), "v");
    QVERIFY(encodeToClient(7, requestWith(many)).ok());
    many.emplace_back("h40", "again");
    QVERIFY(!encodeToClient(7, requestWith(many)).ok());

    QVERIFY(!encodeToClient(7, requestWith({{"a", "\xff"}})).ok());
    QVERIFY(!encodeToClient(7, requestWith({{"\xc0\x80", "1"}})).ok());
    ToClientTunnelMessage badPath = requestWith({});
    std::get<ToClientRequestStart>(badPath.kind).path = "/\xed\xa0\x80";
    QVERIFY(!encodeToClient(7, badPath).ok());

    // An unpaired surrogate in text becomes U+FFFD, since the runner would refuse it.
    const QString broken = QString(QChar(0xd800)) + u"x"_s;
    const Result<QByteArray> bytes = encodeToClient(7, ToClientKvResponse{1, KvErrorResponse{broken}});
    QVERIFY(bytes.ok());
    const Result<ToClient> back = decodeToClient(7, *bytes);
    QVERIFY(back.ok());
    QCOMPARE(std::get<KvErrorResponse>(std::get<ToClientKvResponse>(*back).data).message,
             QString(QChar::ReplacementCharacter) + u"x"_s);
}

void TestWireVectors::lenientForms()
{
    // Padded length, wide tag, boolean 2 and a tail at once.
    const Result<ToServer> request = decodeToServer(7, QByteArray::fromHex("85008100780700000001000200ff"));
    QVERIFY2(!request.ok(), "presence byte without its value");
    const Result<ToServer> padded = decodeToServer(7, QByteArray::fromHex("8500810078070000000100020200ffff"));
    QVERIFY(padded.ok());
    const auto &kv = std::get<ToServerKvRequest>(*padded);
    QCOMPARE(kv.actorId, u"x"_s);
    QCOMPARE(std::get<KvListRequest>(kv.data).reverse, std::optional<bool>(true));
    QVERIFY(!std::get<KvListRequest>(kv.data).limit);

    const Result<ToServer> init
        = decodeToServer(7, QByteArray::fromHex("000172010000000100000001020161027b7d0161027b5d00"));
    QVERIFY(init.ok());
    const auto &names = *std::get<ToServerInit>(*init).prepopulateActorNames;
    QCOMPARE(names.size(), std::size_t(1));
    QCOMPARE(names.front(), (std::pair<QString, QString>(u"a"_s, u"{]"_s)));

    // The same beyond the size at which keys are hashed.
    QByteArray many = QByteArray::fromHex("0001720100000001000000011e");
    for (int i = 0; i < 30; ++i)
        many += QByteArray("\x02k") + char('a' + i % 20) + "\x01" + char('A' + i);
    many += '\0';
    const Result<ToServer> hashed = decodeToServer(7, many);
    QVERIFY(hashed.ok());
    const auto &kept = *std::get<ToServerInit>(*hashed).prepopulateActorNames;
    QCOMPARE(kept.size(), std::size_t(20));
    QCOMPARE(kept[0].second, QString(QChar(u'A' + 20)));
    QCOMPARE(kept[19].second, QString(QChar(u'A' + 19)));
}

void TestWireVectors::numbersEndAt64Bits()
{
    const auto read = [](const char *hex, Strictness strictness) {
        const QByteArray bytes = QByteArray::fromHex(hex);
        BareReader reader(bytes, strictness);
        const quint64 value = reader.readUint();
        return reader.failed() ? std::optional<quint64>() : value;
    };
    QCOMPARE(read("ffffffffffffffffff01", Strictness::Lenient), std::optional(~quint64(0)));
    QCOMPARE(read("81808080808080808000", Strictness::Lenient), std::optional(quint64(1)));
    QCOMPARE(read("81808080808080808002", Strictness::Lenient), std::optional<quint64>());
    QCOMPARE(read("8180808080808080808000", Strictness::Lenient), std::optional<quint64>());
    QCOMPARE(read("ffffffff0f", Strictness::Strict), std::optional(quint64(0xffffffff)));
    QCOMPARE(read("8080808010", Strictness::Strict), std::optional<quint64>());
    QCOMPARE(read("8080808010", Strictness::Lenient), std::optional(quint64(0x100000000)));
    QCOMPARE(read("8100", Strictness::Strict), std::optional<quint64>());
}

void TestWireVectors::errorNamesPathOffsetAndReason()
{
    const Result<ToServer> result = decodeToServer(7, QByteArray::fromHex("05017807000000000301610262"));
    QVERIFY(!result.ok());
    QCOMPARE(result.error().metadata[u"path"_s].toString(),
             u"ToServer.ToServerKvRequest.data.KvGetRequest.keys[1]"_s);
    QCOMPARE(result.error().metadata[u"offset"_s].toInt(), 11);
    QVERIFY(result.error().metadata[u"reason"_s].toString().contains(u"length of 2 with 1 bytes left"));
    QVERIFY(result.error().message.contains(u"keys[1] at byte 11: "));
}

void TestWireVectors::textKeepsEveryCharacter()
{
    const QString odd = QString(QChar(QChar::ByteOrderMark)) + QChar(QChar::ByteOrderMark) + u"a\U0001f680"_s
        + QChar(u'\0') + u"\uffff"_s;
    for (const QString &text : {odd, QString(QChar(QChar::ByteOrderMark)), QString()}) {
        ToServerInit init;
        init.name = text;
        init.metadata = text;
        const Result<QByteArray> bytes = encodeToServer(7, init);
        QVERIFY(bytes.ok());
        const Result<ToServer> back = decodeToServer(7, *bytes);
        QVERIFY(back.ok());
        QCOMPARE(std::get<ToServerInit>(*back).name, text);
        QCOMPARE(*std::get<ToServerInit>(*back).metadata, text);
    }
}

void TestWireVectors::hostileCounts()
{
    // More items than the limit, every one of them really there: refused by count, not after building them.
    QByteArray frame = QByteArray::fromHex("05017807000000") + '\0' + QByteArray::fromHex("818010");
    frame += QByteArray(kMaxListItems + 1, '\0');
    const Result<ToServer> result = decodeToServer(7, frame);
    QVERIFY(!result.ok());
    QVERIFY(result.error().message.contains(u"above the limit"));
    QByteArray allowed = QByteArray::fromHex("05017807000000") + '\0' + QByteArray::fromHex("808010");
    allowed += QByteArray(kMaxListItems, '\0');
    const Result<ToServer> full = decodeToServer(7, allowed);
    QVERIFY(full.ok());
    QCOMPARE(std::get<KvGetRequest>(std::get<ToServerKvRequest>(*full).data).keys.size(), std::size_t(kMaxListItems));
}

void TestWireVectors::sizeLimit()
{
    const auto message = [](qint64 size) {
        return ToClientTunnelMessage{{}, ToClientWebSocketMessage{QByteArray(size, 'x'), true}};
    };
    constexpr qint64 kAround = 1 + 10 + 1 + 4 + 1; // root tag, message id, kind tag, length, binary flag
    const Result<QByteArray> largest = encodeToClient(7, message(kMaxMessageBytes - kAround));
    QVERIFY(largest.ok());
    QCOMPARE(qint64(largest->size()), kMaxMessageBytes);
    QVERIFY(decodeToClient(7, *largest).ok());
    QVERIFY(!encodeToClient(7, message(kMaxMessageBytes - kAround + 1)).ok());
    QVERIFY(!encodeToClient(7, message(kMaxMessageBytes + 1)).ok());
    QVERIFY(!decodeToServer(7, QByteArray(kMaxMessageBytes + 1, '\x03')).ok());
    QVERIFY(decodeToServer(7, QByteArray(kMaxMessageBytes, '\x03')).ok());
}

void TestWireVectors::serverless()
{
    const Result<ServerlessInit> five = decodeServerless("BQAABFJJRDEFAA==");
    QVERIFY(five.ok());
    QCOMPARE(*five, (ServerlessInit{5, 5, u"RID1"_s}));
    QCOMPARE(*decodeServerless(" BwAABFJJRDIHAA==\n"), (ServerlessInit{7, 7, u"RID2"_s}));
    QCOMPARE(*encodeServerless(7, u"RID2"_s), QByteArray("BwAABFJJRDIHAA=="));
    for (int version = 1; version <= 3; ++version)
        QCOMPARE(*decodeServerless(*encodeServerless(version, u"R"_s)), (ServerlessInit{version, 3, u"R"_s}));
    QVERIFY(!encodeServerless(0, u"R"_s).ok());
    QVERIFY(!encodeServerless(8, u"R"_s).ok());
}

void TestWireVectors::serverlessRefusals()
{
    for (const char *hex : {"", "05", "0500", "00000004524944310500", "08000004524944310800", "05000104524944310500",
                            "050000045249443105", "0500000452494431", "05000009524944310500", "050000"}) {
        QVERIFY2(!decodeServerless(QByteArray::fromHex(hex).toBase64()).ok(), hex);
    }
    QVERIFY(!decodeServerless("not base64!").ok());
    QVERIFY(!decodeServerless("BQAABFJJRDEFAA=").ok());
}

QTEST_GUILESS_MAIN(TestWireVectors)
#include "tst_wirevectors.moc"
