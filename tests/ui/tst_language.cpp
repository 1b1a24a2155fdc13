// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/syntheticsource.h"
#include "models/format.h"
#include "ui/cellwords.h"
#include "ui/composer.h"
#include "ui/clientconnector.h"
#include "ui/filterbar.h"
#include "ui/helpdialog.h"
#include "ui/language.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"
#include "ui/tableview.h"
#include "ui/words.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QFontDatabase>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTabBar>
#include <QTableWidget>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

struct EchoSocket : ClientSocket
{
    explicit EchoSocket(ClientConnector::Events e) : events(std::move(e)) {}
    ~EchoSocket() override { *alive = false; }
    void send(const QByteArray &payload, bool) override { sent.append(payload); }
    void close(quint16 code, const QString &) override { events.closed(code, QString()); }
    ClientConnector::Events events;
    QByteArrayList sent;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

struct EchoConnector : ClientConnector
{
    std::unique_ptr<ClientSocket> open(const QString &, const QStringList &, Events events) override
    {
        auto made = std::make_unique<EchoSocket>(std::move(events));
        socket = made.get();
        alive = made->alive;
        return made;
    }
    EchoSocket *socket = nullptr;
    std::shared_ptr<bool> alive;
};

/// A language of the future: every text in brackets, with accents, a third longer. Placeholders and the names of keys
/// stay.
class PseudoTranslator final : public QTranslator
{
public:
    bool isEmpty() const override { return false; }
    QString translate(const char *context, const char *source, const char *, int) const override
    {
        const QString text = QString::fromUtf8(source);
        if (!QByteArray(context).startsWith("dormouse::") || text == u"en") // the code of the language picks help texts
            return {};
        QString out = QStringLiteral("⟦");
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (text.at(i) == u'%' && i + 1 < text.size() && (text.at(i + 1).isDigit() || text.at(i + 1) == u'n')) {
                out += text.mid(i++, 2);
                continue;
            }
            static const QString plain = QStringLiteral("aeiouAEIOU");
            static const QString accented = QStringLiteral("àéîöûÀÉÎÖÛ");
            const qsizetype at = plain.indexOf(text.at(i));
            out += at < 0 ? text.at(i) : accented.at(at);
        }
        return out + QString(text.size() / 3, u'~') + u'⟧';
    }
};

bool hasWords(const QString &text)
{
    static const QRegularExpression word(QStringLiteral("[A-Za-z]{2,}"));
    return word.match(text).hasMatch();
}

/// What may stay in English, with its reason.
bool allowed(const QWidget &widget, const QString &text)
{
    if (text.contains(u'⟦'))
        return true;
    // Names and addresses of the engine, ids, numbers with their units.
    static const QRegularExpression units(QStringLiteral("^[-+0-9 .,:/%×µ\\x{202f}—]*(B|KiB|MiB|GiB|ms|s|min|h|d|µs| |[0-9.]|/)*$"));
    if (!hasWords(text) || units.match(text).hasMatch())
        return true;
    // Filters are a language of their own, the same for all: state:running, pending>0.
    static const QRegularExpression filter(QStringLiteral("^[a-z.]+(:|>|==|<)\\S+( [a-z.]+(:|>)\\S+)*$"));
    if (filter.match(text).hasMatch())
        return true;
    for (const QWidget *w = &widget; w; w = w->parentWidget())
        // What was typed or received; the parts of a tab bar, which Qt names in the language it has.
        if (qobject_cast<const QLineEdit *>(w) || qobject_cast<const QPlainTextEdit *>(w) || (w != &widget && qobject_cast<const QTabBar *>(w)))
            return true;
    return false;
}

struct Finding
{
    QStringList english;
    QSet<QString> data; ///< names, keys and rules that the engine has sent: the same in every language
    void see(const QWidget &widget, const char *what, const QString &text)
    {
        if (!text.isEmpty() && !data.contains(text) && !allowed(widget, text))
            english.append(QString::fromLatin1(widget.metaObject()->className()) + u' ' + QString::fromLatin1(what) + u": " + text);
    }
};

} // namespace

class TestLanguage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void switchesWithoutRestart_data();
    void switchesWithoutRestart();
    void nothingIsLost();
    void textSizes();
    void numbersChooseTheirForm();
    void codesAreWords();
    void japaneseHasAFont();
    void pseudoLanguageReachesEverything();
    void nothingIsCutOff_data();
    void nothingIsCutOff();

