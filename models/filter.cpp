// SPDX-License-Identifier: Apache-2.0
#include "models/filter.h"

#include <QHash>

#include <algorithm>
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

bool isOperator(const QString &token)
{
    static const QStringList operators{QStringLiteral("=="), QStringLiteral("="), QStringLiteral("!="), QStringLiteral(">="),
                                       QStringLiteral("<="), QStringLiteral(">"), QStringLiteral("<"), QStringLiteral(":"),
                                       QStringLiteral("~")};
    return operators.contains(token);
}

/// The longest run of letters that everything has which the expression finds; "" when it is not plain to see.
QString literalOf(const QString &pattern)
{
    QString best, run;
    int depth = 0; // what is in parentheses may be optional
    const auto end = [&] {
        if (run.size() > best.size())
            best = run;
        run.clear();
    };
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        QChar c = pattern.at(i);
        if (c == u'|' && depth == 0)
            return {};
        bool plain = c.isLetterOrNumber() || QStringView(u"-_/:@ ,;=#\"'").contains(c);
        if (c == u'\\' && i + 1 < pattern.size()) {
            c = pattern.at(++i);
            if (c == u'Q' || c == u'x' || c == u'c' || c == u'p' || c == u'P' || c == u'N' || c == u'o' || c == u'k' || c == u'g')
                return {}; // goes on in ways of its own
            plain = !c.isLetterOrNumber();
        } else if (c == u'(') {
            if (pattern.mid(i + 1, 1) == u"?" && pattern.mid(i + 2, 1) != u":")
                return {}; // options, conditions, looks around
            ++depth;
        } else if (c == u')') {
            --depth;
        } else if (c == u'[') {
            // A bracket right after the first one, or after its ^, belongs to the class.
            i += pattern.mid(i + 1, 1) == u"^" ? 2 : 1;
            for (++i; i < pattern.size() && pattern.at(i) != u']'; ++i)
                i += pattern.at(i) == u'\\';
        } else if (c == u'{') {
            i = std::max(i, pattern.indexOf(u'}', i));
        }
        if (plain && depth == 0) {
            const QString next = pattern.mid(i + 1, 1);
            if (next == u"*" || next == u"?" || next == u"{")
                end(); // may be missing
            else
                run += c;
        } else {
            end();
        }
    }
    end();
    return best.size() > 1 ? best : QString();
}

bool isWordStart(QStringView text, qsizetype at)
{
    return at == 0 || !text[at - 1].isLetterOrNumber() || (text[at].isUpper() && text[at - 1].isLower());
}

} // namespace

QStringList Filter::terms(const QString &source)
{
    QStringList out;
    const QStringList parts = tokens(source);
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const QString word = parts.at(i).toLower();
        if (word == u"and")
            continue;
        if (word == u"not" && i + 1 < parts.size()) {
            out.append(QStringLiteral("-"));
            continue;
        }
        const bool negated = !out.isEmpty() && out.constLast() == u"-";
        if (isOperator(parts.at(i)) && !negated && !out.isEmpty() && out.constLast() != u"or" && i + 1 < parts.size()) {
            out.last() += parts.at(i) + parts.at(i + 1);
            ++i;
        } else if (negated) {
            out.last() += parts.at(i);
        } else {
            out.append(word == u"or" ? word : parts.at(i));
        }
    }
    for (QString &term : out)
        if (term.contains(u' ') && !term.contains(u'"') && !term.startsWith(u'/') && !term.startsWith(QStringLiteral("-/")))
            term = u'"' + term + u'"';
    return out;
}

bool Filter::addTerm(QString token)
{
    static const QRegularExpression withField(QStringLiteral("^([A-Za-z_.0-9]+)(==|!=|>=|<=|>|<|=|:|~)(.+)$"));
    Term term;
    token.remove(u'"');
    if (token.startsWith(u'-') && token.size() > 1) {
        term.negated = true;
        token.remove(0, 1);
    }
    const auto match = withField.match(token);
    if (token.startsWith(u'/') && token.size() > 1) {
        const bool closed = token.endsWith(u'/') && token.size() > 2;
        const QRegularExpression expression(token.mid(1, token.size() - (closed ? 2 : 1)), QRegularExpression::CaseInsensitiveOption
                                                | QRegularExpression::MultilineOption); // one column per line
        if (!expression.isValid()) {
            m_error = QStringLiteral("bad_regex: ") + token;
            return false;
        }
        expression.optimize(); // it will see each row of a table
        term.needle = Needle(expression);
        if (!term.needle.literal().isEmpty())
            term.literal = Needle(term.needle.literal());
    } else if (token.startsWith(u'~') && token.size() > 1) {
        term.needle = Needle::letters(token.mid(1));
    } else if (match.hasMatch()) {
        term.field = match.captured(1).toLower();
        term.text = match.captured(3);
        term.needle = Needle(term.text);
        term.number = number(term.text);
        const QString op = match.captured(2);
        if (op == u"~") {
            term.needle = Needle::letters(term.text);
        } else if (term.field == u"time") {
            if (!addRange(term, op)) {
                m_error = QStringLiteral("bad_time: ") + term.text;
                return false;
            }
        } else if (op == u"=" || op == u"==" || op == u"!=") {
            term.op = Operator::Equals;
            term.negated = term.negated != (op == u"!=");
        } else if (op != u":") {
            if (!term.number) {
                m_error = QStringLiteral("bad_number: ") + term.text;
                return false;
            }
            term.op = op == u">" ? Operator::Greater
                : op == u"<"     ? Operator::Less
                : op == u">="    ? Operator::GreaterEqual
                                 : Operator::LessEqual;
        }
    } else {
        term.needle = Needle(token);
    }
    m_groups.back().push_back(std::move(term));
    return true;
}

