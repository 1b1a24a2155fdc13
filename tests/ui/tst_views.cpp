// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/windowtest.h"
#include "ui/bulk.h"
#include "ui/clientconnector.h"
#include "ui/composer.h"
#include "ui/detailparts.h"
#include "ui/heatmap.h"
#include "ui/rules.h"
#include "ui/settingpresets.h"
#include "ui/topology.h"
#include "ui/words.h"

#include <QAction>
#include <QCborValue>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

struct Socket final : ClientSocket
{
    explicit Socket(ClientConnector::Events e) : events(std::move(e)) {}
    void send(const QByteArray &payload, bool binary) override
    {
        sent.append(payload);
        lastBinary = binary;
    }
    void close(quint16 code, const QString &) override { events.closed(code, QString()); }
    ClientConnector::Events events;
    QByteArrayList sent;
    bool lastBinary = false;
};

struct Connector final : ClientConnector
{
    std::unique_ptr<ClientSocket> open(const QString &, const QStringList &, Events events) override
    {
        auto socket = std::make_unique<Socket>(std::move(events));
        last = socket.get();
        ++opened;
        return socket;
    }
    Socket *last = nullptr;
    int opened = 0;
};

} // namespace

/// What single views offer beyond showing rows.
class TestViews : public QObject, private WindowTest
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void composerReadsItsForms();
    void composerRepeatsAndRemembers();
    void clientComesBackByItself();
    void viewsHaveTheirOwnPace();
    void topShowsTheWorstEndedOnesToo();
    void readOnlyRefusesAndStillLooks();
    void presetsAreOfferedAndApplied();
    void rulesSayWhy();
    void aClickChoosesTheFirstRow();
    void whatHasEndedTakesNoOrders();
    void manyRowsByKeyboard();
    void refusalsNameTheField();
    void heatMapByKeyboard();
    void edgesOfTheMap();
    void unknownSaysWhy();
    void everyActionCanBeReached();

private:
    std::unique_ptr<Connector> m_connector;
    QTemporaryDir m_dir;
    std::unique_ptr<QSettings> m_settings;
};

void TestViews::init()
{
    m_connector = std::make_unique<Connector>();
    m_settings = std::make_unique<QSettings>(m_dir.filePath(word("s.ini")), QSettings::IniFormat);
    m_settings->clear();
    openWindow(m_connector.get(), m_settings.get());
}

void TestViews::cleanup()
{
    closeWindow();
    m_settings.reset();
    m_connector.reset();
}

void TestViews::composerReadsItsForms()
{
    using F = Composer::Form;
    const auto bytes = [](const char *typed, F form, int n = 1) {
        const auto payload = Composer::payloadOf(word(typed), form, n);
        return payload ? payload->bytes : QByteArray("refused");
    };
    QCOMPARE(bytes("hello {n}", F::Text, 7), QByteArray("hello 7"));
    QCOMPARE(bytes("00 fF", F::Hex), QByteArray("\x00\xff", 2));
    QCOMPARE(bytes("0", F::Hex), QByteArray("refused"));
    QCOMPARE(bytes("0g", F::Hex), QByteArray("refused"));
    QCOMPARE(QCborValue::fromCbor(bytes("{\"a\": [{n}, true]}", F::Cbor, 3)).toMap().value(word("a")).toArray().at(0).toInteger(), 3);
    QCOMPARE(QCborValue::fromCbor(bytes("\"text\"", F::Cbor)).toString(), word("text"));
    QCOMPARE(bytes("{", F::Cbor), QByteArray("refused"));
    QCOMPARE(bytes("1, 2", F::Cbor), QByteArray("refused"));
    QVERIFY(!Composer::payloadOf(word("x"), F::Text, 1)->binary);
    QVERIFY(Composer::payloadOf(word("1"), F::Cbor, 1)->binary);
    QString problem;
    QVERIFY(!Composer::payloadOf(word("zz"), F::Hex, 1, &problem));
    QVERIFY(!problem.isEmpty());
}

