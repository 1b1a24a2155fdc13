// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme.h"

namespace dormouse {

class Session;

/// How the link to an engine is shown in the status bar and on its tab: always icon, word and colour.
struct LinkLook
{
    QString text, icon;
    Color tone = Color::Muted;
};
LinkLook linkLook(const Session &session);

} // namespace dormouse
