// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/actorcall.h"

#include "engine/base/ids.h"
#include "engine/core/core.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

/// A request without a connection: its answer goes to a command.
class CallExchange final : public HttpExchange
{
public:
    CallExchange(HttpHead head, QByteArray body, Commands::Done done)
        : m_head(std::move(head)), m_body(std::move(body)), m_done(std::move(done))
    {
    }
    const HttpHead &head() const override { return m_head; }
    const QByteArray &body() const override { return m_body; }
    void respond(int status, const HeaderList &headers, const QByteArray &body) override
    {
        begin(status, headers);
        append(body);
        finish();
    }
    void begin(int status, const HeaderList &headers) override
    {
        m_status = status;
        m_contentType = headerValue(headers, "content-type");
    }
    void write(const QByteArray &data) override
    {
        append(data);
        // What is still to come has no reader: the gateway tells the actor so.
        if (!m_done && m_gone)
            std::exchange(m_gone, {})();
    }
    void finish() override
    {
        if (m_status < 400)
            end(QJsonObject{{u"status"_s, m_status}, {u"content_type"_s, QString::fromLatin1(m_contentType)},
                            {u"body_base64"_s, QString::fromLatin1(m_answer.toBase64())}});
        else
            end(failure());
    }
    void abort() override { end(Error::make("monitor", "answer_incomplete", u"The answer broke off."_s)); }
    bool alive() const override { return bool(m_done); }
    qint64 bytesQueued() const override { return 0; }
    void onGone(std::function<void()> callback) override { m_gone = std::move(callback); }

private:
    void append(const QByteArray &data)
    {
        if (m_answer.size() + data.size() <= ActorCall::kMostAnswerBytes)
            m_answer += data;
        else
            end(Error::make("monitor", "answer_too_large", u"The answer has more than %1 bytes."_s.arg(ActorCall::kMostAnswerBytes)));
    }
    Error failure() const
    {
        const QJsonObject told = QJsonDocument::fromJson(m_answer).object();
        const QString group = told.value("group"_L1).toString(), code = told.value("code"_L1).toString();
        const QString message = told.value("message"_L1).toString();
        if (group.isEmpty() || code.isEmpty())
            return Error::make("monitor", "action_failed", u"HTTP status %1. "_s.arg(m_status) + QString::fromUtf8(m_answer.left(300)));
        return Error::make(group.toUtf8(), code.toUtf8(), message.isEmpty() ? u"HTTP status %1"_s.arg(m_status) : message);
    }
    void end(const Result<QJsonObject> &result)
    {
        if (const Commands::Done done = std::exchange(m_done, {}))
            done(result);
    }

    HttpHead m_head;
    QByteArray m_body;
    Commands::Done m_done; ///< empty: answered
    std::function<void()> m_gone;
    int m_status = 0;
    QByteArray m_contentType, m_answer;
};

} // namespace

void ActorCall::run(Core &core, const QString &actorId, const QString &action, const QJsonArray &args, const Commands::Done &done)
{
    if (action.isEmpty())
        return done(Error::make("monitor", "bad_argument", u"action: missing"_s));
    HttpHead head;
    head.method = "POST";
    head.target = "/action/" + QUrl::toPercentEncoding(action);
    head.peerAddress = "127.0.0.1";
    head.headers = {{"host", "localhost"}, {"content-type", "application/json"}, {"x-rivet-encoding", "json"},
                    {"x-dormouse-console", "1"}};
    const QByteArray body = QJsonDocument(QJsonObject{{u"args"_s, args}}).toJson(QJsonDocument::Compact);
    head.headers.emplace_back("content-length", QByteArray::number(body.size()));
    Gateway::Target target;
    target.actorId = actorId;
    target.path = head.target;
    target.rayId = makeId(core.context().random);
    core.gateway().request(std::make_shared<CallExchange>(std::move(head), body, done), target);
}

} // namespace dormouse