private:
    QWidget *page(const QString &name) const { return m_window->findChild<QDockWidget *>(name)->widget(); }
    bool onScreen(const QString &name) const { return static_cast<Page *>(page(name))->isOnScreen(); }
    /// Texts of a view that do not fit, with the size they have and the one they need.
    QStringList cutOff(const QString &name) const;
    /// Waits until the window has built its content again.
    void waitForRebuild(const QWidget *before) { QTRY_VERIFY(m_window->findChild<QDockWidget *>(QStringLiteral("overview")) != before); }
    std::unique_ptr<ThemeManager> m_theme;
    std::unique_ptr<LanguageManager> m_language;
    std::unique_ptr<EchoConnector> m_connector;
    std::unique_ptr<SyntheticSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

void TestLanguage::init()
{
    m_theme = std::make_unique<ThemeManager>(*qApp);
    m_theme->setTheme(QStringLiteral("dark"));
    m_language = std::make_unique<LanguageManager>();
    m_connector = std::make_unique<EchoConnector>();
    m_source = std::make_unique<SyntheticSource>(120);
    m_window = std::make_unique<MainWindow>(*m_theme, m_connector.get(), nullptr, m_language.get());
    m_window->setSource(m_source.get());
    m_window->show();
    m_source->start();
    for (int i = 0; i < 20; ++i)
        m_source->step();
}

void TestLanguage::cleanup()
{
    m_window.reset();
    m_source.reset();
    m_connector.reset();
    m_language.reset();
    m_theme.reset();
}

void TestLanguage::switchesWithoutRestart_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("actors");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("help");
    QTest::newRow("German") << QStringLiteral("de") << QStringLiteral("Aktoren") << QStringLiteral("Zustand") << QStringLiteral("Engine läuft");
    QTest::newRow("Japanese") << QStringLiteral("ja") << QStringLiteral("アクター") << QStringLiteral("状態") << QStringLiteral("エンジン");
}

void TestLanguage::switchesWithoutRestart()
{
    QFETCH(QString, code);
    QFETCH(QString, actors);
    QFETCH(QString, state);
    QFETCH(QString, help);
    const QString english = Words::explain(QStringLiteral("engine.already_running"));
    const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    m_window->action(u"language." + code)->trigger();
    waitForRebuild(before);
    QCOMPARE(m_window->findChild<QDockWidget *>(QStringLiteral("actors"))->windowTitle(), actors);
    auto *table = page(QStringLiteral("actors"))->findChild<TableView *>();
    QCOMPARE(table->model()->headerData(0, Qt::Horizontal).toString(), state);
    QVERIFY(m_window->action(u"language." + code)->isChecked());
    QVERIFY(Words::explain(QStringLiteral("engine.already_running")).contains(help));
    QVERIFY(Words::explain(QStringLiteral("engine.already_running")) != english);
    m_window->showView(QStringLiteral("actors"));
    QTRY_COMPARE(m_window->session().actors().rowCount(), 120);

    before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    m_window->action(QStringLiteral("language.en"))->trigger();
    waitForRebuild(before);
    QCOMPARE(m_window->findChild<QDockWidget *>(QStringLiteral("actors"))->windowTitle(), QStringLiteral("Actors"));
}

