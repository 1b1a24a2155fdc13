// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program; DORMOUSE_FUZZ_CHECK names the check of netcheck.h or wirecheck.h that it feeds.
#include DORMOUSE_FUZZ_HEADER

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size)
{
    DORMOUSE_FUZZ_CHECK(QByteArrayView(data, qsizetype(size)));
    return 0;
}
