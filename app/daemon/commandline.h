// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/config.h"
#include "engine/base/result.h"

#include <QStringList>

namespace dormouse {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1; ///< could not start, or ended because of an error
inline constexpr int kExitUsage = 2;  ///< bad options or a bad configuration

struct CommandLine
{
    enum class Command { Help, Version, Config, Serve, Export, Certificate };
    Command command = Command::Help;
    // serve, config
    QString host = QStringLiteral("127.0.0.1");
    quint16 port = 6420;
    QString dataDir; ///< empty = the user's application data folder
    bool inMemory = false;
    QString databaseUrl; ///< empty = database.url of the file, unless dataDir or inMemory is given
    QString configFile;
    QString token;
    QString recordFile;
    bool demo = false;
    // export
    QString format = QStringLiteral("jsonl");
    QString input;
    QString output; ///< certificate: the folder
    // certificate
    QStringList names; ///< host names and addresses it is for; empty = this machine
};

/// Arguments without the program's name. Errors: usage.invalid; the message names the option and the reason.
Result<CommandLine> parseCommandLine(const QStringList &arguments);
QByteArray helpText();
/// Defaults, overlaid with the file and the options. Errors as parseConfig and checkConfig, or config.unreadable.
Result<EngineConfig> loadConfig(const CommandLine &line);
/// Prints every setting with value, default and unit. Returns the exit code.
int printConfig(const CommandLine &line);

} // namespace dormouse