void TestLanguage::nothingIsLost()
{
    Session &session = m_window->session();
    session.selectActor(m_source->actors[7].actorId);
    m_window->setFilter(QStringLiteral("pending>=0"));
    m_window->findChild<FilterBar *>()->save(QStringLiteral("kept"));
    m_window->showView(QStringLiteral("client"));
    const auto input = [&] { return page(QStringLiteral("client"))->findChild<Composer *>()->input(); };
    page(QStringLiteral("client"))->findChild<QPushButton *>()->click();
    QVERIFY(m_connector->socket);
    m_connector->socket->events.opened();
    m_connector->socket->events.message("before", false);
    input()->setText(QStringLiteral("half a sen"));
    page(QStringLiteral("events"))->findChild<QComboBox *>()->setCurrentIndex(1);
    const auto boxes = page(QStringLiteral("actors"))->findChildren<QCheckBox *>();
    boxes.constFirst()->setChecked(true);
    auto *table = page(QStringLiteral("actors"))->findChild<TableView *>();
    table->setColumnWidth(1, 231);
    table->horizontalHeader()->moveSection(3, 1);
    table->sortByColumn(1, Qt::DescendingOrder);
    auto *runners = m_window->findChild<QDockWidget *>(QStringLiteral("runners"));
    runners->setFloating(true);
    m_window->showView(QStringLiteral("latency"));
    QTRY_VERIFY(onScreen(QStringLiteral("latency")));
    m_window->showProblem(QStringLiteral("a problem"));
    const quint64 frames = session.framesApplied();
    const int rows = session.events().rowCount();

    const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    m_language->setLanguage(QStringLiteral("de"));
    waitForRebuild(before);

    QCOMPARE(session.selectedActor(), m_source->actors[7].actorId);
    QVERIFY(session.framesApplied() >= frames);
    QCOMPARE(session.events().rowCount(), rows);
    auto *bar = m_window->findChild<FilterBar *>();
    QCOMPARE(bar->field()->text(), QStringLiteral("pending>=0"));
    QVERIFY(bar->saved().contains(QStringLiteral("kept")));
    QVERIFY(*m_connector->alive);
    m_connector->socket->events.message("after", false);
    const QString transcript = page(QStringLiteral("client"))->findChild<QPlainTextEdit *>()->toPlainText();
    QVERIFY2(transcript.contains(QStringLiteral("before")) && transcript.contains(QStringLiteral("after")), qPrintable(transcript));
    QCOMPARE(input()->text(), QStringLiteral("half a sen"));
    QVERIFY(input()->isEnabled());
    QCOMPARE(page(QStringLiteral("events"))->findChild<QComboBox *>()->currentIndex(), 1);
    QVERIFY(page(QStringLiteral("actors"))->findChild<QCheckBox *>()->isChecked());
    table = page(QStringLiteral("actors"))->findChild<TableView *>();
    QCOMPARE(table->columnWidth(1), 231);
    QCOMPARE(table->horizontalHeader()->visualIndex(3), 1);
    QCOMPARE(table->horizontalHeader()->sortIndicatorSection(), 1);
    QVERIFY(m_window->findChild<QDockWidget *>(QStringLiteral("runners"))->isFloating());
    QTRY_VERIFY(onScreen(QStringLiteral("latency")));
    bool told = false;
    const auto labels = m_window->findChildren<QLabel *>();
    for (const QLabel *label : labels)
        told = told || (label->text() == u"a problem" && label->isVisible());
    QVERIFY(told);
}

void TestLanguage::textSizes()
{
    const auto rowHeight = [&] { return page(QStringLiteral("actors"))->findChild<TableView *>()->verticalHeader()->defaultSectionSize(); };
    const int normal = rowHeight();
    page(QStringLiteral("actors"))->findChild<TableView *>()->setColumnWidth(0, 100);
    QVERIFY(!m_window->action(QStringLiteral("text.smaller"))->isEnabled());
    for (int step = 0; step < 6; ++step) {
        const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
        const bool possible = m_window->action(QStringLiteral("text.larger"))->isEnabled();
        QCOMPARE(possible, step < 4);
        if (!possible)
            break;
        m_window->action(QStringLiteral("text.larger"))->trigger();
        waitForRebuild(before);
    }
    QCOMPARE(m_theme->textSize(), 200);
    QCOMPARE(rowHeight(), 2 * normal);
    QCOMPARE(QApplication::font().pixelSize(), 26);
    QVERIFY(std::abs(page(QStringLiteral("actors"))->findChild<TableView *>()->columnWidth(0) - 200) < 8);
    const QFontMetrics metrics(m_theme->monoFont());
    QVERIFY(metrics.height() <= rowHeight());
    const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    m_window->action(QStringLiteral("text.normal"))->trigger();
    waitForRebuild(before);
    QCOMPARE(rowHeight(), normal);
}

void TestLanguage::numbersChooseTheirForm()
{
    const auto said = [](int n) { return QCoreApplication::translate("dormouse::BulkDialog", "Wake %n actors", nullptr, n); };
    LanguageManager fresh; // as the program starts
    fresh.setLanguage(QStringLiteral("en"));
    QCOMPARE(said(1), QStringLiteral("Wake 1 actor"));
    m_language->setLanguage(QStringLiteral("de"));
    m_language->setLanguage(QStringLiteral("en"));
    QCOMPARE(said(1), QStringLiteral("Wake 1 actor"));
    QCOMPARE(said(2), QStringLiteral("Wake 2 actors"));
    m_language->setLanguage(QStringLiteral("de"));
    QVERIFY(said(1) != QString(said(2)).replace(u'2', u'1'));
    m_language->setLanguage(QStringLiteral("en"));
}

