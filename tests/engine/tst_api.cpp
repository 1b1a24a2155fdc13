// SPDX-License-Identifier: Apache-2.0
#include "engine/api/actortext.h"
#include "tests/engine/testengine.h"

#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {
QJsonObject actorBody(const QString &name, const QJsonValue &key = {}, const QString &pool = QStringLiteral("pool"))
{
    return {{QStringLiteral("name"), name},
            {QStringLiteral("key"), key},
            {QStringLiteral("runner_name_selector"), pool},
            {QStringLiteral("crash_policy"), QStringLiteral("sleep")}};
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

void makePool(TestEngine &engine, const QByteArray &name = "pool")
{
    const QJsonObject body = QJsonDocument::fromJson(R"({"datacenters":{"default":{"normal":{}}}})").object();
    QCOMPARE(engine.askJson("PUT", "/runner-configs/" + name + "?namespace=default", body).status, 200);
}

const HeaderList kJson{{"content-type", "application/json"}};

/// The helper server of the recorded vectors.
/// JSON with single quotes: raw strings confuse moc.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

void fakeServerless(const FetchRequest &request, const std::function<void(const FetchResult &)> &done)
{
    FetchResult result;
    const auto answer = [&](int status, const QByteArray &body) {
        result.kind = FetchResult::Kind::Answer;
        result.status = status;
        result.body = body;
    };
    result.message = QStringLiteral("refused");
    if (request.url.startsWith(u"http://serverless.test:1/")) {
        const QString path = request.url.mid(24);
        if (path == u"/good/metadata")
            answer(200, R"({"runtime":"rivetkit","version":"2.0.33","actorNames":{"counter":{"metadata":{}}}})");
        else if (path == u"/err500/metadata")
            answer(500, QByteArray(2'000, 'e'));
        else if (path == u"/notjson/metadata")
            answer(200, "<html>");
        else if (path == u"/wrongrt/metadata")
            answer(200, R"({"runtime":"other","version":"1"})");
        else if (path == u"/slow/metadata")
            result.kind = FetchResult::Kind::TimedOut;
        else
            answer(404, "nope");
    }
    done(result);
}

/// Replays recorded exchanges: placeholders, captures and comparison as the file itself describes them.
class Replay
{
public:
    void setVariable(const QString &name, const QString &value) { m_variables.insert(name, value); }

    QString fill(QString text) const
    {
        for (auto it = m_variables.begin(); it != m_variables.end(); ++it)
            text.replace(u'<' % it.key() % u'>', it.value());
        static const QRegularExpression repeated(QStringLiteral("<(\\d+) x (.)>"));
        for (auto match = repeated.match(text); match.hasMatch(); match = repeated.match(text))
            text.replace(match.captured(0), QString(match.captured(1).toInt(), match.captured(2).front()));
        return text;
    }
    QJsonValue fill(const QJsonValue &value) const
    {
        if (value.isString())
            return fill(value.toString());
        if (value.isArray()) {
            QJsonArray out;
            for (const QJsonValue &item : value.toArray())
                out.append(fill(item));
            return out;
        }
        if (!value.isObject())
            return value;
        QJsonObject out;
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            out.insert(it.key(), fill(it.value()));
        return out;
    }

    void capture(const QJsonObject &pointers, const QJsonObject &body)
    {
        for (auto it = pointers.begin(); it != pointers.end(); ++it) {
            QJsonValue at = body;
            for (const QString &step : it.value().toString().split(u'/').mid(1))
                at = at.isArray() ? at.toArray().at(step.toInt()) : at.toObject().value(step);
            m_variables.insert(it.key(), at.toString());
        }
    }

    /// Empty when got fits expected, else the place and the two values.
    QString differs(const QJsonValue &expected, const QJsonValue &got, const QString &path, bool unordered)
    {
        static const QSet<QString> timing{QStringLiteral("start_ts"), QStringLiteral("connectable_ts"),
                                          QStringLiteral("sleep_ts"), QStringLiteral("pending_allocation_ts")};
        const QString leaf = path.section(u'/', -1);
        if (timing.contains(leaf)) // depends on a runner, which this replay has not
            return got.isNull() || got.isDouble() ? QString() : path % u": not a time";
        if (expected.isString())
            return textDiffers(expected.toString(), got, path);
        if (expected.isArray()) {
            QJsonArray want = expected.toArray();
            QJsonArray have = got.toArray();
            if (!got.isArray() || want.size() != have.size())
                return path % u": other number of items";
            if (unordered) {
                for (const QJsonValue &item : want) {
                    qsizetype i = 0;
                    while (i < have.size() && !differs(item, have.at(i), path, false).isEmpty())
                        ++i;
                    if (i == have.size())
                        return path % u": an item is missing";
                    have.removeAt(i);
                }
                return {};
            }
            for (qsizetype i = 0; i < want.size(); ++i) {
                const QString problem = differs(want.at(i), have.at(i), path % u'/' % QString::number(i), false);
                if (!problem.isEmpty())
                    return problem;
            }
            return {};
        }
        if (expected.isObject()) {
            const QJsonObject want = expected.toObject();
            const QJsonObject have = got.toObject();
            for (auto it = want.begin(); it != want.end(); ++it) {
                if (!have.contains(it.key()))
                    return path % u'/' % it.key() % u": missing";
                const QString problem = differs(it.value(), have.value(it.key()), path % u'/' % it.key(), unordered);
                if (!problem.isEmpty())
                    return problem;
            }
            for (const QString &name : have.keys()) {
                // Additions of this engine: its version, and that a missing actor has been destroyed.
                const bool own = name == u"dormouse_version" || name == u"error" || (path.isEmpty() && name == u"metadata");
                if (!want.contains(name) && !own)
                    return path % u'/' % name % u": unexpected";
            }
            return {};
        }
        return expected == got ? QString() : QString(path % u": another value");
    }

private:
    QString textDiffers(const QString &expected, const QJsonValue &got, const QString &path)
    {
        const QString want = fill(expected);
        static const QRegularExpression placeholder(QStringLiteral("^<[a-z_0-9]+>$"));
        const bool number = want == u"<ts_ms>" || want == u"<u32>" || want == u"<float>";
        bool fits = got.isString() && got.toString() == want;
        if (number)
            fits = got.isDouble();
        else if (want == u"<ts_ms_or_null>")
            fits = got.isDouble() || got.isNull();
        else if (want == u"<id>" || want == u"<ray_id>")
            fits = got.toString().size() == 30;
        else if (want == u"<1024 chars>...[truncated]")
            fits = got.toString().size() == 1'024 + 14;
        else if (want == u"<cursor_ts>")
            fits = !got.toString().isEmpty() && got.toString().toLongLong() > 0;
        else if (placeholder.match(want).hasMatch()) {
            fits = got.isString() && !got.toString().isEmpty();
            // An id that is seen for the first time; texts stay free.
            if (fits && got.toString().size() == 30 && want != u"<text>")
                m_variables.insert(want.mid(1, want.size() - 2), got.toString());
        } else if (path.endsWith(u"parse_error"))
            fits = got.isString() && !got.toString().isEmpty();
        return fits ? QString() : QString(path % u": wanted " % want.left(80) % u", got " % got.toVariant().toString().left(80));
    }

    QHash<QString, QString> m_variables;
};

/// Entries whose answer depends on the runner of the recording.
bool needsRunner(const QString &id)
{
    static const QSet<QString> ids{
        QStringLiteral("runners.list"), QStringLiteral("runners.list_name"), QStringLiteral("runners.list_by_id"),
        QStringLiteral("runners.list_by_ids_csv"), QStringLiteral("runners.list_limit"), QStringLiteral("runners.names"),
        QStringLiteral("runners.names_limit"), QStringLiteral("runner_configs.auto_created"),
        QStringLiteral("actors.names"), QStringLiteral("actors.names_cursor"), QStringLiteral("actors.kv_get"),
        QStringLiteral("actors.kv_get_no_ns")};
    return ids.contains(id);
}
} // namespace

class TestApi : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void actorTextIsWhatADocumentWouldBe_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("plain") << QStringLiteral("a ~key/#1'") << QByteArray();
        QTest::newRow("empty") << QString() << QByteArray(json("'no_capacity'"));
        QTest::newRow("quotes") << QStringLiteral("\"x\\") << QByteArray(json("{'crashed':{'message':'\\u0001é'}}"));
        QTest::newRow("controls") << QString(QStringLiteral("\n\t\x01\x7f") + QChar(0)) << QByteArray("no json");
        QTest::newRow("unicode") << QStringLiteral("\u00fc\u4e2d\U0001f42d\ufeff") << QByteArray("[1,null]");
        QTest::newRow("half a pair") << QString(QChar(0xd83d)) << QByteArray("null");
    }
    void actorTextIsWhatADocumentWouldBe()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, error);
        ActorRow row;
        row.actorId = row.namespaceId = QStringLiteral("id");
        row.name = row.pool = text;
        row.createTs = std::numeric_limits<qint64>::max();
        row.startTs = 0;
        row.sleepTs = -5;
        row.errorJson = error;
        for (const bool withKey : {false, true}) {
            if (withKey)
                row.key = text;
            const QByteArray got = actorText(row, json("{'code':7}"));
            const QJsonObject object = QJsonDocument::fromJson(got).object();
            QCOMPARE(got, compact(object)); // the order and the writing of every member
            QCOMPARE(object.size(), error.isEmpty() || error == "no json" ? 14 : 15);
            QCOMPARE(object.value(u"create_ts").toInteger(), row.createTs);
            QCOMPARE(object.value(u"start_ts").toInteger(-1), 0);
            QCOMPARE(object.value(u"sleep_ts").toInteger(), -5);
            QVERIFY(object.value(u"destroy_ts").isNull());
            QCOMPARE(object.value(u"name").toString(), text);
            QCOMPARE(object.value(u"key").isNull(), !withKey);
            if (withKey)
                QCOMPARE(object.value(u"key").toString(), text);
        }
        if (error == json("'no_capacity'"))
            QVERIFY(actorText(row, json("{'code':7}")).contains(json("'error':{'runner_pool_error':{'code':7}}")));
    }

    void service()
    {
        TestEngine engine;
        QVERIFY(engine.started);
        const Answer health = engine.ask("GET", "/health?x=1");
        QCOMPARE(health.status, 200);
        QCOMPARE(health.json().value(u"runtime").toString(), QStringLiteral("engine"));
        QCOMPARE(health.header("x-rivet-ray-id").size(), 30);
        const QJsonObject metadata = engine.ask("GET", "/metadata?namespace=default").json();
        QCOMPARE(metadata.value(u"version").toString(), QStringLiteral("2.0.33"));
        QVERIFY(!metadata.value(u"dormouse_version").toString().isEmpty());
        QCOMPARE(engine.ask("GET", "/").header("location"), QByteArray("/ui/"));
        for (const char *path : {"/ui", "/ui/", "/ui/some/route"})
            QVERIFY(engine.ask("GET", path).body.contains("<!doctype html>"));
        QVERIFY(engine.ask("HEAD", "/health").body.isEmpty());
        QVERIFY(engine.ask("GET", "/health").header("x-rivet-ray-id") != health.header("x-rivet-ray-id"));
    }

    void methods()
    {
        TestEngine engine;
        const Answer wrong = engine.ask("PATCH", "/actors?namespace=default");
        QCOMPARE(wrong.status, 405);
        QCOMPARE(wrong.header("allow"), QByteArray("GET,HEAD,POST,PUT"));
        QVERIFY(wrong.body.isEmpty());
        QCOMPARE(engine.ask("DELETE", "/actors/names").status, 405); // a literal path hides the pattern
        QCOMPARE(engine.ask("GET", "/actors/").status, 404);
        QCOMPARE(engine.ask("GET", "/nope").error(), QStringLiteral("api.not_found"));
        QCOMPARE(engine.ask("GET", "/actors//kv/keys/x").status, 404);
    }

    void namespaces()
    {
        TestEngine engine;
        const QJsonArray first = engine.ask("GET", "/namespaces").json().value(u"namespaces").toArray();
        QCOMPARE(first.size(), 1);
        QCOMPARE(first[0].toObject().value(u"display_name").toString(), QStringLiteral("Default"));
        const auto make = [&](const QString &name, const QString &display) {
            return engine.askJson("POST", "/namespaces", {{QStringLiteral("name"), name}, {QStringLiteral("display_name"), display}});
        };
        for (int i = 0; i < 5; ++i)
            QCOMPARE(make(QStringLiteral("n%1").arg(i), QStringLiteral("N")).status, 200);
        QCOMPARE(make(QStringLiteral("n1"), QStringLiteral("N")).error(), QStringLiteral("namespace.name_not_unique"));
        QCOMPARE(make(QStringLiteral("ok"), QStringLiteral("two  blanks")).error(), QStringLiteral("namespace.failed_to_create"));
        // Oldest first, each exactly once over pages of two.
        QStringList seen;
        QByteArray cursor;
        for (int page = 0; page < 10; ++page) {
            const QJsonObject body = engine.ask("GET", "/namespaces?limit=2" + cursor).json();
            for (const QJsonValue &item : body.value(u"namespaces").toArray())
                seen.append(item.toObject().value(u"name").toString());
            const QJsonValue next = body.value(u"pagination").toObject().value(u"cursor");
            if (next.isNull())
                break;
            cursor = "&cursor=" + next.toString().toLatin1();
        }
        QCOMPARE(seen, QStringList({QStringLiteral("default"), QStringLiteral("n0"), QStringLiteral("n1"),
                                    QStringLiteral("n2"), QStringLiteral("n3"), QStringLiteral("n4")}));
    }

    void answersWaitForTheCommit()
    {
        TestEngine engine;
        makePool(engine);
        engine.store.hold();
        const auto answer = engine.send("POST", "/actors?namespace=default", compact(actorBody(QStringLiteral("a"))), kJson);
        engine.pump();
        QVERIFY(!answer->answered);
        engine.store.release();
        engine.pump();
        QVERIFY(answer->answered);
        QCOMPARE(answer->status, 200);
    }

    void requestTimeout()
    {
        TestEngine engine;
        makePool(engine);
        engine.store.hold();
        const auto answer = engine.send("POST", "/actors?namespace=default", compact(actorBody(QStringLiteral("a"))), kJson);
        engine.pump();
        engine.clock.set(engine.clock.monoMs() + 29'999);
        engine.timers.advance(engine.clock.monoMs());
        QVERIFY(!answer->answered);
        engine.clock.set(engine.clock.monoMs() + 1);
        engine.timers.advance(engine.clock.monoMs());
        QCOMPARE(answer->status, 504);
        QCOMPARE(answer->error(), QStringLiteral("guard.request_timeout"));
        engine.store.release(); // the late commit must not answer a second time
        engine.pump();
        QCOMPARE(answer->status, 504);
    }

    void getOrCreateRace()
    {
        TestEngine engine;
        makePool(engine);
        std::vector<std::shared_ptr<Answer>> answers;
        for (int i = 0; i < 160; ++i) {
            const QJsonObject body = actorBody(QStringLiteral("race"), QStringLiteral("k%1").arg(i % 10));
            answers.push_back(engine.send("PUT", "/actors?namespace=default", compact(body), kJson));
            if (i % 16 == 15)
                engine.pump();
        }
        engine.pump();
        int created = 0;
        QSet<QString> ids;
        for (const auto &answer : answers) {
            QCOMPARE(answer->status, 200);
            created += answer->json().value(u"created").toBool() ? 1 : 0;
            ids.insert(answer->json().value(u"actor").toObject().value(u"actor_id").toString());
        }
        QCOMPARE(created, 10);
        QCOMPARE(ids.size(), 10);
    }

    void duplicateKey()
    {
        TestEngine engine;
        makePool(engine);
        const QJsonObject body = actorBody(QStringLiteral("a"), QStringLiteral("k"));
        const QString id = engine.askJson("POST", "/actors?namespace=default", body).json().value(u"actor").toObject().value(u"actor_id").toString();
        QCOMPARE(id.size(), 30);
        std::vector<std::shared_ptr<Answer>> answers;
        for (int i = 0; i < 40; ++i)
            answers.push_back(engine.send("POST", "/actors?namespace=default", compact(body), kJson));
        engine.pump();
        for (const auto &answer : answers) {
            QCOMPARE(answer->error(), QStringLiteral("actor.duplicate_key"));
            QCOMPARE(answer->json().value(u"metadata").toObject().value(u"existing_actor_id").toString(), id);
        }
        const QByteArray path = "/actors/" + id.toLatin1();
        QCOMPARE(engine.ask("DELETE", path).status, 200);
        QCOMPARE(engine.ask("DELETE", path + "?namespace=default").status, 200);
        QCOMPARE(engine.askJson("POST", "/actors?namespace=default", body).status, 200);
        const QJsonObject gone = engine.ask("GET", "/actors?namespace=default&actor_id=" + id.toLatin1()).json().value(u"actors").toArray()[0].toObject();
        QVERIFY(gone.value(u"destroy_ts").isDouble());
        const QJsonArray both = engine.ask("GET", "/actors?namespace=default&name=a&key=k&include_destroyed=true").json().value(u"actors").toArray();
        QCOMPARE(both.size(), 2);
        QVERIFY(both[0].toObject().value(u"destroy_ts").isNull());
    }

    void pages()
    {
        TestEngine engine;
        makePool(engine);
        constexpr int kActors = 250;
        QStringList made;
        for (int i = 0; i < kActors; ++i) {
            const Answer answer = engine.askJson("POST", "/actors?namespace=default", actorBody(QStringLiteral("many")));
            made.prepend(answer.json().value(u"actor").toObject().value(u"actor_id").toString());
        }
        QStringList seen;
        QByteArray cursor;
        for (int page = 0; page < kActors; ++page) {
            const QJsonObject body = engine.ask("GET", "/actors?namespace=default&name=many&limit=7" + cursor).json();
            for (const QJsonValue &item : body.value(u"actors").toArray())
                seen.append(item.toObject().value(u"actor_id").toString());
            const QJsonValue next = body.value(u"pagination").toObject().value(u"cursor");
            if (next.isNull())
                break;
            cursor = "&cursor=" + next.toString().toLatin1();
        }
        QCOMPARE(seen, made);
    }

    void strictBodies_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("contentType");
        QTest::addColumn<QString>("error");
        const QString bad = QStringLiteral("api.bad_request");
        const QByteArray json = "application/json";
        QTest::newRow("unknown member") << QByteArray(R"({"name":"a","runner_name_selector":"pool","crash_policy":"sleep","zzz":1})") << json << bad;
        QTest::newRow("wrong kind") << QByteArray(R"({"name":1,"runner_name_selector":"pool","crash_policy":"sleep"})") << json << bad;
        QTest::newRow("null for a required one") << QByteArray(R"({"name":null,"runner_name_selector":"pool","crash_policy":"sleep"})") << json << bad;
        QTest::newRow("cut") << QByteArray(R"({"name":)") << json << bad;
        QTest::newRow("array") << QByteArray("[]") << json << bad;
        QTest::newRow("nothing") << QByteArray() << json << bad;
        QTest::newRow("no content type") << QByteArray("{}") << QByteArray() << bad;
        QTest::newRow("text") << QByteArray("{}") << QByteArray("text/plain") << bad;
        QTest::newRow("empty key") << QByteArray(R"({"name":"a","key":"","runner_name_selector":"pool","crash_policy":"sleep"})") << json << QStringLiteral("actor.empty_key");
        QTest::newRow("unknown pool") << QByteArray(R"({"name":"a","runner_name_selector":"nope","crash_policy":"sleep"})") << json
                                      << QStringLiteral("actor.no_runner_config_configured");
        QTest::newRow("unknown datacenter") << QByteArray(R"({"name":"a","datacenter":"mars","runner_name_selector":"pool","crash_policy":"sleep"})") << json
                                            << QStringLiteral("datacenter.not_found");
        QTest::newRow("good, with parameters") << QByteArray(R"({"name":"a","runner_name_selector":"pool","crash_policy":"sleep"})")
                                               << QByteArray("application/json; charset=utf-8") << QString();
        QTest::newRow("good, other JSON") << QByteArray(R"({"name":"a","runner_name_selector":"pool","crash_policy":"sleep"})")
                                          << QByteArray("application/x+json") << QString();
    }
    void strictBodies()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, contentType);
        QFETCH(QString, error);
        TestEngine engine;
        makePool(engine);
        HeaderList headers;
        if (!contentType.isEmpty())
            headers.emplace_back("content-type", contentType);
        const Answer answer = engine.ask("POST", "/actors?namespace=default", body, headers);
        QCOMPARE(answer.error(), error);
        QCOMPARE(answer.status, error.isEmpty() ? 200 : 400);
    }

    void largeInput()
    {
        TestEngine engine;
        makePool(engine);
        QJsonObject body = actorBody(QStringLiteral("a"));
        body.insert(QStringLiteral("input"), QString(4'194'304, u'A'));
        QCOMPARE(engine.askJson("POST", "/actors?namespace=default", body).status, 200);
        body.insert(QStringLiteral("input"), QString(4'194'308, u'A'));
        QCOMPARE(engine.askJson("POST", "/actors?namespace=default", body).error(), QStringLiteral("actor.input_too_large"));
        body.insert(QStringLiteral("input"), QString(6 * 1024 * 1024, u'A'));
        QCOMPARE(engine.askJson("POST", "/actors?namespace=default", body).error(), QStringLiteral("api.bad_request"));
    }

    void authentication()
    {
        EngineConfig config;
        config.adminToken = QStringLiteral("secret");
        TestEngine engine(config);
        const auto status = [&](const QByteArray &path, const HeaderList &headers) { return engine.ask("GET", path, {}, headers).status; };
        QCOMPARE(status("/datacenters", {}), 403);
        QCOMPARE(engine.ask("GET", "/datacenters").error(), QStringLiteral("api.forbidden"));
        QCOMPARE(status("/datacenters", {{"authorization", "Bearer secret"}}), 200);
        QCOMPARE(status("/datacenters", {{"authorization", "bearer secret"}}), 200);
        QCOMPARE(status("/datacenters", {{"authorization", "Bearer secre"}}), 403);
        QCOMPARE(status("/datacenters", {{"authorization", "Bearer secret2"}}), 403);
        QCOMPARE(status("/datacenters", {{"authorization", "Bearer "}}), 403);
        QCOMPARE(status("/datacenters", {{"x-rivet-token", "secret"}}), 403);
        QCOMPARE(status("/actors?namespace=default&zzz=1", {}), 403); // nothing is said about the query
        for (const char *open : {"/health", "/metadata", "/ui/"})
            QCOMPARE(status(open, {}), 200);
        QCOMPARE(status("/nope", {}), 404);
        QCOMPARE(engine.ask("OPTIONS", "/namespaces", {}, {{"origin", "http://a.b"}}).status, 200);
    }

    void crossOrigin()
    {
        TestEngine engine;
        const Answer preflight = engine.ask("OPTIONS", "/actors?namespace=default", {},
                                            {{"origin", "https://a.example"}, {"access-control-request-method", "PUT"}, {"access-control-request-headers", "authorization"}});
        QCOMPARE(preflight.status, 200);
        QCOMPARE(preflight.header("access-control-allow-methods"), QByteArray("PUT"));
        QCOMPARE(preflight.header("access-control-allow-headers"), QByteArray("authorization"));
        QCOMPARE(preflight.header("access-control-allow-origin"), QByteArray("https://a.example"));
        QCOMPARE(preflight.header("allow"), QByteArray("GET,HEAD,POST,PUT"));
        QVERIFY(engine.ask("GET", "/datacenters").header("access-control-allow-origin").isNull());
        QCOMPARE(engine.ask("GET", "/nope").header("access-control-allow-origin"), QByteArray("*"));
    }

    void drainGraceIsClamped()
    {
        TestEngine engine;
        engine.core.setHttpFetch(fakeServerless);
        const auto put = [&](const QByteArray &extra) {
            return engine.ask("PUT", "/runner-configs/s?namespace=default",
                              R"({"datacenters":{"default":{"serverless":{)" + extra + ",\"url\":\"http://serverless.test:1/good\"}}}}", kJson);
        };
        QCOMPARE(put(R"("request_lifespan":900,"max_runners":10,"min_runners":0,"runners_margin":0,"slots_per_runner":1,"headers":{})").status, 200);
        const QJsonObject config = engine.ask("GET", "/runner-configs?namespace=default").json().value(u"runner_configs").toObject()
                                       .value(u"s").toObject().value(u"datacenters").toObject().value(u"default").toObject();
        QCOMPARE(config.value(u"serverless").toObject().value(u"drain_grace_period").toInt(), 450);
        QCOMPARE(put(R"("request_lifespan":900,"drain_grace_period":900)").error(), QStringLiteral("runner_config.invalid"));
        QCOMPARE(put(R"("request_lifespan":900,"max_runners":-1)").error(), QStringLiteral("api.bad_request"));
        // The upsert has asked the endpoint for its names.
        QVERIFY(engine.ask("GET", "/actors/names?namespace=default").json().value(u"names").toObject().contains(u"counter"));
    }

    /// scheduler.md section 4.1, one row per relation.
    void serverlessConfigIsChecked_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QByteArray>("names"); ///< what the reason has to tell, with | between; empty = accepted
        const auto headers = [](int count, int nameSize, int valueSize) -> QByteArray {
            QByteArray out = json("'headers':{");
            for (int i = 0; i < count; ++i)
                out += (i ? "," : "") + QByteArray("\"x") + QByteArray::number(i).rightJustified(nameSize - 1, 'a') + "\":\""
                    + QByteArray(valueSize, 'v') + '"';
            return out + '}';
        };
        const QByteArray life(json("'request_lifespan':900"));
        const QByteArray url(json("'url':'http://a.test/'"));
        const auto row = [&](const char *name, const QByteArray &members, const QByteArray &names = {}) {
            QTest::newRow(name) << members << names;
        };
        row("least", url + ',' + life);
        row("no URL", json("'url':'/api',") + life, "/api|URL");
        row("other scheme", json("'url':'ftp://a.test/',") + life, "ftp://a.test/");
        row("16 headers", url + ',' + life + ',' + headers(16, 128, 4096));
        row("17 headers", url + ',' + life + ',' + headers(17, 4, 4), "17|16");
        row("header name of 129", url + ',' + life + ',' + headers(1, 129, 4), "header name");
        row("header value of 4097", url + ',' + life + ',' + headers(1, 4, 4097), "header");
        row("header name with a blank", url + ',' + life + json(",'headers':{'a b':'v'}"), "a b");
        row("header value with a line end", url + ',' + life + json(",'headers':{'a':'v\\nw'}"), "\"a\"");
        row("no slots", url + ',' + life + json(",'slots_per_runner':0"), "slots_per_runner");
        row("grace as long as the life", url + json(",'request_lifespan':20,'drain_grace_period':20"),
            "request_lifespan 20 s|drain_grace_period 20 s");
        row("grace just shorter", url + json(",'request_lifespan':20,'drain_grace_period':19"));
        row("grace as long as it may be", url + json(",'request_lifespan':1801,'drain_grace_period':1800"));
        row("grace too long", url + json(",'request_lifespan':4000,'drain_grace_period':1801"),
            "drain_grace_period 1801 s|1800 s");
    }

    void serverlessConfigIsChecked()
    {
        QFETCH(QByteArray, members);
        QFETCH(QByteArray, names);
        TestEngine engine;
        engine.core.setHttpFetch(fakeServerless);
        const Answer answer = engine.ask("PUT", "/runner-configs/s?namespace=default",
                                         json("{'datacenters':{'default':{'serverless':{") + members + "}}}}", kJson);
        if (names.isEmpty()) {
            QVERIFY2(answer.status == 200, answer.body.constData());
            return;
        }
        QCOMPARE(answer.error(), QStringLiteral("runner_config.invalid"));
        const QString reason = answer.json().value(u"metadata").toObject().value(u"reason").toString();
        for (const QByteArray &name : names.split('|'))
            QVERIFY2(reason.contains(QString::fromUtf8(name)), qPrintable(reason));
    }

    /// scheduler.md section 9.4, the codes that only the API gives.
    void errorCodesOfTheApi()
    {
        TestEngine engine;
        engine.core.setHttpFetch(fakeServerless);
        makePool(engine);
        const auto code = [&](const QByteArray &method, const QByteArray &target, const QByteArray &body = {}) {
            return engine.ask(method, target, body, kJson).error();
        };
        const QByteArray refresh("/refresh-metadata?namespace=default");
        QCOMPARE(code("POST", "/runner-configs/nobody" + refresh, "{}"), QStringLiteral("serverless_runner_pool.not_found"));
        QCOMPARE(engine.ask("PUT", "/runner-configs/far?namespace=default",
                            json("{'datacenters':{'default':{'serverless':{'url':'http://serverless.test:1/err500','request_lifespan':900}}}}"),
                            kJson).status, 200);
        QCOMPARE(code("POST", "/runner-configs/far" + refresh, "{}"),
                 QStringLiteral("serverless_runner_pool.failed_to_fetch_metadata"));
        const Answer made = engine.ask("POST", "/actors?namespace=default",
                                       json("{'name':'a','runner_name_selector':'pool','crash_policy':'sleep'}"), kJson);
        const QByteArray id = made.json().value(u"actor").toObject().value(u"actor_id").toString().toUtf8();
        QCOMPARE(code("GET", "/actors/" + id + "/kv/keys/" + QByteArray("nothing").toBase64() + "?namespace=default"),
                 QStringLiteral("actor.kv_key_not_found"));
    }

    void randomRequestsNeverBreak()
    {
        TestEngine engine;
        makePool(engine);
        Random random(99);
        const QByteArrayList paths{"/actors", "/namespaces", "/runners", "/runner-configs", "/actors/names", "/runners/names",
                                   "/runner-configs/x", "/actors/abc/kv/keys/a", "/gateway/x", "/actors/%ff/sleep", "/envoys"};
        const QByteArrayList methods{"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"};
        const QByteArrayList pieces{"namespace=default", "name=a", "key=%ff", "limit=99999999999999999999", "cursor=-", "actor_id=",
                                    "actor_ids=,,", "rvt-method=get", "rvt-namespace=default", "include_destroyed=1", "%%%", "=&=", "variant=normal"};
        const QByteArrayList bodies{"", "{}", "[]", "{\"name\":{}}", "{\"datacenters\":{\"default\":{\"serverless\":{\"url\":1}}}}", "\xff\xfe",
                                    "{\"datacenters\":{\"default\":7}}", "{\"name\":\"a\",\"runner_name_selector\":\"pool\",\"crash_policy\":\"sleep\"}"};
        const auto pick = [&](const QByteArrayList &list) { return list[qsizetype(random.below(quint64(list.size())))]; };
        for (int i = 0; i < 3'000; ++i) {
            QByteArray target = pick(paths) + '?';
            for (quint64 n = random.below(4); n > 0; --n)
                target += pick(pieces) + '&';
            const QByteArray method = pick(methods);
            const Answer answer = engine.ask(method, target, pick(bodies), kJson);
            QVERIFY2(answer.answered && answer.status < 500, QByteArray(method + ' ' + target + ' ' + answer.body).constData());
        }
    }

    void recordedVectors_data()
    {
        QTest::addColumn<QString>("engineKind");
        QTest::newRow("open") << QStringLiteral("open");
        QTest::newRow("auth") << QStringLiteral("auth");
    }
    void recordedVectors();
};

