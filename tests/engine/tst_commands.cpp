// SPDX-License-Identifier: Apache-2.0
// Commands of the console that reach into links, sockets and actors (console.md rows 43 and 46), on virtual time.
#include "engine/embedded/actorcall.h"
#include "engine/scheduler/wiretap.h"
#include "engine/wire/codec.h"
#include "tests/gateway/engineworld.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace dormouse;
using namespace dormouse::test;
using namespace Qt::StringLiterals;

namespace {

/// What the actor answers to its next requests.
using Script = std::function<void(RequestId, const wire::ToClientRequestStart &)>;

struct Bed
{
    explicit Bed(const EngineConfig &config = {}) : world(config), host(world, "k", 10)
    {
        host.echoes = host.acknowledges = true;
        actor = world.create();
        world.settle();
    }
    /// The code of the error, or empty; the answer is in last.
    QString run(const QString &name, const QJsonObject &arguments)
    {
        answers = 0;
        commands.run(*world.core, name, arguments, [this](const Result<QJsonObject> &result) {
            ++answers;
            code = result ? QString() : QString::fromUtf8(result.error().fullCode());
            message = result ? QString() : result.error().message;
            last = result ? *result : QJsonObject();
        });
        world.settle();
        return answers == 0 ? u"open"_s : code;
    }
    QString call(const QString &action, const QJsonValue &args, const QJsonValue &params = QJsonValue::Undefined)
    {
        QJsonObject arguments{{u"actor_id"_s, actor}, {u"action"_s, action}, {u"args"_s, args}};
        if (!params.isUndefined())
            arguments.insert(u"conn_params"_s, params);
        return run(u"call_action"_s, arguments);
    }
    QString say(const QString &connection, const QByteArray &payload, bool binary = false)
    {
        return run(u"send_message"_s, {{u"connection_id"_s, connection}, {u"payload_base64"_s, QString::fromLatin1(payload.toBase64())},
                                       {u"binary"_s, binary}});
    }
    QString connectionId() { return world.core->gateway().connectionIds().front(); }
    void answerWith(Script script)
    {
        host.answers = false;
        host.onMessage = [this, script = std::move(script)](const wire::ToClient &sent) {
            const auto *tunnelled = std::get_if<wire::ToClientTunnelMessage>(&sent);
            const auto *start = tunnelled ? std::get_if<wire::ToClientRequestStart>(&tunnelled->kind) : nullptr;
            if (start)
                world.world.post([script, id = tunnelled->messageId.requestId, copy = *start] { script(id, copy); });
        };
    }
    void answerWith(int status, const QByteArray &body)
    {
        answerWith([this, status, body](RequestId id, const wire::ToClientRequestStart &) {
            wire::ToServerResponseStart answer;
            answer.status = quint16(status);
            answer.headers.emplace_back("content-type", "application/json");
            answer.body = body;
            host.tunnel(id, answer);
        });
    }

    EngineWorld world;
    ScriptedHost host;
    Commands commands{world.sink};
    QString actor, code, message;
    QJsonObject last;
    int answers = 0;
};

} // namespace

class TestCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDroppedLinkKeepsTheClients();
    void clientsHearTheOperatorAsTheirActor();
    void nobodyToSendTo();
    void actionsAreCalled();
    void actionsThatFail();
    void aLongAnswerIsCutOff();
    void anActionWakes();
    void messagesOfALinkAreKeptForWhoAsks();
    void tapIsBounded();
};

