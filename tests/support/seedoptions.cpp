// SPDX-License-Identifier: Apache-2.0
#include "tests/support/seedoptions.h"

#include <QByteArray>

#include <cstdlib>
#include <optional>

namespace dormouse::test {

SeedOptions takeSeedOptions(int &argc, char **argv, quint64 defaultCount)
{
    std::optional<quint64> seed;
    std::optional<quint64> count;
    const auto read = [](const QByteArray &text, std::optional<quint64> &into) {
        bool ok = false;
        const quint64 value = text.toULongLong(&ok);
        if (ok && value > 0)
            into = value;
    };
    read(qgetenv("DORMOUSE_SEED"), seed);
    read(qgetenv("DORMOUSE_SEEDS"), count);
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        const QByteArray argument(argv[i]);
        if ((argument == "--seed" || argument == "--seeds") && i + 1 < argc)
            read(argv[++i], argument == "--seed" ? seed : count);
        else
            argv[kept++] = argv[i];
    }
    argc = kept;
    SeedOptions options;
    options.single = seed && !count;
    options.first = seed.value_or(1);
    options.count = options.single ? 1 : count.value_or(defaultCount);
    return options;
}

} // namespace dormouse::test