void TestApi::recordedVectors()
{
    QFETCH(QString, engineKind);
    QFile file(QStringLiteral(DORMOUSE_TEST_DATA "/http-api.json"));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
    const QJsonArray vectors = QJsonDocument::fromJson(file.readAll()).object().value(u"vectors").toArray();
    EngineConfig config;
    config.enableWebsocketHealthRoute = true;
    if (engineKind == u"auth")
        config.adminToken = QStringLiteral("secret");
    TestEngine engine(config);
    engine.core.setHttpFetch(fakeServerless);
    Replay replay;
    replay.setVariable(QStringLiteral("fake_serverless"), QStringLiteral("serverless.test:1"));
    replay.setVariable(QStringLiteral("closed_port"), QStringLiteral("closed.test:1"));
    replay.setVariable(QStringLiteral("engine_url"), QStringLiteral("http://127.0.0.1:6420"));
    replay.setVariable(QStringLiteral("engine_host"), QStringLiteral("127.0.0.1:6420"));
    replay.setVariable(QStringLiteral("engine_hostname"), QStringLiteral("127.0.0.1"));
    int run = 0;
    QStringList problems;
    for (const QJsonValue &value : vectors) {
        const QJsonObject entry = value.toObject();
        const QString id = entry.value(u"id").toString();
        if (entry.value(u"engine").toString() != engineKind || needsRunner(id))
            continue;
        const QJsonObject request = entry.value(u"request").toObject();
        QJsonObject expected = entry.value(u"response").toObject();
        const QJsonObject other = entry.value(u"dormouse").toObject().value(u"expect").toObject();
        if (!other.isEmpty()) {
            expected.remove(QStringLiteral("body_json"));
            expected.remove(QStringLiteral("body_raw"));
            for (auto it = other.begin(); it != other.end(); ++it)
                expected.insert(it.key(), it.value());
        }
        const int status = expected.value(u"status").toInt();
        // Answers made by an actor need the runner of the recording.
        const bool fromActor = id.startsWith(u"gateway.") && !expected.value(u"headers").toObject().contains(u"x-rivet-error")
            && request.value(u"path").toString().startsWith(u"/gateway/") && request.value(u"method").toString() != u"OPTIONS";
        const bool actorOther = id == u"gateway.header_get" || id == u"gateway.header_request_path"
            || expected.value(u"error").toString() == u"guard.retry_attempts_exceeded" || id.startsWith(u"gateway.retry_")
            || id == u"gateway.body_20mib_plus";
        if (fromActor || actorOther)
            continue;
        if (id == u"runners.connect_http") { // from here on the recording has its runner and its pool
            const QJsonObject body = QJsonDocument::fromJson(R"({"datacenters":{"default":{"normal":{}}}})").object();
            QCOMPARE(engine.askJson("PUT", "/runner-configs/spec-pool?namespace=default", body).status, 200);
        }
        HeaderList headers;
        const QJsonObject given = request.value(u"headers").toObject();
        for (auto it = given.begin(); it != given.end(); ++it)
            headers.emplace_back(it.key().toUtf8(), replay.fill(it.value().toString()).toUtf8());
        QByteArray body = request.value(u"body_raw").toString().toUtf8();
        if (request.contains(u"body_json")) {
            body = compact(replay.fill(request.value(u"body_json")).toObject());
            if (headerValue(headers, "content-type").isNull())
                headers.emplace_back("content-type", "application/json");
        }
        const Answer answer = engine.ask(request.value(u"method").toString().toUtf8(), replay.fill(request.value(u"path").toString()).toUtf8(), body, headers);
        ++run;
        // Answered before the query and the body are looked at, which http-api.md section 3 prefers.
        const bool strangers = id == u"auth.bad_query_none" || id == u"auth.bad_body_none";
        if (answer.status != (strangers ? 403 : status) && !(id == u"auth.datacenters_lowercase_scheme" && answer.status == 200)) {
            problems.append(QStringLiteral("%1: status %2 instead of %3: %4").arg(id).arg(answer.status).arg(status).arg(QString::fromUtf8(answer.body.left(200))));
            continue;
        }
        if (strangers || id == u"auth.datacenters_lowercase_scheme")
            continue;
        for (const char *name : {"allow", "location", "x-rivet-error", "access-control-allow-origin", "access-control-allow-methods",
                                 "access-control-allow-headers", "access-control-allow-credentials", "access-control-expose-headers",
                                 "access-control-max-age", "content-type"}) {
            const QJsonValue want = expected.value(u"headers").toObject().value(QLatin1StringView(name));
            if (!want.isString() || !other.isEmpty() || (qstrcmp(name, "content-type") == 0 && !want.toString().contains(u"json")))
                continue;
            if (answer.header(name) != replay.fill(want.toString()).toUtf8())
                problems.append(QStringLiteral("%1: header %2 is \"%3\"").arg(id, QLatin1StringView(name), QString::fromUtf8(answer.header(name))));
        }
        if (expected.contains(u"error") && answer.error() != expected.value(u"error").toString())
            problems.append(QStringLiteral("%1: %2").arg(id, answer.error()));
        if (expected.contains(u"body_json")) {
            // The order of names and the pages of maps follow the names, which the recording left open.
            const bool unordered = entry.contains(u"unordered") || id == u"namespaces.limit";
            const QString problem = replay.differs(expected.value(u"body_json"), answer.json(), QString(), unordered);
            if (!problem.isEmpty())
                problems.append(id % u": " % problem);
        }
        if (entry.contains(u"capture"))
            replay.capture(entry.value(u"capture").toObject(), answer.json());
    }
    QVERIFY2(problems.isEmpty(), qPrintable(QStringLiteral("%1 problems:\n").arg(problems.size()) + problems.join(u'\n')));
    QVERIFY2(run >= (engineKind == u"open" ? 200 : 40), qPrintable(QString::number(run)));
}

QTEST_GUILESS_MAIN(TestApi)
#include "tst_api.moc"