void TestCommands::aDroppedLinkKeepsTheClients()
{
    Bed bed;
    const auto hibernatable = bed.world.connect(bed.actor);
    bed.host.opens = ScriptedHost::Opens::Plain;
    const auto plain = bed.world.connect(bed.actor);
    bed.world.settle();
    hibernatable->send("one");
    plain->send("one");
    bed.world.settle();
    QCOMPARE(hibernatable->received.size(), std::size_t(1));
    bed.world.advance(5'000); // what was written is confirmed
    const QJsonObject link{{u"runner_id"_s, bed.host.runnerId}};
    QCOMPARE(bed.run(u"drop_link"_s, link), QString());
    QCOMPARE(bed.host.closes, 1);
    QVERIFY(bed.host.closeReason.isEmpty()); // without a word
    QCOMPARE(bed.world.sink.count(u"link_dropped"_s, monitor::EventLevel::Warn), 1);
    QVERIFY(hibernatable->isOpen() && plain->isOpen());
    QCOMPARE(bed.run(u"drop_link"_s, link), u"monitor.not_found"_s); // there is none now
    QCOMPARE(bed.run(u"drop_link"_s, {{u"runner_id"_s, u"nobody"_s}}), u"monitor.not_found"_s);
    hibernatable->send("two");
    plain->send("two");
    bed.world.settle();
    const int starts = bed.host.starts(bed.actor);
    const QString runner = bed.host.runnerId;
    bed.host.connect();
    bed.host.event(bed.actor, wire::EventActorSetAlarm{}); // its inventory: the actor lives on
    bed.world.advance(3'000);
    QCOMPARE(bed.host.runnerId, runner);
    QCOMPARE(bed.host.starts(bed.actor), starts);
    QCOMPARE(hibernatable->received.back(), QByteArray("two"));
    QCOMPARE(plain->received.back(), QByteArray("two"));
    QVERIFY(hibernatable->isOpen() && plain->isOpen());
}

void TestCommands::clientsHearTheOperatorAsTheirActor()
{
    Bed bed;
    const auto client = bed.world.connect(bed.actor);
    bed.world.settle();
    const auto before = bed.world.totals();
    const std::size_t toRunner = bed.host.mark();
    QCOMPARE(bed.say(bed.connectionId(), "hello"), QString());
    QCOMPARE(client->received, std::vector<QByteArray>{"hello"});
    QCOMPARE(bed.world.totals().messagesOut, before.messagesOut + 1);
    QCOMPARE(bed.host.mark(), toRunner); // the actor learns nothing
    QCOMPARE(bed.say(bed.connectionId(), QByteArray(), true), QString());
    QCOMPARE(client->count, 2);
    // Also while it hibernates, and without waking anybody.
    bed.host.sleep(bed.actor);
    bed.world.settle();
    QCOMPARE(bed.world.state(bed.actor), ActorState::Sleeping);
    QCOMPARE(bed.say(bed.connectionId(), "in your sleep"), QString());
    QCOMPARE(client->received.back(), QByteArray("in your sleep"));
    QCOMPARE(bed.world.state(bed.actor), ActorState::Sleeping);
    const auto &events = bed.world.sink.events;
    QCOMPARE(std::count_if(events.begin(), events.end(), [](const monitor::Event &event) { return event.text == u"send_message"; }), 3);
}

void TestCommands::nobodyToSendTo()
{
    EngineConfig config;
    config.websocketMaxMessageSize = 10;
    Bed bed(config);
    QCOMPARE(bed.say(u"nobody"_s, "x"), u"monitor.not_found"_s);
    bed.host.opens = ScriptedHost::Opens::Silent;
    const auto client = bed.world.connect(bed.actor);
    bed.world.settle();
    QCOMPARE(bed.say(bed.connectionId(), "x"), u"monitor.cannot_send"_s); // not accepted yet
    QCOMPARE(client->count, 0);
    QCOMPARE(bed.say(bed.connectionId(), "12345678901"), u"monitor.bad_argument"_s);
    QCOMPARE(bed.run(u"send_message"_s, {{u"connection_id"_s, bed.connectionId()}, {u"payload_base64"_s, u"*"_s}}),
             u"monitor.bad_argument"_s);
    // The client of this one has left; its actor is yet to be told.
    bed.host.opens = ScriptedHost::Opens::Hibernatable;
    const auto leaving = bed.world.connect(bed.actor);
    bed.world.settle();
    bed.host.sleep(bed.actor);
    bed.world.settle();
    bed.host.startsActors = false;
    leaving->close(1000);
    bed.world.settle();
    for (const QString &id : bed.world.core->gateway().connectionIds())
        QCOMPARE(bed.say(id, "x"), u"monitor.cannot_send"_s);
    auto request = bed.world.http(bed.actor, "GET");
    bed.world.settle();
    for (const QString &id : bed.world.core->gateway().connectionIds())
        QCOMPARE(bed.say(id, "x"), u"monitor.cannot_send"_s);
    QVERIFY(request->status == 0);
}

void TestCommands::actionsAreCalled()
{
    Bed bed;
    QJsonObject asked;
    wire::ToClientRequestStart request;
    bed.answerWith([&](RequestId id, const wire::ToClientRequestStart &start) {
        request = start;
        asked = QJsonDocument::fromJson(start.body.value_or(QByteArray())).object();
        wire::ToServerResponseStart answer;
        answer.headers.emplace_back("content-type", "application/json");
        answer.body = "{\"output\":7}";
        bed.host.tunnel(id, answer);
    });
    QCOMPARE(bed.call(u"add up/ä"_s, QJsonArray{3, QJsonObject{{u"by"_s, u"x"_s}}}), QString());
    QCOMPARE(bed.answers, 1);
    QCOMPARE(request.method, QByteArray("POST"));
    QCOMPARE(request.path, QByteArray("/action/add%20up%2F%C3%A4"));
    QCOMPARE(asked, (QJsonObject{{u"args"_s, QJsonArray{3, QJsonObject{{u"by"_s, u"x"_s}}}}}));
    const auto header = [&](const char *name) {
        for (const auto &[key, value] : request.headers)
            if (key == name)
                return value;
        return QByteArray();
    };
    QCOMPARE(header("x-rivet-encoding"), QByteArray("json"));
    QCOMPARE(header("content-type"), QByteArray("application/json"));
    QCOMPARE(header("x-rivet-conn-params"), QByteArray());
    QCOMPARE(bed.last.value(u"status"_s).toInt(), 200);
    QCOMPARE(bed.last.value(u"content_type"_s).toString(), u"application/json"_s);
    QCOMPARE(QByteArray::fromBase64(bed.last.value(u"body_base64"_s).toString().toLatin1()), QByteArray("{\"output\":7}"));
    QVERIFY(bed.world.sink.ended.back().ownTraffic); // left out of counts and rates
    const auto counted = [&](const char *name, const MetricLabels &labels) { return bed.world.metrics.value(name, labels).value_or(0); };
    const MetricLabels console{{"client", u"console"_s}};
    for (const char *name : {"guard_proxy_request_total", "guard_proxy_request_duration"}) {
        QCOMPARE(counted(name, {}), 0.0);
        QCOMPARE(counted(name, console), 1.0);
    }
    QCOMPARE(counted("guard_proxy_request_pending", console), 0.0);
    auto client = bed.world.http(bed.actor, "GET");
    bed.world.settle();
    QCOMPARE(counted("guard_proxy_request_total", {}), 1.0);
    QCOMPARE(counted("guard_proxy_request_total", console), 1.0);
    // Parameters travel in a header, so as ASCII; no value is too simple, null is none.
    const auto params = [&](const QJsonValue &value) {
        request = {};
        return bed.call(u"add"_s, QJsonArray(), value).isEmpty() ? header("x-rivet-conn-params") : QByteArray("refused");
    };
    QCOMPARE(params(QJsonObject{{u"n"_s, u"Zo\u00eb \"\n\U0001f42d"_s}}), QByteArray("{\"n\":\"Zo\\u00eb \\\"\\n\\ud83d\\udc2d\"}"));
    QCOMPARE(params(u"x"_s), QByteArray("\"x\""));
    QCOMPARE(params(false), QByteArray("false"));
    QCOMPARE(params(QJsonValue::Null), QByteArray());
    QVERIFY(bed.world.isQuiet());
    QCOMPARE(params(QString(int(ActorCall::kMostParamsBytes), u'x')), QByteArray("refused"));
    QCOMPARE(bed.code, u"monitor.bad_argument"_s);
    QVERIFY(bed.message.startsWith(u"conn_params"_s));
    // Lists of two that begin with "$" are escaped, the known forms below the arguments are not.
    const auto args = [&](const QJsonArray &list) {
        asked = {};
        return bed.call(u"add"_s, list).isEmpty() ? asked.value(u"args"_s).toArray() : QJsonArray{u"refused"_s};
    };
    QCOMPARE(args({u"$5"_s, 1}), (QJsonArray{u"$$5"_s, 1}));
    QCOMPARE(args({u"$BigInt"_s, u"5"_s}), (QJsonArray{u"$$BigInt"_s, u"5"_s}));
    QCOMPARE(args({u"$5"_s, 1, 2}), (QJsonArray{u"$5"_s, 1, 2}));
    QCOMPARE(args({QJsonObject{{u"a"_s, QJsonArray{u"$6"_s, QJsonArray{u"$BigInt"_s, u"5"_s}}}}}),
             (QJsonArray{QJsonObject{{u"a"_s, QJsonArray{u"$$6"_s, QJsonArray{u"$BigInt"_s, u"5"_s}}}}}));
}

void TestCommands::actionsThatFail()
{
    Bed bed;
    QCOMPARE(bed.call(QString(), QJsonArray()), u"monitor.bad_argument"_s);
    QCOMPARE(bed.call(u"add"_s, u"no list"_s), u"monitor.bad_argument"_s);
    QCOMPARE(bed.run(u"call_action"_s, {{u"actor_id"_s, u"nobody"_s}, {u"action"_s, u"a"_s}, {u"args"_s, QJsonArray()}}), u"actor.not_found"_s);
    bed.answerWith(404, "{\"group\":\"actor\",\"code\":\"action_not_found\",\"message\":\"no such action\"}");
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"actor.action_not_found"_s);
    QCOMPARE(bed.message, u"no such action"_s);
    bed.answerWith(500, "out of cheese");
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"monitor.action_failed"_s);
    QVERIFY(bed.message.contains(u"500"_s) && bed.message.contains(u"out of cheese"_s));
    bed.answerWith([&](RequestId id, const wire::ToClientRequestStart &) {
        wire::ToServerResponseStart answer;
        answer.stream = true;
        answer.body = "half";
        bed.host.tunnel(id, answer);
        bed.host.tunnel(id, wire::ToServerResponseAbort{});
    });
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"monitor.answer_incomplete"_s);
    // Nobody answers: the gateway's own limit ends it.
    bed.answerWith([](RequestId, const wire::ToClientRequestStart &) {});
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"open"_s);
    bed.world.advance(bed.world.config.gatewayResponseStartTimeoutMs + 1'000);
    QCOMPARE(bed.answers, 1);
    QCOMPARE(bed.code, u"guard.gateway_response_start_timeout"_s);
}

