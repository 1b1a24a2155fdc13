// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: an even first byte goes to the HTTP parser, an odd one to the WebSocket codec.
#include "netcheck.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArrayView bytes(data, qsizetype(size));
    if (data[0] % 2 == 0)
        dormouse::fuzz::checkHttp(bytes.sliced(1));
    else
        dormouse::fuzz::checkWebSocket(bytes.sliced(1));
    return 0;
}
