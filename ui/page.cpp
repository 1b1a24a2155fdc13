// SPDX-License-Identifier: Apache-2.0
#include "ui/pages.h"
#include "ui/staleveil.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <QVariant>

namespace dormouse {

Page::Page(Session &session, const ThemeManager &theme, QWidget *parent)
    : QWidget(parent), m_session(session), m_theme(theme), m_veil(new StaleVeil(session, theme, this))
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    connect(&session, &Session::framesChanged, this, [this] {
        if (m_onScreen && isDue())
            refreshNow();
    });
    connect(&session, &Session::selectionChanged, this, [this] {
        if (m_onScreen)
            refresh();
    });
    connect(&session, &Session::secondPassed, this, [this] {
        if (m_onScreen) {
            if (m_pace == kEachFrame)
                tick();
            m_veil->refresh();
        }
    });
    connect(&session, &Session::linkChanged, this, [this] {
        if (m_onScreen) {
            refresh();
            m_veil->refresh();
        }
    });
    connect(&theme, &ThemeManager::changed, this, [this] {
        if (m_onScreen) {
            refresh();
            tick();
        }
    });
}

void Page::setOnScreen(bool on)
{
    if (m_onScreen == on)
        return;
    m_onScreen = on;
    activate(on);
    flow(on);
    if (on) {
        refresh();
        tick();
        m_sinceRefresh.start();
        flow(m_pace == kEachFrame);
        m_veil->refresh();
    }
}

bool Page::isDue() const
{
    return m_pace == kEachFrame || (m_pace > 0 && m_sinceRefresh.hasExpired(m_pace));
}

void Page::setPace(int ms)
{
    m_pace = ms;
    if (m_onScreen)
        refreshNow();
}

void Page::refreshNow()
{
    m_sinceRefresh.start();
    flow(true); // tells what has changed since
    refresh();
    if (m_pace != kEachFrame) {
        tick();
        flow(false);
    }
}

QScrollArea *makeScrollArea(QWidget *owner, const QString &accessibleName, int margin)
{
    auto *outer = new QVBoxLayout(owner);
    outer->setContentsMargins(margin, margin, margin, margin);
    auto *scroll = new QScrollArea(owner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(accessibleName);
    outer->addWidget(scroll);
    scroll->setWidget(new QWidget(scroll));
    return scroll;
}

QVBoxLayout *Page::makeScrolled(const QString &accessibleName)
{
    QScrollArea *scroll = makeScrollArea(this, accessibleName, 0);
    scroll->setFocusPolicy(Qt::NoFocus); // the focus stays in its parts
    return new QVBoxLayout(scroll->widget());
}

QLabel *Page::label(const QString &text, const char *role)
{
    auto *label = new QLabel(text, this);
    label->setProperty("role", QString::fromLatin1(role));
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace dormouse
