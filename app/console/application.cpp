// SPDX-License-Identifier: Apache-2.0
#include "app/console/application.h"

#include "app/console/startuptimes.h"
#include "engine/embedded/embeddedsource.h"
#include "engine/record/recordingsource.h"
#include "engine/remote/remotesource.h"
#include "ui/words.h"

#include <QApplication>
#include <QDir>
#include <QEvent>
#include <QPixmap>
#include <QTimer>
#include <QUrl>

#include <cstdio>
#include <utility>

namespace dormouse {

namespace {

constexpr int kPaintWaitMs = 500;

} // namespace

Application::Application(const ConsoleOptions &options, QApplication &qt) : m_options(options), m_theme(qt)
{
    // Pictures have to look the same everywhere: they neither read nor change what the user has arranged.
    if (m_options.screenshotDir.isEmpty())
        m_settings = std::make_unique<QSettings>();
    QString theme = m_options.theme;
    if (theme.isEmpty() && m_settings)
        theme = m_settings->value(QStringLiteral("theme")).toString();
    m_theme.setTheme(theme);
    m_theme.setTextSize(m_options.textSize);
    if (m_options.textSize == 0 && m_settings)
        m_theme.setTextSize(m_settings->value(QStringLiteral("textSize")).toInt());
    QString language = m_options.language;
    if (language.isEmpty())
        language = m_settings ? m_settings->value(QStringLiteral("language")).toString() : QStringLiteral("en");
    m_language.setLanguage(language);
    m_window = std::make_unique<MainWindow>(m_theme, &m_connector, m_settings.get(), &m_language);
    if (m_options.demo)
        m_window->withoutGuide();
    const auto report = [this](const Status &status) {
        if (!status)
            m_window->session().post(true, tr("%1 %2").arg(status.error().message, Words::explain(QString::fromUtf8(status.error().fullCode()))).trimmed());
    };
    connect(m_window.get(), &MainWindow::connectWanted, this, [this, report](const ConnectTarget &target) { report(connectRemote(target)); });
    connect(m_window.get(), &MainWindow::recordingWanted, this, &Application::openRecording);
    connect(m_window.get(), &MainWindow::engineWanted, this, [this, report](const EngineTarget &target) {
        EngineOptions wanted;
        wanted.host = target.host;
        wanted.port = target.port;
        wanted.dataDir = target.dataDir;
        report(startEngine(wanted, false));
    });
    connect(m_window.get(), &MainWindow::tabClosed, this, [this](const monitor::Source *source) {
        std::erase_if(m_engines, [source](const auto &engine) { return engine->source.get() == source; });
    });
}

Application::Engine::~Engine()
{
    if (recorder && recorder->isRunning()) {
        if (const Status status = recorder->stop(); !status)
            std::fprintf(stderr, "dormouse: %s\n", qUtf8Printable(status.error().message));
    }
    source.reset();
    demo.reset();
    if (host)
        host->stop();
}

Application::~Application()
{
    m_window->disconnect(this);
    m_window.reset();
    m_engines.clear();
}

void Application::start()
{
    // The window is on screen first: starting the engine blocks for a moment. A window that is not shown begins all the same.
    m_window->installEventFilter(this);
    QTimer::singleShot(kPaintWaitMs, this, &Application::begin);
    m_window->show();
}

bool Application::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_window.get() && event->type() == QEvent::Paint && !m_begun) {
        m_window->removeEventFilter(this);
        QMetaObject::invokeMethod(this, &Application::begin, Qt::QueuedConnection); // after the whole window is painted
    }
    return QObject::eventFilter(object, event);
}

