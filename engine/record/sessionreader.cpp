// SPDX-License-Identifier: Apache-2.0
#include "engine/record/sessionreader.h"

#include "engine/monitor/mirror.h"

#include <QCborMap>
#include <QCborValue>
#include <QtEndian>

#include <algorithm>
#include <deque>
#include <limits>

using namespace Qt::StringLiterals;

namespace dormouse::record {

namespace {

constexpr qint64 kEventLookBackBytes = 1024 * 1024;

Error fileError(const char *code, const QString &text)
{
    return Error::make("record", code, text);
}

std::size_t countEvents(const monitor::Frame &frame)
{
    std::size_t count = frame.events.size();
    for (const monitor::TraceBlock &block : frame.traces)
        count += block.events;
    return count;
}

quint32 read32(const QByteArray &bytes, int at)
{
    return qFromLittleEndian<quint32>(bytes.constData() + at);
}

} // namespace

Result<std::unique_ptr<SessionReader>> SessionReader::open(const QString &path, Damage damage)
{
    std::unique_ptr<SessionReader> reader(new SessionReader);
    reader->m_file.setFileName(path);
    if (!reader->m_file.open(QIODevice::ReadOnly))
        return fileError("cannot_read", u"%1: %2"_s.arg(path, reader->m_file.errorString()));
    if (Status status = reader->readHeader(); !status)
        return status.error();
    if (Status status = reader->scan(damage); !status)
        return status.error();
    return reader;
}

Status SessionReader::readHeader()
{
    const QByteArray head = m_file.read(kMagicBytes + kRecordHeadBytes);
    if (head.size() < kMagicBytes || !head.startsWith(QByteArray(kMagic, kMagicBytes)))
        return fileError("not_a_session", u"%1 is not a session file."_s.arg(m_file.fileName()));
    if (head.size() < kMagicBytes + kRecordHeadBytes)
        return fileError("bad_header", u"%1 ends within its header."_s.arg(m_file.fileName()));
    const quint32 length = read32(head, kMagicBytes);
    if (length > kMaxHeaderBytes)
        return fileError("bad_header", u"The header cannot be %1 bytes long."_s.arg(length));
    const QByteArray cbor = m_file.read(length);
    if (quint32(cbor.size()) != length)
        return fileError("bad_header", u"%1 ends within its header."_s.arg(m_file.fileName()));
    if (crc32(cbor) != read32(head, kMagicBytes + 4))
        return fileError("bad_crc", u"Wrong checksum at offset %1 (header)."_s.arg(kMagicBytes));
    const QCborMap map = QCborValue::fromCbor(cbor).toMap();
    const qint64 version = map.value("v"_L1).toInteger(0);
    if (version < 1)
        return fileError("bad_header", u"The header has no version."_s);
    if (version > kFormatVersion) {
        return fileError("newer_version", u"The file has format version %1, this program reads up to %2."_s.arg(version).arg(
                                              kFormatVersion));
    }
    m_header.version = int(version);
    m_header.tool = map.value("tool"_L1).toString();
    m_header.startedTs = map.value("started"_L1).toInteger();
    m_header.originUs = map.value("origin_us"_L1).toInteger();
    m_header.source = map.value("source"_L1).toString();
    return okStatus();
}

void SessionReader::note(const QString &text)
{
    m_notice += (m_notice.isEmpty() ? QString() : u" "_s) + text;
}

Status SessionReader::scan(Damage damage)
{
    const qint64 size = m_file.size();
    qint64 offset = m_file.pos();
    qint64 latest = std::numeric_limits<qint64>::min();
    while (offset < size) {
        const QByteArray head = m_file.read(kRecordHeadBytes);
        const quint32 length = head.size() == kRecordHeadBytes ? read32(head, 0) : 0;
        const qint64 end = offset + kRecordHeadBytes + qint64(length);
        if (head.size() < kRecordHeadBytes || end > size) {
            m_truncated = true;
            note(u"The file ends within a record at offset %1; everything before it is shown."_s.arg(offset));
            break;
        }
        Error broken;
        QByteArray body;
        if (length < quint32(kRecordFixedBytes) || length > kMaxRecordBytes) {
            broken = fileError("bad_record", u"A record of %1 bytes at offset %2."_s.arg(length).arg(offset));
        } else {
            body = m_file.read(length);
            if (crc32(body) != read32(head, 4))
                broken = fileError("bad_crc", u"Wrong checksum at offset %1."_s.arg(offset));
        }
        if (!broken.code.isEmpty()) {
            if (damage == Damage::Refuse)
                return broken;
            note(broken.message + u" Everything before it is shown."_s);
            break;
        }
        Place place{offset + kRecordHeadBytes + kRecordFixedBytes, qint64(length) - kRecordFixedBytes,
                    qFromLittleEndian<qint64>(body.constData() + 1)};
        latest = std::max(latest, place.ts);
        place.ts = latest;
        switch (RecordType(body.at(0))) {
        case RecordType::Frame:
            m_frames.push_back(place);
            break;
        case RecordType::Index:
            if (!m_frames.empty())
                m_indices.push_back({place, int(m_frames.size()) - 1});
            break;
        case RecordType::Loss: {
            const QCborMap loss = QCborValue::fromCbor(body.mid(kRecordFixedBytes)).toMap();
            m_framesLost += quint64(loss.value("frames"_L1).toInteger());
            m_eventsLost += quint64(loss.value("events"_L1).toInteger());
            break;
        }
        case RecordType::End:
            m_hasEnd = true;
            break;
        }
        offset = end;
    }
    if (m_framesLost > 0)
        note(u"The recorder lost %1 frames because the disk was too slow."_s.arg(m_framesLost));
    if (!m_hasEnd && m_notice.isEmpty())
        note(u"The recording was not closed; it ends with its last whole record."_s);
    return okStatus();
}

qint64 SessionReader::firstTs() const
{
    return m_frames.empty() ? m_header.startedTs : m_frames.front().ts;
}

qint64 SessionReader::lastTs() const
{
    return m_frames.empty() ? m_header.startedTs : m_frames.back().ts;
}

Result<monitor::Frame> SessionReader::decode(const Place &place, monitor::Traces traces) const
{
    if (!m_file.seek(place.offset))
        return fileError("cannot_read", m_file.errorString());
    const QByteArray payload = m_file.read(place.bytes);
    if (payload.size() != place.bytes)
        return fileError("cannot_read", u"The file became shorter while it was read."_s);
    return monitor::decodeFrame(payload, traces);
}

Result<monitor::Frame> SessionReader::frame(int frame) const
{
    if (frame < 0 || frame >= frameCount())
        return fileError("cannot_read", u"There is no frame %1."_s.arg(frame));
    return decode(m_frames[std::size_t(frame)], monitor::Traces::Unpack);
}

int SessionReader::frameAt(qint64 ts) const
{
    const auto after = std::upper_bound(m_frames.begin(), m_frames.end(), ts,
                                        [](qint64 wanted, const Place &place) { return wanted < place.ts; });
    return int(after - m_frames.begin()) - 1;
}

Result<monitor::Frame> SessionReader::stateAfter(int frame, int maxEvents) const
{
    monitor::FrameMirror mirror;
    int next = 0;
    const auto index = std::upper_bound(m_indices.begin(), m_indices.end(), frame,
                                        [](int wanted, const Index &entry) { return wanted < entry.frame; });
    // Only the last events are wanted: packed ones are unpacked when it is known which these are.
    std::deque<monitor::Frame> recent; ///< events and traces only
    std::size_t held = 0;
    const auto keep = [&](monitor::Frame &read) {
        if (countEvents(read) == 0)
            return;
        monitor::Frame &kept = recent.emplace_back();
        kept.events.swap(read.events);
        kept.traces.swap(read.traces);
        held += countEvents(kept);
        while (!recent.empty() && held - countEvents(recent.front()) >= std::size_t(maxEvents)) {
            held -= countEvents(recent.front());
            recent.pop_front();
        }
    };
    if (index != m_indices.begin()) {
        const Index &start = *std::prev(index);
        Result<monitor::Frame> state = decode(start.place, monitor::Traces::Keep);
        if (!state)
            return state;
        mirror.apply(std::move(*state));
        next = start.frame + 1;
    }
    for (int i = next; i <= frame && i < frameCount(); ++i) {
        Result<monitor::Frame> change = decode(m_frames[std::size_t(i)], monitor::Traces::Keep);
        if (!change)
            return change;
        keep(*change);
        mirror.apply(std::move(*change));
    }
    // An index just before would leave the event list empty; a bounded look further back fills it.
    qint64 budget = kEventLookBackBytes;
    for (int i = std::min(next, frameCount()) - 1; i >= 0 && held < std::size_t(maxEvents); --i) {
        const Place &place = m_frames[std::size_t(i)];
        budget -= place.bytes;
        if (budget < 0)
            break;
        Result<monitor::Frame> earlier = decode(place, monitor::Traces::Keep);
        if (!earlier)
            return earlier;
        monitor::Frame &kept = recent.emplace_front();
        kept.events.swap(earlier->events);
        kept.traces.swap(earlier->traces);
        held += countEvents(kept);
    }
    monitor::Frame state = mirror.takeSnapshot();
    for (monitor::Frame &kept : recent) {
        if (const Status status = kept.unpackTraces(); !status)
            return status.error();
        state.events.insert(state.events.end(), std::make_move_iterator(kept.events.begin()),
                            std::make_move_iterator(kept.events.end()));
    }
    if (state.events.size() > std::size_t(maxEvents))
        state.events.erase(state.events.begin(), state.events.end() - maxEvents);
    return state;
}

Result<std::vector<monitor::Event>> SessionReader::eventsUpTo(int frame, std::size_t most,
                                                              const std::function<bool(const monitor::Event &)> &wanted) const
{
    std::vector<monitor::Event> found; // newest first
    qint64 budget = kEventLookBackBytes;
    for (int i = std::min(frame, frameCount() - 1); i >= 0 && found.size() < most; --i) {
        const Place &place = m_frames[std::size_t(i)];
        if (budget <= 0)
            break;
        budget -= place.bytes;
        Result<monitor::Frame> read = decode(place, monitor::Traces::Unpack);
        if (!read)
            return read.error();
        for (auto event = read->events.rbegin(); event != read->events.rend() && found.size() < most; ++event)
            if (wanted(*event))
                found.push_back(std::move(*event));
    }
    std::reverse(found.begin(), found.end());
    return found;
}

Status SessionReader::forEachFrame(const std::function<bool(const monitor::Frame &)> &visit) const
{
    for (int i = 0; i < frameCount(); ++i) {
        const Result<monitor::Frame> frame = this->frame(i);
        if (!frame)
            return frame.error();
        if (!visit(*frame))
            break;
    }
    return okStatus();
}

} // namespace dormouse::record
