// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/ui/syntheticsource.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"

#include <QApplication>
#include <QDockWidget>

#include <memory>

namespace dormouse {

inline QString word(const char *text)
{
    return QString::fromUtf8(text);
}

/// A dark window with one synthetic engine, as most tests of it begin. A test class has it as its second base.
class WindowTest
{
protected:
    static constexpr int kActors = 60;
    /// connector and settings are borrowed until closeWindow().
    void openWindow(ClientConnector *connector = nullptr, QSettings *settings = nullptr)
    {
        m_theme = std::make_unique<ThemeManager>(*qApp);
        m_theme->setTheme(word("dark"));
        m_source = std::make_unique<SyntheticSource>(kActors);
        m_window = std::make_unique<MainWindow>(*m_theme, connector, settings);
        m_window->setSource(m_source.get());
        m_window->show();
        m_source->start();
    }
    void closeWindow()
    {
        m_window.reset();
        m_source.reset();
        m_theme.reset();
    }
    Session &session() { return m_window->session(); }
    Page *page(const char *view) const { return static_cast<Page *>(m_window->findChild<QDockWidget *>(word(view))->widget()); }
    /// By its accessible name; nullptr: there is none.
    template<typename T>
    static T *named(const QWidget *parent, const char *name)
    {
        const auto all = parent->findChildren<T *>();
        for (T *one : all)
            if (one->accessibleName() == word(name))
                return one;
        return nullptr;
    }
    template<typename T>
    T *control(const char *view, const char *name) const
    {
        return named<T>(page(view), name);
    }

    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<SyntheticSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace dormouse
