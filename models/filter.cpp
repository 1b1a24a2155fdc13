// SPDX-License-Identifier: Apache-2.0
#include "models/filter.h"

#include <QHash>

#include <optional>

namespace dormouse {

namespace {

/// Sizes in bytes; times in ms, because all age and duration columns are raw ms.
std::optional<double> number(const QString &text)
{
    static const QHash<QString, double> units = {
        {QString(), 1}, {QStringLiteral("b"), 1}, {QStringLiteral("kib"), 1024}, {QStringLiteral("mib"), 1048576},
        {QStringLiteral("gib"), 1073741824}, {QStringLiteral("us"), 0.001}, {QStringLiteral("ms"), 1},
        {QStringLiteral("s"), 1000}, {QStringLiteral("m"), 60000}, {QStringLiteral("h"), 3600000}};
    auto split = text.size();
    while (split > 0 && text.at(split - 1).isLetter())
        --split;
    const auto unit = units.constFind(text.mid(split).toLower());
    bool ok = false;
    const double value = text.left(split).toDouble(&ok);
    if (!ok || unit == units.cend())
        return std::nullopt;
    return value * unit.value();
}

QStringList tokens(const QString &source)
{
    QStringList out;
    QString current;
    bool quoted = false;
    bool regex = false;
    for (const QChar c : source) {
        if (c == u'"' && !regex) {
            quoted = !quoted;
            continue;
        }
        const bool atStart = current.isEmpty() || current == QStringLiteral("-");
        if (c == u'/' && !quoted && (regex || atStart))
            regex = !regex && atStart;
        if (c.isSpace() && !quoted && !regex) {
            if (!current.isEmpty())
                out.append(current);
            current.clear();
        } else {
            current += c;
        }
    }
    if (!current.isEmpty())
        out.append(current);
    return out;
}

} // namespace

Filter Filter::parse(const QString &source)
{
    Filter filter;
    filter.m_source = source;
    static const QRegularExpression withField(QStringLiteral("^([A-Za-z_.]+)(>=|<=|>|<|:)(.+)$"));
    const QStringList all = tokens(source);
    for (QString token : all) {
        Term term;
        if (token.startsWith(u'-') && token.size() > 1) {
            term.negated = true;
            token.remove(0, 1);
        }
        const auto match = withField.match(token);
        if (token.startsWith(u'/') && token.size() > 1) {
            term.op = Operator::Regex;
            const bool closed = token.endsWith(u'/') && token.size() > 2;
            term.regex = QRegularExpression(token.mid(1, token.size() - (closed ? 2 : 1)),
                                            QRegularExpression::CaseInsensitiveOption
                                                | QRegularExpression::MultilineOption); // one column per line
            if (!term.regex.isValid()) {
                filter.m_error = QStringLiteral("bad_regex: ") + token;
                continue;
            }
        } else if (match.hasMatch()) {
            term.field = match.captured(1).toLower();
            term.text = match.captured(3);
            const QString op = match.captured(2);
            if (op != QStringLiteral(":")) {
                const auto value = number(term.text);
                if (!value) {
                    filter.m_error = QStringLiteral("bad_number: ") + term.text;
                    continue;
                }
                term.number = *value;
                term.op = op == QStringLiteral(">") ? Operator::Greater
                    : op == QStringLiteral("<")     ? Operator::Less
                    : op == QStringLiteral(">=")    ? Operator::GreaterEqual
                                                    : Operator::LessEqual;
            }
        } else {
            term.text = token;
        }
        filter.m_terms.push_back(std::move(term));
    }
    return filter;
}

bool Filter::matches(const Row &row) const
{
    for (const Term &term : m_terms) {
        bool holds = false;
        if (term.field.isEmpty()) {
            const QString text = row.text();
            holds = term.op == Operator::Regex ? term.regex.match(text).hasMatch()
                                               : text.contains(term.text, Qt::CaseInsensitive);
        } else {
            QVariant raw;
            QString shown;
            if (row.field(term.field, &raw, &shown)) {
                bool numeric = false;
                const double value = raw.toDouble(&numeric);
                switch (term.op) {
                case Operator::Contains:
                case Operator::Regex:
                    holds = shown.contains(term.text, Qt::CaseInsensitive);
                    break;
                case Operator::Greater:
                    holds = numeric && value > term.number;
                    break;
                case Operator::Less:
                    holds = numeric && value < term.number;
                    break;
                case Operator::GreaterEqual:
                    holds = numeric && value >= term.number;
                    break;
                case Operator::LessEqual:
                    holds = numeric && value <= term.number;
                    break;
                }
            }
        }
        if (holds == term.negated)
            return false;
    }
    return true;
}

} // namespace dormouse
