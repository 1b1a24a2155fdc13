// SPDX-License-Identifier: Apache-2.0
// What reaches into links, sockets and actors from the window: round trips, dropped links, messages, actions.
#include "models/format.h"
#include "tests/ui/windowtest.h"
#include "ui/bulk.h"
#include "ui/composer.h"
#include "ui/payloadview.h"
#include "ui/talkdialogs.h"
#include "ui/words.h"

#include <QAction>
#include <QCheckBox>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QTest>
#include <QTimer>
#include <QToolButton>

using namespace dormouse;
using namespace dormouse::monitor;

class TestTalk : public QObject, private WindowTest
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void roundTripOfAClient();
    void aMessageIsSentAsTheActor();
    void anActionIsCalled();
    void linksAreDroppedWhereAsked();
    void dialogsEndWithTheirEngine();

private:
    /// Texts and controls of a dialog that have less room than they need.
    static QStringList cutOff(QWidget &dialog)
    {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        QCoreApplication::processEvents();
        QStringList cut;
        const auto all = dialog.findChildren<QWidget *>();
        for (const QWidget *widget : all) {
            const int needed = widget->hasHeightForWidth() ? widget->heightForWidth(widget->width()) : widget->minimumSizeHint().height();
            if (widget->isVisible() && widget->parentWidget() && (widget->height() < needed || widget->visibleRegion().boundingRect().height() < widget->height()))
                cut.append(QString(QLatin1String(widget->metaObject()->className()) % u' ' % widget->accessibleName()));
        }
        return cut;
    }
    /// The last entry of the control log.
    ControlRow logged()
    {
        ControlRow last;
        session().controls().forEach([&](const ControlRow &row) {
            if (last.id.isEmpty() || row.id.toInt() > last.id.toInt())
                last = row;
        });
        return last;
    }
};

void TestTalk::init()
{
    openWindow();
}

void TestTalk::cleanup()
{
    closeWindow();
}

