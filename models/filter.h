// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <functional>
#include <vector>

namespace dormouse {

/// One filter over all views (console.md rows 21, 22, 24). Terms are separated by blanks and all must hold:
///   word            anywhere in the row, letter case ignored
///   "two words"     the same with blanks
///   /regex/         regular expression, letter case ignored
///   field:word      one column, by its key (state:hibernating)
///   field=word      the whole cell, letter case ignored; also written ==, and != for the opposite
///   field>512KiB    number with a unit: B KiB MiB GiB, us ms s m h; also < >= <=
///   -term, not term the opposite
///   a b or c        a and b, or c; "and" may be written and changes nothing
/// Operators may stand between blanks: "state == sleeping and age > 1m".
/// A field a table does not have makes the term fail in that table (and hold when negated).
class Filter
{
public:
    /// What a row offers: the whole text, and a column by key as (raw value, shown text); found = false when absent.
    struct Row
    {
        std::function<QString()> text;
        std::function<bool(const QString &key, QVariant *raw, QString *shown)> field;
    };

    static Filter parse(const QString &source);
    /// The terms as written, in order, with "or" between groups: what chips show. Joined with blanks they are the filter.
    static QStringList terms(const QString &source);
    bool isEmpty() const { return m_groups.empty(); }
    bool isValid() const { return m_error.isEmpty(); }
    /// Reason code and the offending term, e.g. "bad_regex: [". Empty when valid.
    QString error() const { return m_error; }
    const QString &source() const { return m_source; }
    bool matches(const Row &row) const;

private:
    enum class Operator { Contains, Equals, Regex, Greater, Less, GreaterEqual, LessEqual };
    struct Term
    {
        bool negated = false;
        QString field; ///< empty = whole row
        Operator op = Operator::Contains;
        QString text;
        QRegularExpression regex;
        double number = 0;
    };
    QString m_source;
    QString m_error;
    static bool holds(const Term &term, const Row &row);
    bool addTerm(QString token);
    std::vector<std::vector<Term>> m_groups; ///< one of them must hold as a whole
};

} // namespace dormouse
