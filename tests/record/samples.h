// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/random.h"
#include "engine/monitor/frame.h"

namespace dormouse::samples {

/// A frame in which every field has, at random, a value of its type or is left out.
monitor::Frame randomFrame(Random &random);
/// Field by field; Histogram and the values have no operator== of their own.
bool sameFrame(const monitor::Frame &a, const monitor::Frame &b, QString *difference);

/// A small story with known numbers: one runner, one actor that runs, sleeps and runs again, a WebSocket with one
/// message sent twice, and two overlapping HTTP requests. 1 s per frame, wall time from startTs.
std::vector<monitor::Frame> story(qint64 startTs);

} // namespace dormouse::samples
