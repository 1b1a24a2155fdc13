// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/random.h"
#include "engine/serverless/eventstream.h"
#include "engine/serverless/httpfetch.h"
#include "tests/support/virtualworld.h"

namespace dormouse::test {

/// What an endpoint does with the next request for a runner.
enum class EndpointMood {
    Serves,
    Refuses,        ///< status 500
    CannotBeReached,
    Hangs,          ///< answers, and nothing follows
    WrongType,
    EndsEarly,      ///< before the runner is named
    SpeaksNonsense, ///< an event that cannot be read
    Slow,           ///< the runner comes after seconds
    Count
};

/// A simulated serverless function behind the event stream seam: each request starts a runner process, which dials in
/// and is named on the stream; the process ends with the stream and the stream with the process.
class Endpoint
{
public:
    /// Starts a process for a request and returns its number. named is called when the engine has accepted the runner.
    using StartRunner = std::function<int(const StreamRequest &request, std::function<void(const QString &runnerId)> named)>;
    using StopRunner = std::function<void(int number)>;

    Endpoint(VirtualWorld &world, quint64 seed, StartRunner start, StopRunner stop);
    ~Endpoint();
    Q_DISABLE_COPY_MOVE(Endpoint)

    std::unique_ptr<EventStream> open(const StreamRequest &request, EventStreamListener &listener);
    void fetch(const std::function<void(const FetchResult &)> &done);
    void setMood(EndpointMood mood) { m_mood = mood; }
    /// Serves from now on, and lets go of the requests that nobody would ever answer.
    void recover();
    /// The process of a request has ended.
    void processEnded(int number);
    /// The answer to the request of this process ends; the process goes on for a moment.
    void endStreamOf(int number);
    int openStreams() const;
    int requests() const { return m_requests; }
    int served() const { return m_served; }

private:
    struct Stream
    {
        StreamRequest request;
        EventStreamListener *listener = nullptr; ///< null: the engine has dropped it, or it has ended
        std::optional<int> process;
        bool isNamed = false;
    };
    class Handle;

    void answer(const std::shared_ptr<Stream> &stream, EndpointMood mood);
    void begin(const std::shared_ptr<Stream> &stream);
    void dropped(const std::shared_ptr<Stream> &stream);
    static void end(Stream &stream, const QString &failure);
    void later(qint64 ms, std::function<void()> call);

    VirtualWorld &m_world;
    Random m_random;
    const StartRunner m_start;
    const StopRunner m_stop;
    EndpointMood m_mood = EndpointMood::Serves;
    std::vector<std::shared_ptr<Stream>> m_streams;
    int m_requests = 0;
    int m_served = 0;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< for calls that are due
};

} // namespace dormouse::test
