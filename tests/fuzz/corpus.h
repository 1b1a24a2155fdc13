// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <vector>

namespace dormouse::fuzz {

/// The inputs in corpus/NAME, by file name.
std::vector<QByteArray> corpus(const char *name);

} // namespace dormouse::fuzz
