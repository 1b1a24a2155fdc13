// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgresserver.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QThread>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace dormouse {

namespace {

constexpr int kStartMs = 60'000; ///< on a machine that does other things as well
const QString kUser = u"dormouse"_s;
const QString kPassword = u"it's 100% \\secret@/:"_s;

QString programsFolder()
{
    // Debian keeps each version's programs in a folder of its own, out of the path.
    const QDir versions(u"/usr/lib/postgresql"_s);
    QString newest;
    int most = 0;
    const QStringList names = versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        if (name.toInt() > most && QFile::exists(versions.filePath(name % u"/bin/initdb"_s))) {
            most = name.toInt();
            newest = versions.filePath(name % u"/bin"_s);
        }
    }
    if (!newest.isEmpty())
        return newest;
    const QString initdb = QStandardPaths::findExecutable(u"initdb"_s);
    return initdb.isEmpty() ? QString() : QFileInfo(initdb).canonicalPath();
}

} // namespace

PostgresServer::PostgresServer() : m_folder(u"/tmp/dormouse-pg-XXXXXX"_s) {} // a socket's path must be short

PostgresServer::~PostgresServer()
{
    kill();
}

QString PostgresServer::credentials()
{
    return kUser % u":it%27s%20100%25%20%5Csecret%40%2F%3A"_s;
}

QString PostgresServer::url(const QString &database) const
{
    return u"postgresql://"_s % credentials() % u"@/"_s % database % u"?host="_s % m_folder.path();
}

QString PostgresServer::socketPath() const
{
    return m_folder.filePath(u".s.PGSQL.5432"_s);
}

void PostgresServer::setUp(QProcess &process) const
{
    process.setWorkingDirectory(m_folder.path());
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setChildProcessModifier([user = m_user, group = m_group] {
        if (user != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0))
            ::_exit(127);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // after setuid(), which clears it
    });
}

bool PostgresServer::execute(const QString &program, const QStringList &arguments)
{
    QProcess process;
    setUp(process);
    process.start(m_programs % u'/' % program, arguments);
    if (process.waitForFinished(kStartMs) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
        return true;
    m_error = program % u": "_s % process.errorString() % u' ' % QString::fromLocal8Bit(process.readAll());
    return false;
}

bool PostgresServer::prepare()
{
    m_programs = programsFolder();
    if (m_programs.isEmpty()) {
        m_error = u"PostgreSQL is not installed (Debian package postgresql)"_s;
        return false;
    }
    if (::geteuid() == 0) {
        const passwd *account = ::getpwnam("postgres");
        if (!account) {
            m_error = u"running as root, and there is no account postgres for the server"_s;
            return false;
        }
        m_user = account->pw_uid;
        m_group = account->pw_gid;
        if (::chown(QFile::encodeName(m_folder.path()).constData(), m_user, m_group) != 0) {
            m_error = u"cannot give the folder to the account postgres"_s;
            return false;
        }
    }
    const QString passwordFile = m_folder.filePath(u"password"_s);
    QFile file(passwordFile);
    if (!file.open(QIODevice::WriteOnly) || file.write(kPassword.toUtf8()) < 0) {
        m_error = file.errorString();
        return false;
    }
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::ReadOther);
    return execute(u"initdb"_s, {u"-D"_s, m_folder.filePath(u"data"_s), u"-U"_s, kUser, u"--pwfile"_s, passwordFile,
                                 u"--auth=scram-sha-256"_s, u"-E"_s, u"UTF8"_s, u"--locale=C"_s, u"--no-sync"_s});
}

bool PostgresServer::start()
{
    if (m_programs.isEmpty() && !prepare())
        return false;
    // After a crash the last processes of the old server hold its shared memory for a moment; the new one refuses.
    QDeadlineTimer deadline(kStartMs);
    for (;;) {
        if (!m_server || m_server->state() == QProcess::NotRunning) {
            m_server = std::make_unique<QProcess>();
            setUp(*m_server);
            m_server->setStandardOutputFile(m_folder.filePath(u"log"_s));
            m_server->start(m_programs % u"/postgres"_s,
                            {u"-D"_s, m_folder.filePath(u"data"_s), u"-k"_s, m_folder.path(), u"-h"_s, QString(),
                             u"-p"_s, u"5432"_s, u"-F"_s, u"-c"_s, u"shared_buffers=16MB"_s, u"-c"_s,
                             u"max_connections=20"_s, u"-c"_s, u"autovacuum=off"_s});
        }
        m_server->waitForReadyRead(20);
        const QString answer = run(u"postgres"_s, u"SELECT 'up'"_s);
        if (answer == u"up")
            return true;
        if (deadline.hasExpired()) {
            m_error = u"no server after a minute: "_s % answer;
            return false;
        }
    }
}

void PostgresServer::kill()
{
    if (!m_server)
        return;
    m_server->kill();
    m_server->waitForFinished();
    m_server.reset();
}

QString PostgresServer::createDatabase()
{
    const QString name = u"test%1"_s.arg(++m_databases);
    const QString answer = run(u"postgres"_s, u"CREATE DATABASE "_s % name % u" TEMPLATE template0"_s);
    if (!answer.isEmpty())
        qWarning("%s", qPrintable(answer));
    return name;
}

QString PostgresServer::run(const QString &database, const QString &sql) const
{
    const QString connection = u"postgres-server-%1"_s.arg(quintptr(this));
    QString answer;
    {
        QSqlDatabase db = QSqlDatabase::addDatabase(u"QPSQL"_s, connection);
        db.setHostName(m_folder.path());
        db.setUserName(kUser);
        db.setPassword(kPassword);
        db.setDatabaseName(database);
        QSqlQuery query(db);
        if (!db.open()) {
            answer = u"failed: "_s % db.lastError().text();
        } else {
            query = QSqlQuery(db);
            if (!query.exec(sql))
                answer = u"failed: "_s % query.lastError().text();
            else if (query.next())
                answer = query.value(0).toString();
        }
    }
    QSqlDatabase::removeDatabase(connection);
    return answer;
}

} // namespace dormouse
