// SPDX-License-Identifier: Apache-2.0
// What the console costs the UI thread while a large engine is busy. Prints one JSON object.
//   bench_console [--actors N] [--connections N] [--changes PER_SECOND] [--seconds PER_VIEW] [--only REGEX] [--large]
// A turn is what the UI thread does until it looks for new input again. Its CPU time is what the program needs; its wall time also holds
// what other programs took from it.
#include "tests/bench/busyengine.h"
#include "ui/commandpalette.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"

#include <QAbstractEventDispatcher>
#include <QApplication>
#include <QCommandLineParser>
#include <QDockWidget>
#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QRegularExpression>
#include <QScrollBar>
#include <QThread>
#include <QTimer>

#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

using namespace dormouse;

namespace {

double clockMs(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return double(now.tv_sec) * 1000 + double(now.tv_nsec) / 1e6;
}

/// Sees every event of the UI thread.
class MeteredApplication final : public QApplication
{
public:
    using QApplication::QApplication;

    struct Turns
    {
        double cpuMs = 0, wallMs = 0, longestCpuMs = 0, longestWallMs = 0;
        QString longest; ///< event that took the most
    };

    bool notify(QObject *receiver, QEvent *event) override
    {
        if (m_depth > 0 || QThread::currentThread() != thread())
            return QApplication::notify(receiver, event);
        // Read before: the receiver may delete itself.
        const int type = event->type();
        const char *name = receiver->metaObject()->className();
        const QString object = receiver->objectName();
        const double cpu = clockMs(CLOCK_THREAD_CPUTIME_ID);
        const double wall = clockMs(CLOCK_MONOTONIC);
        ++m_depth;
        const bool handled = QApplication::notify(receiver, event);
        --m_depth;
        const double spent = clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu;
        const double passed = clockMs(CLOCK_MONOTONIC) - wall;
        m_turnCpu += spent;
        m_turnWall += passed;
        m_turns.cpuMs += spent;
        m_turns.wallMs += passed;
        if (m_turnCpu > m_turns.longestCpuMs) {
            m_turns.longestCpuMs = m_turnCpu;
            m_turns.longest = QStringLiteral("%1 %2, event %3, %4 ms").arg(QLatin1String(name), object).arg(type).arg(spent, 0, 'f', 1);
        }
        m_turns.longestWallMs = std::max(m_turns.longestWallMs, m_turnWall);
        return handled;
    }
    Turns take() { return std::exchange(m_turns, Turns()); }
    void followTurns()
    {
        const auto next = [this] { m_turnCpu = m_turnWall = 0; };
        connect(eventDispatcher(), &QAbstractEventDispatcher::aboutToBlock, this, next);
        connect(eventDispatcher(), &QAbstractEventDispatcher::awake, this, next);
    }

private:
    int m_depth = 0;
    double m_turnCpu = 0, m_turnWall = 0;
    Turns m_turns;
};

class Bench
{
public:
    Bench(MeteredApplication &application, const QCommandLineParser &options)
        : m_application(application), m_ms(options.value(QStringLiteral("seconds")).toDouble() * 1000),
          m_engine(options.value(QStringLiteral("actors")).toInt(), options.value(QStringLiteral("connections")).toInt(),
                   options.value(QStringLiteral("changes")).toInt()),
          m_theme(application), m_only(options.value(QStringLiteral("only")))
    {
        m_theme.setTheme(QStringLiteral("dark"));
        m_window = std::make_unique<MainWindow>(m_theme, nullptr, nullptr);
        m_window->resize(options.isSet(QStringLiteral("large")) ? QSize(2560, 1440) : QSize(1280, 800));
    }

