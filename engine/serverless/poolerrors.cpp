// SPDX-License-Identifier: Apache-2.0
#include "engine/serverless/poolerrors.h"

#include <QJsonDocument>

namespace dormouse {

namespace {

constexpr qsizetype kMaxShownChars = 512;

QString shown(const QByteArray &body)
{
    return QString::fromUtf8(body).left(kMaxShownChars);
}

QByteArray variant(const QString &name, const QJsonObject &members)
{
    return QJsonDocument(QJsonObject{{name, members}}).toJson(QJsonDocument::Compact);
}

} // namespace

QByteArray poolHttpError(int status, const QByteArray &body)
{
    return variant(QStringLiteral("serverless_http_error"),
                   {{QStringLiteral("status_code"), status}, {QStringLiteral("body"), shown(body)}});
}

QByteArray poolConnectionError(const QString &message)
{
    return variant(QStringLiteral("serverless_connection_error"), {{QStringLiteral("message"), message.left(kMaxShownChars)}});
}

QByteArray poolPayloadError(const QString &message, const QByteArray &raw)
{
    return variant(QStringLiteral("serverless_invalid_sse_payload"),
                   {{QStringLiteral("message"), message}, {QStringLiteral("raw_payload"), shown(raw)}});
}

QByteArray poolEndedEarly()
{
    return QByteArrayLiteral("\"serverless_stream_ended_early\"");
}

PoolErrors::PoolErrors(const CoreContext &context, std::function<void()> changed)
    : m_context(context), m_changed(std::move(changed)), m_timer(context.timers)
{}

void PoolErrors::failed(const QByteArray &errorJson)
{
    m_errorTs = m_context.clock.wallMs();
    report(errorJson);
}

void PoolErrors::succeeded()
{
    report({});
}

void PoolErrors::forget()
{
    m_reported.clear();
    m_timer.cancel();
    m_errorTs.reset();
    m_successes = 0;
    if (!std::exchange(m_active, {}).isEmpty())
        m_changed();
}

void PoolErrors::report(const QByteArray &errorJson)
{
    m_reported.push_back(errorJson);
    if (m_reported.size() >= kMaxBatch)
        apply();
    else if (!m_timer.active())
        m_timer.start(m_context.clock.monoMs() + kDebounceMs, [this] { apply(); });
}

void PoolErrors::apply()
{
    m_timer.cancel();
    const QByteArray before = m_active;
    for (const QByteArray &entry : std::exchange(m_reported, {})) {
        if (!entry.isEmpty()) {
            m_active = entry;
            m_successes = 0;
        } else if (++m_successes >= m_context.config.runnerPoolConsecutiveSuccessesToClearError) {
            m_active.clear();
        }
    }
    if (m_active != before)
        m_changed();
}

} // namespace dormouse
