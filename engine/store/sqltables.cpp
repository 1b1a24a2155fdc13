// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqltables_p.h"

#include "engine/store/migrations.h"
#include "engine/store/sqlvalues_p.h"

#include <QSqlError>
#include <QStringList>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace dormouse {

using namespace sqlvalue;

namespace {

constexpr const char *kLeaseName = "store_writer";
/// Placeholders of a statement that have names; with more of them the names would make it slow to prepare.
constexpr int kMostNamed = 512;

/// Distinct for distinct keys.
QString keyOf(const SqlTable &table, const QVariantList &row)
{
    const auto part = [&row](int column) {
        const QVariant &value = row[column];
        return value.typeId() == QMetaType::QByteArray ? QString::fromLatin1(value.toByteArray()) : value.toString();
    };
    if (table.keyCount == 1)
        return part(0);
    QString key;
    for (int i = 0; i < table.keyCount; ++i) {
        const QString text = part(i);
        key += QString::number(text.size()) % u':' % text;
    }
    return key;
}

/// Placeholders by name are found by their name; for one without a name the driver makes a name each time.
const QString &placeholder(qsizetype number)
{
    static const std::vector<QString> names = [] {
        std::vector<QString> made;
        for (int i = 0; i < kMostNamed; ++i)
            made.push_back(u":v"_s % QString::number(i));
        return made;
    }();
    return names[std::size_t(number)];
}

} // namespace

QString upsertSql(const SqlTable &table, int rows)
{
    const QString columns = QString::fromLatin1(table.columns);
    const QString row = u'(' % u"?,"_s.repeated(table.columnCount - 1) % u"?)"_s;
    QString sql = u"INSERT INTO "_s % QLatin1StringView(table.name) % u" ("_s % columns % u") VALUES "_s % row
        % QString(u',' % row).repeated(rows - 1);
    const QStringList names = columns.split(u", "_s);
    sql += u" ON CONFLICT ("_s % names.first(table.keyCount).join(u", "_s) % u") DO "_s;
    if (table.keepsExisting || table.keyCount == table.columnCount)
        return sql % u"NOTHING"_s;
    QStringList assignments;
    for (const QString &name : names.sliced(table.keyCount))
        assignments.append(name % u"=excluded."_s % name);
    return sql % u"UPDATE SET "_s % assignments.join(u", "_s) % QLatin1StringView(table.onUpdate);
}

SqlTables::SqlTables(SqlDialect &dialect, qint64 kvMaxStorageBytes, std::atomic<int> &reconnects)
    : m_dialect(dialect), m_connection(QUuid::createUuid().toString()), m_kvLimit(kvMaxStorageBytes),
      m_reconnects(reconnects), m_leaseOwner(QUuid::createUuid().toString(QUuid::WithoutBraces))
{
}

SqlTables::~SqlTables()
{
    disconnect();
}

Error SqlTables::unreadable(const SqlDialect &dialect, const QString &reason)
{
    return Error::make("store", "unreadable", u"cannot use the database "_s % dialect.location() % u": "_s % reason,
                       {{u"file"_s, dialect.location()}, {u"reason"_s, reason}});
}

// --- session ------------------------------------------------------------------------------------

void SqlTables::connect(bool again)
{
    if (!QSqlDatabase::isDriverAvailable(m_dialect.driver()))
        throw SqlFailure{u"the Qt driver "_s % m_dialect.driver() % u" is not installed (Debian package "_s
                         % m_dialect.driverPackage() % u')'};
    m_db = QSqlDatabase::addDatabase(m_dialect.driver(), m_connection);
    m_dialect.configure(m_db);
    if (!m_db.open())
        throw SqlFailure{m_db.lastError().text().simplified()};
    m_dialect.greet(m_db, again);
}

void SqlTables::disconnect() noexcept
{
    m_leaseChecked = false;
    if (!m_db.isValid())
        return;
    // On a server the statements end with the session; freeing one by one would need one that is alive.
    if (!m_dialect.isRemote())
        m_statements.clear();
    m_db.close();
    m_db = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_connection);
    m_statements.clear();
}

