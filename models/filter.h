// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRegularExpression>
#include <QString>
#include <QVariant>

#include <functional>
#include <vector>

namespace dormouse {

/// One filter over all views (console.md rows 21, 22, 24). Terms are separated by blanks and all must hold:
///   word            anywhere in the row, letter case ignored
///   "two words"     the same with blanks
///   /regex/         regular expression, letter case ignored
///   field:word      one column, by its key (state:hibernating)
///   field>512KiB    number with a unit: B KiB MiB GiB, us ms s m h; also < >= <=
///   -term           the opposite
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
    bool isEmpty() const { return m_terms.empty(); }
    bool isValid() const { return m_error.isEmpty(); }
    /// Reason code and the offending term, e.g. "bad_regex: [". Empty when valid.
    QString error() const { return m_error; }
    const QString &source() const { return m_source; }
    bool matches(const Row &row) const;

private:
    enum class Operator { Contains, Regex, Greater, Less, GreaterEqual, LessEqual };
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
    std::vector<Term> m_terms;
};

} // namespace dormouse
