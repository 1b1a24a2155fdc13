// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serverless pools beside a scheduler on virtual time; the endpoint is whatever a test lets it be.

#include "engine/serverless/serverlesspools.h"
#include "engine/wire/serverless.h"
#include "tests/scheduler/schedulerbench.h"

#include <QJsonDocument>

namespace dormouse::test {

/// One request for a runner, as the endpoint sees it.
struct FakeStream
{
    StreamRequest request;
    qint64 openedMs = 0;
    EventStreamListener *listener = nullptr; ///< null when the engine has dropped it or it has ended

    bool isOpen() const { return listener != nullptr; }
    void answer(int status = 200, const QByteArray &type = "text/event-stream")
    {
        if (listener)
            listener->streamAnswered(status, {{"Content-Type", type}});
    }
    void send(const QByteArray &data)
    {
        if (listener)
            listener->streamData(data);
    }
    void sendInit(const QString &runnerId, int version = 7)
    {
        send("data: " + *wire::encodeServerless(version, runnerId) + "\n\n");
    }
    void end(const QString &failure = {})
    {
        if (EventStreamListener *told = std::exchange(listener, nullptr))
            told->streamEnded(failure);
    }
    QByteArray header(QByteArrayView name) const { return headerValue(request.headers, name); }
};

class FakeStreamHandle final : public EventStream
{
public:
    explicit FakeStreamHandle(std::shared_ptr<FakeStream> stream) : m_stream(std::move(stream)) {}
    ~FakeStreamHandle() override { m_stream->listener = nullptr; }

private:
    std::shared_ptr<FakeStream> m_stream;
};

struct PoolBench : Bench
{
    std::unique_ptr<ServerlessPools> pools;
    std::vector<std::shared_ptr<FakeStream>> streams; ///< every request there has been
    std::vector<FetchRequest> fetches;
    /// Answer to the next metadata request; none = the request stays open.
    std::optional<FetchResult> metadata;
    std::vector<std::unique_ptr<ScriptedRunner>> runners;
    QJsonObject settings{{QStringLiteral("url"), QStringLiteral("http://far.example/api/")},
                         {QStringLiteral("headers"), QJsonObject()},
                         {QStringLiteral("request_lifespan"), 300},
                         {QStringLiteral("drain_grace_period"), 10},
                         {QStringLiteral("slots_per_runner"), 1},
                         {QStringLiteral("min_runners"), 0},
                         {QStringLiteral("max_runners"), 10},
                         {QStringLiteral("runners_margin"), 0}};

    PoolBench() { startPools(); }
    ~PoolBench() { scheduler->setPools(nullptr); }

    void startPools()
    {
        pools = std::make_unique<ServerlessPools>(
            CoreContext{config, world.clock, world.timers, random, store, sink, metrics}, *scheduler);
        scheduler->setPools(pools.get());
        pools->setFetch([this](const FetchRequest &request, const std::function<void(const FetchResult &)> &done) {
            fetches.push_back(request);
            if (metadata)
                world.post([done, result = *metadata] { done(result); });
        });
        pools->setOpenStream([this](const StreamRequest &request, EventStreamListener &listener) {
            streams.push_back(std::make_shared<FakeStream>(FakeStream{request, world.clock.monoMs(), &listener}));
            return std::make_unique<FakeStreamHandle>(streams.back());
        });
        pools->setPublicUrl(QStringLiteral("http://engine.example:6420/"));
        pools->start();
    }
    void answerMetadata(const QByteArray &json, int status = 200)
    {
        metadata = FetchResult{FetchResult::Kind::Answer, status, json, {}};
    }
    void set(const char *name, const QJsonValue &value) { settings.insert(QLatin1String(name), value); }
    void configure() { configurePool({{QStringLiteral("serverless"), settings}}); }
    void forgetConfig()
    {
        scheduler->deleteRunnerConfig(namespaceId(), QStringLiteral("p"), {});
        world.settle();
    }
    std::vector<QString> createMany(int count, CrashPolicy policy = CrashPolicy::Restart)
    {
        std::vector<QString> ids;
        for (int i = 0; i < count; ++i)
            ids.push_back(create(policy));
        return ids;
    }
    /// Long enough for the debounce of a bump.
    void pause() { world.advance(60); }
    int open() const
    {
        return int(std::count_if(streams.begin(), streams.end(), [](const auto &stream) { return stream->isOpen(); }));
    }
    /// The endpoint does what it should: answers, and its runner connects and is named.
    ScriptedRunner &serve(FakeStream &stream)
    {
        stream.answer();
        runners.push_back(std::make_unique<ScriptedRunner>());
        ScriptedRunner &runner = *runners.back();
        connectRunner(runner, "key-" + QByteArray::number(runners.size()), stream.header("x-rivet-total-slots").toUInt());
        stream.sendInit(runner.runnerId);
        world.settle();
        return runner;
    }
    ScriptedRunner &serve(std::size_t index) { return serve(*streams.at(index)); }
    QByteArray error() { return pools->poolErrorJson(namespaceId(), QStringLiteral("p")); }
    QJsonValue errorMember(const char *kind, const char *member)
    {
        return QJsonDocument::fromJson(error()).object().value(QLatin1String(kind)).toObject().value(QLatin1String(member));
    }
    const ServerlessPool *pool() { return pools->pool(namespaceId(), QStringLiteral("p")); }
    std::vector<qint64> openTimes() const
    {
        std::vector<qint64> times;
        for (const auto &stream : streams)
            times.push_back(stream->openedMs - streams.front()->openedMs);
        return times;
    }
    double metric(const char *name)
    {
        return metrics.value(name, {{"namespace_id", namespaceId()}, {"runner_name", QStringLiteral("p")}}).value_or(-1);
    }
    RunnerState runnerState(const ScriptedRunner &runner) { return scheduler->runner(runner.runnerId)->state; }
};

} // namespace dormouse::test
