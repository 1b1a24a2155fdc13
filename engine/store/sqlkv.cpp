// SPDX-License-Identifier: Apache-2.0
#include "engine/store/sqltables_p.h"

#include "engine/store/sqlvalues_p.h"

#include <QSqlError>

#include <limits>
#include <map>

namespace dormouse {

using namespace sqlvalue;
using namespace sqltable;

namespace {

KvEntry readEntry(const QSqlQuery &query)
{
    Columns c(query, false);
    KvEntry entry;
    entry.key = c.blob();
    entry.value = c.blob();
    entry.version = c.blob();
    entry.updateTs = c.number();
    return entry;
}

} // namespace

qint64 SqlTables::kvBytes(const QString &actorId)
{
    QSqlQuery &query = select(kKvSize, "SELECT bytes FROM actor_kv_size WHERE actor_id=?", {text(actorId)});
    const qint64 bytes = query.next() ? query.value(0).toLongLong() : 0;
    query.finish();
    return bytes;
}

void SqlTables::setKvBytes(const QString &actorId, qint64 bytes)
{
    upsert(kKvSize, {text(actorId), bytes});
}

void SqlTables::kvDrop(const QString &actorId)
{
    run(kKv, "DELETE FROM actor_kv WHERE actor_id=?", {text(actorId)});
    run(kKvSize, "DELETE FROM actor_kv_size WHERE actor_id=?", {text(actorId)});
}

KvResult SqlTables::kvGet(const QString &actorId, const KvGet &get)
{
    std::vector<KvEntry> found;
    qint64 bytes = 0;
    for (std::size_t i = 0; i < get.keys.size(); ++i) {
        if (i > 0 && get.keys[i] == get.keys[i - 1])
            continue;
        QSqlQuery &query = select(kKv, "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(get.keys[i])});
        if (query.next()) {
            found.push_back(readEntry(query));
            bytes += kvSize(found.back().key, found.back().value) + kKvAnswerOverhead;
        }
        query.finish();
        if (bytes > kMaxKvAnswerBytes)
            return kvAnswerError();
    }
    return found;
}

KvResult SqlTables::kvList(const QString &actorId, const KvList &list)
{
    std::vector<KvEntry> found;
    if (list.limit == 0 || (list.kind == KvList::Kind::Range && list.start > list.end))
        return found;
    const qint64 limit = qint64(qMin<quint64>(list.limit, quint64(std::numeric_limits<qint64>::max())));
    QByteArray from = list.start;
    QByteArray to;
    bool bounded = false;
    bool inclusive = false;
    switch (list.kind) {
    case KvList::Kind::All:
        from = QByteArray("");
        break;
    case KvList::Kind::Range:
        to = list.end;
        bounded = true;
        inclusive = !list.exclusive;
        break;
    case KvList::Kind::Prefix:
        to = afterPrefix(list.start);
        bounded = !to.isEmpty();
        break;
    }
    QVariantList values{text(actorId), blob(from)};
    if (bounded)
        values.append(blob(to));
    values.append(limit);
    constexpr const char *kSql[3][2] = {
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? ORDER BY k DESC LIMIT ?"},
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<? ORDER BY k DESC LIMIT ?"},
        {"SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<=? ORDER BY k LIMIT ?",
         "SELECT k, v, version, update_ts FROM actor_kv WHERE actor_id=? AND k>=? AND k<=? ORDER BY k DESC LIMIT ?"},
    };
    QSqlQuery &query = select(kKv, kSql[bounded ? (inclusive ? 2 : 1) : 0][list.reverse ? 1 : 0], values);
    qint64 bytes = 0;
    while (query.next()) {
        found.push_back(readEntry(query));
        bytes += kvSize(found.back().key, found.back().value) + kKvAnswerOverhead;
        if (bytes > kMaxKvAnswerBytes) {
            query.finish();
            return kvAnswerError();
        }
    }
    if (query.lastError().isValid())
        throw SqlFailure{query.lastError().text()};
    query.finish();
    return found;
}

KvResult SqlTables::kvPut(const QString &actorId, const KvPut &put)
{
    std::map<QByteArray, const KvEntry *> latest;
    qint64 payload = 0;
    for (const KvEntry &entry : put.entries) {
        latest[entry.key] = &entry;
        payload += kvSize(entry.key, entry.value);
    }
    const qint64 before = kvBytes(actorId);
    qint64 after = before;
    for (const auto &[key, entry] : latest) {
        QSqlQuery &query = select(kKv, "SELECT length(v) FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(key)});
        if (query.next())
            after -= key.size() + query.value(0).toLongLong();
        query.finish();
        after += kvSize(key, entry->value);
    }
    if (after > m_kvLimit && after > before)
        return kvQuotaError(before, m_kvLimit, payload);
    for (const auto &[key, entry] : latest)
        upsert(kKv, {text(actorId), blob(key), blob(entry->value), blob(entry->version), entry->updateTs});
    if (!latest.empty())
        setKvBytes(actorId, after);
    return std::vector<KvEntry>();
}

void SqlTables::kvDelete(const QString &actorId, const KvDelete &del)
{
    const qint64 before = kvBytes(actorId);
    qint64 after = before;
    for (const QByteArray &key : del.keys) {
        QSqlQuery &query = select(kKv, "SELECT length(v) FROM actor_kv WHERE actor_id=? AND k=?",
                                  {text(actorId), blob(key)});
        const bool found = query.next();
        if (found)
            after -= key.size() + query.value(0).toLongLong();
        query.finish();
        if (found)
            run(kKv, "DELETE FROM actor_kv WHERE actor_id=? AND k=?", {text(actorId), blob(key)});
    }
    if (after != before)
        setKvBytes(actorId, after);
}

void SqlTables::kvDeleteRange(const QString &actorId, const KvDeleteRange &del)
{
    if (!(del.start < del.end))
        return;
    const QVariantList values{text(actorId), blob(del.start), blob(del.end)};
    QSqlQuery &query = select(kKv, "SELECT coalesce(sum(length(k) + length(v)), 0) FROM actor_kv"
                              " WHERE actor_id=? AND k>=? AND k<?",
                              values);
    const qint64 removed = query.next() ? query.value(0).toLongLong() : 0;
    query.finish();
    run(kKv, "DELETE FROM actor_kv WHERE actor_id=? AND k>=? AND k<?", values);
    if (removed != 0)
        setKvBytes(actorId, kvBytes(actorId) - removed);
}

KvResult SqlTables::kv(const QString &actorId, const KvOp &op)
{
    const std::vector<KvEntry> nothing;
    return std::visit(Overloaded{
                          [&](const KvGet &get) -> KvResult { return kvGet(actorId, get); },
                          [&](const KvList &list) -> KvResult { return kvList(actorId, list); },
                          [&](const KvPut &put) -> KvResult { return kvPut(actorId, put); },
                          [&](const KvDelete &del) -> KvResult {
                              kvDelete(actorId, del);
                              return nothing;
                          },
                          [&](const KvDeleteRange &del) -> KvResult {
                              kvDeleteRange(actorId, del);
                              return nothing;
                          },
                          [&](const KvSize &) -> KvResult {
                              return std::vector<KvEntry>{{{}, QByteArray::number(kvBytes(actorId)), {}, 0}};
                          },
                          [&](const KvDropAll &) -> KvResult {
                              kvDrop(actorId);
                              return nothing;
                          },
                      },
                      op);
}

} // namespace dormouse
