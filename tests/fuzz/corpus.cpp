// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/corpus.h"

#include <QDir>
#include <QFile>

namespace dormouse::fuzz {

std::vector<QByteArray> corpus(const char *name)
{
    const QDir folder(QStringLiteral(DORMOUSE_FUZZ_CORPUS "/") + QString::fromLatin1(name));
    std::vector<QByteArray> inputs;
    const QStringList files = folder.entryList(QDir::Files, QDir::Name);
    for (const QString &file : files) {
        QFile input(folder.filePath(file));
        if (!input.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(input.fileName()));
        inputs.push_back(input.readAll());
    }
    return inputs;
}

} // namespace dormouse::fuzz