void Application::begin()
{
    if (std::exchange(m_begun, true))
        return;
    const double painted = msSinceProcessStart();
    if (!m_options.openFile.isEmpty()) {
        openRecording(m_options.openFile);
    } else if (!m_options.connectUrl.isEmpty()) {
        if (const Status status = connectRemote({m_options.connectUrl, m_options.token, m_options.readWrite}); !status)
            problem(status.error().message);
    } else if (const Status status = startEngine(firstEngine(), true); !status) {
        const QString help = Words::explain(QString::fromUtf8(status.error().fullCode()));
        problem(tr("The engine could not start: %1 %2").arg(status.error().message, help).trimmed());
    }
    if (m_options.startupTimes) {
        std::printf("{\"first_paint_ms\": %.0f, \"ready_ms\": %.0f}\n", painted, msSinceProcessStart());
        QCoreApplication::exit(m_exitCode);
        return;
    }
    if (!m_options.screenshotDir.isEmpty())
        QTimer::singleShot(m_options.screenshotSeconds * 1000, this, &Application::takeScreenshots);
}

EngineOptions Application::firstEngine() const
{
    EngineOptions options = m_options.engine;
    if (m_options.demo && options.config.clientPingIntervalMs == 0)
        options.config.clientPingIntervalMs = 3'000; // so that the round trips to its clients can be seen
    return options;
}

void Application::problem(const QString &text, const monitor::Source *source)
{
    std::fprintf(stderr, "dormouse: %s\n", qUtf8Printable(text));
    m_window->showProblem(text, source);
    m_exitCode = 1;
}

void Application::add(std::unique_ptr<Engine> engine, bool ends)
{
    monitor::Source *source = engine->source.get();
    m_engines.push_back(std::move(engine));
    connect(source, &monitor::Source::linkChanged, this, [this, source] {
        if (source->linkState() == monitor::LinkState::Failed)
            problem(source->linkDetail(), source);
    });
    m_window->addSource(source, ends);
    source->start();
    // What a source can do is known only once it has started.
    m_window->setSource(source);
}

Status Application::startEngine(const EngineOptions &options, bool first)
{
    auto engine = std::make_unique<Engine>();
    engine->host = std::make_unique<EngineHost>();
    EngineHost *host = engine->host.get();
    if (const Status status = host->start(options); !status)
        return status;
    std::printf("listening on %s\n", qUtf8Printable(host->url()));
    std::fflush(stdout);
    const auto post = [host](std::function<void(Core &, Publisher &)> work) { host->post(std::move(work)); };
    QString unrecorded;
    if (first && !m_options.recordFile.isEmpty()) {
        engine->recorder = std::make_unique<Recorder>(post);
        if (const Status status = engine->recorder->start(m_options.recordFile, host->url(), m_clock); !status)
            unrecorded = tr("Nothing is recorded: %1").arg(status.error().message);
    }
    auto embedded = std::make_unique<EmbeddedSource>(post, host->url());
    // The link then is Failed with this text; the last values stay on screen.
    connect(host, &EngineHost::failed, embedded.get(), [source = embedded.get()](const QString &message) {
        source->setEnded(tr("The engine has ended: %1").arg(message));
    });
    const monitor::Source *source = embedded.get();
    engine->source = std::move(embedded);
    if (first && m_options.demo) {
        engine->demo = std::make_unique<Demo>();
        engine->demo->start(QUrl(host->url()), m_options.token.toUtf8());
    }
    add(std::move(engine), true);
    if (!unrecorded.isEmpty())
        problem(unrecorded, source);
    return okStatus();
}

void Application::openRecording(const QString &path)
{
    auto engine = std::make_unique<Engine>();
    engine->source = std::make_unique<record::RecordingSource>(path);
    add(std::move(engine), false);
}

Status Application::connectRemote(const ConnectTarget &target)
{
    if (const auto url = remote::RemoteSource::monitorUrl(target.url); !url)
        return url.error();
    auto remote = std::make_unique<remote::RemoteSource>(target.url, target.token);
    remote->setReadOnly(!target.readWrite);
    auto engine = std::make_unique<Engine>();
    engine->source = std::move(remote);
    add(std::move(engine), false);
    return okStatus();
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
