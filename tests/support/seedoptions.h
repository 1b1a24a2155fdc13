// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace dormouse::test {

/// Which seeds a randomised test runs. "--seed N" plays one seed only, "--seeds N" that many from the first; both are
/// taken off the command line, so that QTest does not see them. Without arguments the environment is asked:
/// DORMOUSE_SEED and DORMOUSE_SEEDS.
struct SeedOptions
{
    quint64 first = 1;
    quint64 count = 0;
    bool single = false; ///< the user asked for one seed: say more about it
};
SeedOptions takeSeedOptions(int &argc, char **argv, quint64 defaultCount);

} // namespace dormouse::test
