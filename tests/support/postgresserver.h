// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <memory>

namespace dormouse {

/// A PostgreSQL server of the test's own, in a temporary folder, on a Unix socket only; every session needs the
/// password. Ends with the test, also when that crashes. As root it runs under the account that the Debian package
/// makes, because the server refuses root.
class PostgresServer
{
public:
    PostgresServer();
    ~PostgresServer();

    /// Makes the data folder when there is none and waits until the server answers. False: see error().
    bool start();
    /// As a crash of its machine would: nothing is finished, no session is closed in order.
    void kill();
    QString error() const { return m_error; }

    /// A new empty database; returns the name.
    QString createDatabase();
    /// postgresql://… over the Unix socket.
    QString url(const QString &database) const;
    QString socketPath() const;
    /// user:password as it stands in a URL.
    static QString credentials();
    /// Runs one statement in the database; the first column of the first row, or "failed: …".
    QString run(const QString &database, const QString &sql) const;

private:
    bool prepare();
    bool execute(const QString &program, const QStringList &arguments);
    void setUp(QProcess &process) const;

    QTemporaryDir m_folder;
    QString m_programs; ///< folder of initdb and postgres
    QString m_error;
    std::unique_ptr<QProcess> m_server;
    uint m_user = 0; ///< account of the server; 0 = that of the test
    uint m_group = 0;
    int m_databases = 0;
};

} // namespace dormouse
