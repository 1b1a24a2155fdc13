// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/host/enginehost.h"

#include <QString>
#include <QStringList>

namespace dormouse {

/// What the command line of the console asks for.
struct ConsoleOptions
{
    EngineOptions engine;
    QString token;         ///< of the engine that is shown
    QString connectUrl;    ///< remote engine instead of one of our own
    QString openFile;      ///< recording instead of an engine
    QString recordFile;
    QString language;      ///< en, de or ja; empty = as kept or as the system
    int textSize = 0;      ///< percent; 0 = as kept
    QString theme;         ///< dark, light, empty = as kept or as the system
    QString screenshotDir; ///< render every view to a PNG file in both themes and quit
    int screenshotSeconds = 6;
    bool startupTimes = false; ///< print how long the start took and quit
    bool demo = false;
    bool readWrite = false; ///< commands to a remote engine are allowed
};

/// Errors: config.usage (bad option), config.unreadable, config.invalid. Ends the process itself for --help and
/// --version.
Result<ConsoleOptions> parseOptions(const QStringList &arguments);

} // namespace dormouse
