// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/export.h"

#include "engine/record/exporter.h"

#include <QFile>
#include <QSaveFile>

#include <cstdio>

namespace dormouse {

namespace {
int failed(const QString &message)
{
    std::fprintf(stderr, "dormoused: %s\n", qUtf8Printable(message));
    return kExitFailed;
}
} // namespace

int exportRecording(const CommandLine &line)
{
    Result<std::unique_ptr<record::SessionReader>> reader =
        record::SessionReader::open(line.input, record::SessionReader::Damage::ReadUpToIt);
    if (!reader)
        return failed(reader.error().message);
    if (const QString &notice = (*reader)->notice(); !notice.isEmpty())
        std::fprintf(stderr, "dormoused: %s: %s\n", qUtf8Printable(line.input), qUtf8Printable(notice));

    const bool toFile = !line.output.isEmpty() && line.output != u"-";
    QSaveFile saved(line.output);
    QFile standard;
    const bool open = toFile ? saved.open(QIODevice::WriteOnly) : standard.open(stdout, QIODevice::WriteOnly);
    if (!open)
        return failed(QStringLiteral("cannot write %1: %2").arg(line.output, saved.errorString()));
    QIODevice &out = toFile ? static_cast<QIODevice &>(saved) : standard;
    const Result<record::ExportStats> stats = line.format == u"chrome" ? record::exportChromeTrace(**reader, out)
                                                                       : record::exportJsonLines(**reader, out);
    if (!stats)
        return failed(stats.error().message);
    if (toFile && !saved.commit())
        return failed(QStringLiteral("cannot write %1: %2").arg(line.output, saved.errorString()));
    std::fprintf(stderr, "dormoused: %llu entries written%s\n", static_cast<unsigned long long>(stats->written),
                 stats->thinned ? ", some messages left out because of the size limit" : "");
    if (stats->eventsDropped > 0) {
        std::fprintf(stderr, "dormoused: %llu events are missing from the recording\n",
                     static_cast<unsigned long long>(stats->eventsDropped));
    }
    return kExitOk;
}

} // namespace dormouse
