// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <functional>
#include <optional>
#include <vector>

namespace dormouse {

/// One filter over all views (console.md rows 21, 22, 24). Terms are separated by blanks and all must hold:
///   word            anywhere in the row, letter case ignored
///   "two words"     the same with blanks
///   /regex/         regular expression, letter case ignored
///   field:word      one column, by its key (state:hibernating)
///   field=word      the whole cell, letter case ignored; also written ==, and != for the opposite
///   field>512KiB    number with a unit: B KiB MiB GiB, us ms s m h; also < >= <=. Without a unit: bytes, ms
///   -term, not term the opposite
///   a b or c        a and b, or c; "and" may be written and changes nothing
/// Operators may stand between blanks: "state == sleeping and age > 1m".
/// A field a table does not have makes the term fail in that table (and hold when negated).
class Filter
{
public:
    /// A word or expression to be found in the texts of a row, letter case ignored.
    class Needle
    {
    public:
        Needle() = default;
        explicit Needle(const QString &word);
        explicit Needle(const QRegularExpression &expression) : m_expression(expression), m_isExpression(true) {}
        bool in(QStringView text) const;
        /// Wants Row::whole(): one look at a row is cheaper than one at each cell.
        bool isExpression() const { return m_isExpression; }

    private:
        QString m_word; ///< lower case when it is ASCII
        bool m_ascii = false;
        QRegularExpression m_expression;
        bool m_isExpression = false;
    };
    /// One row as a filter sees it. Columns are the numbers that bind() was told.
    class Row
    {
    public:
        virtual QVariant raw(int column) const = 0;   ///< number or text; invalid = unknown
        virtual QString shown(int column) const = 0;
        virtual bool anywhere(const Needle &word) const = 0;
        virtual QString whole() const = 0; ///< all its texts, one per line

    protected:
        ~Row() = default;
    };

    static Filter parse(const QString &source);
    /// The terms as written, in order, with "or" between groups: what chips show. Joined with blanks they are the filter.
    static QStringList terms(const QString &source);
    bool isEmpty() const { return m_groups.empty(); }
    bool isValid() const { return m_error.isEmpty(); }
    /// Reason code and the offending term, e.g. "bad_regex: [". Empty when valid.
    QString error() const { return m_error; }
    const QString &source() const { return m_source; }
    /// Looks up the columns of a table, once for all its rows. columnOf: -1 = the table has no such column.
    void bind(const std::function<int(const QString &key)> &columnOf);
    bool matches(const Row &row) const;

private:
    enum class Operator { Contains, Equals, Greater, Less, GreaterEqual, LessEqual };
    struct Term
    {
        bool negated = false;
        QString field; ///< empty = whole row
        int column = -1;
        Operator op = Operator::Contains;
        QString text;
        Needle needle;
        std::optional<double> number; ///< what text means as one
    };
    QString m_source;
    QString m_error;
    static bool holds(const Term &term, const Row &row);
    bool addTerm(QString token);
    std::vector<std::vector<Term>> m_groups; ///< one of them must hold as a whole
};

} // namespace dormouse
