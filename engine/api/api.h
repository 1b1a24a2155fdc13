// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/arguments.h"
#include "engine/serverless/serverlesspools.h"
#include "engine/scheduler/scheduler.h"

#include <memory>
#include <vector>

namespace dormouse {

/// Upstream line this engine is compatible with (http-api.md section 5.1).
inline constexpr char kCompatibleVersion[] = "2.0.33";
inline constexpr char kDatacenter[] = "default";

/// The public REST API (http-api.md). Answers every request it is given, writes after they have committed.
/// Thread: engine thread.
class Api
{
public:
    static constexpr qint64 kMaxJsonBytes = 6 * 1024 * 1024;
    static constexpr qint64 kRequestTimeoutMs = 30'000;

    Api(const CoreContext &context, Scheduler &scheduler, ServerlessPools &pools);
    ~Api();

    void setPublicUrl(const QString &url) { m_publicUrl = url; }
    void handle(std::shared_ptr<HttpExchange> exchange, const QString &rayId);

private:
    /// One request on its way. Shared by the callbacks that may answer it: the first answer counts, because the
    /// timeout and a late commit can meet.
    struct Call;
    using CallPtr = std::shared_ptr<Call>;
    using Handler = void (Api::*)(const CallPtr &);
    struct Method
    {
        QByteArray name;
        Handler handler;
    };
    enum class Access { Open, Token };
    struct Route
    {
        std::vector<QByteArray> segments; ///< "{}" = any one segment, "{*}" = any rest
        std::vector<Method> methods;
        Access access = Access::Token;
        bool cors = true;
    };

    void addRoute(const char *pattern, std::vector<Method> methods, Access access = Access::Token, bool cors = true);
    const Route *findRoute(const QByteArray &path, std::vector<QString> &parameters) const;
    void finish(const CallPtr &call, int status, const HeaderList &headers, const QByteArray &body);
    void finishJson(const CallPtr &call, const QJsonObject &body);
    void finishText(const CallPtr &call, const QByteArray &json);
    void finishError(const CallPtr &call, const Error &error);
    void startTimeout(const CallPtr &call);
    bool authorized(const HttpHead &head) const;
    /// Null after having answered.
    const NamespaceRow *namespaceOf(const CallPtr &call, const QString &name);
    /// Reads the optional namespace parameter: id, or empty without one; absent after having answered.
    std::optional<QString> optionalNamespace(const CallPtr &call, QueryArgs &query);
    bool checked(const CallPtr &call, const std::optional<Error> &error);
    bool checkedId(const CallPtr &call, QString &id);
    bool emptyBody(const CallPtr &call);

    // service
    void root(const CallPtr &call);
    void ui(const CallPtr &call);
    void health(const CallPtr &call);
    void healthFanout(const CallPtr &call);
    void metadata(const CallPtr &call);
    void datacenters(const CallPtr &call);
    // namespaces
    void listNamespaces(const CallPtr &call);
    void createNamespace(const CallPtr &call);
    // actors
    void listActors(const CallPtr &call);
    void createActor(const CallPtr &call);
    void getOrCreateActor(const CallPtr &call);
    void deleteActor(const CallPtr &call);
    void sleepActor(const CallPtr &call);
    void rescheduleActor(const CallPtr &call);
    void actorNames(const CallPtr &call);
    void kvGet(const CallPtr &call);
    // runners
    void listRunners(const CallPtr &call);
    void runnerNames(const CallPtr &call);
    void listEnvoys(const CallPtr &call);
    // runner configs
    void listRunnerConfigs(const CallPtr &call);
    void putRunnerConfig(const CallPtr &call);
    void deleteRunnerConfig(const CallPtr &call);
    void refreshMetadata(const CallPtr &call);
    void serverlessHealthCheck(const CallPtr &call);

    std::optional<CreateActor> readCreateActor(const CallPtr &call, bool keyRequired);
    void controlActor(const CallPtr &call, void (Scheduler::*act)(const QString &, std::function<void(Status)>));
    std::function<void(Status)> finishEmpty(const CallPtr &call);
    QByteArray textOf(const ActorRow &row) const;
    void finishActors(const CallPtr &call, const std::vector<ActorRow> &rows);
    QJsonObject runnerJson(const RunnerRow &row) const;

    CoreContext m_context;
    Scheduler &m_scheduler;
    ServerlessPools &m_pools;
    QString m_publicUrl;
    std::vector<Route> m_routes;
    /// Callbacks of the scheduler and of fetches hold a weak reference: they may come after this object.
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

/// The objects of http-api.md section 6.
QJsonObject namespaceJson(const NamespaceRow &row);
QString crashPolicyText(CrashPolicy policy);
std::optional<CrashPolicy> parseCrashPolicy(const QString &text);
/// Body of one datacenter of PUT /runner-configs/{name}, checked and with defaults filled in (section 5.6).
/// Errors: api.bad_request, runner_config.invalid.
Result<QJsonObject> readRunnerConfig(const QJsonObject &body, const QString &path);

struct Api::Call
{
    std::shared_ptr<HttpExchange> exchange;
    QString rayId;
    std::vector<QString> parameters;
    const Route *route = nullptr;
    TimerId timer = 0;
    bool answered = false;
    const HttpHead &head() const { return exchange->head(); }
};

} // namespace dormouse
