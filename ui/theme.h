// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QHash>
#include <QIcon>
#include <QObject>
#include <QPixmap>

#include <array>

class QApplication;

namespace dormouse {

/// Colours by meaning. Tones (Good ... Info) always come with an icon and a word, never alone (console.md row 92).
enum class Color {
    Window, Surface, Raised, Sunken, Border, BorderStrong, Text, Muted, Faint, Accent, AccentText, Selection, Hover,
    Good, Asleep, Waking, Waiting, Bad, Ended, Info, Grid, Count
};

/// The look of the application: one JSON file per theme, one style sheet, single-colour icons tinted at run time.
/// Thread: the UI thread.
class ThemeManager : public QObject
{
    Q_OBJECT
public:
    explicit ThemeManager(QApplication &application, QObject *parent = nullptr);

    /// "dark" or "light"; anything else follows the system's window colour. Emits changed().
    void setTheme(const QString &name);
    QString name() const { return m_name; }
    bool followsSystem() const { return m_followsSystem; }
    /// The system has other colours now; dark: its window is. Without effect while a theme is chosen.
    void setSystemDark(bool dark);
    /// Asks the system, after it has said that its colours are others.
    void readSystem();
    /// Size of all text in percent of the normal one, kMinTextSize ... kMaxTextSize; others are brought into the range.
    /// Emits textSizeChanged(); who uses px() has to lay out again.
    void setTextSize(int percent);
    int textSize() const { return m_textSize; }
    /// A length that follows the text, for example the height of a row: value pixels at 100 %.
    int px(int value) const { return value * m_textSize / 100; }
    static constexpr int kMinTextSize = 100;
    static constexpr int kMaxTextSize = 200;
    bool isDark() const { return m_dark; }
    void toggle() { setTheme(m_dark ? QStringLiteral("light") : QStringLiteral("dark")); }

    QColor color(Color color) const { return m_colors[size_t(color)]; }
    QPixmap pixmap(const QString &icon, const QColor &tint, int size, qreal ratio = 1) const;
    /// In text colour, with a faint disabled look.
    QIcon icon(const QString &name) const;
    QFont smallFont() const;
    QFont monoFont() const { return m_monoFont; }

Q_SIGNALS:
    void changed();
    void textSizeChanged();

private:
    bool load(const QString &name);
    void applyFont();
    void applySheet();
    QApplication &m_application;
    QString m_name;
    int m_textSize = kMinTextSize;
    int m_normalPixels = 13;
    bool m_dark = true;
    bool m_systemDark = true;
    bool m_followsSystem = false;
    std::array<QColor, size_t(Color::Count)> m_colors;
    QFont m_monoFont; ///< looking for a family is too dear for each cell of a table
    mutable QHash<QString, QPixmap> m_pixmaps;
};

} // namespace dormouse