void TestViews::composerRepeatsAndRemembers()
{
    Composer composer(*m_theme);
    QByteArrayList sent;
    connect(&composer, &Composer::sendWanted, this, [&](const QByteArray &payload, bool) { sent.append(payload); });
    QLineEdit *input = composer.input();
    QVERIFY(!input->isEnabled()); // nobody to send to
    composer.setPossible(true);
    QSpinBox *times = nullptr, *rate = nullptr;
    const auto boxes = composer.findChildren<QSpinBox *>();
    for (QSpinBox *box : boxes)
        (box->accessibleName() == u"How often to send" ? times : rate) = box;
    QVERIFY(!rate->isEnabled());
    times->setValue(25);
    rate->setValue(1000);
    input->setText(word("m{n}"));
    QTest::keyClick(input, Qt::Key_Return);
    QVERIFY(composer.isRepeating());
    QVERIFY(!input->isEnabled());
    QTRY_VERIFY(!composer.isRepeating());
    QCOMPARE(sent.size(), 25);
    QCOMPARE(sent.first(), QByteArray("m1"));
    QCOMPARE(sent.last(), QByteArray("m25"));
    times->setValue(1);
    input->setText(word("second"));
    QTest::keyClick(input, Qt::Key_Return);
    input->setText(word("draft"));
    QTest::keyClick(input, Qt::Key_Up);
    QCOMPARE(input->text(), word("second"));
    QTest::keyClick(input, Qt::Key_Up);
    QCOMPARE(input->text(), word("m{n}"));
    QTest::keyClick(input, Qt::Key_Up);
    QCOMPARE(input->text(), word("m{n}"));
    QTest::keyClick(input, Qt::Key_Down);
    QTest::keyClick(input, Qt::Key_Down);
    QCOMPARE(input->text(), word("draft"));
    // A loss in the middle ends it.
    times->setValue(Composer::kMostRepeats);
    QTest::keyClick(input, Qt::Key_Return);
    QVERIFY(composer.isRepeating());
    composer.setPossible(false);
    QVERIFY(!composer.isRepeating());
    const auto before = sent.size();
    composer.setPossible(true);
    QCOMPARE(sent.size(), before);
    // What cannot be read is not sent.
    const auto forms = composer.findChildren<QComboBox *>();
    forms.first()->setCurrentIndex(1);
    input->setText(word("xyz"));
    QVERIFY(input->property("invalid").toBool());
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(sent.size(), before);
}

void TestViews::clientComesBackByItself()
{
    session().selectActor(m_source->actors.front().actorId);
    m_window->showView(word("client"));
    QTRY_VERIFY(page("client")->isOnScreen());
    auto *again = control<QCheckBox>("client", "Connect again when the connection is lost");
    again->setChecked(true);
    control<QPushButton>("client", "Open a WebSocket")->click();
    QCOMPARE(m_connector->opened, 1);
    auto *input = control<QLineEdit>("client", "Message to send");
    QVERIFY(!input->isEnabled()); // not open yet
    m_connector->last->events.opened();
    QVERIFY(input->isEnabled());
    m_connector->last->events.closed(1012, word("restart"));
    QVERIFY(!input->isEnabled());
    QTRY_COMPARE(m_connector->opened, 2);
    m_connector->last->events.opened();
    input->setText(word("back"));
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(m_connector->last->sent, QByteArrayList{"back"});
    // Closing by hand is meant.
    control<QPushButton>("client", "Close this WebSocket")->click();
    QVERIFY(!again->isChecked());
    QVERIFY(!control<QPushButton>("client", "Close this WebSocket")->isEnabled());
    QCOMPARE(m_connector->opened, 2);
}

