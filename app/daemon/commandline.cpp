// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/commandline.h"

#include <QFile>
#include <QJsonDocument>

#include <cstdio>

namespace dormouse {

namespace {
Error usage(const QString &message)
{
    return Error::make("usage", "invalid", message);
}

/// HOST:PORT, [V6]:PORT, or a port alone.
std::optional<Error> readListen(const QString &text, CommandLine &line)
{
    const qsizetype colon = text.lastIndexOf(u':');
    QString host = colon < 0 ? QString() : text.left(colon);
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.mid(1, host.size() - 2);
    else if (host.contains(u':'))
        return usage(QStringLiteral("--listen: write IPv6 addresses in brackets, as in [::1]:6420"));
    bool ok = false;
    const uint port = QStringView(text).mid(colon + 1).toUInt(&ok);
    if (!ok || port > 65535)
        return usage(QStringLiteral("--listen: \"%1\" does not end with a port from 0 to 65535").arg(text));
    if (colon == 0)
        return usage(QStringLiteral("--listen: \"%1\" names no host; use *:%2 for every address").arg(text).arg(port));
    if (!host.isEmpty())
        line.host = host;
    line.port = quint16(port);
    return std::nullopt;
}

QString shown(const QJsonValue &value)
{
    if (value.isNull() || value.isUndefined())
        return QStringLiteral("(unset)");
    if (value.isString())
        return value.toString().isEmpty() ? QStringLiteral("\"\"") : value.toString();
    const QByteArray json = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json.mid(1, json.size() - 2));
}
} // namespace

Result<CommandLine> parseCommandLine(const QStringList &arguments)
{
    CommandLine line;
    if (arguments.isEmpty())
        return usage(QStringLiteral("a command is needed: serve, export, certificate or config"));
    const QString command = arguments.front();
    if (command == u"--help" || command == u"-h" || command == u"help")
        return line;
    if (command == u"--version" || command == u"version") {
        line.command = CommandLine::Command::Version;
        return line;
    }
    const bool serve = command == u"serve";
    const bool exporting = command == u"export";
    const bool certificate = command == u"certificate";
    if (serve)
        line.command = CommandLine::Command::Serve;
    else if (exporting)
        line.command = CommandLine::Command::Export;
    else if (command == u"config")
        line.command = CommandLine::Command::Config;
    else if (certificate)
        line.command = CommandLine::Command::Certificate;
    else
        return usage(QStringLiteral("unknown command \"%1\"").arg(command));

    for (qsizetype i = 1; i < arguments.size(); ++i) {
        QString option = arguments[i];
        std::optional<QString> attached;
        if (option.startsWith(u"--") && option.contains(u'=')) {
            attached = option.mid(option.indexOf(u'=') + 1);
            option.truncate(option.indexOf(u'='));
        }
        if (option == u"--help" || option == u"-h") {
            line.command = CommandLine::Command::Help;
            return line;
        }
        if (serve && (option == u"--demo" || option == u"--memory")) {
            if (attached)
                return usage(QStringLiteral("%1 takes no value").arg(option));
            (option == u"--demo" ? line.demo : line.inMemory) = true;
            continue;
        }
        QString *target = nullptr;
        QString listen;
        if (serve && option == u"--listen")
            target = &listen;
        else if (serve && option == u"--data-dir")
            target = &line.dataDir;
        else if (serve && option == u"--database")
            target = &line.databaseUrl;
        else if (!exporting && !certificate && option == u"--config")
            target = &line.configFile;
        else if (serve && option == u"--token")
            target = &line.token;
        else if (serve && option == u"--record")
            target = &line.recordFile;
        else if (exporting && option == u"--format")
            target = &line.format;
        else if ((exporting || certificate) && (option == u"-o" || option == u"--output"))
            target = &line.output;
        if (!target) {
            if (certificate && !option.startsWith(u'-')) {
                line.names.append(option);
                continue;
            }
            if (exporting && !option.startsWith(u'-') && line.input.isEmpty()) {
                line.input = option;
                continue;
            }
            return usage(QStringLiteral("unknown option \"%1\" of %2").arg(arguments[i], command));
        }
        if (!attached && i + 1 >= arguments.size())
            return usage(QStringLiteral("%1 needs a value").arg(option));
        *target = attached ? *attached : arguments[++i];
        if (target->isEmpty())
            return usage(QStringLiteral("%1 needs a value that is not empty").arg(option));
        if (target == &listen) {
            if (const std::optional<Error> error = readListen(listen, line))
                return *error;
        }
    }
    if (exporting && line.input.isEmpty())
        return usage(QStringLiteral("export needs the recording to read"));
    if (exporting && line.format != u"jsonl" && line.format != u"chrome")
        return usage(QStringLiteral("--format: \"%1\" is neither jsonl nor chrome").arg(line.format));
    if (line.inMemory && !line.dataDir.isEmpty())
        return usage(QStringLiteral("--memory and --data-dir exclude each other"));
    if (!line.databaseUrl.isEmpty() && (line.inMemory || !line.dataDir.isEmpty()))
        return usage(QStringLiteral("--database excludes --memory and --data-dir"));
    return line;
}

