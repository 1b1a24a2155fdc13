// SPDX-License-Identifier: Apache-2.0
// The tables behind the state machines are the diagrams of gateway.md section 13.
#include "engine/gateway/statediagram.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QtTest/QTest>

using namespace dormouse;

namespace {

using Edges = QSet<std::pair<QString, QString>>;

Edges edgesOf(GatewayMachine machine)
{
    Edges result;
    for (const StateEdge &edge : stateDiagram(machine))
        result.insert({edge.from, edge.to});
    return result;
}

/// "A>B C>D"
Edges parsed(const char *text)
{
    Edges result;
    for (const QString &edge : QString::fromLatin1(text).simplified().split(QLatin1Char(' ')))
        result.insert({edge.section(QLatin1Char('>'), 0, 0), edge.section(QLatin1Char('>'), 1, 1)});
    return result;
}

QStringList asText(const Edges &edges)
{
    QStringList result;
    for (const auto &[from, to] : edges)
        result << from + QLatin1Char('>') + to;
    result.sort();
    return result;
}

} // namespace

class TestStateDiagram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void documentedDiagramsAreTheTables()
    {
        QFile file(QStringLiteral(DORMOUSE_SOURCE_DIR "/engine/gateway/statediagram.h"));
        QVERIFY(file.open(QFile::ReadOnly));
        const QString header = QString::fromUtf8(file.readAll());
        const QRegularExpression block(QStringLiteral("/// ```mermaid\n(.*?)/// ```\n"),
                                       QRegularExpression::DotMatchesEverythingOption);
        QStringList documented;
        for (auto match = block.globalMatch(header); match.hasNext();) {
            QString text = match.next().captured(1);
            documented << text.remove(QRegularExpression(QStringLiteral("^/// "), QRegularExpression::MultilineOption));
        }
        QCOMPARE(documented, (QStringList{mermaidText(GatewayMachine::Waiting), mermaidText(GatewayMachine::Http),
                                          mermaidText(GatewayMachine::WebSocket)}));
    }

    void waitingIsSection132()
    {
        QCOMPARE(asText(edgesOf(GatewayMachine::Waiting)),
                 asText(parsed("Subscribed>NotFound Subscribed>Ready Subscribed>Waiting Waiting>Ready Waiting>Waiting"
                               " Waiting>Failed")));
    }

    void httpIsSection133()
    {
        // Without Collecting, which is the server's part, and with Written>Confirmed>Streaming for Written>Streaming.
        const Edges drawn = parsed("Waiting>Rejected Waiting>Queued Queued>Written Written>Confirmed"
                                   " Confirmed>Streaming Queued>Backoff Written>Backoff Confirmed>Backoff"
                                   " Written>Rejected Confirmed>Rejected Backoff>Waiting Backoff>Rejected"
                                   " Streaming>Done Streaming>Aborted");
        // The client may go at any time (6.3), an actor may be destroyed before the link took the request (9.2), and
        // an answer in one piece is never streamed (6.2).
        const Edges besides = parsed("Waiting>Aborted Queued>Aborted Written>Aborted Confirmed>Aborted Backoff>Aborted"
                                     " Queued>Rejected Confirmed>Done");
        QCOMPARE(asText(edgesOf(GatewayMachine::Http)), asText(drawn + besides));
    }

    void webSocketIsSection134()
    {
        const Edges drawn = parsed("Waiting>Closed Waiting>Opening Opening>Backoff Backoff>Waiting Backoff>Closed"
                                   " Opening>Open Opening>Attached Opening>Closed Open>Closed Attached>Closed"
                                   " Attached>Hibernating Attached>Waking Hibernating>Waking Hibernating>Attached"
                                   " Hibernating>ClosingAsleep Waking>Attached Waking>ClosingAsleep Waking>Closed"
                                   " Hibernating>Closed ClosingAsleep>Closed");
        // What the client sent before it went is still to be delivered, although nothing sleeps (8.6, 9.3).
        const Edges besides = parsed("Open>ClosingAsleep Attached>ClosingAsleep");
        QCOMPARE(asText(edgesOf(GatewayMachine::WebSocket)), asText(drawn + besides));
    }

    void shownEdgesAreWhatEventsName()
    {
        for (const auto machine : {GatewayMachine::Http, GatewayMachine::WebSocket}) {
            QSet<std::pair<QString, QString>> pairs;
            for (const monitor::StateEdgeInfo &edge : shownDiagram(machine)) {
                QVERIFY2(edge.from != edge.to && !edge.event.isEmpty(), qPrintable(edge.from));
                pairs.insert({edge.from, edge.to});
            }
            QCOMPARE(std::size_t(pairs.size()), shownDiagram(machine).size());
        }
        const auto sockets = shownDiagram(GatewayMachine::WebSocket);
        // Backoff is shown as waiting, so a failed attempt leads back.
        QVERIFY(std::find(sockets.begin(), sockets.end(),
                          monitor::StateEdgeInfo{QStringLiteral("opening"), QStringLiteral("waiting"),
                                                 QStringLiteral("attempt failed")}) != sockets.end());
        const auto requests = shownDiagram(GatewayMachine::Http);
        const auto ends = std::find_if(requests.begin(), requests.end(), [](const monitor::StateEdgeInfo &edge) {
            return edge.from == QStringLiteral("opening") && edge.to == QStringLiteral("closed");
        });
        QVERIFY(ends != requests.end());
        QCOMPARE(ends->event, QStringLiteral("destroyed / client gone"));
        QVERIFY(shownDiagram(GatewayMachine::Waiting).empty());
    }

    void everyEdgeIsListedOnce()
    {
        for (const auto machine : {GatewayMachine::Waiting, GatewayMachine::Http, GatewayMachine::WebSocket})
            QCOMPARE(std::size_t(edgesOf(machine).size()), stateDiagram(machine).size());
    }
};

QTEST_GUILESS_MAIN(TestStateDiagram)
#include "tst_statediagram.moc"
