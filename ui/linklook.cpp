// SPDX-License-Identifier: Apache-2.0
#include "ui/linklook.h"

#include "models/format.h"
#include "ui/session.h"

#include <QCoreApplication>

namespace dormouse {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("dormouse::LinkLook", text);
}

} // namespace

LinkLook linkLook(const Session &session)
{
    const monitor::Source *source = session.source();
    if (!source)
        return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "No engine")), QStringLiteral("state-ended"), Color::Muted};
    if (!source->capabilities().live || source->linkState() == monitor::LinkState::Ended)
        return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Recording: %1")).arg(source->name()), QStringLiteral("archive"), Color::Info};
    const QString &url = session.cluster().info().listenUrl;
    const QString where = url.isEmpty() ? source->name() : url;
    const QString age = durationText(double(session.staleMs().value_or(0)));
    switch (source->linkState()) {
    case monitor::LinkState::Connecting:
        return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Connecting to %1")).arg(where), QStringLiteral("state-opening"), Color::Waking};
    case monitor::LinkState::Stale:
        return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Stale, %1 old: %2")).arg(age, source->linkDetail()), QStringLiteral("state-warn"),
                Color::Waking};
    case monitor::LinkState::Failed:
        return {session.framesApplied() ? words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Failed, data %1 old: %2")).arg(age, source->linkDetail())
                                        : words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Failed: %1")).arg(source->linkDetail()),
                QStringLiteral("state-error"), Color::Bad};
    case monitor::LinkState::Live:
    case monitor::LinkState::Ended:
        break;
    }
    if (session.isReadOnly())
        return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Live, read only: %1")).arg(where), QStringLiteral("state-running"), Color::Good};
    return {words(QT_TRANSLATE_NOOP("dormouse::LinkLook", "Live: %1")).arg(where), QStringLiteral("state-running"), Color::Good};
}

} // namespace dormouse
