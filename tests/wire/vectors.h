// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <vector>

namespace dormouse::wire::test {

/// One entry of tests/data/wire/runner-protocol-*.json.
struct Vector
{
    QString name;
    int version = 0;
    QString root;
    QByteArray bytes;
    QJsonObject entry; ///< the whole entry, with "value" or with the verdicts
};

/// The 351 well-formed vectors of all versions and roots.
std::vector<Vector> loadVectors();
/// The 53 malformed inputs and their controls.
std::vector<Vector> loadMalformed();
/// "versions" of the published layout.
QJsonObject loadLayout();

} // namespace dormouse::wire::test
