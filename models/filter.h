// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/timerange.h"

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
///   ~letters        these letters in this order in one cell, the first at the beginning of a word
///   field:word      one column, by its key (state:hibernating); field~letters
///   field=word      the whole cell, letter case ignored; also written ==, and != for the opposite
///   field>512KiB    number with a unit: B KiB MiB GiB, us ms s m h; also < >= <=. Without a unit: bytes, ms
///   time:15m        what was there in that time (TimeRange); also time:10:00..10:05, time>=10:00
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
        explicit Needle(const QRegularExpression &expression);
        /// ~word
        static Needle letters(const QString &word);
        bool in(QStringView text) const;
        /// Wants Row::whole(): one look at a row is cheaper than one at each cell.
        bool isExpression() const { return m_isExpression; }
        /// A part that each text has which the expression finds, "" when none is known: quicker to look for.
        const QString &literal() const { return m_word; }

    private:
        bool hasWord(QStringView text) const;
        bool hasLetters(QStringView text) const;
        QString m_word; ///< lower case when it is ASCII
        bool m_ascii = false;
        bool m_isLetters = false;
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
        virtual TimeSpan span() const { return {}; } ///< when it was there, wall ms; ends that are not known are open
        virtual qint64 now() const { return 0; }     ///< wall ms

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
    /// The one that all rows must be in; absent when there is none or more than one alternative.
    std::optional<TimeRange> timeRange() const;
    /// The answer for a row may change without the row: a range that goes on with the clock, or a column of which
    /// changes() says so. After bind().
    bool followsClock(const std::function<bool(int column)> &changes) const;

private:
    enum class Operator { Contains, Equals, Greater, Less, GreaterEqual, LessEqual, Within };
    struct Term
    {
        bool negated = false;
        QString field; ///< empty = whole row
        int column = -1;
        Operator op = Operator::Contains;
        QString text;
        Needle needle;
        std::optional<double> number; ///< what text means as one
        std::optional<TimeRange> range; ///< of Within
        Needle literal; ///< of an expression
    };
    QString m_source;
    QString m_error;
    static bool holds(const Term &term, const Row &row);
    bool addTerm(QString token);
    bool addRange(Term &term, const QString &op);
    std::vector<std::vector<Term>> m_groups; ///< one of them must hold as a whole
};

} // namespace dormouse
