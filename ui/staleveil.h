// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/session.h"
#include "ui/theme.h"

#include <QWidget>

namespace dormouse {

/// Lies over a view whose link is lost: what it shows stays, greyed, under its age and the reason (console.md rows 17 and
/// 88). The mouse goes through it.
class StaleVeil final : public QWidget
{
    Q_OBJECT
public:
    StaleVeil(const Session &session, const ThemeManager &theme, QWidget *view);
    /// Shows or hides it and brings its text up to date.
    void refresh();
    QString text() const { return m_text; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    const Session &m_session;
    const ThemeManager &m_theme;
    QString m_text;
};

} // namespace dormouse
