// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runner/runner.h"

#include <QUrl>

namespace dormouse {

/// URL of the runner endpoint (runner-protocol.md section 2.1). engine: http(s) or ws(s) base URL.
QUrl runnerUrl(const QUrl &engine, const RunnerOptions &options);
/// Channels over QWebSocket; token empty = none.
ChannelFactory webSocketChannels(const QUrl &engine, const RunnerOptions &options, const QByteArray &token = {});

} // namespace dormouse
