// SPDX-License-Identifier: Apache-2.0
#include "app/console/application.h"

#include "engine/embedded/embeddedsource.h"
#include "engine/record/recordingsource.h"
#include "engine/remote/remotesource.h"
#include "ui/words.h"

#include <QApplication>
#include <QDir>
#include <QPixmap>
#include <QTimer>
#include <QUrl>

#include <cstdio>

namespace dormouse {

Application::Application(const ConsoleOptions &options, QApplication &qt) : m_options(options), m_theme(qt)
{
    // Pictures have to look the same everywhere: they neither read nor change what the user has arranged.
    if (m_options.screenshotDir.isEmpty())
        m_settings = std::make_unique<QSettings>();
    QString theme = m_options.theme;
    if (theme.isEmpty() && m_settings)
        theme = m_settings->value(QStringLiteral("theme")).toString();
    m_theme.setTheme(theme);
    m_window = std::make_unique<MainWindow>(m_theme, &m_connector, m_settings.get());
}

Application::~Application()
{
    m_window->setSource(nullptr);
    m_window.reset();
    if (m_recorder && m_recorder->isRunning()) {
        if (const Status status = m_recorder->stop(); !status)
            std::fprintf(stderr, "dormouse: %s\n", qUtf8Printable(status.error().message));
    }
    m_source.reset();
    m_demo.reset();
    if (m_engine)
        m_engine->stop();
}

void Application::start()
{
    m_window->show();
    // The window is on screen first; starting the engine blocks for a moment.
    QTimer::singleShot(0, this, [this] {
        if (!m_options.openFile.isEmpty())
            openRecording();
        else if (!m_options.connectUrl.isEmpty())
            connectRemote();
        else
            startEngine();
        if (m_source) {
            connect(m_source.get(), &monitor::Source::linkChanged, this, [this] {
                if (m_source->linkState() == monitor::LinkState::Failed)
                    problem(m_source->linkDetail());
            });
            m_window->setSource(m_source.get());
            m_source->start();
            // What a source can do is known only once it has started.
            m_window->setSource(m_source.get());
        }
        if (!m_options.screenshotDir.isEmpty())
            QTimer::singleShot(m_options.screenshotSeconds * 1000, this, &Application::takeScreenshots);
    });
}

void Application::problem(const QString &text)
{
    std::fprintf(stderr, "dormouse: %s\n", qUtf8Printable(text));
    m_window->showProblem(text);
    m_exitCode = 1;
}

void Application::startEngine()
{
    m_engine = std::make_unique<EngineHost>();
    connect(m_engine.get(), &EngineHost::failed, this, [this](const QString &message) {
        problem(tr("The engine has ended: %1").arg(message));
        if (auto *source = dynamic_cast<EmbeddedSource *>(m_source.get()))
            source->setEnded(message);
    });
    if (const Status status = m_engine->start(m_options.engine); !status) {
        const QString help = Words::explain(QString::fromUtf8(status.error().fullCode()));
        problem(tr("The engine could not start: %1 %2").arg(status.error().message, help).trimmed());
        return;
    }
    std::printf("listening on %s\n", qUtf8Printable(m_engine->url()));
    std::fflush(stdout);
    const auto post = [engine = m_engine.get()](std::function<void(Core &, Publisher &)> work) { engine->post(std::move(work)); };
    if (!m_options.recordFile.isEmpty()) {
        m_recorder = std::make_unique<Recorder>(post);
        if (const Status status = m_recorder->start(m_options.recordFile, m_engine->url(), m_clock); !status)
            problem(tr("Nothing is recorded: %1").arg(status.error().message));
    }
    m_source = std::make_unique<EmbeddedSource>(post, m_engine->url());
    if (m_options.demo) {
        m_demo = std::make_unique<Demo>();
        m_demo->start(QUrl(m_engine->url()), m_options.token.toUtf8());
    }
}

void Application::openRecording()
{
    m_source = std::make_unique<record::RecordingSource>(m_options.openFile);
}

void Application::connectRemote()
{
    if (const auto url = remote::RemoteSource::monitorUrl(m_options.connectUrl); !url) {
        problem(url.error().message);
        return;
    }
    auto remote = std::make_unique<remote::RemoteSource>(m_options.connectUrl, m_options.token);
    remote->setReadOnly(!m_options.readWrite);
    m_source = std::move(remote);
}

void Application::takeScreenshots()
{
    const QDir dir(m_options.screenshotDir);
    if (!dir.mkpath(QStringLiteral("."))) {
        problem(tr("Cannot make the folder %1").arg(dir.path()));
        QCoreApplication::exit(1);
        return;
    }
    Session &session = m_window->session();
    QString actor, connection;
    qint64 most = -1;
    session.connections().forEach([&](const monitor::ConnectionInfo &one) {
        if (one.state != monitor::ConnectionState::Closed && one.pendingBytes.value_or(0) > most) {
            most = one.pendingBytes.value_or(0);
            connection = one.connectionId;
        }
    });
    session.actors().forEach([&](const monitor::ActorInfo &one) {
        if (actor.isEmpty() && one.state == monitor::ActorState::Running)
            actor = one.actorId;
    });
    if (!connection.isEmpty())
        session.selectConnection(connection);
    else if (!actor.isEmpty())
        session.selectActor(actor);

    struct Shot
    {
        QString theme, view;
    };
    auto shots = std::make_shared<QList<Shot>>();
    const QStringList views = m_window->views();
    const QStringList themes = m_options.theme.isEmpty() ? QStringList{QStringLiteral("dark"), QStringLiteral("light")}
                                                         : QStringList{m_options.theme};
    for (const QString &theme : themes)
        for (const QString &view : views)
            shots->append({theme, view});
    auto *timer = new QTimer(this);
    timer->setInterval(400); // a few frames reach the view that has just been shown
    connect(timer, &QTimer::timeout, this, [this, timer, shots, dir, shown = false]() mutable {
        if (shots->isEmpty()) {
            timer->stop();
            QCoreApplication::exit(m_exitCode);
            return;
        }
        const Shot shot = shots->constFirst();
        if (!shown) {
            if (m_theme.name() != shot.theme)
                m_theme.setTheme(shot.theme);
            m_window->showView(shot.view);
            shown = true;
            return;
        }
        const QString path = dir.filePath(QString(shot.view % u'-' % shot.theme % u".png"));
        if (!m_window->grab().save(path))
            problem(tr("Cannot write %1").arg(path));
        shots->removeFirst();
        shown = false;
    });
    timer->start();
}

} // namespace dormouse
