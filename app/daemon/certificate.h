// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/daemon/commandline.h"

namespace dormouse {

/// Makes a self-signed P-256 certificate and its key (readable by the owner only) for the names of the command line,
/// with the openssl tool. Existing files are not replaced. Returns the exit code.
int makeCertificate(const CommandLine &line);

} // namespace dormouse
