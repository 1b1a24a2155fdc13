// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/recorder.h"

#include <chrono>
#include <future>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {
constexpr std::chrono::seconds kLastFrameWait{2}; ///< for an engine that is stuck; the file is closed all the same
}

Recorder::Recorder(Post post) : m_post(std::move(post)), m_consumer(std::make_shared<int>(0)) {}

Recorder::~Recorder()
{
    stop();
}

Status Recorder::start(const QString &path, const QString &sourceName, const Clock &clock)
{
    if (m_writer)
        return Error::make("record", "already_running", u"A recording is running already."_s);
    record::SessionHeader header;
    header.tool = u"dormouse "_s + QStringLiteral(DORMOUSE_VERSION);
    header.startedTs = clock.wallMs();
    header.originUs = clock.monoUs();
    header.source = sourceName;
    auto writer = record::SessionWriter::open(path, header);
    if (!writer)
        return writer.error();
    m_writer = std::move(*writer);
    m_consumer = std::make_shared<int>(0);
    m_post([writer = m_writer, consumer = m_consumer](Core &, Publisher &publisher) {
        monitor::Interest interest;
        interest.trace = true;
        *consumer = publisher.addConsumer(
            interest, [writer](monitor::Frame frame) { writer->write(std::move(frame)); },
            [writer] { return writer->ready(); }, Publisher::kMaxRecordedTraces);
    });
    return okStatus();
}

record::SessionWriter::Stats Recorder::stats() const
{
    return m_writer ? m_writer->stats() : record::SessionWriter::Stats{};
}

Status Recorder::stop()
{
    if (!m_writer)
        return okStatus();
    // An engine that has ended drops what is posted to it, and the promise with it.
    auto finished = std::make_shared<std::promise<void>>();
    const std::future<void> done = finished->get_future();
    m_post([consumer = m_consumer, finished = std::move(finished)](Core &, Publisher &publisher) {
        publisher.finishConsumer(*consumer);
        finished->set_value();
    });
    done.wait_for(kLastFrameWait);
    const Status status = m_writer->close();
    m_writer.reset();
    return status;
}

} // namespace dormouse
