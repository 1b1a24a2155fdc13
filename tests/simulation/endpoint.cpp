// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/endpoint.h"

#include "engine/wire/serverless.h"

using namespace Qt::StringLiterals;

namespace dormouse::test {

class Endpoint::Handle final : public EventStream
{
public:
    Handle(Endpoint &owner, std::shared_ptr<Stream> stream)
        : m_owner(owner), m_alive(owner.m_alive), m_stream(std::move(stream))
    {}
    ~Handle() override
    {
        m_stream->listener = nullptr;
        if (*m_alive)
            m_owner.dropped(m_stream);
    }

private:
    Endpoint &m_owner;
    const std::shared_ptr<bool> m_alive;
    const std::shared_ptr<Stream> m_stream;
};

Endpoint::Endpoint(VirtualWorld &world, quint64 seed, StartRunner start, StopRunner stop)
    : m_world(world), m_random(seed), m_start(std::move(start)), m_stop(std::move(stop))
{}

Endpoint::~Endpoint()
{
    *m_alive = false;
}

void Endpoint::later(qint64 ms, std::function<void()> call)
{
    m_world.later(ms, [alive = m_alive, due = std::move(call)] {
        if (*alive)
            due();
    });
}

std::unique_ptr<EventStream> Endpoint::open(const StreamRequest &request, EventStreamListener &listener)
{
    ++m_requests;
    std::erase_if(m_streams, [](const auto &stream) { return !stream->listener && !stream->process; });
    m_streams.push_back(std::make_shared<Stream>(Stream{request, &listener, {}, false}));
    const auto stream = m_streams.back();
    later(1 + qint64(m_random.below(60)), [this, stream, mood = m_mood] { answer(stream, mood); });
    return std::make_unique<Handle>(*this, stream);
}

void Endpoint::recover()
{
    m_mood = EndpointMood::Serves;
    const auto streams = m_streams;
    for (const auto &stream : streams) {
        if (!stream->process)
            later(0, [stream] { end(*stream, {}); });
    }
}

void Endpoint::fetch(const std::function<void(const FetchResult &)> &done)
{
    FetchResult result;
    if (m_mood == EndpointMood::CannotBeReached) {
        result.message = u"connection refused"_s;
    } else {
        result.kind = FetchResult::Kind::Answer;
        result.status = m_mood == EndpointMood::Refuses ? 500 : 200;
        result.body = R"({"runtime":"rivetkit","version":"2.0.33","actorNames":{"a":{}}})";
    }
    later(1 + qint64(m_random.below(30)), [done, result] { done(result); });
}

void Endpoint::end(Stream &stream, const QString &failure)
{
    if (EventStreamListener *told = std::exchange(stream.listener, nullptr))
        told->streamEnded(failure);
}

void Endpoint::answer(const std::shared_ptr<Stream> &stream, EndpointMood mood)
{
    if (!stream->listener)
        return;
    const auto say = [&stream](int status, const QByteArray &type, const QByteArray &data) {
        stream->listener->streamAnswered(status, {{"content-type", type}});
        if (stream->listener && !data.isEmpty())
            stream->listener->streamData(data);
    };
    switch (mood) {
    case EndpointMood::Refuses:
        say(500, "text/plain", "no such function");
        return end(*stream, {});
    case EndpointMood::CannotBeReached:
        return end(*stream, u"connection refused"_s);
    case EndpointMood::WrongType:
        say(200, "text/plain", "hello");
        return end(*stream, {});
    case EndpointMood::EndsEarly:
        say(200, "text/event-stream", "event: ping\ndata:\n\n");
        return end(*stream, {});
    case EndpointMood::SpeaksNonsense:
        return say(200, "text/event-stream", "data: AAAA\n\n");
    case EndpointMood::Hangs:
        return say(200, "text/event-stream", "event: ping\ndata:\n\n");
    case EndpointMood::Serves:
    case EndpointMood::Slow:
        say(200, "text/event-stream", {});
        return later(mood == EndpointMood::Slow ? 9'000 : qint64(m_random.below(400)), [this, stream] { begin(stream); });
    case EndpointMood::Count:
        break;
    }
}

void Endpoint::begin(const std::shared_ptr<Stream> &stream)
{
    if (!stream->listener)
        return;
    // Named once: a runner that dials in again is the same one.
    stream->process = m_start(stream->request, [this, stream](const QString &runnerId) {
        if (std::exchange(stream->isNamed, true))
            return;
        ++m_served;
        later(qint64(m_random.below(20)), [stream, runnerId] {
            if (stream->listener)
                stream->listener->streamData("data: " + *wire::encodeServerless(7, runnerId) + "\n\n");
        });
    });
}

void Endpoint::dropped(const std::shared_ptr<Stream> &stream)
{
    if (stream->process)
        later(0, [this, stream] {
            if (stream->process)
                m_stop(*stream->process);
        });
}

void Endpoint::processEnded(int number)
{
    for (const auto &stream : m_streams) {
        if (stream->process != number)
            continue;
        stream->process.reset();
        later(0, [stream] { end(*stream, u"the process has ended"_s); });
    }
}

void Endpoint::endStreamOf(int number)
{
    const auto streams = m_streams;
    for (const auto &stream : streams) {
        if (stream->process == number) {
            end(*stream, {});
            dropped(stream);
        }
    }
}

int Endpoint::openStreams() const
{
    return int(std::count_if(m_streams.begin(), m_streams.end(), [](const auto &stream) { return stream->listener != nullptr; }));
}

} // namespace dormouse::test