    QJsonObject run(int actors, int connections)
    {
        m_window->show();
        wait(100);
        m_application.take();
        const double start = clockMs(CLOCK_MONOTONIC);
        m_window->addSource(&m_engine);
        m_engine.start();
        until([&] { return session().actors().liveCount() == actors && session().connections().liveCount() == connections; });
        QJsonObject out;
        QJsonObject snapshot = figures(m_application.take(), clockMs(CLOCK_MONOTONIC) - start);
        snapshot.insert(QStringLiteral("ms"), clockMs(CLOCK_MONOTONIC) - start);
        out.insert(QStringLiteral("snapshot"), snapshot);
        select();
        wait(1000);

        QJsonObject views;
        const QStringList names = m_window->views();
        for (const QString &name : names)
            if (wanted(name)) {
                m_application.take();
                m_window->showView(name);
                wait(20);
                const MeteredApplication::Turns opened = m_application.take();
                QJsonObject one = phase();
                one.insert(QStringLiteral("open_ms"), opened.cpuMs);
                views.insert(name, one);
            }
        out.insert(QStringLiteral("views"), views);
        out.insert(QStringLiteral("sorted"), sorted());
        out.insert(QStringLiteral("filters"), filters());
        out.insert(QStringLiteral("palette"), palette());
        out.insert(QStringLiteral("frames"), double(session().framesApplied()));
        return out;
    }

private:
    Session &session() { return m_window->session(); }
    bool wanted(const QString &name) const { return name.contains(m_only); }

    TableView *table(const QString &view)
    {
        return m_window->findChild<QDockWidget *>(view)->widget()->findChild<TableView *>();
    }

    static QJsonObject figures(const MeteredApplication::Turns &turns, double ms)
    {
        return {{QStringLiteral("busy_percent"), turns.cpuMs / ms * 100}, {QStringLiteral("busy_wall_percent"), turns.wallMs / ms * 100},
                {QStringLiteral("longest_ms"), turns.longestCpuMs}, {QStringLiteral("longest_wall_ms"), turns.longestWallMs},
                {QStringLiteral("longest"), turns.longest}};
    }

    /// Runs the event loop, which waits by itself.
    void wait(double ms)
    {
        QEventLoop loop;
        QTimer::singleShot(int(ms), Qt::PreciseTimer, &loop, &QEventLoop::quit);
        loop.exec();
    }
    template<typename Condition>
    void until(Condition condition)
    {
        while (!condition())
            wait(2);
    }

    QJsonObject phase()
    {
        m_application.take();
        const quint64 frames = session().framesApplied();
        const double start = clockMs(CLOCK_MONOTONIC);
        wait(m_ms);
        QJsonObject out = figures(m_application.take(), clockMs(CLOCK_MONOTONIC) - start);
        out.insert(QStringLiteral("frames"), double(session().framesApplied() - frames));
        return out;
    }

    /// Side views show something only when something is selected.
    void select()
    {
        QString connection;
        qint64 most = -1;
        session().connections().forEach([&](const monitor::ConnectionInfo &one) {
            if (one.pendingBytes.value_or(0) > most) {
                most = one.pendingBytes.value_or(0);
                connection = one.connectionId;
            }
        });
        session().selectConnection(connection);
    }

    /// Tables that are ordered by something that changes.
    QJsonObject sorted()
    {
        QJsonObject out;
        const std::initializer_list<std::pair<QString, QString>> cases = {
            {QStringLiteral("actors"), QStringLiteral("state")},       {QStringLiteral("actors"), QStringLiteral("id")},
            {QStringLiteral("actors"), QStringLiteral("key")},         {QStringLiteral("actors"), QStringLiteral("age")},
            {QStringLiteral("connections"), QStringLiteral("pending")}, {QStringLiteral("connections"), QStringLiteral("path")}};
        for (const auto &[view, key] : cases) {
            if (!wanted(view))
                continue;
            m_window->showView(view);
            wait(200);
            TableView *of = table(view);
            const auto *model = static_cast<LiveTableModel *>(of->model());
            m_application.take();
            const double cpu = clockMs(CLOCK_THREAD_CPUTIME_ID);
            of->sortByColumn(model->columnOf(key), Qt::AscendingOrder);
            const double chosen = clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu;
            QJsonObject one = phase();
            one.insert(QStringLiteral("chosen_ms"), chosen);
            out.insert(QString(view % u" by " % key), one);
            // A wheel that is turned all the time.
            QTimer wheel;
            QObject::connect(&wheel, &QTimer::timeout, of, [of] {
                QScrollBar *bar = of->verticalScrollBar();
                bar->setValue(bar->value() + 97 <= bar->maximum() ? bar->value() + 97 : 0);
            });
            if (key == u"state") {
                wheel.start(16);
                out.insert(QString(view % u" scrolled"), phase());
                wheel.stop();
            }
            of->sortByColumn(-1, Qt::AscendingOrder);
        }
        return out;
    }

