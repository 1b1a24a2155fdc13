// SPDX-License-Identifier: Apache-2.0
#include "tests/gateway/gatewayfakes.h"

#include <QtTest/QTest>

using namespace dormouse;
using namespace dormouse::test;

namespace {

/// Follows the index rules of the SDKs for hibernatable sockets (runner-protocol.md section 5.5).
struct RunnerSocket
{
    bool accepted = false;
    bool closed = false;
    quint16 previous = 0;
    std::vector<QByteArray> delivered;
};

class Run
{
public:
    explicit Run(quint64 seed) : m_random(seed), m_world(EngineConfig{}, seed)
    {
        m_world.addRunning(kActor);
        m_world.directory.onSent = [this](const SentMessage &message) { received(message); };
    }

    QString play()
    {
        std::shared_ptr<FakeClient> client = m_world.connect(kActor);
        for (int step = 0; step < 40 && m_failure.isEmpty(); ++step) {
            switch (m_random.below(9)) {
            case 0: case 1: case 2:
                m_sent.push_back("m" + QByteArray::number(m_sent.size()));
                client->send(m_sent.back());
                break;
            case 3:
                acknowledge();
                break;
            case 4:
                if (state() == ActorState::Running)
                    m_world.stopActor(kActor);
                break;
            case 5:
                if (state() == ActorState::Pending || state() == ActorState::Sleeping)
                    m_world.startActor(kActor);
                break;
            case 6:
                if (state() == ActorState::Starting)
                    m_world.ready(kActor);
                break;
            case 7:
                if (m_world.directory.up.contains(QStringLiteral("r1")))
                    m_world.cutLink();
                else
                    m_world.restoreLink();
                break;
            case 8:
                answerOpen();
                break;
            }
            m_world.settle();
            balance();
        }
        return finish(client);
    }

private:
    ActorState state() const { return m_world.directory.actors.value(kActor).state; }
    void fail(const QString &text)
    {
        if (m_failure.isEmpty())
            m_failure = text;
    }

    void received(const SentMessage &message)
    {
        const quint32 id = message.requestId().value;
        if (message.as<wire::ToClientWebSocketOpen>() != nullptr) {
            if (message.index() != 0 || !m_sockets.try_emplace(id).second)
                fail(QStringLiteral("second open, or open with an index"));
            m_current = message.requestId();
        } else if (const auto *data = message.as<wire::ToClientWebSocketMessage>()) {
            RunnerSocket &socket = m_sockets[id];
            if (!socket.accepted || socket.closed)
                fail(QStringLiteral("data for a socket that is not open"));
            if (message.index() == quint16(socket.previous + 1)) {
                socket.previous = message.index();
                socket.delivered.push_back(data->data);
            } else if (quint16(socket.previous - message.index()) > 32'767) {
                fail(QStringLiteral("index gap: %1 after %2").arg(message.index()).arg(socket.previous));
            }
        } else if (message.as<wire::ToClientWebSocketClose>() != nullptr) {
            m_sockets[id].closed = true;
        }
    }

    void answerOpen()
    {
        if (!m_current || m_sockets[m_current->value].accepted || m_sockets[m_current->value].closed
            || !m_world.directory.up.contains(QStringLiteral("r1")) || state() != ActorState::Running)
            return;
        const RequestId id = *m_current;
        if (m_random.below(3) == 0) {
            m_sockets[id.value].closed = true;
            m_world.fromRunner(id, wire::ToServerWebSocketClose{quint16(1011), QStringLiteral("Server Error"), false});
        } else {
            m_sockets[id.value].accepted = true;
            m_world.fromRunner(id, wire::ToServerWebSocketOpen{true});
        }
    }

    void acknowledge()
    {
        if (!m_current || !m_sockets[m_current->value].accepted || !m_world.directory.up.contains(QStringLiteral("r1")))
            return;
        const quint16 last = m_sockets[m_current->value].previous;
        m_world.fromRunner(*m_current, wire::ToServerWebSocketMessageAck{quint16(last - m_random.below(3))});
    }

    void balance()
    {
        qint64 bytes = 0;
        for (const QString &id : m_world.gateway->connectionIds()) {
            for (const auto &pending : m_world.gateway->pendingMessages(id, 1'000, false))
                bytes += pending.bytes + 64;
        }
        if (bytes != m_world.gateway->totals().pendingBytes)
            fail(QStringLiteral("pending bytes are not the sum of the sizes"));
    }

    bool isComplete()
    {
        const RunnerSocket socket = m_current ? m_sockets[m_current->value] : RunnerSocket{};
        return socket.accepted && socket.delivered == m_sent;
    }

    QString finish(const std::shared_ptr<FakeClient> &client)
    {
        // Everything heals; then what the client sent must have arrived, once and in order.
        // Long enough for the last pause between opens; short enough for the acknowledgement clock afterwards.
        for (int round = 0; round < 100 && !client->closeCode && !isComplete(); ++round) {
            if (!m_world.directory.up.contains(QStringLiteral("r1")))
                m_world.restoreLink();
            if (state() == ActorState::Pending || state() == ActorState::Sleeping)
                m_world.startActor(kActor);
            if (state() == ActorState::Starting)
                m_world.ready(kActor);
            if (m_current && !m_sockets[m_current->value].accepted)
                answerOpen();
            m_world.advance(500);
        }
        if (!client->closeCode) {
            if (!m_current || !m_sockets[m_current->value].accepted)
                fail(QStringLiteral("never opened"));
            else if (m_sockets[m_current->value].delivered != m_sent)
                fail(QStringLiteral("messages lost, doubled or out of order"));
        }
        client->close(1000);
        m_world.settle();
        if (!m_world.isClean())
            fail(QStringLiteral("something is left at the end"));
        return m_failure;
    }

    Random m_random;
    World m_world;
    std::map<quint32, RunnerSocket> m_sockets;
    std::optional<RequestId> m_current;
    std::vector<QByteArray> m_sent;
    QString m_failure;
};

} // namespace

class TestGatewayProperty : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void randomSchedules()
    {
        for (quint64 seed = 1; seed <= 3'000; ++seed) {
            const QString failure = Run(seed).play();
            if (!failure.isEmpty())
                QFAIL(qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(failure)));
        }
    }
};

QTEST_APPLESS_MAIN(TestGatewayProperty)
#include "tst_gatewayproperty.moc"
