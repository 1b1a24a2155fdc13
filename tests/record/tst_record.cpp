// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/mirror.h"
#include "engine/record/exporter.h"
#include "engine/record/recordingsource.h"
#include "engine/record/sessionwriter.h"
#include "tests/record/samples.h"

#include <QBuffer>
#include <QCborMap>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace dormouse;
using namespace dormouse::monitor;
using namespace dormouse::record;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kStart = 1'700'000'000'000;

SessionHeader header()
{
    SessionHeader header;
    header.tool = u"dormouse test"_s;
    header.startedTs = kStart;
    header.originUs = 5'000'000;
    header.source = u"http://127.0.0.1:6420"_s;
    return header;
}

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeAll(const QString &path, const QByteArray &bytes)
{
    // Removed, not truncated: some file systems flush to the disk when a truncated file is closed.
    QFile::remove(path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::NewOnly));
    QCOMPARE(file.write(bytes), qint64(bytes.size()));
}

/// Many small changes over two minutes, so that indices are written.
std::vector<Frame> longSession()
{
    Random random(11);
    std::vector<Frame> frames;
    for (int i = 0; i < 1200; ++i) {
        Frame frame;
        frame.revision = quint64(i + 1);
        frame.ts = kStart + i * 100;
        frame.snapshot = i == 0 || i == 700;
        for (int n = 0; n < 5; ++n) {
            ActorInfo actor;
            actor.actorId = QString::number(random.below(200));
            actor.state = monitor::ActorState(1 + random.below(10));
            actor.retryCount = i;
            frame.actors.push_back(actor);
        }
        ConnectionInfo connection;
        connection.connectionId = QString::number(i / 3);
        connection.state = i % 3 == 2 ? ConnectionState::Closed : ConnectionState::Open;
        connection.bytesIn = quint64(i);
        frame.connections.push_back(connection);
        LatencySlice slice;
        slice.startTs = frame.ts / 1000 * 1000;
        slice.ack.add(i + 1);
        frame.latency.push_back(slice);
        Event event;
        event.seq = quint64(i + 1);
        event.ts = frame.ts;
        event.monoUs = 5'000'000 + i * 100'000;
        event.kind = EventKind::Engine;
        frame.events.push_back(event);
        frames.push_back(frame);
    }
    return frames;
}

/// Row order in a snapshot is that of a hash; compared by id.
Frame sorted(Frame frame)
{
    std::sort(frame.actors.begin(), frame.actors.end(), [](auto &a, auto &b) { return a.actorId < b.actorId; });
    std::sort(frame.runners.begin(), frame.runners.end(), [](auto &a, auto &b) { return a.runnerId < b.runnerId; });
    std::sort(frame.connections.begin(), frame.connections.end(),
              [](auto &a, auto &b) { return a.connectionId < b.connectionId; });
    frame.events.clear();
    return frame;
}

} // namespace

class TestRecord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void crcVector();
    void writeAndRead();
    void secretsStayOut();
    void cannotWrite();
    void dropsAreCounted();
    void wrongFiles();
    void truncatedTail();
    void flippedBytes();
    void seekEqualsReplay();
    void source();
    void messagesOfALink();
    void sourceFails();
    void jsonLines();
    void chromeTrace();
    void chromeTraceThins();
    void golden();

private:
    QString path(const QString &name) const { return m_directory->filePath(name); }
    void writeSession(const QString &path, const std::vector<Frame> &frames);

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestRecord::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

void TestRecord::writeSession(const QString &path, const std::vector<Frame> &frames)
{
    auto writer = SessionWriter::open(path, header());
    QVERIFY(writer.ok());
    for (const Frame &frame : frames) {
        QTRY_VERIFY((*writer)->ready());
        QVERIFY((*writer)->write(frame));
    }
    QVERIFY((*writer)->close().ok());
    QCOMPARE((*writer)->stats().frames, quint64(frames.size()));
    QCOMPARE((*writer)->stats().bytes, QFileInfo(path).size());
}

void TestRecord::crcVector()
{
    QCOMPARE(crc32("123456789"), 0xcbf43926u);
    QCOMPARE(crc32(""), 0u);
    // Every length around the word of eight, and in two parts, against one byte at a time.
    QByteArray bytes;
    for (int i = 0; i < 70; ++i) {
        quint32 slow = 0;
        for (const char byte : bytes)
            slow = crc32(QByteArray(1, byte), slow);
        QCOMPARE(crc32(bytes), slow);
        bytes.append(char(i * 37 + 11));
    }
}

