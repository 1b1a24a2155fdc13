// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/clientconnector.h"

namespace dormouse {

/// The built-in client over real sockets. Marks its requests with x-dormouse-console, so that the engine can tell its
/// own traffic from that of clients.
class ChannelConnector final : public ClientConnector
{
public:
    std::unique_ptr<ClientSocket> open(const QString &url, const QStringList &protocols, Events events) override;
};

} // namespace dormouse