void TestViews::viewsHaveTheirOwnPace()
{
    m_window->showView(word("actors"));
    QTRY_VERIFY(page("actors")->isOnScreen());
    auto *table = control<TableView>("actors", "Actors");
    QCOMPARE(table->model()->rowCount(), 60);
    QCOMPARE(page("actors")->pace(), Page::kEachFrame);
    page("actors")->setPace(Page::kByHand);
    int signalled = 0;
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(table->model(), signal, this, [&](const QModelIndex &, int, int) { ++signalled; });
    connect(table->model(), &QAbstractItemModel::dataChanged, this, [&] { ++signalled; });
    ActorInfo more = m_source->actors.front();
    more.actorId = word("one-more");
    m_source->actors.push_back(more);
    m_source->snapshot();
    for (int i = 0; i < 5; ++i)
        m_source->step();
    QCOMPARE(signalled, 0);
    QCOMPARE(table->model()->rowCount(), 60);
    QVERIFY(session().actors().find(more.actorId)); // known, not shown
    m_window->showView(word("actors"));
    m_window->action(word("refresh"))->trigger();
    QVERIFY(signalled > 0);
    QCOMPARE(table->model()->rowCount(), 61);
    page("actors")->setPace(1);
    const int before = signalled;
    QTRY_VERIFY((m_source->step(), signalled > before)); // with the first frame after the pace
    page("actors")->setPace(Page::kEachFrame);
    QVERIFY(session().actors().isActive());
    // The choice of the menu is kept.
    QMenu *menu = nullptr;
    const auto menus = m_window->findChildren<QMenu *>();
    for (QMenu *one : menus)
        if (one->title() == u"&Refresh this view")
            menu = one;
    QVERIFY(menu);
    const auto actions = menu->actions();
    const auto hand = std::find_if(actions.cbegin(), actions.cend(), [](const QAction *one) { return one->text() == u"By hand"; });
    (*hand)->trigger();
    const QString front = m_window->frontView();
    QCOMPARE(page(qPrintable(front))->pace(), Page::kByHand);
    QCOMPARE(m_settings->value(QString(u"pace/" % front)).toInt(), Page::kByHand);
}

void TestViews::topShowsTheWorstEndedOnesToo()
{
    ConnectionInfo worst = m_source->connections.front();
    worst.connectionId = word("worst");
    worst.state = ConnectionState::Closed;
    worst.closedTs = m_source->now();
    worst.maxPendingBytes = 1ull << 40;
    Frame frame;
    frame.ts = m_source->now();
    frame.connections = {worst};
    Q_EMIT m_source->frameReady(frame);
    m_window->showView(word("connections"));
    QTRY_VERIFY(page("connections")->isOnScreen());
    QVERIFY(session().connections().rowOf(word("worst")) < 0);
    auto *top = control<QToolButton>("connections", "Sort by what is worst");
    top->menu()->actions().first()->trigger();
    QCOMPARE(session().connections().rowOf(word("worst")), 0);
    QCOMPARE(control<TableView>("connections", "Connections")->horizontalHeader()->sortIndicatorSection(), int(ConnectionModel::PeakBytes));
}

void TestViews::readOnlyRefusesAndStillLooks()
{
    QAction *readOnly = m_window->action(word("readonly"));
    QVERIFY(readOnly->isEnabled() && !readOnly->isChecked());
    readOnly->trigger();
    QVERIFY(readOnly->isChecked());
    QCOMPARE(session().commandsReason(), word("read_only"));
    QVERIFY(!m_window->action(word("create"))->isEnabled());
    session().command(word("destroy_actor"), {});
    QCOMPARE(m_source->commands.size(), 0);
    bool answered = false;
    session().command(word("kv_list"), {}, [&](const Result<QJsonObject> &result) { answered = result.ok(); });
    QVERIFY(answered);
    QCOMPARE(m_source->commands.size(), 1);
    readOnly->trigger();
    QVERIFY(session().commandsAllowed());
}

void TestViews::presetsAreOfferedAndApplied()
{
    QList<SettingPreset> presets = settingPresets(session());
    QVERIFY(presets.size() >= 4);
    for (const SettingPreset &preset : std::as_const(presets))
        QVERIFY(!preset.title.isEmpty() && !preset.help.isEmpty());
    int changed = -1, refused = -1;
    auto *run = new PresetRun(session(), presets.first());
    connect(run, &PresetRun::finished, this, [&](int c, int r) {
        changed = c;
        refused = r;
    });
    run->start();
    QTRY_COMPARE(changed, int(presets.first().values.size()));
    QCOMPARE(refused, 0);
    QCOMPARE(m_source->commands.size(), changed);
    QCOMPARE(m_source->commands.first().first, word("set_setting"));
    QCOMPARE(session().controls().liveCount(), changed); // each of them is in the log
}

