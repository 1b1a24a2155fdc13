// SPDX-License-Identifier: Apache-2.0
#include "engine/base/clock.h"

#include <chrono>

namespace dormouse {

qint64 SystemClock::wallMs() const
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

qint64 SystemClock::monoMs() const
{
    return monoUs() / 1000;
}

qint64 SystemClock::monoUs() const
{
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

} // namespace dormouse