void SqlTables::checkLease()
{
    QSqlQuery &query = select("SELECT value FROM meta WHERE name=?", {QString::fromLatin1(kLeaseName)});
    const QString value = query.next() ? query.value(0).toString() : QString();
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
    query.finish();
    if (m_committing && value == leaseValue(m_leaseNumber + 1)) {
        ++m_leaseNumber;
        m_tookPlace = true;
    } else if (value != leaseValue(m_leaseNumber)) {
        throw SqlFailure{u"another engine has used it since the connection was lost"_s, true};
    }
    m_committing = false;
    m_leaseChecked = true;
}

void SqlTables::takeLease()
{
    upsert(sqltable::kMeta, {QString::fromLatin1(kLeaseName), leaseValue(m_leaseNumber)});
    flush(sqltable::kMeta);
    m_leaseChecked = true;
}

QString SqlTables::leaseValue(qint64 number) const
{
    return m_leaseOwner % u' ' % QString::number(number);
}

// --- statements ---------------------------------------------------------------------------------

SqlStatement &SqlTables::prepared(const void *of, int number, const std::function<QString()> &makeSql)
{
    std::unique_ptr<SqlStatement> &slot = m_statements[{of, number}];
    if (!slot) {
        auto statement = std::make_unique<SqlStatement>(SqlStatement{QSqlQuery(m_db)});
        statement->query.setForwardOnly(true);
        const QStringList pieces = makeSql().split(u'?');
        statement->named = pieces.size() - 1 <= kMostNamed;
        QString sql = pieces.front();
        for (qsizetype i = 1; i < pieces.size(); ++i)
            sql += (statement->named ? placeholder(i - 1) : u"?"_s) % pieces[i];
        if (!statement->query.prepare(sql))
            throw SqlFailure{statement->query.lastError().text()};
        slot = std::move(statement);
    }
    return *slot;
}

void SqlStatement::bind(int number, const QVariant &value)
{
    if (named)
        query.bindValue(placeholder(number), value);
    else
        query.bindValue(number, value);
}

void SqlTables::bind(SqlStatement &statement, int number, const QVariant &value)
{
    if (m_dialect.refusesNul() && value.typeId() == QMetaType::QString)
        statement.bind(number, withoutNul(value.toString()));
    else
        statement.bind(number, value);
}

QSqlQuery &SqlTables::execute(SqlStatement &statement)
{
    if (!statement.query.exec()) {
        const QString reason = statement.query.lastError().text();
        statement.query.finish();
        throw SqlFailure{reason};
    }
    return statement.query;
}

QSqlQuery &SqlTables::execute(SqlStatement &statement, const QVariantList &values)
{
    for (qsizetype i = 0; i < values.size(); ++i)
        bind(statement, int(i), values[i]);
    return execute(statement);
}

void SqlTables::upsert(const SqlTable &table, QVariantList row)
{
    Pending &pending = m_pending[&table];
    const QString key = keyOf(table, row);
    if (const auto found = pending.index.constFind(key); found != pending.index.constEnd()) {
        if (!table.keepsExisting)
            pending.rows[*found] = std::move(row);
        return;
    }
    pending.index.insert(key, pending.rows.size());
    pending.rows.push_back(std::move(row));
    if (pending.rows.size() >= std::size_t(table.mostRows))
        flush(table);
}

void SqlTables::flush(const SqlTable &table)
{
    const auto found = m_pending.find(&table);
    if (found == m_pending.end())
        return;
    const Pending pending = std::move(found->second);
    m_pending.erase(found);
    forPieces(int(pending.rows.size()), table.mostRows, [&](int first, int count) {
        SqlStatement &statement = prepared(&table, count, [&] { return upsertSql(table, count); });
        int number = 0;
        for (int i = first; i < first + count; ++i) {
            for (const QVariant &value : pending.rows[std::size_t(i)])
                bind(statement, number++, value);
        }
        execute(statement).finish();
    });
}

QSqlQuery &SqlTables::select(const char *sql, const QVariantList &values)
{
    return execute(prepared(sql, 0, [&] { return QString::fromLatin1(sql); }), values);
}

QSqlQuery &SqlTables::select(const SqlTable &table, const char *sql, const QVariantList &values)
{
    flush(table);
    return select(sql, values);
}

void SqlTables::run(const SqlTable &table, const char *sql, const QVariantList &values)
{
    select(table, sql, values).finish();
}

// --- schema -------------------------------------------------------------------------------------

