// SPDX-License-Identifier: Apache-2.0
#include "app/console/options.h"

#include "ui/language.h"
#include "ui/theme.h"

#include <QCommandLineParser>
#include <QFile>
#include <QStandardPaths>

#include <cstdio>
#include <cstdlib>

namespace dormouse {

namespace {

Error usage(const QString &text)
{
    return Error::make("config", "usage", text);
}

Status readAddress(const QString &text, EngineOptions *options)
{
    const auto colon = text.lastIndexOf(u':');
    bool ok = false;
    const int port = text.mid(colon + 1).toInt(&ok);
    if (colon <= 0 || !ok || port < 0 || port > 65535)
        return usage(QStringLiteral("--listen: \"%1\" is not HOST:PORT").arg(text));
    QString host = text.left(colon);
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.mid(1, host.size() - 2);
    options->host = host;
    options->port = quint16(port);
    return okStatus();
}

Result<EngineConfig> readConfig(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error::make("config", "unreadable", QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    Result<EngineConfig> config = parseConfig(file.readAll());
    if (!config)
        return Error::make("config", "invalid", QString(path % u": " % config.error().message));
    return config;
}

} // namespace

Result<ConsoleOptions> parseOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Actor engine with its console. Without options the engine runs inside, on 127.0.0.1:6420."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const auto option = [&](const char *name, const char *text, const char *value = nullptr) {
        QCommandLineOption one(QString::fromLatin1(name), QString::fromLatin1(text), value ? QString::fromLatin1(value) : QString());
        parser.addOption(one);
        return one;
    };
    const auto listen = option("listen", "Address of the engine (port 0: any free one).", "HOST:PORT");
    const auto dataDir = option("data-dir", "Where the database is kept.", "DIR");
    const auto memory = option("memory", "Keep nothing after the end.");
    const auto configFile = option("config", "JSON settings of the engine.", "FILE");
    const auto token = option("token", "Admin token of the engine, own or remote.", "TOKEN");
    const auto demo = option("demo", "Add a small live load: a runner with actors, and clients.");
    const auto record = option("record", "Record the session to a file.", "FILE");
    const auto connectTo = option("connect", "Show a remote engine.", "URL");
    const auto readWrite = option("read-write", "Allow commands to the remote engine (it is opened read-only otherwise).");
    const auto openFile = option("open", "Show a recorded session.", "FILE");
    const auto theme = option("theme", "dark or light.", "NAME");
    const auto language = option("language", "Language of the window: en, de or ja.", "CODE");
    const auto textSize = option("text-size", "Size of the text, 100 to 200.", "PERCENT");
    const auto screenshot = option("screenshot", "Render every view to PNG files in this folder, then quit.", "DIR");
    const auto after = option("screenshot-after", "Seconds to wait before --screenshot (6).", "SECONDS");
    const auto startupTimes = option("startup-times", "Print how long the start took, as JSON, and quit.");
    if (!parser.parse(arguments))
        return usage(parser.errorText());
    if (parser.isSet(help))
        parser.showHelp(0);
    if (parser.isSet(version))
        parser.showVersion();
    if (!parser.positionalArguments().isEmpty())
        return usage(QStringLiteral("unexpected argument \"%1\"").arg(parser.positionalArguments().constFirst()));

    ConsoleOptions options;
    if (parser.isSet(listen))
        if (const Status status = readAddress(parser.value(listen), &options.engine); !status)
            return status.error();
    if (!parser.isSet(memory))
        options.engine.dataDir = parser.isSet(dataDir) ? parser.value(dataDir)
                                                       : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    if (parser.isSet(configFile)) {
        const Result<EngineConfig> config = readConfig(parser.value(configFile));
        if (!config)
            return config.error();
        options.engine.config = *config;
        // What the command line says about storage outranks database.url of the file.
        if (parser.isSet(memory) || parser.isSet(dataDir))
            options.engine.config.databaseUrl.clear();
    }
    options.token = parser.value(token);
    if (!options.token.isEmpty())
        options.engine.config.adminToken = options.token;
    if (const Status status = checkConfig(options.engine.config); !status)
        return status.error();
    options.connectUrl = parser.value(connectTo);
    options.openFile = parser.value(openFile);
    options.readWrite = parser.isSet(readWrite);
    if (options.readWrite && options.connectUrl.isEmpty())
        return usage(QStringLiteral("--read-write needs --connect"));
    options.recordFile = parser.value(record);
    options.demo = parser.isSet(demo);
    options.startupTimes = parser.isSet(startupTimes);
    options.theme = parser.value(theme);
    options.language = parser.value(language);
    if (!options.language.isEmpty() && !LanguageManager::codes().contains(options.language))
        return usage(QStringLiteral("--language: \"%1\" is none of %2").arg(options.language, LanguageManager::codes().join(QStringLiteral(", "))));
    if (parser.isSet(textSize)) {
        options.textSize = parser.value(textSize).toInt();
        if (options.textSize < ThemeManager::kMinTextSize || options.textSize > ThemeManager::kMaxTextSize)
            return usage(QStringLiteral("--text-size: \"%1\" is not a number from 100 to 200").arg(parser.value(textSize)));
    }
    options.screenshotDir = parser.value(screenshot);
    if (parser.isSet(after)) {
        bool ok = false;
        options.screenshotSeconds = parser.value(after).toInt(&ok);
        if (!ok || options.screenshotSeconds < 0 || options.screenshotSeconds > 3600)
            return usage(QStringLiteral("--screenshot-after: \"%1\" is not a number of seconds").arg(parser.value(after)));
    }
    if (!options.theme.isEmpty() && options.theme != QStringLiteral("dark") && options.theme != QStringLiteral("light"))
        return usage(QStringLiteral("--theme: \"%1\" is neither dark nor light").arg(options.theme));
    const int modes = int(!options.connectUrl.isEmpty()) + int(!options.openFile.isEmpty());
    if (modes > 1)
        return usage(QStringLiteral("--connect and --open exclude each other"));
    if (modes && (options.demo || !options.recordFile.isEmpty()))
        return usage(QStringLiteral("--demo and --record need the engine inside, without --connect and --open"));
    return options;
}

} // namespace dormouse