void TestViews::rulesSayWhy()
{
    const auto verdicts = [](const std::vector<Rule> &rules) {
        QString out;
        for (const Rule &rule : rules)
            out += rule.verdict == Rule::Verdict::Holds ? u'+' : rule.verdict == Rule::Verdict::Fails ? u'-' : rule.verdict == Rule::Verdict::Told ? u'i' : u'?';
        return out;
    };
    // Every state that is not an end has an answer.
    ActorInfo actor = m_source->actors.front();
    for (int state = int(ActorState::Pending); state <= int(ActorState::Running); ++state) {
        actor.state = ActorState(state);
        actor.why = state == int(ActorState::Starting) ? QStringList{word("starting: on runner r")} : QStringList();
        QVERIFY2(!actorRules(session(), actor).empty(), qPrintable(QString::number(state)));
    }
    ActorInfo waiting;
    waiting.actorId = word("w");
    waiting.state = ActorState::Pending;
    waiting.pool = word("nobody");
    waiting.why = QStringList{word("no_runner: no runner of this pool is known")};
    QCOMPARE(verdicts(actorRules(session(), waiting)), word("i---"));
    QCOMPARE(actorRules(session(), waiting).front().text, Words::explain(word("no_runner")));
    const auto awake = std::find_if(m_source->connections.begin(), m_source->connections.end(), [](const ConnectionInfo &one) {
        return one.state == ConnectionState::Attached;
    });
    QVERIFY(awake != m_source->connections.end());
    ConnectionInfo one = *awake;
    QString now = verdicts(hibernationRules(session(), one));
    QCOMPARE(now.left(4), word("+++-")); // its actor runs
    QCOMPARE(now.size(), 6);
    QCOMPARE(now.at(5), u'+');
    one.hibernatable = false;
    QCOMPARE(verdicts(hibernationRules(session(), one)), word("+-+"));
    one.state = ConnectionState::Opening;
    QCOMPARE(verdicts(hibernationRules(session(), one)), word("+?+")); // nobody has said it yet
    one.kind = ConnectionKind::Http;
    QCOMPARE(verdicts(hibernationRules(session(), one)), word("-"));
    m_window->showView(word("queue"));
    session().selectConnection(awake->connectionId);
    QTRY_VERIFY(page("queue")->isOnScreen());
    QVERIFY(control<QWidget>("queue", "Why it hibernates or does not")->isVisibleTo(page("queue")));
}

/// Also in a table that had not been entered: the focus comes with the click.
void TestViews::aClickChoosesTheFirstRow()
{
    m_window->showView(word("actors"));
    auto *table = page("actors")->findChild<TableView *>();
    QTRY_VERIFY(page("actors")->isOnScreen() && table->model()->rowCount() > 1);
    const auto click = [table](int row) {
        table->setFocus(Qt::MouseFocusReason); // as the application does with a real click
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(table->model()->index(row, 0)).center());
    };
    QVERIFY(session().selectedActor().isEmpty());
    click(0);
    QCOMPARE(session().selectedActor(), table->model()->index(0, 0).data(IdRole).toString());
    click(1);
    QCOMPARE(session().selectedActor(), table->model()->index(1, 0).data(IdRole).toString());
    // By keyboard the first row is the first one to be chosen.
    m_window->showView(word("connections"));
    auto *connections = page("connections")->findChild<TableView *>();
    QTRY_VERIFY(page("connections")->isOnScreen() && connections->model()->rowCount() > 1);
    session().selectConnection(QString());
    connections->setFocus(Qt::TabFocusReason);
    QVERIFY(session().selectedConnection().isEmpty());
    QTest::keyClick(connections, Qt::Key_Down);
    QCOMPARE(session().selectedConnection(), connections->model()->index(0, 0).data(IdRole).toString());
}

