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

/// rivetkit reads lists of two whose first is a text in "$" as values that JSON has no word for, and refuses those it does
/// not know.
QJsonArray escaped(const QJsonArray &list, bool isArguments);

QJsonValue escaped(const QJsonValue &value)
{
    if (value.isArray())
        return escaped(value.toArray(), false);
    if (!value.isObject())
        return value;
    QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it)
        it.value() = escaped(QJsonValue(it.value()));
    return object;
}

QJsonArray escaped(const QJsonArray &list, bool isArguments)
{
    static const QStringList known{u"$BigInt"_s, u"$Uint8Array"_s, u"$ArrayBuffer"_s};
    QJsonArray out;
    for (const QJsonValue &value : list)
        out.append(escaped(value));
    if (out.size() != 2 || !out.at(0).toString().startsWith(u'$'))
        return out;
    if (isArguments || !known.contains(out.at(0).toString()))
        out[0] = QString(u'$' + out.at(0).toString());
    return out;
}

/// JSON that fits into a header: fetch() and node take Latin-1 there, what is beyond is refused by some and mangled by
/// others.
QByteArray asciiJson(const QJsonValue &value)
{
    const QByteArray listed = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact); // a document is no mere value
    const QString text = QString::fromUtf8(listed.mid(1).chopped(1));
    QByteArray out;
    for (const QChar c : text) {
        if (c.unicode() < 0x7f)
            out += char(c.unicode());
        else
            out += "\\u" + QByteArray::number(c.unicode(), 16).rightJustified(4, '0');
    }
    return out;
}

} // namespace

void ActorCall::run(Core &core, const QString &actorId, const QString &action, const QJsonArray &args, const QJsonValue &params,
                    const Commands::Done &done)
{
    if (action.isEmpty())
        return done(Error::make("monitor", "bad_argument", u"action: missing"_s));
    const QByteArray told = params.isNull() || params.isUndefined() ? QByteArray() : asciiJson(params);
    if (told.size() > kMostParamsBytes)
        return done(Error::make("monitor", "bad_argument", u"conn_params: more than %1 bytes"_s.arg(kMostParamsBytes)));
    HttpHead head;
    head.method = "POST";
    head.target = "/action/" + QUrl::toPercentEncoding(action);
    head.peerAddress = "127.0.0.1";
    head.headers = {{"host", "localhost"}, {"content-type", "application/json"}, {"x-rivet-encoding", "json"},
                    {"x-dormouse-console", "1"}};
    const QByteArray body = QJsonDocument(QJsonObject{{u"args"_s, escaped(args, true)}}).toJson(QJsonDocument::Compact);
    if (!told.isEmpty())
        head.headers.emplace_back("x-rivet-conn-params", told);
    head.headers.emplace_back("content-length", QByteArray::number(body.size()));
    Gateway::Target target;
    target.actorId = actorId;
    target.path = head.target;
    target.rayId = makeId(core.context().random);
    core.gateway().request(std::make_shared<CallExchange>(std::move(head), body, done), target);
}

} // namespace dormouse
