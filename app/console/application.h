// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/console/channelconnector.h"
#include "app/console/options.h"
#include "engine/base/clock.h"
#include "engine/embedded/recorder.h"
#include "engine/monitor/source.h"
#include "engine/runner/demo.h"
#include "ui/language.h"
#include "ui/mainwindow.h"

#include <QObject>
#include <QSettings>

#include <memory>
#include <vector>

namespace dormouse {

/// Builds the console together: engine or link or file, demo load, recorder, window. Thread: the main thread.
class Application final : public QObject
{
    Q_OBJECT
public:
    Application(const ConsoleOptions &options, QApplication &qt);
    ~Application() override;
    /// Never fails: what cannot be had is said in the window and on stderr; the exit code then is 1.
    void start();
    int exitCode() const { return m_exitCode; }
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    /// What is behind one tab of the window.
    struct Engine
    {
        ~Engine();
        // Order of destruction: source, recorder and demo, then the engine they reach into.
        std::unique_ptr<EngineHost> host;
        std::unique_ptr<Demo> demo;
        std::unique_ptr<Recorder> recorder;
        std::unique_ptr<monitor::Source> source;
    };
    /// Errors: those of EngineHost::start. first: the one of the command line.
    EngineOptions firstEngine() const;
    Status startEngine(const EngineOptions &options, bool first);
    void openRecording(const QString &path);
    Status connectRemote(const ConnectTarget &target);
    void add(std::unique_ptr<Engine> engine, bool ends);
    void problem(const QString &text, const monitor::Source *source = nullptr);
    void takeScreenshots();
    void begin();

    ConsoleOptions m_options;
    int m_exitCode = 0;
    bool m_begun = false;
    SystemClock m_clock;
    std::unique_ptr<QSettings> m_settings;
    ThemeManager m_theme;
    LanguageManager m_language;
    ChannelConnector m_connector;
    std::vector<std::unique_ptr<Engine>> m_engines; ///< outlive the window
    std::unique_ptr<MainWindow> m_window;
};

} // namespace dormouse
