// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/busyengine.h"

namespace dormouse {

BusyEngine::BusyEngine(int actors, int connections, int changesPerSecond)
    : m_inner(new SyntheticSource(actors, connections)), m_capabilities(m_inner->capabilities()),
      m_mailbox(std::make_shared<monitor::Mailbox>(this)), m_changesPerFrame(changesPerSecond / kFramesPerSecond)
{
    connect(m_inner, &monitor::Source::frameReady, m_inner, [this, mailbox = m_mailbox](const monitor::Frame &frame) {
        mailbox->post([this, frame] { Q_EMIT frameReady(frame); });
    });
    m_inner->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_inner, &QObject::deleteLater);
    m_thread.start();
}

BusyEngine::~BusyEngine()
{
    m_mailbox->detach();
    m_thread.quit();
    m_thread.wait();
}

void BusyEngine::start()
{
    QMetaObject::invokeMethod(m_inner, [inner = m_inner, changes = m_changesPerFrame] {
        inner->start();
        auto *timer = new QTimer(inner);
        connect(timer, &QTimer::timeout, inner, [inner, changes] { inner->stepBusy(changes, 1000 / kFramesPerSecond); });
        timer->start(1000 / kFramesPerSecond);
    });
}

void BusyEngine::setInterest(const monitor::Interest &interest)
{
    QMetaObject::invokeMethod(m_inner, [inner = m_inner, interest] { inner->setInterest(interest); });
}

void BusyEngine::command(const QString &, const QJsonObject &, std::function<void(const Result<QJsonObject> &)> done, int)
{
    QTimer::singleShot(0, this, [done = std::move(done)] { done(Result<QJsonObject>(QJsonObject())); });
}

} // namespace dormouse