    /// From the text of a filter until its rows are on screen.
    QJsonObject filters()
    {
        QJsonObject out;
        if (!wanted(QStringLiteral("filter")))
            return out;
        m_window->showView(QStringLiteral("actors"));
        wait(500);
        for (const QString &text : {QStringLiteral("inbox"), QStringLiteral("state:running"), QStringLiteral("age > 200h"),
                                    QStringLiteral("/inbo-9.*7$/"), QStringLiteral("/[0-9]7\\d?$/"), QStringLiteral("~cr7"), QStringLiteral("time:10h"), QStringLiteral("-pool:games connections>0"), QStringLiteral("nothing")}) {
            out.insert(text, filter(text));
            out.insert(QString(text % u", open"), phase());
            out.insert(QString(text % u", cleared"), filter({}));
        }
        return out;
    }
    /// Typing into the command palette.
    QJsonObject palette()
    {
        QJsonObject out;
        if (!wanted(QStringLiteral("palette")))
            return out;
        CommandPalette dialog(session(), m_theme, {}, m_window.get());
        dialog.show();
        wait(200);
        auto *input = dialog.findChild<QLineEdit *>();
        for (const QString &text : {QStringLiteral("i"), QStringLiteral("inbo-77"), QStringLiteral("chrm"), QStringLiteral("nothing like this")}) {
            m_application.take();
            const double cpu = clockMs(CLOCK_THREAD_CPUTIME_ID);
            input->setText(text);
            const double first = clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu;
            wait(300);
            out.insert(text, QJsonObject{{QStringLiteral("ms"), first}, {QStringLiteral("longest_ms"), std::max(first, m_application.take().longestCpuMs)}});
        }
        return out;
    }
    QJsonObject filter(const QString &text)
    {
        wait(150);
        m_application.take();
        const double cpu = clockMs(CLOCK_THREAD_CPUTIME_ID), wall = clockMs(CLOCK_MONOTONIC);
        auto *field = m_window->findChild<QLineEdit *>(QStringLiteral("filter"));
        field->setText(text);
        const double first = clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu;
        until([this] { return !session().actors().isSettling(); });
        QCoreApplication::processEvents(); // painting
        const double spent = clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu;
        QJsonObject result;
        result.insert(QStringLiteral("ms"), spent);
        result.insert(QStringLiteral("wall_ms"), clockMs(CLOCK_MONOTONIC) - wall);
        result.insert(QStringLiteral("longest_ms"), std::max(first, m_application.take().longestCpuMs));
        result.insert(QStringLiteral("rows"), session().actors().rowCount());
        return result;
    }

    MeteredApplication &m_application;
    double m_ms;
    BusyEngine m_engine;
    ThemeManager m_theme;
    std::unique_ptr<MainWindow> m_window;
    QRegularExpression m_only;
};

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    MeteredApplication application(argc, argv);
    application.followTurns();
    QCommandLineParser parser;
    const auto option = [&](const char *name, const char *value) {
        parser.addOption({QString::fromLatin1(name), {}, QString::fromLatin1(name), QString::fromLatin1(value)});
    };
    option("actors", "100000");
    option("connections", "20000");
    option("changes", "10000");
    option("seconds", "3");
    option("only", "");
    parser.addOption(QCommandLineOption(QStringLiteral("large")));
    parser.process(application);
    QJsonObject out;
    {
        Bench bench(application, parser);
        out = bench.run(parser.value(QStringLiteral("actors")).toInt(), parser.value(QStringLiteral("connections")).toInt());
    }
    std::printf("%s\n", QJsonDocument(out).toJson().constData());
    return 0;
}
