// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/wirecheck.h"

#include "engine/wire/protocol.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// First byte: bit 7 is the direction, the rest picks the version. The others are the message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace dormouse::wire;
    if (size == 0)
        return 0;
    const int version = kOldestVersion + (data[0] & 0x7f) % kNewestVersion;
    const Root root = data[0] & 0x80 ? Root::EngineToRunner : Root::RunnerToEngine;
    const QByteArrayView bytes(reinterpret_cast<const char *>(data) + 1, qsizetype(size - 1));
    const QString broken = test::checkWireInput(version, root, bytes);
    if (broken.isEmpty())
        return 0;
    std::fprintf(stderr, "%s\n", qPrintable(broken));
    std::abort();
}
