// SPDX-License-Identifier: Apache-2.0
#include "engine/core/core.h"

#include "engine/api/api.h"
#include "engine/routing/router.h"

namespace dormouse {

class Core::Private
{
public:
    explicit Private(const CoreContext &c)
        : context(c), scheduler(c), pools(c, scheduler), gateway(c, scheduler), api(c, scheduler, pools),
          router(c, scheduler, gateway, api)
    {
        scheduler.setGateway(&gateway);
        scheduler.setPools(&pools);
    }
    // Both call back into the scheduler, which must not call what is gone.
    ~Private()
    {
        scheduler.setGateway(nullptr);
        scheduler.setPools(nullptr);
    }

    CoreContext context;
    Scheduler scheduler;
    ServerlessPools pools;
    Gateway gateway;
    Api api;
    Router router;
    UpgradeHook upgradeHook;
    RequestHook requestHook;
};

Core::Core(const CoreContext &context) : d(std::make_unique<Private>(context)) {}

Core::~Core() = default;

Status Core::start()
{
    const Result<Snapshot> snapshot = d->context.store.open();
    if (!snapshot)
        return snapshot.error();
    d->scheduler.boot(*snapshot);
    d->pools.start();
    return okStatus();
}

void Core::shutdown()
{
    // Clients first: they are told to reconnect before their actors vanish.
    d->gateway.shutdown();
    d->router.shutdown();
    d->pools.shutdown();
    d->scheduler.shutdown();
}

Scheduler &Core::scheduler()
{
    return d->scheduler;
}

Gateway &Core::gateway()
{
    return d->gateway;
}

ServerlessPools &Core::pools()
{
    return d->pools;
}

const CoreContext &Core::context() const
{
    return d->context;
}

void Core::setHooks(UpgradeHook upgrade, RequestHook request)
{
    d->upgradeHook = std::move(upgrade);
    d->requestHook = std::move(request);
}

void Core::setPublicUrl(const QString &url)
{
    d->api.setPublicUrl(url);
    d->pools.setPublicUrl(url);
}

void Core::setHttpFetch(HttpFetch fetch)
{
    d->pools.setFetch(std::move(fetch));
}

void Core::setOpenStream(OpenStream open)
{
    d->pools.setOpenStream(std::move(open));
}

void Core::handleRequest(std::shared_ptr<HttpExchange> exchange)
{
    if (d->requestHook && d->requestHook(exchange))
        return;
    d->router.request(std::move(exchange));
}

void Core::handleUpgrade(std::unique_ptr<UpgradeRequest> upgrade)
{
    if (d->upgradeHook && d->upgradeHook(upgrade))
        return;
    d->router.upgrade(std::move(upgrade));
}

bool Core::wantsBody(const HttpHead &head)
{
    return d->router.wantsBody(head);
}

BodyMode Core::bodyMode(const HttpHead &head)
{
    return d->router.bodyMode(head);
}

qint64 Core::maxBodyBytes(const HttpHead &head)
{
    return d->router.maxBodyBytes(head);
}

std::pair<HeaderList, QByteArray> Core::errorAnswer(const HttpHead *head, int status, const QByteArray &reason)
{
    return d->router.errorAnswer(head, status, reason);
}

} // namespace dormouse
