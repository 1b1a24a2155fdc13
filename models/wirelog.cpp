// SPDX-License-Identifier: Apache-2.0
#include "models/wirelog.h"

#include "engine/wire/layout.h"

#include <QJsonArray>
#include <QJsonValue>
#include <QStringList>

#include <algorithm>

namespace dormouse {

namespace {

constexpr qsizetype kOffsetDigits = 6, kGap = 2;

qsizetype lineLength(int perLine)
{
    return kOffsetDigits + kGap + 3 * perLine + kGap - 1 + perLine + 1; // with the end of the line
}

bool isUnion(int version, const QString &type)
{
    const QByteArray name = type.toLatin1();
    const wire::TypeLayout *layout = wire::findType(version, std::string_view(name.constData(), std::size_t(name.size())));
    return layout && layout->kind == wire::TypeKind::Union;
}

/// What kind of message it is: the way down through nested unions.
void collectMembers(const wire::FieldNode &node, int version, QStringList &members)
{
    if (isUnion(version, node.type) && !node.value.isEmpty())
        members.append(node.value);
    for (const wire::FieldNode &child : node.children) {
        const auto before = members.size();
        collectMembers(child, version, members);
        if (members.size() > before)
            return;
    }
}

} // namespace

wire::FieldNode WireMessage::tree() const
{
    if (recorded) {
        wire::FieldNode root{title, {}, {}, 0, 0, {}};
        for (const auto &[name, value] : facts)
            root.children.push_back({name, {}, value, 0, 0, {}});
        return root;
    }
    const auto dissected = wire::dissect(version, toRunner ? wire::Root::EngineToRunner : wire::Root::RunnerToEngine, bytes);
    if (dissected)
        return *dissected;
    return {QStringLiteral("error"), QStringLiteral("error"), dissected.error().message, 0, bytes.size(), {}};
}

void WireLog::setRunner(const QString &runnerId)
{
    if (m_runnerId == runnerId)
        return;
    m_runnerId = runnerId;
    m_lastSeq = m_lost = 0;
    std::erase_if(m_messages, [](const WireMessage &message) { return message.seq > 0; });
}

int WireLog::take(const QJsonObject &answer)
{
    if (answer.value(QLatin1String("recorded")).toBool())
        return takeRecorded(answer.value(QLatin1String("frames")).toArray());
    m_lost += quint64(answer.value(QLatin1String("lost")).toInteger());
    int taken = 0;
    const QJsonArray frames = answer.value(QLatin1String("frames")).toArray();
    for (const QJsonValue &value : frames) {
        const QJsonObject frame = value.toObject();
        WireMessage message;
        message.seq = quint64(frame.value(QLatin1String("seq")).toInteger());
        if (message.seq <= m_lastSeq)
            continue; // of an answer that was overtaken
        m_lastSeq = message.seq;
        message.ts = frame.value(QLatin1String("ts")).toInteger();
        message.toRunner = frame.value(QLatin1String("to_runner")).toBool();
        message.version = frame.value(QLatin1String("version")).toInt();
        message.size = frame.value(QLatin1String("size")).toInteger();
        message.bytes = QByteArray::fromBase64(frame.value(QLatin1String("bytes_base64")).toString().toLatin1());
        add(std::move(message));
        ++taken;
    }
    return taken;
}

int WireLog::takeRecorded(const QJsonArray &frames)
{
    const auto seqOf = [](const QJsonValue &frame) { return quint64(frame[QLatin1String("seq")].toInteger()); };
    qsizetype from = 0;
    while (from < frames.size() && seqOf(frames.at(from)) <= m_lastSeq)
        ++from;
    const bool goesOn = m_lastSeq > 0 && from > 0 && seqOf(frames.at(from - 1)) == m_lastSeq;
    const bool same = frames.isEmpty() && m_lastSeq == 0;
    if (!goesOn && !same) { // the moment shown is another one
        std::erase_if(m_messages, [](const WireMessage &message) { return message.seq > 0; });
        ++m_epoch;
        m_lastSeq = 0;
        from = 0;
    }
    int taken = 0;
    for (qsizetype i = from; i < frames.size(); ++i, ++taken) {
        const QJsonObject frame = frames.at(i).toObject();
        WireMessage message;
        message.recorded = true;
        message.seq = m_lastSeq = seqOf(frame);
        message.ts = frame.value(QLatin1String("ts")).toInteger();
        message.toRunner = frame.value(QLatin1String("to_runner")).toBool();
        message.size = frame.value(QLatin1String("size")).toInteger(-1);
        message.title = frame.value(QLatin1String("kind")).toString();
        const QJsonObject fields = frame.value(QLatin1String("fields")).toObject();
        for (auto field = fields.begin(); field != fields.end(); ++field)
            message.facts.emplace_back(field.key(), field.value().toString());
        add(std::move(message));
    }
    return taken;
}

const WireMessage *WireLog::type(const QString &hex, bool toRunner, int version)
{
    QString digits;
    for (const QChar c : hex)
        if (!c.isSpace())
            digits += c;
    const bool good = !digits.isEmpty() && digits.size() % 2 == 0
        && std::all_of(digits.cbegin(), digits.cend(), [](QChar c) { return (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f'); });
    if (!good)
        return nullptr;
    WireMessage message;
    message.toRunner = toRunner;
    message.version = version;
    message.bytes = QByteArray::fromHex(digits.toLatin1());
    message.size = message.bytes.size();
    add(std::move(message));
    return &m_messages.back();
}

void WireLog::add(WireMessage message)
{
    message.number = m_next++;
    if (message.recorded) {
        m_messages.push_back(std::move(message));
        if (m_messages.size() > kMostMessages)
            m_messages.pop_front();
        return;
    }
    const wire::FieldNode tree = message.tree();
    QStringList members;
    collectMembers(tree, message.version, members);
    message.title = members.isEmpty() ? tree.type : members.last();
    for (const QString &way : {QStringLiteral("ToClient"), QStringLiteral("ToServer")})
        if (message.title.startsWith(way) && message.title.size() > way.size())
            message.title.remove(0, way.size()); // the direction is known
    message.faulty = !message.isCut() && (tree.type == u"error" || wire::findError(tree));
    m_messages.push_back(std::move(message));
    if (m_messages.size() > kMostMessages)
        m_messages.pop_front();
}

const WireMessage *WireLog::find(quint64 number) const
{
    const auto found = std::lower_bound(m_messages.begin(), m_messages.end(), number,
                                        [](const WireMessage &message, quint64 n) { return message.number < n; });
    return found != m_messages.end() && found->number == number ? &*found : nullptr;
}

QList<int> fieldAt(const wire::FieldNode &root, qint64 offset)
{
    QList<int> path;
    const wire::FieldNode *node = &root;
    for (bool deeper = true; deeper;) {
        deeper = false;
        for (std::size_t i = 0; i < node->children.size(); ++i) {
            const wire::FieldNode &child = node->children[i];
            if (offset < child.offset || offset >= child.offset + child.length)
                continue;
            path.append(int(i));
            node = &child;
            deeper = true;
            break;
        }
    }
    return path;
}

QString hexLines(const QByteArray &bytes, int perLine)
{
    QString text;
    text.reserve((bytes.size() / perLine + 1) * lineLength(perLine));
    for (qsizetype at = 0; at < bytes.size(); at += perLine) {
        text += QString::number(at, 16).rightJustified(kOffsetDigits, u'0') + QStringLiteral("  ");
        QString plain;
        for (qsizetype i = at; i < at + perLine; ++i) {
            if (i >= bytes.size()) {
                text += QStringLiteral("   ");
                plain += u' ';
                continue;
            }
            const auto byte = uchar(bytes.at(i));
            text += QString::number(byte, 16).rightJustified(2, u'0') + u' ';
            plain += byte >= 0x20 && byte < 0x7f ? QChar(ushort(byte)) : QChar(u'·');
        }
        text += u' ' + plain + u'\n';
    }
    return text;
}

qsizetype hexPosition(qint64 offset, int perLine)
{
    return offset / perLine * lineLength(perLine) + kOffsetDigits + kGap + offset % perLine * 3;
}

std::optional<qint64> byteAtPosition(qsizetype position, int perLine, qint64 size)
{
    const qsizetype line = position / lineLength(perLine);
    const qsizetype hex = position % lineLength(perLine) - kOffsetDigits - kGap;
    const qsizetype plain = hex - 3 * perLine - (kGap - 1);
    qsizetype column = -1;
    if (hex >= 0 && hex < 3 * perLine)
        column = hex / 3;
    else if (plain >= 0 && plain < perLine)
        column = plain;
    const qint64 offset = line * perLine + column;
    return column >= 0 && offset < size ? std::optional(offset) : std::nullopt;
}

} // namespace dormouse