void TestRecord::writeAndRead()
{
    const auto frames = samples::story(kStart);
    writeSession(path(u"a.dms"_s), frames);
    const auto reader = SessionReader::open(path(u"a.dms"_s));
    QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
    QCOMPARE((*reader)->frameCount(), int(frames.size()));
    QCOMPARE((*reader)->notice(), QString());
    QVERIFY((*reader)->hasEnd());
    QCOMPARE((*reader)->firstTs(), kStart);
    QCOMPARE((*reader)->lastTs(), kStart + 5000);
    QCOMPARE((*reader)->header().tool, u"dormouse test"_s);
    QCOMPARE((*reader)->header().originUs, qint64(5'000'000));
    for (int i = 0; i < int(frames.size()); ++i) {
        const Result<Frame> frame = (*reader)->frame(i);
        QVERIFY(frame.ok());
        QString difference;
        QVERIFY2(samples::sameFrame(withoutSecrets(frames[std::size_t(i)]), *frame, &difference), qPrintable(difference));
    }
    QCOMPARE((*reader)->frameAt(kStart - 1), -1);
    QCOMPARE((*reader)->frameAt(kStart), 0);
    QCOMPARE((*reader)->frameAt(kStart + 2999), 2);
    QCOMPARE((*reader)->frameAt(kStart + 999'999), 5);
    QVERIFY(!(*reader)->frame(6).ok());
}

void TestRecord::secretsStayOut()
{
    writeSession(path(u"a.dms"_s), samples::story(kStart));
    const QByteArray bytes = readAll(path(u"a.dms"_s));
    QVERIFY(bytes.contains("room=7"));
    QVERIFY(bytes.contains("conn-1"));
    QVERIFY2(!bytes.contains("hunter2"), "a token or a payload is in the file");
}

void TestRecord::cannotWrite()
{
    const auto writer = SessionWriter::open(path(u"no/such/folder/a.dms"_s), header());
    QVERIFY(!writer.ok());
    QCOMPARE(writer.error().fullCode(), QByteArray("record.cannot_write"));
    QVERIFY(writer.error().message.contains("no/such/folder"_L1));
}

void TestRecord::dropsAreCounted()
{
    auto writer = SessionWriter::open(path(u"a.dms"_s), header());
    QVERIFY(writer.ok());
    Frame frame = samples::story(kStart)[0];
    QVERIFY((*writer)->write(frame));
    QVERIFY((*writer)->close().ok());
    // A closed writer takes nothing more, and says so.
    frame.events.resize(4);
    QVERIFY(!(*writer)->write(frame));
    QCOMPARE((*writer)->stats().framesDropped, quint64(1));
    QCOMPARE((*writer)->stats().eventsDropped, quint64(4));
    QVERIFY((*writer)->needsSnapshot());
    QVERIFY(!(*writer)->ready());

    // A loss in the file is told to the reader.
    QByteArray bytes = encodeHeader(header());
    QCborMap loss;
    loss.insert(u"frames"_s, 2);
    loss.insert(u"events"_s, 9);
    bytes += encodeRecord(RecordType::Frame, kStart, encodeFrame(frame));
    bytes += encodeRecord(RecordType::Loss, kStart, loss.toCborValue().toCbor());
    bytes += encodeRecord(RecordType(200), kStart, "from a later version");
    bytes += encodeRecord(RecordType::End, kStart, {});
    writeAll(path(u"b.dms"_s), bytes);
    const auto reader = SessionReader::open(path(u"b.dms"_s));
    QVERIFY(reader.ok());
    QCOMPARE((*reader)->framesLost(), quint64(2));
    QCOMPARE((*reader)->eventsLost(), quint64(9));
    QVERIFY((*reader)->notice().contains("2 frames"_L1));
}

void TestRecord::wrongFiles()
{
    const auto code = [&](const QByteArray &bytes) {
        writeAll(path(u"x.dms"_s), bytes);
        const auto reader = SessionReader::open(path(u"x.dms"_s));
        return reader.ok() ? QByteArray("ok") : reader.error().fullCode();
    };
    QCOMPARE(code({}), QByteArray("record.not_a_session"));
    QCOMPARE(code("SQLite format 3"), QByteArray("record.not_a_session"));
    const QByteArray good = encodeHeader(header());
    QCOMPARE(code(good), QByteArray("ok"));
    for (int length = 0; length < kMagicBytes; ++length)
        QCOMPARE(code(good.left(length)), QByteArray("record.not_a_session"));
    for (int length = kMagicBytes; length < good.size(); ++length)
        QCOMPARE(code(good.left(length)), QByteArray("record.bad_header"));
    SessionHeader newer = header();
    newer.version = kFormatVersion + 1;
    QCOMPARE(code(encodeHeader(newer)), QByteArray("record.newer_version"));
    QByteArray flipped = good;
    flipped[flipped.size() - 1] = char(flipped.back() ^ 1);
    QCOMPARE(code(flipped), QByteArray("record.bad_crc"));
    QCOMPARE(SessionReader::open(path(u"missing"_s)).error().fullCode(), QByteArray("record.cannot_read"));
    QByteArray tiny = good + QByteArray(kRecordHeadBytes, '\0');
    QCOMPARE(code(tiny), QByteArray("record.bad_record"));
}

void TestRecord::truncatedTail()
{
    const auto frames = samples::story(kStart);
    writeSession(path(u"a.dms"_s), frames);
    const QByteArray good = readAll(path(u"a.dms"_s));
    const qsizetype headerBytes = encodeHeader(header()).size();
    int most = 0;
    for (qsizetype length = headerBytes; length < good.size(); ++length) {
        writeAll(path(u"b.dms"_s), good.left(length));
        const auto reader = SessionReader::open(path(u"b.dms"_s));
        QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
        QVERIFY(!(*reader)->notice().isEmpty());
        QVERIFY(!(*reader)->hasEnd());
        QVERIFY((*reader)->frameCount() >= most);
        most = (*reader)->frameCount();
        if (most > 0)
            QVERIFY((*reader)->stateAfter(most - 1).ok());
    }
    QCOMPARE(most, int(frames.size()));
}

void TestRecord::flippedBytes()
{
    writeSession(path(u"a.dms"_s), samples::story(kStart));
    const QByteArray good = readAll(path(u"a.dms"_s));
    Random random(5);
    for (qsizetype at = 0; at < good.size(); ++at) {
        QByteArray bad = good;
        bad[at] = char(bad.at(at) ^ char(1 + random.below(255)));
        writeAll(path(u"b.dms"_s), bad);
        const auto reader = SessionReader::open(path(u"b.dms"_s));
        // A changed length can look like a file that ends early; nothing passes without a word.
        QVERIFY2(!reader.ok() || !(*reader)->notice().isEmpty(), qPrintable(u"byte %1"_s.arg(at)));
        if (!reader.ok() && reader.error().code == "bad_crc")
            QVERIFY(reader.error().message.contains("offset"_L1));
        const auto lenient = SessionReader::open(path(u"b.dms"_s), SessionReader::Damage::ReadUpToIt);
        if (at >= encodeHeader(header()).size())
            QVERIFY(lenient.ok() && !(*lenient)->notice().isEmpty());
    }
}

void TestRecord::seekEqualsReplay()
{
    const auto frames = longSession();
    writeSession(path(u"a.dms"_s), frames);
    const auto reader = SessionReader::open(path(u"a.dms"_s));
    QVERIFY(reader.ok());
    QCOMPARE((*reader)->frameCount(), int(frames.size()));
    FrameMirror replay;
    for (int i = 0; i < int(frames.size()); ++i) {
        replay.apply(frames[std::size_t(i)]);
        if (i % 37 != 0 && i != 699 && i != 700 && i != 701 && i != 1199)
            continue;
        const Result<Frame> state = (*reader)->stateAfter(i, 300);
        QVERIFY(state.ok());
        QVERIFY(state->snapshot);
        QCOMPARE(state->events.back().seq, quint64(i + 1));
        QCOMPARE(state->events.front().seq + state->events.size() - 1, quint64(i + 1)); // dense
        QString difference;
        QVERIFY2(samples::sameFrame(sorted(replay.snapshot()), sorted(*state), &difference), qPrintable(difference));
    }
    const Result<Frame> before = (*reader)->stateAfter(-1);
    QVERIFY(before.ok());
    QVERIFY(before->actors.empty());
}

void TestRecord::source()
{
    const auto frames = samples::story(kStart);
    writeSession(path(u"a.dms"_s), frames);
    RecordingSource source(path(u"a.dms"_s));
    std::vector<Frame> seen;
    connect(&source, &Source::frameReady, this, [&](const Frame &frame) { seen.push_back(frame); });
    source.start();
    QVERIFY(source.linkState() == LinkState::Live);
    QVERIFY(source.capabilities().seekable);
    QVERIFY(!source.capabilities().live);
    QVERIFY(!source.capabilities().commands);
    QCOMPARE(source.capabilities().reason, u"recording"_s);
    QCOMPARE(source.name(), u"a.dms"_s);
    QCOMPARE(seen.size(), std::size_t(1));
    QVERIFY(seen[0].snapshot);
    QVERIFY(seen[0].connections.at(0).state == ConnectionState::Closed);
    QVERIFY(!seen[0].events.empty());

    source.seek(kStart + 3200);
    QCOMPARE(seen.size(), std::size_t(2));
    QVERIFY(seen[1].snapshot);
    QVERIFY(seen[1].connections.at(0).state == ConnectionState::Hibernating);
    QVERIFY(seen[1].actors.at(0).state == monitor::ActorState::Sleeping);
    source.seek(kStart - 10'000);
    QVERIFY(seen.back().actors.at(0).state == monitor::ActorState::Pending);

    seen.clear();
    source.setPlaying(true, 50.0);
    QVERIFY(source.isPlaying());
    QTRY_VERIFY(!source.isPlaying());
    QCOMPARE(seen.size(), std::size_t(5));
    QCOMPARE(seen.back().revision, quint64(6));
    QCOMPARE(source.position(), source.lastTs());

    Interest quiet;
    quiet.events = false;
    source.setInterest(quiet);
    source.seek(kStart + 5000);
    QVERIFY(seen.back().events.empty());

    QByteArray code;
    source.command(u"sleep_actor"_s, {}, [&](const Result<QJsonObject> &result) { code = result.error().fullCode(); });
    QVERIFY(code.isEmpty());
    QTRY_COMPARE(code, QByteArray("monitor.recording"));
}

/// console.md row 56: the messages of a runner's link up to the moment shown, without their bytes.
void TestRecord::messagesOfALink()
{
    writeSession(path(u"a.dms"_s), samples::story(kStart));
    RecordingSource source(path(u"a.dms"_s));
    source.start();
    const auto ask = [&](const QString &runner) {
        std::optional<QJsonObject> answer;
        source.command(u"wire_frames"_s, {{u"runner_id"_s, runner}, {u"after"_s, 0}}, [&](const Result<QJsonObject> &result) { answer = result ? *result : QJsonObject(); });
        [&] { QTRY_VERIFY(answer); }();
        return answer->value(u"frames"_s).toArray();
    };
    int count = 0;
    for (const Frame &frame : samples::story(kStart))
        for (const Event &event : frame.events)
            if (event.runnerId == u"runner-1" && (event.kind == EventKind::MessageSent || event.kind == EventKind::MessageResent || event.kind == EventKind::MessageAcked || event.kind == EventKind::MessageOut))
                ++count;
    QVERIFY(count > 2);
    const QJsonArray all = ask(u"runner-1"_s);
    QCOMPARE(all.size(), count);
    QCOMPARE(ask(u"runner-2"_s).size(), 0);
    qint64 before = 0;
    for (const QJsonValue &one : all) {
        QVERIFY(one[u"seq"_s].toInteger() > before);
        before = one[u"seq"_s].toInteger();
        QVERIFY(!one[u"kind"_s].toString().isEmpty() && !one[u"fields"_s][u"connection"_s].toString().isEmpty());
        QCOMPARE(one[u"to_runner"_s].toBool(), one[u"kind"_s].toString() == u"WebSocketMessage"_s && !one[u"fields"_s].toObject().contains(u"latencyUs"_s));
    }
    // Half way only what had been said by then.
    const qint64 middle = all.at(all.size() / 2)[u"ts"_s].toInteger() - 1;
    source.seek(middle);
    const QJsonArray some = ask(u"runner-1"_s);
    QVERIFY(some.size() < all.size());
    for (const QJsonValue &one : some)
        QVERIFY(one[u"ts"_s].toInteger() <= middle);
    source.seek(source.lastTs());
    QCOMPARE(ask(u"runner-1"_s), all);
}

void TestRecord::sourceFails()
{
    writeAll(path(u"a.dms"_s), "nothing of the kind");
    RecordingSource source(path(u"a.dms"_s));
    QSignalSpy changed(&source, &Source::linkChanged);
    source.start();
    QVERIFY(source.linkState() == LinkState::Failed);
    QVERIFY(source.linkDetail().contains("not a session"_L1));
    QCOMPARE(changed.count(), 1);
    source.seek(5); // no reader, nothing happens
    source.setPlaying(true, 1);
    QVERIFY(!source.isPlaying());
}

void TestRecord::jsonLines()
{
    const auto frames = samples::story(kStart);
    writeSession(path(u"a.dms"_s), frames);
    const auto reader = SessionReader::open(path(u"a.dms"_s));
    QVERIFY(reader.ok());
    QBuffer out;
    QVERIFY(out.open(QIODevice::WriteOnly));
    const auto stats = exportJsonLines(**reader, out);
    QVERIFY(stats.ok());
    const QList<QByteArray> lines = out.data().trimmed().split('\n');
    std::size_t events = 0;
    for (const Frame &frame : frames)
        events += frame.events.size();
    QCOMPARE(std::size_t(lines.size()), events + 1);
    QCOMPARE(stats->written, quint64(events));
    const QJsonObject head = QJsonDocument::fromJson(lines.at(0)).object();
    QCOMPARE(head.value("schema"_L1).toInt(), kJsonLinesSchema);
    QCOMPARE(head.value("tool"_L1).toString(), u"dormouse test"_s);
    QCOMPARE(head.value("drops"_L1).toObject().value("events"_L1).toInt(), 3);
    QCOMPARE(head.value("clock_origin"_L1).toObject().value("wall_ms"_L1).toInteger(), kStart + 1000);
    qint64 last = -1;
    for (int i = 1; i < lines.size(); ++i) {
        QJsonParseError error;
        const QJsonObject line = QJsonDocument::fromJson(lines.at(i), &error).object();
        QCOMPARE(error.error, QJsonParseError::NoError);
        QVERIFY(line.contains("kind"_L1));
        QVERIFY(line.value("t"_L1).toInteger(-5) >= last);
        last = line.value("t"_L1).toInteger();
    }
    const QJsonObject second = QJsonDocument::fromJson(lines.at(2)).object();
    QCOMPARE(second.value("t"_L1).toInteger(), qint64(400'000));
    QCOMPARE(second.value("kind"_L1).toString(), u"actor_state"_s);
    QCOMPARE(second.value("to"_L1).toString(), u"running"_s);
    QCOMPARE(second.value("actor_id"_L1).toString(), u"actor-1"_s);
}

void TestRecord::chromeTrace()
{
    writeSession(path(u"a.dms"_s), samples::story(kStart));
    const auto reader = SessionReader::open(path(u"a.dms"_s));
    QVERIFY(reader.ok());
    QBuffer out;
    QVERIFY(out.open(QIODevice::WriteOnly));
    const auto stats = exportChromeTrace(**reader, out);
    QVERIFY(stats.ok());
    QJsonParseError error;
    const QJsonObject root = QJsonDocument::fromJson(out.data(), &error).object();
    QCOMPARE(error.errorString(), u"no error occurred"_s);
    const QJsonArray events = root.value("traceEvents"_L1).toArray();
    QCOMPARE(quint64(events.size()), stats->written);
    QVERIFY(!stats->thinned);
    QCOMPARE(root.value("otherData"_L1).toObject().value("drops"_L1).toObject().value("events"_L1).toInt(), 3);

    struct Bar { double from, to; QString name; };
    QHash<QString, std::vector<Bar>> tracks;
    QHash<QString, int> perPhase, begins, ends, flowStarts, flowEnds;
    QStringList processes, threads;
    for (const QJsonValue &value : events) {
        const QJsonObject event = value.toObject();
        const QString phase = event.value("ph"_L1).toString();
        ++perPhase[phase];
        const QString name = event.value("name"_L1).toString();
        const QString id = event.value("id"_L1).toString();
        const double ts = event.value("ts"_L1).toDouble();
        if (phase == "X"_L1) {
            const QString track = u"%1/%2"_s.arg(event.value("pid"_L1).toInt()).arg(event.value("tid"_L1).toInt());
            tracks[track].push_back({ts, ts + event.value("dur"_L1).toDouble(), name});
        } else if (name == "process_name"_L1) {
            processes += event.value("args"_L1).toObject().value("name"_L1).toString();
        } else if (name == "thread_name"_L1) {
            threads += event.value("args"_L1).toObject().value("name"_L1).toString();
        } else if (phase == "b"_L1) {
            ++begins[id];
        } else if (phase == "e"_L1) {
            QVERIFY2(begins.contains(id), "an end comes after its beginning");
            ++ends[id];
        } else if (phase == "s"_L1) {
            ++flowStarts[id];
        } else if (phase == "f"_L1) {
            ++flowEnds[id];
        }
    }
    QCOMPARE(processes, QStringList({u"clients"_s, u"gateway"_s, u"runners"_s, u"actors"_s}));
    QVERIFY(threads.contains(u"actor actor-1"_s));
    QVERIFY(threads.contains(u"runner runner-1"_s));
    QVERIFY(threads.contains(u"connection conn-1"_s));
    QCOMPARE(begins.size(), 2);
    QCOMPARE(begins, ends);
    QCOMPARE(flowStarts, flowEnds);
    QVERIFY(flowStarts.contains(u"conn-1:in:1:1"_s) && flowStarts.contains(u"conn-1:in:1:2"_s));
    QVERIFY(perPhase.value(u"C"_s) >= 2);
    QCOMPARE(perPhase.value(u"i"_s), 1);

    bool actorFound = false;
    for (const auto &bars : std::as_const(tracks)) {
        for (std::size_t a = 0; a < bars.size(); ++a) {
            for (std::size_t b = 0; b < bars.size(); ++b) {
                const bool apart = bars[a].to <= bars[b].from || bars[b].to <= bars[a].from;
                const bool inside = (bars[a].from >= bars[b].from && bars[a].to <= bars[b].to)
                    || (bars[b].from >= bars[a].from && bars[b].to <= bars[a].to);
                QVERIFY2(apart || inside, qPrintable(bars[a].name + u" against "_s + bars[b].name));
            }
        }
        QStringList names;
        for (const Bar &bar : bars)
            names += bar.name;
        if (names.contains(u"actor-1"_s)) {
            actorFound = true;
            QCOMPARE(names, QStringList({u"pending"_s, u"starting"_s, u"running"_s, u"sleeping"_s, u"running"_s, u"actor-1"_s}));
            QCOMPARE(bars[1].to - bars[1].from, 400.0);
        }
    }
    QVERIFY(actorFound);
}

void TestRecord::chromeTraceThins()
{
    writeSession(path(u"a.dms"_s), samples::story(kStart));
    const auto reader = SessionReader::open(path(u"a.dms"_s));
    QVERIFY(reader.ok());
    QBuffer out;
    QVERIFY(out.open(QIODevice::WriteOnly));
    const auto stats = exportChromeTrace(**reader, out, 100);
    QVERIFY(stats.ok());
    QVERIFY(stats->thinned);
    QVERIFY(!out.data().contains("message_sent"));
    QVERIFY(QJsonDocument::fromJson(out.data()).object().value("otherData"_L1).toObject().value("thinned"_L1).toBool());
}

/// A file written by the first version of the format must stay readable, with the same content.
void TestRecord::golden()
{
    const QString golden = QStringLiteral(DORMOUSE_TEST_DATA "/record/story-v1.dms");
    const auto reader = SessionReader::open(golden);
    QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
    QCOMPARE((*reader)->header().version, 1);
    QCOMPARE((*reader)->notice(), QString());
    const auto frames = samples::story(kStart);
    QCOMPARE((*reader)->frameCount(), int(frames.size()));
    for (int i = 0; i < int(frames.size()); ++i) {
        const Result<Frame> frame = (*reader)->frame(i);
        QVERIFY(frame.ok());
        QString difference;
        QVERIFY2(samples::sameFrame(withoutSecrets(frames[std::size_t(i)]), *frame, &difference), qPrintable(difference));
    }
}

QTEST_GUILESS_MAIN(TestRecord)
#include "tst_record.moc"