/// Nobody is offered to wake what is gone, and the reason is said; its page speaks of the past.
void TestViews::whatHasEndedTakesNoOrders()
{
    ActorInfo &actor = m_source->actors.front();
    session().selectActor(actor.actorId);
    m_window->showView(word("actor"));
    QTRY_VERIFY(page("actor")->isOnScreen());
    QVERIFY(m_window->action(word("wake"))->isEnabled() && control<QToolButton>("actor", "Wake this actor")->isEnabled());
    actor.state = ActorState::Destroyed;
    actor.destroyTs = m_source->now();
    m_source->snapshot();
    QTRY_VERIFY(!control<QToolButton>("actor", "Wake this actor")->isEnabled());
    QCOMPARE(control<QToolButton>("actor", "Destroy… this actor")->toolTip(), word("The actor is gone."));
    session().selectActor(m_source->actors.back().actorId);
    QVERIFY(m_window->action(word("destroy"))->isEnabled());
    session().selectActor(actor.actorId);
    for (const char *name : {"wake", "sleep", "call", "reschedule", "destroy"})
        QVERIFY2(!m_window->action(word(name))->isEnabled() && m_window->action(word(name))->toolTip().contains(word("gone")), name);
    RunnerInfo &runner = m_source->runners.front();
    runner.state = RunnerState::Stopped;
    m_source->snapshot();
    session().selectRunner(runner.runnerId);
    QVERIFY(!m_window->action(word("drain"))->isEnabled());
    ConnectionInfo &connection = m_source->connections.front();
    connection.openedTs = m_source->now() - 9'500;
    connection.closedTs = m_source->now();
    connection.state = ConnectionState::Closed;
    m_source->snapshot();
    m_window->showView(word("queue"));
    session().selectConnection(connection.connectionId);
    const auto labels = page("queue")->findChildren<QLabel *>();
    const auto says = [&](const char *text) {
        return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) { return label->text().contains(word(text)); });
    };
    QTRY_VERIFY(says("Was open for 9.5 s, closed"));
    QVERIFY(!says("Keepalive"));
}

/// console.md row 48: Ctrl+A and a key, without having chosen one row before; and nothing happens before the dry run.
void TestViews::manyRowsByKeyboard()
{
    m_window->showView(word("actors"));
    auto *table = page("actors")->findChild<TableView *>();
    QTRY_VERIFY(page("actors")->isOnScreen() && table->model()->rowCount() > 2);
    QVERIFY(!table->hasSeveralSelected() && !m_window->action(word("sleep"))->isEnabled());
    table->setFocus(Qt::TabFocusReason);
    QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
    QVERIFY(table->hasSeveralSelected() && session().selectedActor().isEmpty());
    QTRY_VERIFY(m_window->action(word("sleep"))->isEnabled());
    QVERIFY(!m_window->action(word("call"))->isEnabled()); // for one only
    const auto ask = [this](const char *action) {
        qsizetype targets = -1;
        QTimer::singleShot(0, m_window.get(), [&] {
            if (auto *dialog = m_window->findChild<BulkDialog *>()) {
                targets = dialog->findChild<QAbstractItemView *>()->model()->rowCount();
                dialog->reject();
            }
        });
        m_window->action(word(action))->trigger();
        return targets;
    };
    QVERIFY(ask("sleep") > 1);
    table->clearSelection();
    QTRY_VERIFY(!m_window->action(word("sleep"))->isEnabled());
    session().selectRunner(m_source->runners.front().runnerId);
    QVERIFY(ask("drain") >= 1); // who is concerned is said before
    QCOMPARE(m_source->commands.size(), 0);
    // A socket that may hibernate outlives its runner.
    const QString runner = m_source->runners.front().runnerId;
    for (ConnectionInfo &connection : m_source->connections)
        connection.runnerId.clear();
    for (size_t i = 0; i < 3; ++i) {
        m_source->connections[i].runnerId = runner;
        m_source->connections[i].state = ConnectionState::Attached;
        m_source->connections[i].hibernatable = i > 0;
    }
    m_source->snapshot();
    const auto target = bulkTargets(session(), bulkAction(word("evict")), {runner}).front();
    QCOMPARE(target.clients, 1);
    QCOMPARE(target.staying, 2);
}

/// A refused setting or argument: which one, and what it must be.
void TestViews::refusalsNameTheField()
{
    const Error setting = Error::make("config", "invalid", word("pegboard.x: 5 is outside 10 to 20"));
    QCOMPARE(Words::problem(setting), setting.message);
    QCOMPARE(Words::problem(Error::make("monitor", "bad_argument", word("action: missing"))), word("action: missing"));
    QCOMPARE(Words::problem(Error::make("monitor", "deadline", word("late"))), Words::explain(word("monitor.deadline")));
    QCOMPARE(Words::problem(Error::make("user", "nameless", word("Who is there?"))), word("Who is there?"));
}

