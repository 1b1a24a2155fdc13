// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/serve.h"

#include "app/daemon/signalwatcher.h"
#include "engine/base/clock.h"
#include "engine/embedded/publisher.h"
#include "engine/embedded/recorder.h"
#include "engine/host/enginehost.h"
#include "engine/runner/demo.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStandardPaths>

#include <cstdio>

namespace dormouse {

namespace {

constexpr monitor::EventLevel kLoggedFrom = monitor::EventLevel::Info;
void logLine(const char *level, const QString &text)
{
    const QByteArray time = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs).toLatin1();
    std::fprintf(stderr, "%s %-5s %s\n", time.constData(), level, qUtf8Printable(text));
}

/// Lines with the time they are written at. All of a frame leave at once: standard error is not buffered.
class LogLines
{
public:
    LogLines() : m_time(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs).toLatin1()) {}
    ~LogLines() { std::fwrite(m_out.constData(), 1, std::size_t(m_out.size()), stderr); }
    Q_DISABLE_COPY_MOVE(LogLines)

    void begin(const char *level) { m_out += m_time + ' ' + QByteArray(level).leftJustified(5) + ' '; }
    void add(const QString &text) { m_out += text.toUtf8(); }
    void add(const char *text) { m_out += text; }
    void end() { m_out += '\n'; }

private:
    QByteArray m_time;
    QByteArray m_out;
};

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
    LogLines lines;
    for (const monitor::Event &event : frame.events) {
        if (event.level < kLoggedFrom)
            continue;
        lines.begin(levelText(event.level));
        lines.add(monitor::toString(event.kind));
        const auto field = [&](const char *name, const QString &value) {
            if (value.isEmpty())
                return;
            lines.add(" ");
            lines.add(name);
            lines.add("=");
            lines.add(value);
        };
        field("actor", event.actorId);
        field("generation", event.generation ? QString::number(*event.generation) : QString());
        field("runner", event.runnerId);
        field("connection", event.connectionId);
        field("from", event.from);
        field("to", event.to);
        field("reason", event.reason);
        if (!event.text.isEmpty()) {
            lines.add(": ");
            lines.add(event.text);
        }
        lines.end();
    }
}

int fail(const Error &error)
{
    std::fprintf(stderr, "dormoused: %s\n", qUtf8Printable(error.message));
    return error.group == "config" ? kExitUsage : kExitFailed;
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
    EngineHost engine;
    Recorder recorder([&engine](std::function<void(Core &, Publisher &)> work) { engine.post(std::move(work)); });
    const SystemClock clock;
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
        if (const Status status = recorder.start(line.recordFile, engine.url(), clock); !status) {
            engine.stop();
            return fail(status.error());
        }
    }
    engine.post([](Core &, Publisher &publisher) {
        monitor::Interest events;
        events.values = false;
        const Publisher::ConsumerId log = publisher.addConsumer(events, [](const monitor::Frame &frame) { logEvents(frame); });
        publisher.setLeastLevel(log, kLoggedFrom);
    });
    if (config->adminToken.isEmpty() && line.host != u"127.0.0.1" && line.host != u"localhost" && line.host != u"::1")
        logLine("WARN", QStringLiteral("listening on %1 without an admin token: everybody who reaches the port has full control").arg(line.host));
    std::printf("listening on %s\n", qUtf8Printable(engine.url()));
    std::fflush(stdout);

    Demo demo;
    if (line.demo)
        demo.start(QUrl(engine.url()), config->adminToken.toUtf8());
    application.exec();
    demo.stop();
    logLine("INFO", QStringLiteral("ending"));
    // The recording first: what the end of the engine does to every connection says nothing about the session.
    const Status recorded = recorder.isRunning() ? recorder.stop() : okStatus();
    engine.stop();
    if (!recorded)
        return fail(recorded.error());
    return exitCode;
}

} // namespace dormouse
