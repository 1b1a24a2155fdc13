// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/net/descriptorset.h"

#include <QByteArray>

namespace dormouse {

/// The bytes of one accepted connection. Never blocks. Thread: one.
class ServerTransport
{
public:
    /// What a transport tells; always from the event loop, never from inside one of its functions.
    class Owner
    {
    public:
        virtual void transportReadable() = 0;
        virtual void transportWritable() = 0;
        /// The connection has ended in both directions, asked for or not. What came before can still be read.
        virtual void transportEnded() = 0;
        /// What the connection serves, for people.
        virtual QByteArray transportDescription() const = 0;

    protected:
        ~Owner() = default;
    };

    virtual ~ServerTransport() = default;
    /// Up to size bytes; 0 = none now, -1 = none will come any more.
    virtual qint64 read(char *to, qint64 size) = 0;
    /// Bytes taken, maybe fewer than offered; -1 = the connection takes none any more.
    /// isLast: endWriting() follows as soon as all of it is taken, so that both may leave together.
    virtual qint64 write(const char *bytes, qint64 size, bool isLast) = 0;
    /// Which of the two the owner wants to be told about; with neither it is told nothing, not even the end.
    virtual void setInterest(bool read, bool write) = 0;
    /// Sends the end of the stream after everything written.
    virtual void endWriting() = 0;
    /// Drops the connection; the owner is told nothing any more.
    virtual void abort() = 0;
    /// Bytes that write() took and the system has not. A transport that holds some says transportWritable when they
    /// become fewer, asked for or not.
    virtual qint64 bytesHeld() const { return 0; }
    /// Of what write() took, bytes that have not left this machine; 0 also when that cannot be told.
    virtual qint64 bytesUnsent() const { return 0; }
};

/// Plain TCP on a non-blocking descriptor, which it owns.
class PlainTransport final : public ServerTransport, private DescriptorWatcher
{
public:
    PlainTransport(DescriptorSet &set, int descriptor, Owner &owner);
    ~PlainTransport() override;
    Q_DISABLE_COPY_MOVE(PlainTransport)

    qint64 read(char *to, qint64 size) override;
    qint64 write(const char *bytes, qint64 size, bool isLast) override;
    void setInterest(bool read, bool write) override;
    void endWriting() override;
    void abort() override;
    qint64 bytesUnsent() const override;
    /// The next byte of the input, which stays there; -1 = none yet, or none any more.
    int peek() const;
    /// Gives the descriptor away; the connection is dead to this object.
    int release();

private:
    void descriptorReady(quint32 events) override;
    QByteArray describe() const override { return m_owner.transportDescription(); }

    DescriptorSet &m_set;
    Owner &m_owner;
    int m_descriptor;
    quint32 m_interest = 0;
};

} // namespace dormouse