/// What the engine sends as codes and sentences of its own is said in the language of the window, and to a screen reader as
/// it is painted. Filters and copies keep the codes.
void TestLanguage::codesAreWords()
{
    const auto reason = [](const char *text) { return CellWords::reason(QString::fromUtf8(text)); };
    const char *running = "running: on runner r1 since 2026-01-31 14:03:07 UTC";
    const QString moment = dateTimeText(QDateTime(QDate(2026, 1, 31), QTime(14, 3, 7), Qt::UTC).toMSecsSinceEpoch()).chopped(4);
    QCOMPARE(reason(running), QString(u"running: on runner r1 since " % moment));
    QCOMPARE(CellWords::range(QStringLiteral("1 to 100")), QStringLiteral("1 to 100"));
    m_language->setLanguage(QStringLiteral("de"));
    QCOMPARE(reason(running), QString(u"running: auf Runner r1 seit " % moment));
    QVERIFY(reason("starting: on runner r1, lost at never").endsWith(QStringLiteral(" nie")));
    QVERIFY(reason("outbound: wants 1 requests for 2 actors (slots_per_runner 3, runners_margin 4, min_runners 5, max_runners 6), "
                   "has 7 opening, 8 serving, 9 waiting, 10 draining").endsWith(QStringLiteral("laufen aus 10")));
    // What nobody knows is shown all the same.
    for (const char *other : {"pool_error: {\"a\": 1}", "new: on a Tuesday", "code", ""})
        QCOMPARE(reason(other), QString::fromUtf8(other));
    QCOMPARE(CellWords::range(QStringLiteral("1 to 100")), QStringLiteral("1 bis 100"));
    QCOMPARE(CellWords::range(QStringLiteral("close, pause")), QStringLiteral("close, pause"));
    QCOMPARE(CellWords::unit(QStringLiteral("count")), QStringLiteral("Anzahl"));
    m_window->showView(QStringLiteral("runners"));
    QTRY_VERIFY(onScreen(QStringLiteral("runners")));
    RunnerModel &runners = m_window->session().runners();
    const auto cell = [&](int column, int role) { return runners.index(0, column).data(role).toString(); };
    const bool eligible = runners.index(0, RunnerModel::Eligible).data(RawRole).toBool();
    QCOMPARE(cell(RunnerModel::Eligible, Qt::DisplayRole), eligible ? QStringLiteral("yes") : QStringLiteral("no"));
    QCOMPARE(cell(RunnerModel::Eligible, Qt::AccessibleTextRole), eligible ? QStringLiteral("ja") : QStringLiteral("nein"));
    QCOMPARE(CellWords::shown(QStringLiteral("eligible"), CellKind::Text, QStringLiteral("no full")), QStringLiteral("nein full"));
    QCOMPARE(CellWords::shown(QStringLiteral("name"), CellKind::Text, QStringLiteral("no full")), QStringLiteral("no full"));
    QCOMPARE(cell(RunnerModel::State, Qt::AccessibleTextRole), Words::look(m_source->runners.front().state).word);
    QVERIFY(cell(RunnerModel::State, Qt::AccessibleTextRole) != cell(RunnerModel::State, Qt::DisplayRole));
    m_language->setLanguage(QStringLiteral("ja"));
    QCOMPARE(CellWords::range(QStringLiteral("1 to 100")), QStringLiteral("1～100"));
    m_language->setLanguage(QStringLiteral("en"));
}

/// The setup scripts install one; without it the Japanese window is a wall of boxes.
void TestLanguage::japaneseHasAFont()
{
    QVERIFY(!QFontDatabase::families(QFontDatabase::Japanese).isEmpty());
}