void TestViews::heatMapByKeyboard()
{
    m_window->showView(word("latency"));
    QTRY_VERIFY(page("latency")->isOnScreen());
    auto *map = page("latency")->findChild<HeatMap *>();
    QVERIFY(!map->chosen());
    QTest::keyClick(map, Qt::Key_Left);
    QVERIFY(map->chosen());
    const HeatMap::Cells first = *map->chosen();
    QCOMPARE(first.toTs - first.fromTs, 1000);
    QTest::keyClick(map, Qt::Key_Left);
    QCOMPARE(map->chosen()->fromTs, first.fromTs - 1000);
    QTest::keyClick(map, Qt::Key_Up);
    QVERIFY(map->chosen()->fromUs > first.fromUs);
    QTest::keyClick(map, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(map->chosen()->toTs - map->chosen()->fromTs, 2000);
    QTest::keyClick(map, Qt::Key_Escape);
    QVERIFY(!map->chosen());
}

void TestViews::edgesOfTheMap()
{
    m_window->showView(word("overview"));
    QTRY_VERIFY(page("overview")->isOnScreen());
    auto *map = page("overview")->findChild<Topology *>();
    for (ConnectionInfo &connection : m_source->connections)
        connection.clientRttUs.reset();
    m_source->snapshot();
    QTRY_VERIFY(!map->clientRoundTripUs());
    QVERIFY2(map->edgesText().contains(QStringLiteral("round trip —")), qPrintable(map->edgesText())); // not measured is not zero
    // The one in the middle; neither what has ended nor what the console does itself counts.
    m_source->connections[0].clientRttUs = 3'000;
    m_source->connections[1].clientRttUs = 9'000;
    m_source->connections[2].clientRttUs = 4'000;
    m_source->connections[3].clientRttUs = 90'000;
    m_source->connections[3].state = ConnectionState::Closed;
    m_source->connections[4].clientRttUs = 80'000;
    m_source->connections[4].ownTraffic = true;
    m_source->snapshot();
    QTRY_COMPARE(map->clientRoundTripUs().value_or(-1), 4'000);
    QVERIFY2(map->edgesText().startsWith(QStringLiteral("Clients: —/s, round trip 4 ms.")), qPrintable(map->edgesText()));
    const RunnerInfo &runner = m_source->runners.front();
    QVERIFY(map->edgesText().contains(runner.name));
    QCOMPARE(map->accessibleDescription().contains(map->edgesText()), true);
}

void TestViews::unknownSaysWhy()
{
    QVERIFY(Words::whyUnknown(word("keepalive")).contains(word("hibernate")));
    QVERIFY(!Words::whyUnknown(word("anything")).isEmpty());
}

/// console.md row 91: what the window can do has a key, or stands in a menu that has one.
void TestViews::everyActionCanBeReached()
{
    QSet<const QAction *> inMenus;
    const auto menus = m_window->findChildren<QMenu *>();
    for (QMenu *menu : menus) {
        Q_EMIT menu->aboutToShow(); // some are filled only then
        const auto shown = menu->actions();
        for (const QAction *action : shown)
            inMenus.insert(action);
    }
    QHash<QString, QString> used;
    const auto actions = m_window->actions();
    for (const QAction *action : actions) {
        QVERIFY2(!action->shortcut().isEmpty() || inMenus.contains(action), qPrintable(action->objectName()));
        const auto keys = action->shortcuts();
        for (const QKeySequence &key : keys) {
            QVERIFY2(!used.contains(key.toString()), qPrintable(QString(action->objectName() % u" and " % used.value(key.toString()) % u": " % key.toString())));
            used.insert(key.toString(), action->objectName());
        }
    }
    for (const QString &name : m_window->views())
        QVERIFY2(!m_window->action(u"view." + name)->shortcut().isEmpty(), qPrintable(name));
    QVERIFY(used.contains(word("/")) && used.contains(word("?")) && used.contains(word("Ctrl+K")));
}

QTEST_MAIN(TestViews)
#include "tst_views.moc"
