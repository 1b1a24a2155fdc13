// SPDX-License-Identifier: Apache-2.0
#include "tests/wire/vectors.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace dormouse::wire::test {

namespace {

QJsonObject load(const QString &file)
{
    QFile input(QStringLiteral(DORMOUSE_TEST_DATA) + u"/wire/runner-protocol-"_s + file);
    if (!input.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(input.fileName()));
    return QJsonDocument::fromJson(input.readAll()).object();
}

void append(std::vector<Vector> &out, const QString &file)
{
    const QJsonObject document = load(file);
    const int fileVersion = document[u"protocol_version"_s].toInt();
    const QJsonArray vectors = document[u"vectors"_s].toArray();
    for (const QJsonValue &value : vectors) {
        const QJsonObject entry = value.toObject();
        out.push_back({entry[u"name"_s].toString(), entry[u"protocol_version"_s].toInt(fileVersion),
                       entry[u"root"_s].toString(), QByteArray::fromHex(entry[u"hex"_s].toString().toLatin1()),
                       entry});
    }
}

} // namespace

std::vector<Vector> loadVectors()
{
    std::vector<Vector> vectors;
    append(vectors, u"v5.json"_s);
    append(vectors, u"v7.json"_s);
    append(vectors, u"legacy.json"_s);
    return vectors;
}

std::vector<Vector> loadMalformed()
{
    std::vector<Vector> vectors;
    append(vectors, u"malformed.json"_s);
    return vectors;
}

QJsonObject loadLayout()
{
    return load(u"layout.json"_s)[u"versions"_s].toObject();
}

} // namespace dormouse::wire::test