void TestLanguage::pseudoLanguageReachesEverything()
{
    PseudoTranslator pseudo;
    const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    QCoreApplication::installTranslator(&pseudo);
    waitForRebuild(before);
    m_window->session().selectConnection(m_source->connections.front().connectionId);
    Finding found;
    for (const ActorInfo &actor : m_source->actors) {
        found.data.insert(QString(actor.name % u' ' % actor.key));
        for (const QString &why : actor.why)
            found.data.insert(why);
        found.data.insert(actor.why.join(u'\n'));
    }
    for (const RunnerInfo &runner : m_source->runners)
        found.data.insert(QString(runner.name % u' ' % runner.key));
    for (const ConnectionInfo &connection : m_source->connections) {
        found.data.insert(connection.connectionId);
        found.data.insert(connection.path);
    }
    // Formats have the same name everywhere.
    found.data.insert(QStringLiteral("JSON"));
    found.data.insert(QStringLiteral("CBOR"));
    found.data.insert(QStringLiteral("WebSocket"));
    found.data.insert(QStringLiteral("HTTP"));
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        QTRY_VERIFY2(onScreen(name), qPrintable(name));
        m_source->step();
        Q_EMIT m_window->session().secondPassed();
    }
    m_window->showHelp(HelpDialog::Part::Keys);
    const auto all = m_window->findChildren<QWidget *>();
    for (const QWidget *widget : all) {
        if (widget->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        found.see(*widget, "tool tip", widget->toolTip().section(QStringLiteral("  "), 0, 0));
        if (const auto *label = qobject_cast<const QLabel *>(widget))
            found.see(*widget, "label", label->text());
        if (const auto *button = qobject_cast<const QAbstractButton *>(widget))
            found.see(*widget, "button", button->text());
        if (const auto *line = qobject_cast<const QLineEdit *>(widget))
            if (!line->placeholderText().isEmpty() && !line->placeholderText().contains(u'⟦'))
                found.english.append(u"placeholder: " + line->placeholderText());
        if (const auto *combo = qobject_cast<const QComboBox *>(widget))
            for (int i = 0; i < combo->count(); ++i)
                found.see(*widget, "choice", combo->itemText(i));
        if (const auto *header = qobject_cast<const QHeaderView *>(widget))
            if (header->model() && header->orientation() == Qt::Horizontal)
                for (int i = 0; i < header->count(); ++i)
                    found.see(*widget, "column", header->model()->headerData(i, Qt::Horizontal).toString());
        if (const auto *menu = qobject_cast<const QMenu *>(widget))
            found.see(*widget, "menu", menu->title());
        if (!widget->accessibleName().isEmpty())
            found.see(*widget, "accessible name", widget->accessibleName());
    }
    const auto docks = m_window->findChildren<QDockWidget *>();
    for (const QDockWidget *dock : docks)
        found.see(*dock, "view", dock->windowTitle());
    const auto actions = m_window->actions();
    for (const QAction *action : actions)
        if (!action->objectName().startsWith(QStringLiteral("language."))) // languages call themselves
            found.see(*m_window, "action", action->text());
    for (const monitor::ActorState state : {ActorState::Unknown, ActorState::Pending, ActorState::Running, ActorState::Destroyed})
        found.see(*m_window, "word", Words::look(state).word);
    QCoreApplication::removeTranslator(&pseudo);
    found.english.removeDuplicates();
    QVERIFY2(found.english.isEmpty(), qPrintable(u'\n' + found.english.join(u'\n')));
}

void TestLanguage::nothingIsCutOff_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("textSize");
    QTest::newRow("English") << QStringLiteral("en") << 100;
    QTest::newRow("German") << QStringLiteral("de") << 100;
    QTest::newRow("Japanese") << QStringLiteral("ja") << 100;
    QTest::newRow("English, 150 %") << QStringLiteral("en") << 150;
}

QStringList TestLanguage::cutOff(const QString &name) const
{
    QStringList cut;
    const auto all = page(name)->findChildren<QWidget *>();
    for (const QWidget *widget : all) {
        if (!widget->isVisible())
            continue;
        const auto *button = qobject_cast<const QAbstractButton *>(widget);
        const auto *label = qobject_cast<const QLabel *>(widget);
        const bool text = (button && !button->text().isEmpty())
            || (label && !label->text().isEmpty() && !label->wordWrap() && label->property("elides").isNull());
        // Ids and paths are as long as they are; a tool tip or a copy action gives the whole.
        const bool given = label && (label->text().contains(u'/') || label->property("role") == QStringLiteral("mono"));
        if (text && !given && (widget->width() < widget->minimumSizeHint().width() || widget->height() < widget->minimumSizeHint().height() - 1))
            cut.append(name + u": " + (button ? button->text() : label->text())
                       + QStringLiteral(" %1x%2 of %3x%4").arg(widget->width()).arg(widget->height())
                             .arg(widget->minimumSizeHint().width()).arg(widget->minimumSizeHint().height()));
    }
    return cut;
}

void TestLanguage::nothingIsCutOff()
{
    QFETCH(QString, code);
    QFETCH(int, textSize);
    m_window->resize(1280, 800);
    const QWidget *before = m_window->findChild<QDockWidget *>(QStringLiteral("overview"));
    if (code != u"en" || textSize != 100) {
        m_language->setLanguage(code);
        m_theme->setTextSize(textSize);
        waitForRebuild(before);
    }
    m_window->session().selectConnection(m_source->connections.front().connectionId);
    QStringList cut;
    const QStringList views = m_window->views();
    for (const QString &name : views) {
        m_window->showView(name);
        QTRY_VERIFY2(onScreen(name), qPrintable(name));
        m_source->step();
        QTRY_VERIFY2((cut = cutOff(name)).isEmpty(), qPrintable(u'\n' + cut.join(u'\n')));
    }
}

QTEST_MAIN(TestLanguage)
#include "tst_language.moc"
