// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/daemon/commandline.h"

class QCoreApplication;

namespace dormouse {

/// Runs the engine until a signal or a storage failure; returns the exit code.
int serve(QCoreApplication &application, const CommandLine &line);

} // namespace dormouse