QByteArray helpText()
{
    return QByteArrayLiteral(
        "dormoused: the actor engine without a window\n"
        "\n"
        "  dormoused serve [options]     run the engine until SIGINT or SIGTERM\n"
        "    --listen HOST:PORT          address of the API, clients and runners (127.0.0.1:6420; port 0: any free)\n"
        "    --data-dir DIR              where the database is kept (the user's application data folder)\n"
        "    --memory                    keep nothing\n"
        "    --database URL              PostgreSQL instead, postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or database.url;\n"
        "                                'ps' shows it to other users: the password may stand in ~/.pgpass\n"
        "    --config FILE               JSON settings; see 'dormoused config'\n"
        "    --token TOKEN               admin token, instead of auth.admin_token; 'ps' shows it to other users\n"
        "    --record FILE               record the session for the console\n"
        "    --demo                      run a demonstration load inside\n"
        "\n"
        "  dormoused export [options] FILE   convert a recording\n"
        "    --format jsonl|chrome       JSON Lines (default) or a Chrome trace\n"
        "    -o, --output OUT            file to write; without it standard output\n"
        "\n"
        "  dormoused certificate [-o DIR] [NAME...]  make certificate.pem and key.pem (P-256, self-signed) for\n"
        "                                host names or addresses (localhost); see guard.tls_certificate_file\n"
        "\n"
        "  dormoused config [--config FILE]  print every setting with value, default and unit\n"
        "  dormoused --version | --help\n"
        "\n"
        "Exit codes: 0 ended as asked, 1 failed, 2 bad options or settings.\n");
}

Result<EngineConfig> loadConfig(const CommandLine &line)
{
    EngineConfig config;
    if (!line.configFile.isEmpty()) {
        QFile file(line.configFile);
        if (!file.open(QIODevice::ReadOnly)) {
            return Error::make("config", "unreadable",
                               QStringLiteral("cannot read %1: %2").arg(line.configFile, file.errorString()));
        }
        Result<EngineConfig> read = parseConfig(file.readAll());
        if (!read) {
            Error error = read.error();
            error.message = QStringLiteral("%1: %2").arg(line.configFile, error.message);
            return error;
        }
        config = *read;
    }
    if (!line.token.isEmpty())
        config.adminToken = line.token;
    if (!line.databaseUrl.isEmpty() || line.inMemory || !line.dataDir.isEmpty())
        config.databaseUrl = line.databaseUrl;
    if (const Status status = checkConfig(config); !status)
        return status.error();
    return config;
}

int printConfig(const CommandLine &line)
{
    const Result<EngineConfig> config = loadConfig(line);
    if (!config) {
        std::fprintf(stderr, "dormoused: %s\n", qUtf8Printable(config.error().message));
        return kExitUsage;
    }
    for (const ConfigEntry &entry : describeConfig(*config)) {
        // A token on a terminal or in a log is a token given away.
        const bool secret = entry.section == u"auth" && !entry.value.toString().isEmpty();
        const QString value = secret ? QStringLiteral("(set)") : shown(entry.value);
        const QString name = entry.section % u'.' % entry.key;
        const QString unit = entry.unit.isEmpty() ? QString() : QString(u' ' % entry.unit);
        std::printf("%-52s %s%s  (default %s)\n", qUtf8Printable(name), qUtf8Printable(value), qUtf8Printable(unit),
                    qUtf8Printable(shown(entry.defaultValue)));
    }
    return kExitOk;
}

} // namespace dormouse