bool Filter::addRange(Term &term, const QString &op)
{
    const bool since = op.startsWith(u'>'), until = op.startsWith(u'<');
    if ((since || until) && term.text.contains(QStringLiteral("..")))
        return false;
    term.op = Operator::Within;
    term.range = TimeRange::parse(since ? QString(term.text % u"..") : until ? QString(u".." % term.text) : term.text);
    term.negated = term.negated != (op == u"!=");
    return term.range.has_value();
}

Filter Filter::parse(const QString &source)
{
    Filter filter;
    filter.m_source = source;
    filter.m_groups.emplace_back();
    const QStringList all = terms(source);
    for (const QString &token : all) {
        if (token == u"or")
            filter.m_groups.emplace_back();
        else
            filter.addTerm(token);
    }
    // An unfinished "a or" is not "everything".
    std::erase_if(filter.m_groups, [](const std::vector<Term> &group) { return group.empty(); });
    return filter;
}

Filter::Needle::Needle(const QString &word) : m_word(word)
{
    m_ascii = std::all_of(word.begin(), word.end(), [](QChar c) { return c.unicode() < 0x80; });
    if (m_ascii)
        m_word = word.toLower();
}

Filter::Needle::Needle(const QRegularExpression &expression)
    : m_word(literalOf(expression.pattern())), m_expression(expression), m_isExpression(true)
{
}

Filter::Needle Filter::Needle::letters(const QString &word)
{
    Needle needle(word.toCaseFolded());
    needle.m_isLetters = true;
    return needle;
}

bool Filter::Needle::in(QStringView text) const
{
    if (m_isExpression)
        return m_expression.match(text).hasMatch();
    return hasWord(text) || (m_isLetters && hasLetters(text));
}

bool Filter::Needle::hasLetters(QStringView text) const
{
    const auto fold = [](QChar c) { return c.unicode() < 0x80 ? (c >= u'A' && c <= u'Z' ? QChar(c.unicode() + 32) : c) : c.toCaseFolded(); };
    if (m_word.size() > text.size())
        return false;
    // What the letters are not after the first fitting beginning, they are not after a later one.
    qsizetype at = 0;
    while (at < text.size() && (fold(text[at]) != m_word.front() || !isWordStart(text, at)))
        ++at;
    qsizetype found = 0;
    for (; at < text.size() && found < m_word.size(); ++at)
        found += fold(text[at]) == m_word[found];
    return found == m_word.size();
}

bool Filter::Needle::hasWord(QStringView text) const
{
    if (!m_ascii)
        return text.contains(m_word, Qt::CaseInsensitive);
    // Most cells hold ASCII and most rows do not match: one pass without folding tables.
    const auto lower = [](QChar c) { return c >= u'A' && c <= u'Z' ? QChar(c.unicode() + 32) : c; };
    const auto size = m_word.size();
    if (size == 0)
        return true;
    const QChar *const wanted = m_word.constData();
    const QChar *const cell = text.data();
    for (qsizetype at = 0; at + size <= text.size(); ++at) {
        if (lower(cell[at]) != wanted[0])
            continue;
        qsizetype i = 1;
        while (i < size && lower(cell[at + i]) == wanted[i])
            ++i;
        if (i == size)
            return true;
    }
    return false;
}

void Filter::bind(const std::function<int(const QString &key)> &columnOf)
{
    for (std::vector<Term> &group : m_groups)
        for (Term &term : group)
            term.column = term.field.isEmpty() ? -1 : columnOf(term.field);
}

bool Filter::holds(const Term &term, const Row &row)
{
    if (term.range)
        return row.span().overlaps(term.range->at(row.now()));
    if (term.field.isEmpty()) {
        if (!term.needle.isExpression())
            return row.anywhere(term.needle);
        return (term.needle.literal().isEmpty() || row.anywhere(term.literal)) && term.needle.in(row.whole());
    }
    if (term.column < 0)
        return false;
    if (term.op == Operator::Contains)
        return term.needle.in(row.shown(term.column));
    if (term.op == Operator::Equals && row.shown(term.column).compare(term.text, Qt::CaseInsensitive) == 0)
        return true;
    bool numeric = false;
    const double value = row.raw(term.column).toDouble(&numeric);
    if (!numeric || !term.number)
        return false;
    switch (term.op) {
    case Operator::Contains:
    case Operator::Within:
        break;
    case Operator::Equals:
        return value == *term.number;
    case Operator::Greater:
        return value > *term.number;
    case Operator::Less:
        return value < *term.number;
    case Operator::GreaterEqual:
        return value >= *term.number;
    case Operator::LessEqual:
        return value <= *term.number;
    }
    return false;
}

std::optional<TimeRange> Filter::timeRange() const
{
    if (m_groups.size() != 1)
        return std::nullopt;
    for (const Term &term : m_groups.front())
        if (term.range && !term.negated)
            return term.range;
    return std::nullopt;
}

bool Filter::followsClock(const std::function<bool(int column)> &changes) const
{
    return std::any_of(m_groups.begin(), m_groups.end(), [&](const std::vector<Term> &group) {
        return std::any_of(group.begin(), group.end(), [&](const Term &term) {
            return term.range ? term.range->goesOn() : term.column >= 0 && changes(term.column);
        });
    });
}

bool Filter::matches(const Row &row) const
{
    if (m_groups.empty())
        return true;
    return std::any_of(m_groups.begin(), m_groups.end(), [&](const std::vector<Term> &group) {
        return std::all_of(group.begin(), group.end(), [&](const Term &term) { return holds(term, row) != term.negated; });
    });
}

} // namespace dormouse
