// SPDX-License-Identifier: Apache-2.0
#include "ui/rulelist.h"

#include <QGridLayout>
#include <QLabel>

namespace dormouse {

RuleList::RuleList(const ThemeManager &theme, const QString &name, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setAccessibleName(name);
    m_grid = new QGridLayout(this);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);
    hide();
}

void RuleList::setRules(const std::vector<Rule> &rules)
{
    while (m_lines.size() < rules.size()) {
        const int row = int(m_lines.size());
        const auto label = [this](const char *role) {
            auto *one = new QLabel(this);
            one->setProperty("role", QString::fromLatin1(role));
            one->setTextFormat(Qt::PlainText);
            return one;
        };
        const Line line{label("value"), label("value"), label("muted")};
        line.text->setWordWrap(true);
        line.value->setWordWrap(true);
        m_grid->addWidget(line.icon, row, 0, Qt::AlignTop);
        m_grid->addWidget(line.text, row, 1);
        m_grid->addWidget(line.value, row, 2, Qt::AlignTop | Qt::AlignRight);
        m_lines.push_back(line);
    }
    for (size_t i = 0; i < m_lines.size(); ++i) {
        const Line &line = m_lines[i];
        const bool used = i < rules.size();
        for (QLabel *one : {line.icon, line.text, line.value})
            one->setVisible(used);
        if (!used)
            continue;
        const Rule &rule = rules[i];
        const Words::Look look = lookOf(rule.verdict);
        line.icon->setPixmap(m_theme.pixmap(look.icon, m_theme.color(look.tone), m_theme.px(14), devicePixelRatioF()));
        line.icon->setAccessibleName(look.word);
        // What the engine says is long: it goes under the help text instead of beside it.
        const bool told = rule.verdict == Rule::Verdict::Told && !rule.value.isEmpty();
        line.text->setText(told ? QString(rule.text % u'\n' % rule.value) : rule.text);
        line.text->setAccessibleDescription(look.word);
        line.value->setText(told ? QString() : rule.value);
    }
    setVisible(!rules.empty());
}

} // namespace dormouse
