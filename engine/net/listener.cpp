// SPDX-License-Identifier: Apache-2.0
#include "engine/net/listener.h"

#include <QHostAddress>

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dormouse {

namespace {

constexpr int kListenBacklog = 1024;
constexpr char kLocalCongestion[] = "reno";
constexpr int kAcceptsPerTurn = 64; // others are served between two slices of a flood

struct Address
{
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

Address v4(quint32 address, quint16 port)
{
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    in.sin_addr.s_addr = htonl(address);
    Address result;
    std::memcpy(&result.storage, &in, sizeof in);
    result.size = sizeof in;
    return result;
}

Address v6(const Q_IPV6ADDR &address, quint16 port, quint32 scope)
{
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    in.sin6_scope_id = scope;
    std::memcpy(&in.sin6_addr, &address, sizeof in.sin6_addr);
    Address result;
    std::memcpy(&result.storage, &in, sizeof in);
    result.size = sizeof in;
    return result;
}

QByteArray peerText(const sockaddr_storage &storage)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &storage, sizeof in);
        return ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    }
    sockaddr_in6 in{};
    std::memcpy(&in, &storage, sizeof in);
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr))
        return ::inet_ntop(AF_INET, reinterpret_cast<const char *>(&in.sin6_addr) + 12, text.data(), text.size());
    return ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
}

QString addressText(const QString &address, quint16 port)
{
    const bool brackets = address.contains(u':');
    return (brackets ? QString(u'[' + address + u']') : address) + u':' + QString::number(port);
}

} // namespace

Listener::Listener(DescriptorSet &set, std::function<void(int, const QByteArray &)> accepted,
                   std::function<void(int)> failed)
    : m_set(set), m_accepted(std::move(accepted)), m_failed(std::move(failed))
{}

Listener::~Listener()
{
    close();
}

Status Listener::listen(const QString &address, quint16 port)
{
    close();
    const auto refused = [&](const char *code, const QString &why) {
        return Error::make("net", code, u"cannot listen on " + addressText(address, port) + u": " + why,
                           {{QStringLiteral("address"), address}, {QStringLiteral("port"), int(port)}});
    };
    const bool any = address == u"*";
    QHostAddress host;
    if (address == u"localhost")
        host = QHostAddress(QHostAddress::LocalHost);
    else if (!any && !host.setAddress(address))
        return refused("listen_failed", QStringLiteral("not an IP address"));
    bool isV4 = false;
    const quint32 number = host.toIPv4Address(&isV4);
    Address target = any ? v6(QHostAddress(QHostAddress::AnyIPv6).toIPv6Address(), port, 0)
        : isV4           ? v4(number, port)
                         : v6(host.toIPv6Address(), port, host.scopeId().toUInt());
    int descriptor = ::socket(target.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 && any) {
        target = v4(INADDR_ANY, port); // a machine without IPv6
        descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
    const int on = 1;
    const int v6Only = any ? 0 : 1;
    if (descriptor >= 0) {
        ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (target.storage.ss_family == AF_INET6)
            ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &v6Only, sizeof v6Only);
        // Accepted connections inherit both. Inside one machine nothing is congested, and the plain algorithm is the
        // cheapest; a system without it keeps its own.
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (host.isLoopback())
            ::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, kLocalCongestion, sizeof kLocalCongestion - 1);
    }
    if (descriptor < 0 || ::bind(descriptor, target.get(), target.size) != 0 || ::listen(descriptor, kListenBacklog) != 0
        || ::getsockname(descriptor, target.get(), &target.size) != 0) {
        const int error = errno;
        if (descriptor >= 0)
            ::close(descriptor);
        switch (error) {
        case EADDRINUSE: return refused("address_in_use", QStringLiteral("address already in use"));
        case EACCES: return refused("listen_failed", QStringLiteral("permission denied"));
        case EADDRNOTAVAIL:
            return refused("listen_failed", QStringLiteral("address not available on this machine"));
        default: return refused("listen_failed", QString::fromLocal8Bit(std::strerror(error)));
        }
    }
    // The port stands at the same place in both kinds of address.
    sockaddr_in bound{};
    std::memcpy(&bound, &target.storage, sizeof bound);
    m_port = ntohs(bound.sin_port);
    m_descriptor = descriptor;
    resume();
    return okStatus();
}

void Listener::resume()
{
    if (m_descriptor >= 0)
        m_set.add(m_descriptor, *this, DescriptorSet::Readable);
}

void Listener::close()
{
    if (m_descriptor < 0)
        return;
    m_set.remove(m_descriptor, *this);
    ::close(m_descriptor);
    m_descriptor = -1;
    m_port = 0;
}

void Listener::descriptorReady(quint32)
{
    for (int i = 0; i < kAcceptsPerTurn && m_descriptor >= 0; ++i) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int descriptor = ::accept4(m_descriptor, reinterpret_cast<sockaddr *>(&peer), &size,
                                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            const int error = errno;
            if (error == EAGAIN)
                return;
            if (error == ECONNABORTED || error == EINTR || error == EPROTO)
                continue; // that one client is gone
            // Level-triggered: watched on, it would be reported without a pause.
            m_set.remove(m_descriptor, *this);
            m_failed(error);
            return;
        }
        m_accepted(descriptor, peerText(peer));
    }
}

} // namespace dormouse
