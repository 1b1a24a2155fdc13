// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace dormouse {

/// The page at /ui/: version, address and counts, read from the API with the token the user types in.
QByteArray uiPage();

} // namespace dormouse
