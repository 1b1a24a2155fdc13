// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/serve.h"

#include "app/daemon/signalwatcher.h"
#include "engine/base/clock.h"
#include "engine/embedded/publisher.h"
#include "engine/host/enginehost.h"
#include "engine/record/sessionwriter.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStandardPaths>

#include <cstdio>

namespace dormouse {

namespace {
void logLine(const char *level, const QString &text)
{
    const QByteArray time = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs).toLatin1();
    std::fprintf(stderr, "%s %-5s %s\n", time.constData(), level, qUtf8Printable(text));
}

const char *levelText(monitor::EventLevel level)
{
    switch (level) {
    case monitor::EventLevel::Trace:
        return "TRACE";
    case monitor::EventLevel::Debug:
        return "DEBUG";
    case monitor::EventLevel::Info:
        return "INFO";
    case monitor::EventLevel::Warn:
        return "WARN";
    case monitor::EventLevel::Error:
        return "ERROR";
    }
    return "?";
}

void logEvents(const monitor::Frame &frame)
{
    if (frame.eventsDropped > 0)
        logLine("WARN", QStringLiteral("%1 events were too many to log").arg(frame.eventsDropped));
    for (const monitor::Event &event : frame.events) {
        if (event.level < monitor::EventLevel::Info)
            continue;
        QString text = monitor::toString(event.kind);
        const auto field = [&](const char *name, const QString &value) {
            if (!value.isEmpty())
                text += QLatin1Char(' ') % QLatin1StringView(name) % u'=' % value;
        };
        field("actor", event.actorId);
        field("generation", event.generation ? QString::number(*event.generation) : QString());
        field("runner", event.runnerId);
        field("connection", event.connectionId);
        field("from", event.from);
        field("to", event.to);
        field("reason", event.reason);
        if (!event.text.isEmpty())
            text += u": " % event.text;
        logLine(levelText(event.level), text);
    }
}

int fail(const Error &error)
{
    std::fprintf(stderr, "dormoused: %s\n", qUtf8Printable(error.message));
    return error.group == "config" ? kExitUsage : kExitFailed;
}

Result<std::unique_ptr<record::SessionWriter>> openRecording(const QString &path, const QString &url)
{
    const SystemClock clock;
    record::SessionHeader header;
    header.tool = QStringLiteral("dormoused " DORMOUSE_VERSION);
    header.startedTs = clock.wallMs();
    header.originUs = clock.monoUs();
    header.source = url;
    return record::SessionWriter::open(path, header);
}
} // namespace

int serve(QCoreApplication &application, const CommandLine &line)
{
    const Result<EngineConfig> config = loadConfig(line);
    if (!config)
        return fail(config.error());
    EngineOptions options;
    options.host = line.host;
    options.port = line.port;
    options.config = *config;
    if (!line.inMemory) {
        options.dataDir = line.dataDir.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
                                                 : line.dataDir;
    }
    // Made before the engine, so that the engine is gone before what its last frames are written to.
    std::unique_ptr<record::SessionWriter> recording;
    EngineHost engine;
    int exitCode = kExitOk;
    QObject::connect(&engine, &EngineHost::failed, &application, [&](const QString &message) {
        logLine("ERROR", QStringLiteral("the storage has failed: ") + message);
        exitCode = kExitFailed;
        application.quit();
    });
    const SignalWatcher signalWatcher([&application] { application.quit(); });
    if (const Status status = engine.start(options); !status)
        return fail(status.error());
    if (!line.recordFile.isEmpty()) {
        Result<std::unique_ptr<record::SessionWriter>> opened = openRecording(line.recordFile, engine.url());
        if (!opened) {
            engine.stop();
            return fail(opened.error());
        }
        recording = std::move(*opened);
    }
    engine.post([writer = recording.get()](Core &, Publisher &publisher) {
        monitor::Interest events;
        events.values = false;
        publisher.addConsumer(events, [](const monitor::Frame &frame) { logEvents(frame); });
        if (!writer)
            return;
        monitor::Interest everything;
        everything.trace = true;
        publisher.addConsumer(
            everything, [writer](const monitor::Frame &frame) { writer->write(frame); }, [writer] { return writer->ready(); });
    });
    if (config->adminToken.isEmpty() && line.host != u"127.0.0.1" && line.host != u"localhost" && line.host != u"::1")
        logLine("WARN", QStringLiteral("listening on %1 without an admin token: everybody who reaches the port has full control").arg(line.host));
    std::printf("listening on %s\n", qUtf8Printable(engine.url()));
    std::fflush(stdout);

    application.exec();
    logLine("INFO", QStringLiteral("ending"));
    engine.stop();
    if (recording) {
        if (const Status status = recording->close(); !status)
            return fail(status.error());
    }
    return exitCode;
}

} // namespace dormouse
