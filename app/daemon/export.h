// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/daemon/commandline.h"

namespace dormouse {

/// Converts a recording; returns the exit code. A partly written output file is removed.
int exportRecording(const CommandLine &line);

} // namespace dormouse