void TestCommands::aLongAnswerIsCutOff()
{
    Bed bed;
    const QByteArray piece(int(ActorCall::kMostAnswerBytes) / 2, 'x');
    RequestId open{};
    bed.answerWith([&](RequestId id, const wire::ToClientRequestStart &) {
        open = id;
        wire::ToServerResponseStart answer;
        answer.stream = true;
        answer.body = piece;
        bed.host.tunnel(id, answer);
        for (int i = 0; i < 4; ++i)
            bed.host.tunnel(id, wire::ToServerResponseChunk{piece, false});
    });
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"monitor.answer_too_large"_s);
    QCOMPARE(bed.answers, 1);
    QCOMPARE(bed.host.requestsOf<wire::ToClientRequestAbort>(), std::vector<RequestId>{open}); // and the actor is told
    QVERIFY(bed.world.isQuiet());
    bed.answerWith(200, piece + piece);
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), QString()); // just as much as may be
    bed.answerWith(200, piece + piece + 'x');
    QCOMPARE(bed.call(u"add"_s, QJsonArray()), u"monitor.answer_too_large"_s);
    QCOMPARE(bed.answers, 1);
    QVERIFY(bed.world.isQuiet());
}

void TestCommands::anActionWakes()
{
    Bed bed;
    bed.host.sleep(bed.actor);
    bed.world.settle();
    QCOMPARE(bed.world.state(bed.actor), ActorState::Sleeping);
    bed.answerWith(200, "{}");
    QVERIFY(bed.call(u"add"_s, QJsonArray()) != u"monitor.bad_argument"_s);
    bed.world.advance(100);
    QCOMPARE(bed.code, QString());
    QCOMPARE(bed.answers, 1);
    QCOMPARE(bed.world.state(bed.actor), ActorState::Running);
}

