// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <QString>

#include <utility>
#include <vector>

namespace dormouse {

/// A PostgreSQL database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, percent-encoded. What is left out
/// is decided by the client library (user of the system, its password file, port 5432). Options: host (a folder of
/// Unix sockets, with no host in the URL), connect_timeout, passfile, sslmode, sslrootcert, sslcert, sslkey.
struct DatabaseUrl
{
    QString host;
    int port = -1; ///< -1 = not given
    QString user;
    QString password;
    QString database;
    std::vector<std::pair<QString, QString>> options; ///< without host

    /// For people: everything but the password and the options.
    QString shown() const;
};

/// Errors: config.invalid; the message never repeats the text, which may hold a password.
Result<DatabaseUrl> parseDatabaseUrl(const QString &text);

/// The text without its password, for settings views; "(set)" when it cannot be read.
QString databaseUrlWithoutPassword(const QString &text);

} // namespace dormouse
