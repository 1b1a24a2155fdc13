// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/wire/dissect.h"

#include <QJsonObject>
#include <QString>

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace dormouse {

/// A message of the runner protocol and its fields (console.md row 56).
struct WireMessage
{
    quint64 number = 0; ///< in this log, from 1
    quint64 seq = 0;    ///< the engine's; 0 = typed by hand
    qint64 ts = 0;      ///< wall ms; 0 = typed by hand
    bool toRunner = false;
    int version = 7;
    qint64 size = 0; ///< bytes; more than bytes.size() when the engine has cut it
    QByteArray bytes;
    bool recorded = false; ///< of a recording: no bytes; size is that of the payload, -1 = unknown
    std::vector<std::pair<QString, QString>> facts; ///< of a recorded one: field and value
    QString title;   ///< innermost member of the unions that it is made of, for example WebSocketMessage
    bool faulty = false; ///< its receiver would refuse it

    bool isCut() const { return !recorded && size > bytes.size(); }
    wire::FieldNode tree() const;
};

/// What was heard on one runner's link, newest last; the oldest leave at kMostMessages. Thread: the UI thread.
class WireLog
{
public:
    static constexpr std::size_t kMostMessages = 1'000;

    const QString &runnerId() const { return m_runnerId; }
    /// Another runner: what was heard of the one before goes; what was typed stays.
    void setRunner(const QString &runnerId);
    /// The answer to wire_frames. Returns how many messages came. That of a recording is all there is up to the moment
    /// shown: what it does not have leaves, with another epoch() when more than the oldest ones left.
    int take(const QJsonObject &answer);
    /// A message typed as hex, blanks ignored. Nothing when that is no hex or no byte.
    const WireMessage *type(const QString &hex, bool toRunner, int version);
    int epoch() const { return m_epoch; }
    quint64 lastSeq() const { return m_lastSeq; }
    quint64 lost() const { return m_lost; } ///< that the engine could not keep, of this runner
    const std::deque<WireMessage> &messages() const { return m_messages; }
    const WireMessage *find(quint64 number) const;

private:
    void add(WireMessage message);
    int takeRecorded(const QJsonArray &frames);

    QString m_runnerId;
    std::deque<WireMessage> m_messages;
    quint64 m_next = 1, m_lastSeq = 0, m_lost = 0;
    int m_epoch = 0;
};

/// The deepest field that holds the byte, as the places of its parents' children from the root on; empty = the root.
QList<int> fieldAt(const wire::FieldNode &root, qint64 offset);
/// Lines of perLine bytes: "000010  48 65 6c 6c 6f   Hello".
QString hexLines(const QByteArray &bytes, int perLine);
/// Where the digits of a byte are in hexLines(), in characters from the start.
qsizetype hexPosition(qint64 offset, int perLine);
/// The byte at that character of hexLines(), of that many bytes; nothing for what stands between.
std::optional<qint64> byteAtPosition(qsizetype position, int perLine, qint64 size);

} // namespace dormouse