/// console.md row 38: in the table, in the filter and on the page of the connection.
void TestTalk::roundTripOfAClient()
{
    for (ConnectionInfo &connection : m_source->connections)
        connection.clientRttUs.reset();
    m_source->snapshot();
    ConnectionInfo &one = m_source->connections.front();
    m_window->showView(word("queue"));
    session().selectConnection(one.connectionId);
    const auto facts = [this] {
        const auto labels = page("queue")->findChildren<QLabel *>();
        for (const QLabel *label : labels)
            if (label->text().contains(word("Round trip")))
                return label;
        return static_cast<const QLabel *>(nullptr);
    };
    QTRY_VERIFY(facts());
    QVERIFY2(facts()->text().contains(word("client") + u' ' + unknownText()), qPrintable(facts()->text()));
    QVERIFY(facts()->toolTip().contains(word("guard.client_ping_interval_ms")));
    one.clientRttUs = 12'345;
    m_source->snapshot();
    QVERIFY2(facts()->text().contains(microsText(12'345)), qPrintable(facts()->text()));
    QVERIFY(facts()->toolTip().isEmpty());
    m_window->showView(word("connections"));
    QTRY_VERIFY(page("connections")->isOnScreen());
    const int row = session().connections().rowOf(one.connectionId);
    QCOMPARE(session().connections().index(row, ConnectionModel::ClientRtt).data(RawRole).toLongLong(), 12'345);
    session().setFilter(word("client.rtt > 12ms"));
    QCOMPARE(session().connections().rowCount(), 1);
    session().setFilter(word("client.rtt > 13ms"));
    QCOMPARE(session().connections().rowCount(), 0); // unknown is not more, either
}

/// console.md row 46.
void TestTalk::aMessageIsSentAsTheActor()
{
    const auto open = std::find_if(m_source->connections.begin(), m_source->connections.end(),
                                   [](const ConnectionInfo &one) { return one.state == ConnectionState::Hibernating; });
    QVERIFY(open != m_source->connections.end());
    m_window->showView(word("queue"));
    session().selectConnection(open->connectionId);
    QTRY_VERIFY(page("queue")->isOnScreen());
    auto *button = control<QToolButton>("queue", "Send a message to the client as its actor");
    QTRY_VERIFY(button->isEnabled());
    button->click();
    button->click();
    const auto dialogs = m_window->findChildren<SendDialog *>();
    QCOMPARE(dialogs.size(), 1); // not one more for the same connection
    QPointer<SendDialog> dialog = dialogs.first();
    QVERIFY(dialog->isVisible());
    auto *sure = dialog->findChild<QCheckBox *>();
    auto *composer = dialog->findChild<Composer *>();
    composer->input()->setText(word("hello {n}"));
    QVERIFY(!composer->isPossible()); // nobody has said yes
    QTest::keyClick(composer->input(), Qt::Key_Return);
    QCOMPARE(m_source->commands.size(), 0);
    sure->setChecked(true);
    QVERIFY(composer->isPossible());
    QTest::keyClick(composer->input(), Qt::Key_Return);
    QCOMPARE(m_source->commands.size(), 1);
    QCOMPARE(m_source->commands.last().first, word("send_message"));
    const QJsonObject sent = m_source->commands.last().second;
    QCOMPARE(sent.value(word("connection_id")).toString(), open->connectionId);
    QCOMPARE(QByteArray::fromBase64(sent.value(word("payload_base64")).toString().toLatin1()), QByteArray("hello 1"));
    QVERIFY(!sent.value(word("binary")).toBool());
    QCOMPARE(session().controls().liveCount(), 1);
    QCOMPARE(logged().target, open->connectionId);
    QVERIFY(logged().state == ControlRow::Done);
    QVERIFY(!logged().arguments.contains(word("payload"))); // content stays out
    // Refusals are told with their help.
    m_source->refuseWith = word("cannot_send");
    composer->input()->setText(word("again"));
    QTest::keyClick(composer->input(), Qt::Key_Return);
    const auto labels = dialog->findChildren<QLabel *>();
    const auto told = std::find_if(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(word("monitor.cannot_send")); });
    QVERIFY(told != labels.cend());
    QVERIFY((*told)->text().contains(word("1 refused")) && (*told)->text().contains(Words::explain(word("monitor.cannot_send"))));
    QVERIFY(logged().state == ControlRow::Failed);
    QCOMPARE(cutOff(*dialog), QStringList());
    // Read only: nothing goes, and the dialog says why.
    session().setReadOnly(true);
    QVERIFY(!composer->isPossible() && !sure->isEnabled());
    QVERIFY(!m_window->action(word("sendas"))->isEnabled());
    session().setReadOnly(false);
    QVERIFY(composer->isPossible());
    open->state = ConnectionState::ClosingAsleep;
    m_source->snapshot();
    QVERIFY(!composer->isPossible());
    Q_EMIT session().secondPassed();
    QVERIFY(!m_window->action(word("sendas"))->isEnabled());
    dialog->close();
    QTRY_VERIFY(!dialog);
}

void TestTalk::anActionIsCalled()
{
    QCOMPARE(CallDialog::argumentsOf(QString())->size(), 0);
    QCOMPARE(CallDialog::argumentsOf(word("3, {\"by\": \"me\"}"))->at(1).toObject().value(word("by")).toString(), word("me"));
    QCOMPARE(CallDialog::argumentsOf(word("[3, 4]"))->size(), 2);
    QCOMPARE(CallDialog::argumentsOf(word("[3], [4]"))->size(), 2);
    QString problem;
    QVERIFY(!CallDialog::argumentsOf(word("{"), &problem) && !problem.isEmpty());
    QVERIFY(CallDialog::parametersOf(QString())->isUndefined());
    QCOMPARE(CallDialog::parametersOf(word(" {\"token\": \"t\"} "))->toObject().value(word("token")).toString(), word("t"));
    QCOMPARE(CallDialog::parametersOf(word("7"))->toInt(), 7);
    QVERIFY(CallDialog::parametersOf(word("null"))->isNull());
    problem.clear();
    QVERIFY(!CallDialog::parametersOf(word("7, 8"), &problem) && !problem.isEmpty());
    const auto asleep = std::find_if(m_source->actors.begin(), m_source->actors.end(), [](const ActorInfo &one) { return one.state == ActorState::Sleeping; });
    session().selectActor(asleep->actorId);
    m_window->showView(word("actor"));
    QTRY_VERIFY(page("actor")->isOnScreen());
    control<QToolButton>("actor", "Call… this actor")->click();
    QPointer<CallDialog> dialog = m_window->findChild<CallDialog *>();
    QVERIFY(dialog);
    const auto field = [&](const char *name) {
        const auto all = dialog->findChildren<QLineEdit *>();
        return *std::find_if(all.cbegin(), all.cend(), [&](const QLineEdit *one) { return one->accessibleName() == word(name); });
    };
    QPushButton *call = dialog->findChildren<QPushButton *>().first();
    QCOMPARE(call->text(), word("Wake and call")); // before anything happens
    QVERIFY(!call->isEnabled());
    field("Name of the action")->setText(word("add"));
    QVERIFY(call->isEnabled());
    field("Arguments of the action")->setText(word("{"));
    QVERIFY(!call->isEnabled() && !field("Arguments of the action")->toolTip().isEmpty());
    const auto says = [&](const QString &text) {
        const auto labels = dialog->findChildren<QLabel *>();
        return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) { return label->isVisibleTo(dialog) && label->text().contains(text); });
    };
    QVERIFY(says(word("Arguments: Not JSON"))); // which of the fields it is
    QVERIFY(!says(word("Connection parameters: ")));
    field("Connection parameters")->setText(word("{\"token\": "));
    QVERIFY(says(word("Arguments: Not JSON")) && says(word("Connection parameters: Not JSON")));
    QCOMPARE(cutOff(*dialog), QStringList());
    field("Arguments of the action")->setText(word("3"));
    QVERIFY(!call->isEnabled() && !says(word("Arguments: ")));
    field("Connection parameters")->setText(word("{\"token\": \"secret\"}"));
    QVERIFY(call->isEnabled() && !says(word("Not JSON")));
    QCOMPARE(m_source->commands.size(), 0);
    m_source->answer = QJsonObject{{word("status"), 200}, {word("content_type"), word("application/json")},
                                   {word("body_base64"), QString::fromLatin1(QByteArray("{\"output\":7}").toBase64())}};
    call->click();
    QCOMPARE(m_source->commands.last().first, word("call_action"));
    QCOMPARE(m_source->commands.last().second.value(word("args")).toArray().at(0).toInt(), 3);
    QCOMPARE(m_source->commands.last().second.value(word("conn_params")).toObject().value(word("token")).toString(), word("secret"));
    QVERIFY(m_source->lastTimeoutMs >= 30'000); // an actor may take its time
    auto *answer = dialog->findChild<PayloadView *>();
    QVERIFY(answer->isVisibleTo(dialog));
    QVERIFY2(answer->text().contains(word("output")), qPrintable(answer->text()));
    QVERIFY(logged().command == word("call_action") && logged().arguments.contains(word("add")) && !logged().arguments.contains(word("args")));
    QVERIFY(!logged().arguments.contains(word("secret"))); // parameters are for the actor's eyes
    QCOMPARE(cutOff(*dialog), QStringList());
    m_source->refuseWith = word("action_failed");
    call->click();
    QVERIFY(!answer->isVisibleTo(dialog));
    const auto labels = dialog->findChildren<QLabel *>();
    QVERIFY(std::any_of(labels.cbegin(), labels.cend(), [](const QLabel *label) { return label->text().contains(Words::explain(word("monitor.action_failed"))); }));
    QVERIFY(call->isEnabled());
    m_source->refuseWith.clear();
    field("Connection parameters")->clear();
    call->click();
    QVERIFY(!m_source->commands.last().second.contains(word("conn_params")));
    session().setReadOnly(true);
    QVERIFY(!call->isEnabled());
    QVERIFY(!m_window->action(word("call"))->isEnabled());
    dialog->close();
    QTRY_VERIFY(!dialog);
}

/// console.md row 43: which link goes is a matter of where it was asked for, and who is concerned is said before.
void TestTalk::linksAreDroppedWhereAsked()
{
    const auto one = std::find_if(m_source->connections.begin(), m_source->connections.end(), [this](const ConnectionInfo &connection) {
        return !connection.runnerId.isEmpty() && connection.runnerId != m_source->runners.front().runnerId && connection.state == ConnectionState::Attached;
    });
    session().selectRunner(m_source->runners.front().runnerId);
    session().selectConnection(one->connectionId);
    const auto clientsOf = [this](const QString &runner) {
        return std::count_if(m_source->connections.begin(), m_source->connections.end(), [&](const ConnectionInfo &connection) {
            return connection.runnerId == runner && connection.state != ConnectionState::Closed;
        });
    };
    const auto run = [&](const char *action, const QString &runner, bool accept) {
        bool told = false;
        QTimer::singleShot(0, m_window.get(), [&] {
            auto *dialog = m_window->findChild<BulkDialog *>();
            const auto labels = dialog->findChildren<QLabel *>();
            told = std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) {
                return label->text().contains(word("stay")) && label->text().endsWith(QString::number(clientsOf(runner)));
            });
            accept ? dialog->accept() : dialog->reject();
        });
        m_window->action(word(action))->trigger();
        return told;
    };
    QVERIFY(run("cutlink", one->runnerId, false));
    QCOMPARE(m_source->commands.size(), 0);
    QVERIFY(run("cutlink", one->runnerId, true));
    QCOMPARE(m_source->commands.last().first, word("drop_link"));
    QCOMPARE(m_source->commands.last().second.value(word("runner_id")).toString(), one->runnerId);
    QVERIFY(run("droplink", m_source->runners.front().runnerId, true));
    QCOMPARE(m_source->commands.last().second.value(word("runner_id")).toString(), m_source->runners.front().runnerId);
    QCOMPARE(session().controls().liveCount(), 2);
}

/// A tab that is closed takes its dialogs along.
void TestTalk::dialogsEndWithTheirEngine()
{
    SyntheticSource other(12);
    m_window->addSource(&other);
    other.start();
    QCOMPARE(m_window->tabCount(), 2);
    session().selectActor(other.actors.front().actorId);
    session().selectConnection(other.connections.front().connectionId);
    m_window->action(word("call"))->trigger();
    QPointer<CallDialog> call = m_window->findChild<CallDialog *>();
    QVERIFY(call);
    m_window->closeTab(1);
    QTRY_VERIFY(!call);
    // In the tab that is left nothing is chosen, so there is nobody to speak to.
    QVERIFY(!m_window->action(word("call"))->isEnabled());
    QVERIFY(!m_window->action(word("sendas"))->isEnabled());
}

QTEST_MAIN(TestTalk)
#include "tst_talk.moc"
