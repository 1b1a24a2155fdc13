// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dormouse {

/// Milliseconds since the system made this process, loading of libraries included; to 10 ms. Counted from the first use
/// where the system does not tell.
double msSinceProcessStart();

} // namespace dormouse
