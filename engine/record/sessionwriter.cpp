// SPDX-License-Identifier: Apache-2.0
#include "engine/record/sessionwriter.h"

#include "engine/monitor/mirror.h"

#include <QCborMap>
#include <QCborValue>
#include <QFile>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace Qt::StringLiterals;

namespace dormouse::record {

namespace {
constexpr qint64 kIndexEveryMs = 5'000;
constexpr int kIndexEveryFrames = 2'000;
} // namespace

class SessionWriter::Private
{
public:
    void run();
    void writeFrame(monitor::Frame frame);
    bool put(const QByteArray &bytes);

    // Shared, under the mutex.
    mutable std::mutex mutex;
    std::condition_variable wake;
    struct Item
    {
        monitor::Frame frame;
        quint64 framesLost = 0; ///< before this frame
        quint64 eventsLost = 0;
    };
    std::deque<Item> queue;
    Stats stats;
    quint64 framesLost = 0; ///< since the last accepted frame
    quint64 eventsLost = 0;
    bool gap = false;
    bool closing = false;
    bool closed = false;

    // Writer thread only (the opener's before it starts).
    QFile file;
    monitor::FrameMirror mirror;
    qint64 bytesSinceIndex = 0;
    qint64 lastIndexBytes = 0;
    qint64 lastIndexTs = 0;
    int framesSinceIndex = 0;
    qint64 lastTs = 0;
    QString error;
    std::thread thread;
};

bool SessionWriter::Private::put(const QByteArray &bytes)
{
    if (!error.isEmpty())
        return false;
    if (file.write(bytes) != bytes.size()) {
        error = file.fileName() + u": "_s + file.errorString();
        return false;
    }
    return true;
}

void SessionWriter::Private::writeFrame(monitor::Frame frame)
{
    const qint64 ts = frame.ts;
    const bool snapshot = frame.snapshot;
    lastTs = ts;
    const QByteArray record = encodeRecord(RecordType::Frame, frame);
    if (!put(record))
        return;
    mirror.apply(std::move(frame));
    bytesSinceIndex += record.size();
    ++framesSinceIndex;
    QByteArray index;
    if (!snapshot) {
        const bool due = ts - lastIndexTs >= kIndexEveryMs && bytesSinceIndex * 2 >= lastIndexBytes;
        if (!due && framesSinceIndex < kIndexEveryFrames)
            return;
        monitor::Frame known = mirror.snapshot();
        known.ts = ts;
        index = encodeRecord(RecordType::Index, known);
        if (!put(index))
            return;
    }
    lastIndexBytes = snapshot ? record.size() : index.size();
    lastIndexTs = ts;
    bytesSinceIndex = 0;
    framesSinceIndex = 0;
}

void SessionWriter::Private::run()
{
    std::unique_lock lock(mutex);
    for (;;) {
        wake.wait(lock, [this] { return closing || !queue.empty(); });
        if (queue.empty())
            break;
        std::deque<Item> items;
        items.swap(queue);
        stats.queued = int(items.size());
        lock.unlock();
        for (Item &item : items) {
            if (item.framesLost > 0) {
                QCborMap loss;
                loss.insert(u"frames"_s, qint64(item.framesLost));
                loss.insert(u"events"_s, qint64(item.eventsLost));
                put(encodeRecord(RecordType::Loss, item.frame.ts, loss.toCborValue().toCbor()));
            }
            writeFrame(withoutSecrets(std::move(item.frame)));
        }
        // To the operating system after each batch: a crash of this program then loses nothing written so far.
        if (error.isEmpty() && !file.flush())
            error = file.fileName() + u": "_s + file.errorString();
        lock.lock();
        stats.queued = 0;
        stats.error = error;
        if (error.isEmpty())
            stats.frames += items.size();
        stats.bytes = file.pos();
    }
    const quint64 frames = stats.frames;
    lock.unlock();
    QCborMap end;
    end.insert(u"frames"_s, qint64(frames));
    put(encodeRecord(RecordType::End, lastTs, end.toCborValue().toCbor()));
    if (error.isEmpty() && !file.flush())
        error = file.fileName() + u": "_s + file.errorString();
    lock.lock();
    stats.error = error;
    stats.bytes = file.pos();
    file.close();
}

Result<std::unique_ptr<SessionWriter>> SessionWriter::open(const QString &path, const SessionHeader &header)
{
    auto data = std::make_unique<Private>();
    data->file.setFileName(path);
    const bool opened = data->file.open(QIODevice::WriteOnly | QIODevice::Truncate);
    if (!opened || !data->put(encodeHeader(header)) || !data->file.flush()) {
        return Error::make("record", "cannot_write",
                           u"%1: %2"_s.arg(path, data->file.errorString()));
    }
    data->stats.bytes = data->file.pos();
    data->lastIndexTs = header.startedTs;
    data->thread = std::thread([writer = data.get()] { writer->run(); });
    return std::unique_ptr<SessionWriter>(new SessionWriter(std::move(data)));
}

SessionWriter::SessionWriter(std::unique_ptr<Private> data) : d(std::move(data)) {}

SessionWriter::~SessionWriter()
{
    close();
}

bool SessionWriter::ready() const
{
    const std::lock_guard lock(d->mutex);
    return d->queue.size() < kMaxQueuedFrames && !d->closing;
}

bool SessionWriter::write(monitor::Frame frame)
{
    const std::lock_guard lock(d->mutex);
    if (d->queue.size() >= kMaxQueuedFrames || d->closing || !d->stats.error.isEmpty()) {
        ++d->stats.framesDropped;
        quint64 events = frame.events.size();
        for (const monitor::TraceBlock &block : frame.traces)
            events += block.events;
        d->stats.eventsDropped += events;
        ++d->framesLost;
        d->eventsLost += events;
        d->gap = true;
        return false;
    }
    if (frame.snapshot)
        d->gap = false;
    d->queue.push_back({std::move(frame), std::exchange(d->framesLost, 0), std::exchange(d->eventsLost, 0)});
    d->wake.notify_one();
    return true;
}

bool SessionWriter::needsSnapshot() const
{
    const std::lock_guard lock(d->mutex);
    return d->gap;
}

Status SessionWriter::close()
{
    {
        const std::lock_guard lock(d->mutex);
        d->closing = true;
        d->wake.notify_one();
    }
    if (d->thread.joinable())
        d->thread.join();
    const std::lock_guard lock(d->mutex);
    if (!d->stats.error.isEmpty())
        return Error::make("record", "cannot_write", d->stats.error);
    return okStatus();
}

SessionWriter::Stats SessionWriter::stats() const
{
    const std::lock_guard lock(d->mutex);
    Stats stats = d->stats;
    stats.queued += int(d->queue.size());
    return stats;
}

} // namespace dormouse::record
