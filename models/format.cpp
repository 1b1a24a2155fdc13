// SPDX-License-Identifier: Apache-2.0
#include "models/format.h"

#include <QDateTime>

#include <cmath>

namespace dormouse {

namespace {

QString scaled(double value)
{
    const double size = std::abs(value);
    return QString::number(value, 'f', size < 10 && value != std::floor(value) ? 1 : 0);
}

QString grouped(qint64 value)
{
    QString digits = QString::number(std::abs(value));
    for (auto at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QChar(0x202f));
    return value < 0 ? QString(u'-' % digits) : digits;
}

} // namespace

QString unknownText()
{
    return QStringLiteral("—");
}

QString countText(double value)
{
    if (std::isnan(value))
        return unknownText();
    if (std::abs(value) < 10 && value != std::floor(value))
        return QString::number(value, 'f', 1);
    return grouped(qint64(std::llround(value)));
}

QString bytesText(double bytes)
{
    if (std::isnan(bytes))
        return unknownText();
    if (bytes < 1024)
        return QString::number(qint64(bytes)) + QStringLiteral(" B");
    static const QString units[] = {QStringLiteral("KiB"), QStringLiteral("MiB"), QStringLiteral("GiB"),
                                    QStringLiteral("TiB")};
    double value = bytes / 1024;
    int unit = 0;
    while (value >= 1024 && unit < 3) {
        value /= 1024;
        ++unit;
    }
    return QString::number(value, 'f', value < 100 ? 1 : 0) + u' ' + units[unit];
}

QString durationText(double ms)
{
    if (std::isnan(ms))
        return unknownText();
    if (ms < 1000)
        return scaled(ms) + QStringLiteral(" ms");
    const qint64 seconds = qint64(ms / 1000);
    if (seconds < 10)
        return QString::number(ms / 1000, 'f', 1) + QStringLiteral(" s");
    if (seconds < 60)
        return QString::number(seconds) + QStringLiteral(" s");
    const auto two = [](qint64 n) { return QString::number(n).rightJustified(2, u'0'); };
    if (seconds < 3600)
        return QString::number(seconds / 60) + QStringLiteral(" min ") + two(seconds % 60) + QStringLiteral(" s");
    if (seconds < 86400)
        return QString::number(seconds / 3600) + QStringLiteral(" h ") + two(seconds / 60 % 60)
            + QStringLiteral(" min");
    return QString::number(seconds / 86400) + QStringLiteral(" d ") + two(seconds / 3600 % 24)
        + QStringLiteral(" h");
}

QString microsText(double us)
{
    if (std::isnan(us))
        return unknownText();
    if (us < 1000)
        return scaled(us) + QStringLiteral(" µs");
    return us < 1'000'000 ? scaled(us / 1000) + QStringLiteral(" ms") : durationText(us / 1000);
}

QString timeText(qint64 ts)
{
    return QDateTime::fromMSecsSinceEpoch(ts).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString dateTimeText(qint64 ts)
{
    return QDateTime::fromMSecsSinceEpoch(ts).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
}

} // namespace dormouse
