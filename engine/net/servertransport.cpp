// SPDX-License-Identifier: Apache-2.0
#include "engine/net/servertransport.h"

#include <cerrno>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dormouse {

PlainTransport::PlainTransport(DescriptorSet &set, int descriptor, Owner &owner)
    : m_set(set), m_owner(owner), m_descriptor(descriptor)
{}

PlainTransport::~PlainTransport()
{
    abort();
}

qint64 PlainTransport::read(char *to, qint64 size)
{
    if (m_descriptor < 0)
        return -1;
    const ssize_t got = ::recv(m_descriptor, to, std::size_t(size), MSG_DONTWAIT);
    if (got > 0)
        return got;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

qint64 PlainTransport::write(const char *bytes, qint64 size, bool isLast)
{
    if (m_descriptor < 0)
        return -1;
    const ssize_t sent = ::send(m_descriptor, bytes, std::size_t(size),
                                MSG_DONTWAIT | MSG_NOSIGNAL | (isLast ? MSG_MORE : 0));
    if (sent >= 0)
        return sent;
    // Short of kernel memory is a moment, not an end.
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
}

void PlainTransport::setInterest(bool read, bool write)
{
    if (m_descriptor < 0)
        return;
    const quint32 interest = (read ? quint32(DescriptorSet::Readable) : 0U)
        | (write ? quint32(DescriptorSet::Writable) : 0U);
    if (interest == m_interest)
        return;
    // Without interest it leaves the set: an end would be reported over and over to somebody who does not want to know.
    if (interest == 0)
        m_set.remove(m_descriptor, *this);
    else if (m_interest == 0)
        m_set.add(m_descriptor, *this, interest);
    else
        m_set.change(m_descriptor, *this, interest);
    m_interest = interest;
}

void PlainTransport::endWriting()
{
    if (m_descriptor >= 0)
        ::shutdown(m_descriptor, SHUT_WR);
}

void PlainTransport::abort()
{
    if (m_descriptor < 0)
        return;
    m_set.forget(m_descriptor, *this);
    ::close(m_descriptor);
    m_descriptor = -1;
}

qint64 PlainTransport::bytesUnsent() const
{
    int bytes = 0;
    return m_descriptor >= 0 && ::ioctl(m_descriptor, SIOCOUTQNSD, &bytes) == 0 ? bytes : 0;
}

int PlainTransport::peek() const
{
    uchar byte = 0;
    return m_descriptor >= 0 && ::recv(m_descriptor, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1 ? byte : -1;
}

int PlainTransport::release()
{
    m_set.remove(m_descriptor, *this);
    return std::exchange(m_descriptor, -1);
}

void PlainTransport::descriptorReady(quint32 events)
{
    if (events & DescriptorSet::Writable)
        m_owner.transportWritable();
    if (m_descriptor >= 0 && events & DescriptorSet::Readable)
        m_owner.transportReadable();
    else if (m_descriptor >= 0 && events & DescriptorSet::Ended)
        m_owner.transportEnded();
}

} // namespace dormouse