void TestCommands::messagesOfALinkAreKeptForWhoAsks()
{
    Bed bed;
    const auto ask = [&](qint64 after) {
        [&] { QCOMPARE(bed.run(u"wire_frames"_s, {{u"runner_id"_s, bed.host.runnerId}, {u"after"_s, after}}), QString()); }();
        return bed.last.value(u"frames"_s).toArray();
    };
    QCOMPARE(bed.run(u"wire_frames"_s, {{u"runner_id"_s, u"nobody"_s}}), u"monitor.not_found"_s);
    QCOMPARE(ask(0).size(), 0); // listening begins now
    const auto client = bed.world.connect(bed.actor);
    client->send("payload");
    bed.world.settle();
    const QJsonArray frames = ask(0);
    int opens = 0, data = 0, echoes = 0;
    qint64 seq = 0;
    for (const QJsonValue &one : frames) {
        const QByteArray bytes = QByteArray::fromBase64(one[u"bytes_base64"].toString().toLatin1());
        QCOMPARE(one[u"size"].toInt(), bytes.size());
        QCOMPARE(one[u"version"].toInt(), 7);
        QVERIFY(seq == 0 || one[u"seq"].toInteger() == seq + 1);
        seq = one[u"seq"].toInteger();
        if (one[u"to_runner"].toBool()) {
            const auto message = wire::decodeToClient(7, bytes); // as it went out, also the frames that are sent in pieces
            QVERIFY(message.ok());
            const auto *tunnelled = std::get_if<wire::ToClientTunnelMessage>(&*message);
            opens += tunnelled && std::holds_alternative<wire::ToClientWebSocketOpen>(tunnelled->kind);
            const auto *sent = tunnelled ? std::get_if<wire::ToClientWebSocketMessage>(&tunnelled->kind) : nullptr;
            data += sent && sent->data == "payload";
        } else {
            const auto message = wire::decodeToServer(7, bytes);
            QVERIFY(message.ok());
            const auto *tunnelled = std::get_if<wire::ToServerTunnelMessage>(&*message);
            const auto *said = tunnelled ? std::get_if<wire::ToServerWebSocketMessage>(&tunnelled->kind) : nullptr;
            echoes += said && said->data == "payload";
        }
    }
    QCOMPARE(opens, 1);
    QCOMPARE(data, 1);
    QCOMPARE(echoes, 1);
    QCOMPARE(ask(seq).size(), 0); // each is told once
    // Asked for often enough, nothing is missed; forgotten, it ends, and numbers go on above the old ones.
    bed.world.advance(9'000);
    QVERIFY(ask(seq).size() > 0); // pings
    bed.world.advance(20'000);
    QCOMPARE(ask(seq).size(), 0);
    client->send("again");
    bed.world.settle();
    const QJsonArray later = ask(seq);
    QVERIFY(later.size() > 0 && later.at(0)[u"seq"].toInteger() > seq);
    QCOMPARE(bed.last.value(u"lost"_s).toInt(), 0);
    // Looking leaves no trace.
    const auto &events = bed.world.sink.events;
    QVERIFY(std::none_of(events.begin(), events.end(), [](const monitor::Event &event) { return event.text.startsWith(u"wire_frames"); }));
}

void TestCommands::tapIsBounded()
{
    WireTap tap;
    quint64 lost = 0;
    tap.note(u"r"_s, true, 7, "unasked", 0, 0);
    QVERIFY(!tap.isOn());
    QVERIFY(tap.since(u"r"_s, 0, 0, &lost).empty());
    for (std::size_t i = 0; i < WireTap::kMostFrames + 5; ++i)
        tap.note(u"r"_s, true, 7, "x", 0, 1);
    QCOMPARE(tap.since(u"r"_s, 0, 1, &lost).size(), WireTap::kMostFrames);
    QCOMPARE(lost, quint64(5));
    const QByteArray large(int(WireTap::kMostOfOne) + 10, 'y');
    for (int i = 0; i < 100; ++i)
        tap.note(u"r"_s, true, 7, large, 0, 1);
    qint64 held = 0;
    for (const WireFrame &frame : tap.since(u"r"_s, 0, 1, &lost))
        held += frame.bytes.size();
    QVERIFY(held <= WireTap::kMostBytes && held > WireTap::kMostBytes / 2);
    const WireFrame last = tap.since(u"r"_s, 0, 1, &lost).back();
    QCOMPARE(last.size, qint64(large.size()));
    QCOMPARE(last.bytes.size(), WireTap::kMostOfOne);
    // A ninth runner takes the place of the one that was asked for longest ago.
    for (qint64 i = 1; i <= qint64(WireTap::kMostRunners); ++i)
        tap.since(QString::number(i), 0, 1 + i, &lost);
    tap.note(u"r"_s, true, 7, "x", 0, 2);
    QVERIFY(tap.since(u"r"_s, 0, 20, &lost).empty());
    // With nobody left it is off again.
    tap.note(u"other"_s, true, 7, "x", 0, 100'000);
    QVERIFY(!tap.isOn());
}

QTEST_APPLESS_MAIN(TestCommands)
#include "tst_commands.moc"
