// SPDX-License-Identifier: Apache-2.0
#include "app/console/startuptimes.h"

#include <QElapsedTimer>
#include <QFile>

#include <ctime>
#include <unistd.h>

namespace dormouse {

double msSinceProcessStart()
{
#ifdef Q_OS_LINUX
    QFile file(QStringLiteral("/proc/self/stat"));
    if (file.open(QIODevice::ReadOnly)) {
        // proc(5): field 22 is the start in clock ticks since boot; the name in field 2 may hold blanks and ends with the
        // last bracket.
        const QByteArray line = file.readAll();
        const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
        timespec now{};
        if (fields.size() > 19 && clock_gettime(CLOCK_BOOTTIME, &now) == 0)
            return double(now.tv_sec) * 1000 + double(now.tv_nsec) / 1e6
                - fields.at(19).toDouble() * 1000 / double(sysconf(_SC_CLK_TCK));
    }
#endif
    static const QElapsedTimer started = [] {
        QElapsedTimer timer;
        timer.start();
        return timer;
    }();
    return double(started.elapsed());
}

} // namespace dormouse
