// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/monitor/values.h"
#include "ui/theme.h"

#include <QWidget>

#include <optional>

namespace dormouse {

/// How full the pending buffer of a connection is, in bytes against the limit (console.md row 29).
class PendingBar : public QWidget
{
    Q_OBJECT
public:
    explicit PendingBar(const ThemeManager &theme, QWidget *parent = nullptr);
    /// closesInMs: from now until it would reach the limit at the present rate; absent while it does not fill.
    void setConnection(const std::optional<monitor::ConnectionInfo> &connection, std::optional<qint64> closesInMs = {});
    QSize sizeHint() const override { return {m_theme.px(280), m_theme.px(72)}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const ThemeManager &m_theme;
    std::optional<monitor::ConnectionInfo> m_connection;
    std::optional<qint64> m_closesInMs;
};

/// Where the bytes of a connection wait (console.md row 34): at the engine for the client, in the gateway not yet
/// written, in the link to the runner, at the actor without an acknowledgement. Absent = not known.
class PressureChain : public QWidget
{
    Q_OBJECT
public:
    struct Stages
    {
        std::optional<qint64> client, gateway, runner, actor; ///< bytes
    };
    explicit PressureChain(const ThemeManager &theme, QWidget *parent = nullptr);
    void setStages(const Stages &stages);
    QSize sizeHint() const override { return {m_theme.px(280), m_theme.px(60)}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const ThemeManager &m_theme;
    Stages m_stages;
};

/// Where the message indices of a connection stand: acknowledged, sent, next; with the wrap of the 16-bit index
/// (console.md row 32).
class AckRuler : public QWidget
{
    Q_OBJECT
public:
    explicit AckRuler(const ThemeManager &theme, QWidget *parent = nullptr);
    void setConnection(const std::optional<monitor::ConnectionInfo> &connection);
    QSize sizeHint() const override { return {m_theme.px(280), m_theme.px(72)}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const ThemeManager &m_theme;
    std::optional<monitor::ConnectionInfo> m_connection;
};

} // namespace dormouse