Result<Snapshot> SqlTables::open()
{
    try {
        connect(false);
        // The version is read before anything is changed: a database of a newer program stays as it is.
        const Result<int> version = schemaVersion();
        if (!version)
            return version.error();
        m_dialect.tune(m_db);
        migrate(*version);
        if (m_dialect.isRemote())
            takeLease();
        return load();
    } catch (const SqlFailure &failure) {
        rollback();
        return unreadable(m_dialect, failure.text);
    }
}

Result<int> SqlTables::schemaVersion()
{
    QSqlQuery &tables = select(m_dialect.countTables());
    if (!tables.next())
        throw SqlFailure{tables.lastError().text()};
    const int count = tables.value(0).toInt();
    const bool hasMeta = tables.value(1).toInt() > 0;
    tables.finish();
    if (count == 0)
        return 0;
    if (!hasMeta)
        return unreadable(m_dialect, u"it is the database of another program"_s);
    QSqlQuery &query = select("SELECT value FROM meta WHERE name = 'schema_version'");
    if (!query.next())
        return unreadable(m_dialect, u"it is the database of another program (no schema version)"_s);
    const QString text = query.value(0).toString();
    query.finish();
    bool isNumber = false;
    const int version = text.toInt(&isNumber);
    if (!isNumber || version < 0)
        return unreadable(m_dialect, u"bad schema version \""_s % text % u'"');
    if (version > newestSchemaVersion())
        return Error::make("store", "newer_schema",
                           QStringLiteral("the database %1 has schema version %2, this program knows versions up to "
                                          "%3; use a newer program or another database")
                               .arg(m_dialect.location())
                               .arg(version)
                               .arg(newestSchemaVersion()),
                           {{u"file"_s, m_dialect.location()}, {u"found"_s, version}, {u"known"_s, newestSchemaVersion()}});
    return version;
}

void SqlTables::migrate(int from)
{
    for (const Migration &step : migrations()) {
        if (step.version <= from)
            continue;
        beginTransaction();
        for (const char *statement : step.statements) {
            QSqlQuery query(m_db);
            if (!query.exec(m_dialect.schema(statement)))
                throw SqlFailure{query.lastError().text()};
        }
        setMeta(u"schema_version"_s, QString::number(step.version));
        flush(sqltable::kMeta);
        commitTransaction();
    }
}

// --- transactions -------------------------------------------------------------------------------

void SqlTables::beginTransaction()
{
    if (const char *sql = m_dialect.beginSql())
        select(sql).finish();
    else
        m_dialect.begin(m_db);
}

void SqlTables::commitTransaction()
{
    if (const char *sql = m_dialect.commitSql())
        select(sql).finish();
    else
        m_dialect.commit(m_db);
}

bool SqlTables::begin()
{
    if (!m_db.isOpen() || m_dialect.isLost(m_db)) {
        disconnect();
        connect(true);
        ++m_reconnects;
    }
    m_tookPlace = false;
    if (m_dialect.isRemote() && !m_leaseChecked) {
        checkLease();
        if (m_tookPlace)
            return false;
    }
    m_committing = false;
    beginTransaction();
    if (m_dialect.isRemote()) {
        QSqlQuery &query = select("UPDATE meta SET value=? WHERE name=? AND value=?",
                                  {leaseValue(m_leaseNumber + 1), QString::fromLatin1(kLeaseName),
                                   leaseValue(m_leaseNumber)});
        const bool owned = query.numRowsAffected() == 1;
        query.finish();
        if (!owned)
            throw SqlFailure{u"another engine has taken it over"_s, true};
    }
    return true;
}

void SqlTables::commit()
{
    while (!m_pending.empty())
        flush(*m_pending.begin()->first);
    m_committing = true;
    commitTransaction();
    m_committing = false;
    ++m_leaseNumber;
}

void SqlTables::rollback() noexcept
{
    m_pending.clear();
    // A select that is still open would block the rollback.
    for (auto &[name, statement] : m_statements) {
        if (statement)
            statement->query.finish();
    }
    if (!m_db.isOpen() || m_dialect.isLost(m_db))
        return;
    QSqlQuery query(m_db);
    query.exec(u"ROLLBACK"_s); // fails harmlessly when no transaction is open
}

} // namespace dormouse
