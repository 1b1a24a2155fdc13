<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>dormouse::AckRuler</name>
    <message>
        <source>Message index: acknowledged %1, sent %2, next %3</source>
        <translation>Nachrichtenindex: bestätigt %1, gesendet %2, nächster %3</translation>
    </message>
    <message>
        <source>Message index: no connection</source>
        <translation>Nachrichtenindex: keine Verbindung</translation>
    </message>
    <message>
        <source>Message index</source>
        <translation>Nachrichtenindex</translation>
    </message>
    <message>
        <source>wrap</source>
        <translation>Überlauf</translation>
    </message>
    <message>
        <source>▲ acked %1</source>
        <translation>▲ bestätigt %1</translation>
    </message>
    <message>
        <source>▼ sent %1</source>
        <translation>▼ gesendet %1</translation>
    </message>
    <message>
        <source>next %1</source>
        <translation>nächster %1</translation>
    </message>
    <message>
        <source>%1 not acknowledged</source>
        <translation>%1 unbestätigt</translation>
    </message>
</context>
<context>
    <name>dormouse::ActorPage</name>
    <message>
        <source>Choose an actor in the map or in a table.
Ctrl+K finds one by id, key or name.</source>
        <translation>Wählen Sie einen Aktor in der Karte oder in einer Tabelle.
Strg+K findet ihn über Id, Schlüssel oder Namen.</translation>
    </message>
    <message>
        <source>Actor details</source>
        <translation>Einzelheiten des Aktors</translation>
    </message>
    <message>
        <source>Actor id</source>
        <translation>Aktor-Id</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>Id kopieren</translation>
    </message>
    <message>
        <source>Copy the actor id</source>
        <translation>Id des Aktors kopieren</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>Wecken</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Schlafen legen</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Umziehen</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>Vernichten…</translation>
    </message>
    <message>
        <source>%1 this actor</source>
        <translation>%1: dieser Aktor</translation>
    </message>
    <message>
        <source>LIFE CYCLE</source>
        <translation>LEBENSLAUF</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Since / value</source>
        <translation>Seit / Wert</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Life cycle and facts</source>
        <translation>Lebenslauf und Eckdaten</translation>
    </message>
    <message>
        <source>CONNECTIONS</source>
        <translation>VERBINDUNGEN</translation>
    </message>
    <message>
        <source>Connections of this actor</source>
        <translation>Verbindungen dieses Aktors</translation>
    </message>
    <message>
        <source>No client is connected</source>
        <translation>Kein Client ist verbunden</translation>
    </message>
    <message>
        <source>STORED KEYS</source>
        <translation>GESPEICHERTE SCHLÜSSEL</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Read the stored keys</source>
        <translation>Gespeicherte Schlüssel lesen</translation>
    </message>
    <message>
        <source>Reads the first %1 keys; does not wake the actor.</source>
        <translation>Liest die ersten %1 Schlüssel; weckt den Aktor nicht.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Stored keys</source>
        <translation>Gespeicherte Schlüssel</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source>Waiting since</source>
        <translation>Wartet seit</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Gestartet</translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation>Erreichbar</translation>
    </message>
    <message>
        <source>Slept</source>
        <translation>Eingeschlafen</translation>
    </message>
    <message>
        <source>Next try</source>
        <translation>Nächster Versuch</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>Wecker</translation>
    </message>
    <message>
        <source>Deadline</source>
        <translation>Frist</translation>
    </message>
    <message>
        <source>Destroyed</source>
        <translation>Vernichtet</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>Letztes Wecken</translation>
    </message>
    <message>
        <source>Generation</source>
        <translation>Generation</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>Runner</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>Pool</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>Ausstehend</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>STATES</source>
        <translation>ZUSTÄNDE</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Read more stored keys</source>
        <translation>Weitere gespeicherte Schlüssel lesen</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Stored value</source>
        <translation>Gespeicherter Wert</translation>
    </message>
    <message>
        <source>Why it is in this state</source>
        <translation>Warum er in diesem Zustand ist</translation>
    </message>
    <message>
        <source>Call…</source>
        <translation>Aufrufen…</translation>
    </message>
    <message>
        <source>The actor is gone.</source>
        <translation>Den Aktor gibt es nicht mehr.</translation>
    </message>
</context>
<context>
    <name>dormouse::Application</name>
    <message>
        <source>The engine has ended: %1</source>
        <translation>Die Engine ist beendet: %1</translation>
    </message>
    <message>
        <source>The engine could not start: %1 %2</source>
        <translation>Die Engine konnte nicht starten: %1 %2</translation>
    </message>
    <message>
        <source>Nothing is recorded: %1</source>
        <translation>Es wird nichts aufgezeichnet: %1</translation>
    </message>
    <message>
        <source>Cannot make the folder %1</source>
        <translation>Der Ordner %1 lässt sich nicht anlegen</translation>
    </message>
    <message>
        <source>Cannot write %1</source>
        <translation>%1 lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>dormouse::BulkDialog</name>
    <message>
        <source>Wake</source>
        <translation>Wecken</translation>
    </message>
    <message numerus="yes">
        <source>Wake %n actors</source>
        <translation>
            <numerusform>%n Aktor wecken</numerusform>
            <numerusform>%n Aktoren wecken</numerusform>
        </translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Schlafen legen</translation>
    </message>
    <message numerus="yes">
        <source>Put %n actors to sleep</source>
        <translation>
            <numerusform>%n Aktor schlafen legen</numerusform>
            <numerusform>%n Aktoren schlafen legen</numerusform>
        </translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Umziehen</translation>
    </message>
    <message numerus="yes">
        <source>Move %n actors to other runners</source>
        <translation>
            <numerusform>%n Aktor auf andere Runner umziehen</numerusform>
            <numerusform>%n Aktoren auf andere Runner umziehen</numerusform>
        </translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>Vernichten</translation>
    </message>
    <message numerus="yes">
        <source>Destroy %n actors with everything they stored</source>
        <translation>
            <numerusform>%n Aktor mit allem Gespeicherten vernichten</numerusform>
            <numerusform>%n Aktoren mit allem Gespeicherten vernichten</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message numerus="yes">
        <source>Close %n connections</source>
        <translation>
            <numerusform>%n Verbindung schließen</numerusform>
            <numerusform>%n Verbindungen schließen</numerusform>
        </translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>Auslaufen lassen</translation>
    </message>
    <message numerus="yes">
        <source>Drain %n runners</source>
        <translation>
            <numerusform>%n Runner auslaufen lassen</numerusform>
            <numerusform>%n Runner auslaufen lassen</numerusform>
        </translation>
    </message>
    <message>
        <source>Clients that will be disconnected: %1</source>
        <translation>Clients, die getrennt werden: %1</translation>
    </message>
    <message>
        <source>Targets</source>
        <translation>Ziele</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiteres</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Confirmation word</source>
        <translation>Bestätigungswort</translation>
    </message>
    <message>
        <source>Type &quot;%1&quot; to go on</source>
        <translation>Zum Fortfahren „%1“ eingeben</translation>
    </message>
    <message>
        <source>Evict</source>
        <translation>Verdrängen</translation>
    </message>
    <message numerus="yes">
        <source>Evict %n runners at once; their actors start elsewhere</source>
        <translation>
            <numerusform>%n Runner sofort verdrängen; seine Aktoren starten anderswo</numerusform>
            <numerusform>%n Runner sofort verdrängen; ihre Aktoren starten anderswo</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Trennen</translation>
    </message>
    <message numerus="yes">
        <source>Drop the links of %n runners; they dial in again</source>
        <translation>
            <numerusform>Die Leitung von %n Runner trennen; er wählt sich wieder ein</numerusform>
            <numerusform>Die Leitungen von %n Runnern trennen; sie wählen sich wieder ein</numerusform>
        </translation>
    </message>
    <message>
        <source>Clients that stay and wait meanwhile: %1</source>
        <translation>Clients, die bleiben und solange warten: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CallDialog</name>
    <message>
        <source>Call an action</source>
        <translation>Aktion aufrufen</translation>
    </message>
    <message>
        <source>A request to the actor, as the rivetkit library makes it. It wakes the actor and keeps it awake while it runs.</source>
        <translation>Eine Anfrage an den Aktor, wie die Bibliothek rivetkit sie stellt. Sie weckt den Aktor und hält ihn wach, solange sie läuft.</translation>
    </message>
    <message>
        <source>Name of the action</source>
        <translation>Name der Aktion</translation>
    </message>
    <message>
        <source>Arguments of the action</source>
        <translation>Argumente der Aktion</translation>
    </message>
    <message>
        <source>JSON, for example: 3, {&quot;by&quot;: &quot;me&quot;}</source>
        <translation>JSON, zum Beispiel: 3, {&quot;by&quot;: &quot;me&quot;}</translation>
    </message>
    <message>
        <source>&amp;Action</source>
        <translation>&amp;Aktion</translation>
    </message>
    <message>
        <source>A&amp;rguments</source>
        <translation>A&amp;rgumente</translation>
    </message>
    <message>
        <source>What became of the call</source>
        <translation>Was aus dem Aufruf wurde</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Aufrufen</translation>
    </message>
    <message>
        <source>Call the action</source>
        <translation>Die Aktion aufrufen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>Diesen Dialog schließen</translation>
    </message>
    <message>
        <source>Not JSON: %1</source>
        <translation>Kein JSON: %1</translation>
    </message>
    <message>
        <source>Wake and call</source>
        <translation>Wecken und aufrufen</translation>
    </message>
    <message>
        <source>Waiting for the answer …</source>
        <translation>Wartet auf die Antwort …</translation>
    </message>
    <message>
        <source>Answered after %1 with status %2.</source>
        <translation>Nach %1 mit Status %2 beantwortet.</translation>
    </message>
    <message>
        <source>Connection parameters</source>
        <translation>Verbindungsparameter</translation>
    </message>
    <message>
        <source>JSON for onBeforeConnect, for example: {&quot;token&quot;: &quot;abc&quot;}</source>
        <translation>JSON für onBeforeConnect, zum Beispiel: {&quot;token&quot;: &quot;abc&quot;}</translation>
    </message>
    <message>
        <source>Connection &amp;parameters</source>
        <translation>Verbindungs&amp;parameter</translation>
    </message>
    <message>
        <source>What cannot be read</source>
        <translation>Was sich nicht lesen lässt</translation>
    </message>
    <message>
        <source>one value is expected</source>
        <translation>genau ein Wert wird erwartet</translation>
    </message>
    <message>
        <source>Arguments: %1</source>
        <translation>Argumente: %1</translation>
    </message>
    <message>
        <source>Connection parameters: %1</source>
        <translation>Verbindungsparameter: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CellWords</name>
    <message>
        <source>since %1, position %2 in the queue, gives up at %3</source>
        <translation>seit %1, Platz %2 in der Schlange, gibt auf um %3</translation>
    </message>
    <message>
        <source>no runner of this pool is known</source>
        <translation>kein Runner dieses Pools ist bekannt</translation>
    </message>
    <message>
        <source>runner %1, %2 of %3 slots used, silent for %4 ms, version %5</source>
        <translation>Runner %1, %2 von %3 Plätzen belegt, seit %4 ms still, Version %5</translation>
    </message>
    <message>
        <source>runner %1 is back and has not said yet what it hosts</source>
        <translation>Runner %1 ist zurück und hat noch nicht gesagt, was bei ihm läuft</translation>
    </message>
    <message>
        <source>runner %1 is away, given up at %2</source>
        <translation>Runner %1 ist fort, aufgegeben um %2</translation>
    </message>
    <message>
        <source>restart %1 at %2, last failure at %3</source>
        <translation>Neustart %1 um %2, zuletzt gescheitert um %3</translation>
    </message>
    <message>
        <source>asleep since %1, tries again when it is needed</source>
        <translation>schläft seit %1, versucht es wieder, wenn er gebraucht wird</translation>
    </message>
    <message>
        <source>asleep since %1</source>
        <translation>schläft seit %1</translation>
    </message>
    <message>
        <source>wakes at %1</source>
        <translation>wacht auf um %1</translation>
    </message>
    <message>
        <source>failed %1 times, a wake before %2 waits until then</source>
        <translation>%1-mal gescheitert, ein Wecken vor %2 wartet bis dahin</translation>
    </message>
    <message>
        <source>stop sent to runner %1, lost at %2</source>
        <translation>Stopp an Runner %1 gesendet, verloren um %2</translation>
    </message>
    <message>
        <source>on runner %1, lost at %2</source>
        <translation>auf Runner %1, verloren um %2</translation>
    </message>
    <message>
        <source>on runner %1 since %2</source>
        <translation>auf Runner %1 seit %2</translation>
    </message>
    <message>
        <source>starts again as soon as it has stopped</source>
        <translation>startet wieder, sobald er gestoppt ist</translation>
    </message>
    <message>
        <source>runner %1 must stop it, given up at %2</source>
        <translation>Runner %1 muss ihn stoppen, aufgegeben um %2</translation>
    </message>
    <message>
        <source>at %1</source>
        <translation>um %1</translation>
    </message>
    <message>
        <source>wants %1 requests for %2 actors (slots_per_runner %3, runners_margin %4, min_runners %5, max_runners %6), has %7 opening, %8 serving, %9 waiting, %10 draining</source>
        <translation>will %1 Anfragen für %2 Aktoren (slots_per_runner %3, runners_margin %4, min_runners %5, max_runners %6), davon öffnen %7, arbeiten %8, warten %9, laufen aus %10</translation>
    </message>
    <message>
        <source>this engine does not know its own URL (guard.public_url)</source>
        <translation>diese Engine kennt ihre eigene Adresse nicht (guard.public_url)</translation>
    </message>
    <message>
        <source>no more than %1 runners are allowed</source>
        <translation>mehr als %1 Runner sind nicht erlaubt</translation>
    </message>
    <message>
        <source>request %1 failed %2 times in a row, next attempt in %3 ms</source>
        <translation>Anfrage %1 ist %2-mal nacheinander gescheitert, nächster Versuch in %3 ms</translation>
    </message>
    <message>
        <source>never</source>
        <comment>a moment that does not come</comment>
        <translation>nie</translation>
    </message>
    <message>
        <source>count</source>
        <comment>unit of a setting</comment>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>bytes</source>
        <comment>unit of a setting</comment>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <comment>least and greatest value</comment>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
</context>
<context>
    <name>dormouse::ClientPanel</name>
    <message>
        <source>ws://127.0.0.1:6420/gateway/ACTOR/websocket: choose an actor to fill this in</source>
        <translation>ws://127.0.0.1:6420/gateway/ACTOR/websocket: Aktor wählen, um dies auszufüllen</translation>
    </message>
    <message>
        <source>WebSocket URL</source>
        <translation>WebSocket-Adresse</translation>
    </message>
    <message>
        <source>Subprotocols, comma separated</source>
        <translation>Subprotokolle, durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Subprotocols</source>
        <translation>Subprotokolle</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Open a WebSocket</source>
        <translation>WebSocket öffnen</translation>
    </message>
    <message>
        <source>My connections</source>
        <translation>Meine Verbindungen</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Open a connection and talk to an actor like a client does.</source>
        <translation>Öffnen Sie eine Verbindung und sprechen Sie mit einem Aktor wie ein Client.</translation>
    </message>
    <message>
        <source>This view cannot open connections.</source>
        <translation>Diese Ansicht kann keine Verbindungen öffnen.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this WebSocket</source>
        <translation>Diesen WebSocket schließen</translation>
    </message>
    <message>
        <source>%1 connections are open; close one first.</source>
        <translation>%1 Verbindungen sind offen; schließen Sie zuerst eine.</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>closed %1 %2</source>
        <translation>geschlossen %1 %2</translation>
    </message>
    <message>
        <source>without a code</source>
        <translation>ohne Code</translation>
    </message>
    <message>
        <source>connecting to %1</source>
        <translation>verbindet mit %1</translation>
    </message>
    <message>
        <source>Reconnect</source>
        <translation>Wieder verbinden</translation>
    </message>
    <message>
        <source>Connect again when the connection is lost</source>
        <translation>Nach einem Abbruch wieder verbinden</translation>
    </message>
    <message>
        <source>After half a second, then after twice as long each time, up to 15 seconds</source>
        <translation>Nach einer halben Sekunde, dann jedes Mal nach der doppelten Zeit, höchstens 15 Sekunden</translation>
    </message>
    <message>
        <source>next try in %1</source>
        <translation>nächster Versuch in %1</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
</context>
<context>
    <name>dormouse::CloseDialog</name>
    <message>
        <source>Close connection</source>
        <translation>Verbindung schließen</translation>
    </message>
    <message>
        <source>Known codes</source>
        <translation>Bekannte Codes</translation>
    </message>
    <message>
        <source>1000 normal</source>
        <translation>1000 normal</translation>
    </message>
    <message>
        <source>1001 going away</source>
        <translation>1001 Gegenstelle geht</translation>
    </message>
    <message>
        <source>1008 policy</source>
        <translation>1008 Regelverstoß</translation>
    </message>
    <message>
        <source>1011 internal error</source>
        <translation>1011 interner Fehler</translation>
    </message>
    <message>
        <source>1012 restart</source>
        <translation>1012 Neustart</translation>
    </message>
    <message>
        <source>1013 try again later</source>
        <translation>1013 später erneut versuchen</translation>
    </message>
    <message>
        <source>Close code</source>
        <translation>Schließcode</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>&amp;Known</source>
        <translation>&amp;Bekannt</translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation>&amp;Code</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
</context>
<context>
    <name>dormouse::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Actor, connection, runner, view or command</source>
        <translation>Aktor, Verbindung, Runner, Ansicht oder Befehl</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>Runner</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
</context>
<context>
    <name>dormouse::Composer</name>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>Hex</translation>
    </message>
    <message>
        <source>CBOR from JSON</source>
        <translation>CBOR aus JSON</translation>
    </message>
    <message>
        <source>How the message is written</source>
        <translation>Wie die Nachricht geschrieben ist</translation>
    </message>
    <message>
        <source>Message; Enter sends, {n} counts, Up brings back</source>
        <translation>Nachricht; Enter sendet, {n} zählt, Pfeil hoch holt zurück</translation>
    </message>
    <message>
        <source>Message to send</source>
        <translation>Zu sendende Nachricht</translation>
    </message>
    <message>
        <source>× </source>
        <comment>how often a message is sent</comment>
        <translation>× </translation>
    </message>
    <message>
        <source>How often to send</source>
        <translation>Wie oft gesendet wird</translation>
    </message>
    <message>
        <source> / s</source>
        <translation> / s</translation>
    </message>
    <message>
        <source>Messages per second</source>
        <translation>Nachrichten je Sekunde</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>Nachricht senden</translation>
    </message>
    <message>
        <source>Hex is pairs of 0-9 and a-f.</source>
        <translation>Hex sind Paare aus 0-9 und a-f.</translation>
    </message>
    <message>
        <source>Not JSON: %1</source>
        <translation>Kein JSON: %1</translation>
    </message>
    <message>
        <source>one value is expected</source>
        <translation>genau ein Wert wird erwartet</translation>
    </message>
    <message>
        <source>Stop, %1 left</source>
        <translation>Halt, noch %1</translation>
    </message>
</context>
<context>
    <name>dormouse::ConnectDialog</name>
    <message>
        <source>Connect to an engine</source>
        <translation>Mit einer Engine verbinden</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Admin token</source>
        <translation>Admin-Token</translation>
    </message>
    <message>
        <source>when the engine asks for one; not kept</source>
        <translation>falls die Engine eines verlangt; wird nicht aufgehoben</translation>
    </message>
    <message>
        <source>Allow commands (it is opened read-only otherwise)</source>
        <translation>Befehle erlauben (sonst nur zum Lesen geöffnet)</translation>
    </message>
    <message>
        <source>Allow commands</source>
        <translation>Befehle erlauben</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>&amp;Token</source>
        <translation>&amp;Token</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>Verbinden</translation>
    </message>
</context>
<context>
    <name>dormouse::ControlPage</name>
    <message>
        <source>Control log</source>
        <translation>Befehlsprotokoll</translation>
    </message>
    <message>
        <source>No command was given yet</source>
        <translation>Es wurde noch kein Befehl gegeben</translation>
    </message>
    <message>
        <source>Creating, waking, closing: what is done from this window is noted here with its outcome.</source>
        <translation>Anlegen, Wecken, Schließen: Was von diesem Fenster aus geschieht, wird hier mit seinem Ergebnis vermerkt.</translation>
    </message>
    <message>
        <source>Control log   %1</source>
        <translation>Befehlsprotokoll   %1</translation>
    </message>
</context>
<context>
    <name>dormouse::CreateActorDialog</name>
    <message>
        <source>Create actor</source>
        <translation>Aktor anlegen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>as the runner knows it, for example chat</source>
        <translation>wie ihn der Runner kennt, zum Beispiel chat</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>optional, unique for this name</source>
        <translation>freiwillig, je Name eindeutig</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>Pool</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namensraum</translation>
    </message>
    <message>
        <source>After a crash</source>
        <translation>Nach einem Absturz</translation>
    </message>
    <message>
        <source>Sleep until needed</source>
        <translation>Schlafen, bis er gebraucht wird</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>Vernichten</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>optional text handed to the actor</source>
        <translation>freiwilliger Text für den Aktor</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>&amp;Schlüssel</translation>
    </message>
    <message>
        <source>&amp;Pool</source>
        <translation>&amp;Pool</translation>
    </message>
    <message>
        <source>N&amp;amespace</source>
        <translation>N&amp;amensraum</translation>
    </message>
    <message>
        <source>After a &amp;crash</source>
        <translation>Nach einem A&amp;bsturz</translation>
    </message>
    <message>
        <source>&amp;Input</source>
        <translation>&amp;Eingabe</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
</context>
<context>
    <name>dormouse::DestroyDialog</name>
    <message>
        <source>Destroy actor</source>
        <translation>Aktor vernichten</translation>
    </message>
    <message>
        <source>%1 and everything it stored will be gone.</source>
        <translation>%1 und alles, was er gespeichert hat, ist danach weg.</translation>
    </message>
    <message>
        <source>Clients that will be disconnected: %1</source>
        <translation>Clients, die getrennt werden: %1</translation>
    </message>
    <message>
        <source>(hibernating: %1)</source>
        <translation>(ruhend: %1)</translation>
    </message>
    <message>
        <source>Pending messages that will be lost: %1</source>
        <translation>Ausstehende Nachrichten, die verloren gehen: %1</translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation>Vernichten</translation>
    </message>
    <message>
        <source>destroy</source>
        <translation>vernichten</translation>
    </message>
    <message>
        <source>Confirmation word</source>
        <translation>Bestätigungswort</translation>
    </message>
    <message>
        <source>Type &quot;%1&quot; to go on</source>
        <translation>Zum Fortfahren „%1“ eingeben</translation>
    </message>
</context>
<context>
    <name>dormouse::DuePage</name>
    <message>
        <source>What fires next</source>
        <translation>Was als Nächstes fällig ist</translation>
    </message>
    <message>
        <source>Nothing is due</source>
        <translation>Nichts ist fällig</translation>
    </message>
    <message>
        <source>What fires next   the %1 soonest of %2</source>
        <translation>Was als Nächstes fällig ist   die %1 nächsten von %2</translation>
    </message>
    <message>
        <source>What fires next   %1</source>
        <translation>Was als Nächstes fällig ist   %1</translation>
    </message>
    <message>
        <source>Alarms of actors, deadlines, retries and timeouts of connections appear here,
soonest first.</source>
        <translation>Wecker von Aktoren, Fristen, Wiederholungen und Zeitgrenzen von Verbindungen
erscheinen hier, das Nächste zuerst.</translation>
    </message>
</context>
<context>
    <name>dormouse::EngineDialog</name>
    <message>
        <source>Start a local engine</source>
        <translation>Lokale Engine starten</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>HOST:PORT; port 0 takes any free one</source>
        <translation>HOST:PORT; Port 0 nimmt irgendeinen freien</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>Datenordner</translation>
    </message>
    <message>
        <source>empty: nothing is kept after the end</source>
        <translation>leer: nach dem Ende bleibt nichts erhalten</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>&amp;Data folder</source>
        <translation>&amp;Datenordner</translation>
    </message>
    <message>
        <source>Port 0 takes any free one. The engine ends with its tab.</source>
        <translation>Port 0 nimmt irgendeinen freien. Die Engine endet mit ihrem Reiter.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
</context>
<context>
    <name>dormouse::EventPage</name>
    <message>
        <source>Lowest level shown</source>
        <translation>Niedrigste gezeigte Stufe</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>ab %1</translation>
    </message>
    <message>
        <source>Only the chosen actor</source>
        <translation>Nur der gewählte Aktor</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Mitlaufen</translation>
    </message>
    <message>
        <source>Follow the newest event</source>
        <translation>Dem neuesten Ereignis folgen</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>No events</source>
        <translation>Keine Ereignisse</translation>
    </message>
    <message>
        <source>What happens in the engine appears here.</source>
        <translation>Was in der Engine geschieht, erscheint hier.</translation>
    </message>
    <message>
        <source>%1 shown, %2 held</source>
        <translation>%1 gezeigt, %2 gehalten</translation>
    </message>
    <message>
        <source>, %1 lost</source>
        <translation>, %1 verloren</translation>
    </message>
</context>
<context>
    <name>dormouse::FilterBar</name>
    <message>
        <source>Filter for all views</source>
        <translation>Filter für alle Ansichten</translation>
    </message>
    <message>
        <source>Filter all views: chat  state == hibernating and pending.bytes &gt; 512KiB</source>
        <translation>Alle Ansichten filtern: chat  state == hibernating and pending.bytes &gt; 512KiB</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>Filter leeren</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>Gespeicherte Filter</translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation>Bedingungen des Filters</translation>
    </message>
    <message>
        <source>Completions</source>
        <translation>Vervollständigungen</translation>
    </message>
    <message>
        <source>Take %1 out of the filter</source>
        <translation>%1 aus dem Filter nehmen</translation>
    </message>
    <message>
        <source>No filter is saved</source>
        <translation>Kein Filter ist gespeichert</translation>
    </message>
    <message>
        <source>Stuck</source>
        <translation>Hängt fest</translation>
    </message>
    <message>
        <source>Waking longer than 10 s</source>
        <translation>Wacht länger als 10 s auf</translation>
    </message>
    <message>
        <source>More than 100 pending messages</source>
        <translation>Mehr als 100 ausstehende Nachrichten</translation>
    </message>
    <message>
        <source>Oldest message waits longer than 10 s</source>
        <translation>Älteste Nachricht wartet länger als 10 s</translation>
    </message>
    <message>
        <source>Failing actors</source>
        <translation>Scheiternde Aktoren</translation>
    </message>
    <message>
        <source>Save this filter…</source>
        <translation>Diesen Filter speichern…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Export saved filters…</source>
        <translation>Gespeicherte Filter exportieren…</translation>
    </message>
    <message>
        <source>Export saved filters</source>
        <translation>Gespeicherte Filter exportieren</translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation>%1 lässt sich nicht schreiben: %2</translation>
    </message>
    <message>
        <source>Import filters…</source>
        <translation>Filter importieren…</translation>
    </message>
    <message>
        <source>Import filters</source>
        <translation>Filter importieren</translation>
    </message>
    <message>
        <source>Cannot read %1: %2</source>
        <translation>%1 lässt sich nicht lesen: %2</translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation>Diesen Filter speichern</translation>
    </message>
    <message>
        <source>Name for: %1</source>
        <translation>Name für: %1</translation>
    </message>
    <message>
        <source>not a filter: %1</source>
        <translation>kein Filter: %1</translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation>Kein regulärer Ausdruck: %1</translation>
    </message>
    <message>
        <source>Not a number with a unit: %1</source>
        <translation>Keine Zahl mit Einheit: %1</translation>
    </message>
    <message>
        <source>Not a time range: %1</source>
        <translation>Kein Zeitraum: %1</translation>
    </message>
    <message>
        <source>Time range</source>
        <translation>Zeitraum</translation>
    </message>
    <message>
        <source>Words, &quot;two words&quot;, ~letters, /regex/, state:sleeping, state == running, pending.bytes &gt; 512KiB, age &gt; 1m, time:15m, -not, a or b</source>
        <translation>Wörter, &quot;zwei Wörter&quot;, ~letters, /regex/, state:sleeping, state == running, pending.bytes &gt; 512KiB, age &gt; 1m, time:15m, -nicht, a or b</translation>
    </message>
    <message>
        <source>The last minute</source>
        <translation>Die letzte Minute</translation>
    </message>
    <message>
        <source>The last 5 minutes</source>
        <translation>Die letzten 5 Minuten</translation>
    </message>
    <message>
        <source>The last 15 minutes</source>
        <translation>Die letzten 15 Minuten</translation>
    </message>
    <message>
        <source>The last hour</source>
        <translation>Die letzte Stunde</translation>
    </message>
    <message>
        <source>The last day</source>
        <translation>Der letzte Tag</translation>
    </message>
    <message>
        <source>At any time</source>
        <translation>Zu jeder Zeit</translation>
    </message>
    <message>
        <source>Between two moments…</source>
        <translation>Zwischen zwei Zeitpunkten …</translation>
    </message>
</context>
<context>
    <name>dormouse::Guide</name>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>FIRST STEPS</source>
        <translation>ERSTE SCHRITTE</translation>
    </message>
    <message>
        <source>Lines for a terminal</source>
        <translation>Zeilen für ein Terminal</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the lines</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>Create actor…</source>
        <translation>Aktor anlegen…</translation>
    </message>
    <message>
        <source>Create the first actor</source>
        <translation>Den ersten Aktor anlegen</translation>
    </message>
    <message>
        <source>Open it in the Client view</source>
        <translation>In der Ansicht „Client“ öffnen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Dismiss the first steps</source>
        <translation>Erste Schritte ausblenden</translation>
    </message>
    <message>
        <source>1  An engine runs at %1</source>
        <translation>1  Eine Engine läuft unter %1</translation>
    </message>
    <message>
        <source>1  No engine that takes commands is connected</source>
        <translation>1  Keine Engine, die Befehle annimmt, ist verbunden</translation>
    </message>
    <message>
        <source>2  Paste this into a terminal: it starts a runner that knows one actor, &quot;echo&quot; (needs Node.js)</source>
        <translation>2  Fügen Sie dies in ein Terminal ein: Es startet einen Runner, der einen Aktor kennt, „echo“ (braucht Node.js)</translation>
    </message>
    <message>
        <source>3  The runner is connected</source>
        <translation>3  Der Runner ist verbunden</translation>
    </message>
    <message>
        <source>3  Waiting for the runner …</source>
        <translation>3  Warten auf den Runner …</translation>
    </message>
    <message>
        <source>4  Create an actor with the name echo and the pool default</source>
        <translation>4  Legen Sie einen Aktor mit dem Namen echo und dem Pool default an</translation>
    </message>
    <message>
        <source>5  Open it in the Client view, connect and send a message; the actor sends it back</source>
        <translation>5  Öffnen Sie ihn in der Ansicht „Client“, verbinden Sie sich und senden Sie eine Nachricht; der Aktor sendet sie zurück</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Erledigt</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
</context>
<context>
    <name>dormouse::HeatMap</name>
    <message>
        <source>Latency heat map</source>
        <translation>Latenz-Heatmap</translation>
    </message>
    <message>
        <source>The table below lists the same seconds with percentiles.</source>
        <translation>Die Tabelle darunter zeigt dieselben Sekunden mit Perzentilen.</translation>
    </message>
    <message>
        <source>−%1 min</source>
        <translation>−%1 min</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>Nothing measured yet. Points appear with the first acknowledged message.</source>
        <translation>Noch nichts gemessen. Mit der ersten bestätigten Nachricht erscheinen Punkte.</translation>
    </message>
    <message>
        <source>%1, about %2</source>
        <translation>%1, etwa %2</translation>
    </message>
</context>
<context>
    <name>dormouse::HelpDialog</name>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation>Gründe und Fehler</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find in help</source>
        <translation>In der Hilfe suchen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Help text</source>
        <translation>Hilfetext</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Does</source>
        <translation>Wirkung</translation>
    </message>
    <message>
        <source>In a table: arrows move, Enter opens, F5 sorts now, Ctrl+C copies rows, the menu key shows more. In the map: arrows walk through the actors. In the heat map: arrows choose a cell, Shift widens, Esc lets go. In the message field: Up and Down bring back earlier messages. Tab goes on, Alt opens the menus.</source>
        <translation>In einer Tabelle: Pfeile bewegen, Enter öffnet, F5 sortiert jetzt, Strg+C kopiert Zeilen, die Menütaste zeigt mehr. In der Karte: Pfeile gehen durch die Aktoren. In der Heatmap: Pfeile wählen eine Zelle, Umschalt erweitert, Esc lässt los. Im Nachrichtenfeld: Pfeil hoch und runter holen frühere Nachrichten. Tab geht weiter, Alt öffnet die Menüs.</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
</context>
<context>
    <name>dormouse::LatencyPage</name>
    <message>
        <source>Latency shown</source>
        <translation>Gezeigte Latenz</translation>
    </message>
    <message>
        <source>Ack: written until acknowledged</source>
        <translation>Ack: vom Schreiben bis zur Bestätigung</translation>
    </message>
    <message>
        <source>Wake: needed until reachable</source>
        <translation>Wecken: vom Bedarf bis zur Erreichbarkeit</translation>
    </message>
    <message>
        <source>HTTP: asked until answered</source>
        <translation>HTTP: von der Anfrage bis zur Antwort</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p90</source>
        <translation>p90</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>p99.9</source>
        <translation>p99,9</translation>
    </message>
    <message>
        <source>max</source>
        <translation>max.</translation>
    </message>
    <message>
        <source>count, 1 min</source>
        <translation>Anzahl, 1 min</translation>
    </message>
    <message>
        <source>Latencies by second</source>
        <translation>Latenzen je Sekunde</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>Noch nichts gemessen</translation>
    </message>
    <message>
        <source>Latency details</source>
        <translation>Einzelheiten der Latenz</translation>
    </message>
    <message>
        <source>By second</source>
        <translation>Nach Sekunde</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>Aktor</translation>
    </message>
    <message>
        <source>Messages of the chosen cell</source>
        <translation>Nachrichten der gewählten Zelle</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>Follow each message</source>
        <translation>Jede Nachricht verfolgen</translation>
    </message>
    <message>
        <source>One event per message: costs the engine time. Needed for the lists of messages, actors and runners.</source>
        <translation>Ein Ereignis je Nachricht: kostet die Engine Zeit. Nötig für die Listen der Nachrichten, Aktoren und Runner.</translation>
    </message>
    <message>
        <source>runner %1</source>
        <translation>Runner %1</translation>
    </message>
    <message>
        <source>actor %1</source>
        <translation>Aktor %1</translation>
    </message>
    <message>
        <source>Only this time</source>
        <translation>Nur diese Zeit</translation>
    </message>
    <message>
        <source>Filter all views by the chosen time</source>
        <translation>Alle Ansichten nach der gewählten Zeit filtern</translation>
    </message>
    <message>
        <source>Makes the seconds that are chosen in the heat map the time range of all views</source>
        <translation>Macht die in der Wärmekarte gewählten Sekunden zum Zeitraum aller Ansichten</translation>
    </message>
    <message>
        <source>count, in that time</source>
        <translation>Anzahl in dieser Zeit</translation>
    </message>
    <message>
        <source>Latency by runner, actor and connection</source>
        <translation>Latenz nach Runner, Aktor und Verbindung</translation>
    </message>
    <message>
        <source>By origin</source>
        <translation>Nach Herkunft</translation>
    </message>
    <message>
        <source>actors named %1</source>
        <translation>Aktoren namens %1</translation>
    </message>
    <message>
        <source>connection %1</source>
        <translation>Verbindung %1</translation>
    </message>
</context>
<context>
    <name>dormouse::LinkLook</name>
    <message>
        <source>No engine</source>
        <translation>Keine Engine</translation>
    </message>
    <message>
        <source>Recording: %1</source>
        <translation>Aufzeichnung: %1</translation>
    </message>
    <message>
        <source>Connecting to %1</source>
        <translation>Verbindet mit %1</translation>
    </message>
    <message>
        <source>Stale, %1 old: %2</source>
        <translation>Veraltet, %1 alt: %2</translation>
    </message>
    <message>
        <source>Failed, data %1 old: %2</source>
        <translation>Gescheitert, Daten %1 alt: %2</translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation>Gescheitert: %1</translation>
    </message>
    <message>
        <source>Live: %1</source>
        <translation>Live: %1</translation>
    </message>
    <message>
        <source>Live, read only: %1</source>
        <translation>Verbunden, nur lesend: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::MainWindow</name>
    <message>
        <source>Dormouse</source>
        <translation>Dormouse</translation>
    </message>
    <message>
        <source>Paused  +%1</source>
        <translation>Angehalten  +%1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Create actor…</source>
        <translation>Aktor anlegen…</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>Wecken</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Schlafen legen</translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation>Auf anderen Runner umziehen</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>Vernichten…</translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation>Verbindung schließen…</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>Dunkel oder hell</translation>
    </message>
    <message>
        <source>Go to…</source>
        <translation>Gehe zu…</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Standard layout</source>
        <translation>Standardanordnung</translation>
    </message>
    <message>
        <source>Detach the view</source>
        <translation>Ansicht ablösen</translation>
    </message>
    <message>
        <source>Help for this view</source>
        <translation>Hilfe zu dieser Ansicht</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation>Gründe und Fehler</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>View: %1</source>
        <translation>Ansicht: %1</translation>
    </message>
    <message>
        <source>&amp;Engine</source>
        <translation>&amp;Engine</translation>
    </message>
    <message>
        <source>&amp;Actor</source>
        <translation>&amp;Aktor</translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation>Ver&amp;bindung</translation>
    </message>
    <message>
        <source>&amp;Runner</source>
        <translation>&amp;Runner</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>An&amp;sicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>More tools</source>
        <translation>Weitere Werkzeuge</translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation>Bedingungen des Filters</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>No problem</source>
        <translation>Kein Problem</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Moment of the recording</source>
        <translation>Zeitpunkt der Aufzeichnung</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Verbindung zur Engine</translation>
    </message>
    <message>
        <source>Last outcome</source>
        <translation>Letztes Ergebnis</translation>
    </message>
    <message>
        <source>%1   %2 of %3</source>
        <translation>%1   %2 von %3</translation>
    </message>
    <message>
        <source>%1 · Dormouse</source>
        <translation>%1 · Dormouse</translation>
    </message>
    <message>
        <source>No engine</source>
        <translation>Keine Engine</translation>
    </message>
    <message>
        <source>%1 events/s</source>
        <translation>%1 Ereignisse/s</translation>
    </message>
    <message>
        <source>%1 dropped   %2 held   frame %3 ms</source>
        <translation>%1 verworfen   %2 gehalten   Bild %3 ms</translation>
    </message>
    <message>
        <source>What watching costs: events lost, memory held by the engine for this view, time to apply the last frame</source>
        <translation>Was das Beobachten kostet: verlorene Ereignisse, Speicher der Engine für diese Ansicht, Zeit für das letzte Bild</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>Sp&amp;rache</translation>
    </message>
    <message>
        <source>&amp;Text size</source>
        <translation>&amp;Textgröße</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größerer Text</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinerer Text</translation>
    </message>
    <message>
        <source>Normal text size</source>
        <translation>Normale Textgröße</translation>
    </message>
    <message>
        <source>Show the console&apos;s own traffic</source>
        <translation>Eigenen Verkehr der Konsole zeigen</translation>
    </message>
    <message>
        <source>Save this layout…</source>
        <translation>Diese Anordnung speichern…</translation>
    </message>
    <message>
        <source>Save this layout</source>
        <translation>Diese Anordnung speichern</translation>
    </message>
    <message>
        <source>Name of the layout</source>
        <translation>Name der Anordnung</translation>
    </message>
    <message>
        <source>Connect to…</source>
        <translation>Verbinden mit…</translation>
    </message>
    <message>
        <source>Open recording…</source>
        <translation>Aufzeichnung öffnen…</translation>
    </message>
    <message>
        <source>Open recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Recorded sessions (*.dms);;All files (*)</source>
        <translation>Aufgezeichnete Sitzungen (*.dms);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Start a local engine…</source>
        <translation>Lokale Engine starten…</translation>
    </message>
    <message>
        <source>Next engine</source>
        <translation>Nächste Engine</translation>
    </message>
    <message>
        <source>Close this engine&apos;s tab</source>
        <translation>Reiter dieser Engine schließen</translation>
    </message>
    <message>
        <source>Recent connections</source>
        <translation>Letzte Verbindungen</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>La&amp;youts</source>
        <translation>Anord&amp;nungen</translation>
    </message>
    <message>
        <source>The layout %1 was made for another set of views.</source>
        <translation>Die Anordnung %1 wurde für andere Ansichten gemacht.</translation>
    </message>
    <message>
        <source>Remove a layout</source>
        <translation>Anordnung entfernen</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>Engines</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The engine %1 ends with its tab. Its clients are disconnected.</source>
        <translation>Die Engine %1 endet mit ihrem Reiter. Ihre Clients werden getrennt.</translation>
    </message>
    <message>
        <source>Close %1</source>
        <translation>%1 schließen</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>%1: %2 of %3</source>
        <translation>%1: %2 von %3</translation>
    </message>
    <message>
        <source>%1: %2 done, %3 failed, %4 not sent. The control log has each of them.</source>
        <translation>%1: %2 erledigt, %3 gescheitert, %4 nicht gesendet. Das Befehlsprotokoll nennt jeden.</translation>
    </message>
    <message>
        <source>Hibernate (its actor goes to sleep)</source>
        <translation>Ruhen lassen (der Aktor schläft ein)</translation>
    </message>
    <message>
        <source>Restore (its actor is woken)</source>
        <translation>Wiederherstellen (der Aktor wird geweckt)</translation>
    </message>
    <message>
        <source>Refresh this view now</source>
        <translation>Diese Ansicht jetzt auffrischen</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>Nur lesen</translation>
    </message>
    <message>
        <source>&amp;Refresh this view</source>
        <translation>Diese Ansicht au&amp;ffrischen</translation>
    </message>
    <message>
        <source>With every frame</source>
        <translation>Mit jedem Bild</translation>
    </message>
    <message>
        <source>Twice a second</source>
        <translation>Zweimal je Sekunde</translation>
    </message>
    <message>
        <source>Once a second</source>
        <translation>Einmal je Sekunde</translation>
    </message>
    <message>
        <source>Every five seconds</source>
        <translation>Alle fünf Sekunden</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>Evict runner…</source>
        <translation>Runner verdrängen…</translation>
    </message>
    <message>
        <source>Send as its actor…</source>
        <translation>Als sein Aktor senden…</translation>
    </message>
    <message>
        <source>Call an action…</source>
        <translation>Aktion aufrufen…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client…</source>
        <translation>Leitung zu seinem Runner trennen, Client behalten…</translation>
    </message>
    <message>
        <source>Drop its link, keep the clients…</source>
        <translation>Seine Leitung trennen, Clients behalten…</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>The actor is gone.</source>
        <translation>Den Aktor gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>Choose an actor first.</source>
        <translation>Wählen Sie zuerst einen Aktor.</translation>
    </message>
    <message>
        <source>The runner has stopped.</source>
        <translation>Der Runner ist angehalten.</translation>
    </message>
    <message>
        <source>Choose a runner first.</source>
        <translation>Wählen Sie zuerst einen Runner.</translation>
    </message>
    <message>
        <source>Drain runner…</source>
        <translation>Runner auslaufen lassen…</translation>
    </message>
    <message>
        <source>Choose an open connection first.</source>
        <translation>Wählen Sie zuerst eine offene Verbindung.</translation>
    </message>
</context>
<context>
    <name>dormouse::MetricTile</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::OverviewPage</name>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>NEEDS ATTENTION</source>
        <translation>BRAUCHT AUFMERKSAMKEIT</translation>
    </message>
    <message>
        <source>Needs attention</source>
        <translation>Braucht Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Runner %1 is lost, its actors wait for it</source>
        <translation>Runner %1 ist verloren, seine Aktoren warten auf ihn</translation>
    </message>
    <message>
        <source>Runner %1 takes no actors: %2</source>
        <translation>Runner %1 nimmt keine Aktoren an: %2</translation>
    </message>
    <message>
        <source>%1 keeps failing, retry %2</source>
        <translation>%1 scheitert immer wieder, Versuch %2</translation>
    </message>
    <message>
        <source>%1 waits for a runner. %2</source>
        <translation>%1 wartet auf einen Runner. %2</translation>
    </message>
    <message>
        <source>%1 pending of %2 on %3</source>
        <translation>%1 von %2 ausstehend auf %3</translation>
    </message>
    <message>
        <source>Waking for %1: %2</source>
        <translation>Wacht seit %1 auf: %2</translation>
    </message>
    <message>
        <source>Keepalive is %1 old: %2</source>
        <translation>Lebenszeichen ist %1 alt: %2</translation>
    </message>
    <message>
        <source>Nothing. All actors that should run do, and no queue is long.</source>
        <translation>Nichts. Alle Aktoren, die laufen sollen, laufen, und keine Warteschlange ist lang.</translation>
    </message>
    <message>
        <source>Nothing is known yet.</source>
        <translation>Noch ist nichts bekannt.</translation>
    </message>
    <message>
        <source>The engine answered nobody for %1: %2</source>
        <translation>Die Engine hat %1 lang niemandem geantwortet: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::PayloadView</name>
    <message>
        <source>%1: shown as</source>
        <translation>%1: Darstellung</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>Hex</translation>
    </message>
    <message>
        <source>Not %1: %2</source>
        <translation>Kein %1: %2</translation>
    </message>
</context>
<context>
    <name>dormouse::PendingBar</name>
    <message>
        <source>Pending bytes: unknown</source>
        <translation>Ausstehende Bytes: unbekannt</translation>
    </message>
    <message>
        <source>Pending bytes: %1 of %2</source>
        <translation>Ausstehende Bytes: %1 von %2</translation>
    </message>
    <message>
        <source>of %1 pending</source>
        <translation>von %1 ausstehend</translation>
    </message>
    <message>
        <source>pending</source>
        <translation>ausstehend</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Oldest waits %1</source>
        <translation>Älteste wartet %1</translation>
    </message>
    <message>
        <source>   highest %1</source>
        <translation>   höchstens %1</translation>
    </message>
    <message>
        <source>full in %1</source>
        <translation>voll in %1</translation>
    </message>
</context>
<context>
    <name>dormouse::PressureChain</name>
    <message>
        <source>Bytes held: for the client %1, in the gateway %2, in the runner link %3, at the actor %4</source>
        <translation>Gehaltene Bytes: für den Client %1, im Gateway %2, in der Runner-Verbindung %3, beim Aktor %4</translation>
    </message>
    <message>
        <source>The runner link is shared by all connections of that runner. At the actor: written and not acknowledged.</source>
        <translation>Die Runner-Verbindung teilen sich alle Verbindungen dieses Runners. Beim Aktor: geschrieben und nicht bestätigt.</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Gateway</source>
        <translation>Gateway</translation>
    </message>
    <message>
        <source>Runner link</source>
        <translation>Runner-Verb.</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>Aktor</translation>
    </message>
</context>
<context>
    <name>dormouse::QueuePage</name>
    <message>
        <source>Pending messages</source>
        <translation>Ausstehende Nachrichten</translation>
    </message>
    <message>
        <source>Close this connection</source>
        <translation>Diese Verbindung schließen</translation>
    </message>
    <message>
        <source>No connection chosen</source>
        <translation>Keine Verbindung gewählt</translation>
    </message>
    <message>
        <source>Choose a connection in the table, or in the details of an actor.</source>
        <translation>Wählen Sie eine Verbindung in der Tabelle oder in den Einzelheiten eines Aktors.</translation>
    </message>
    <message>
        <source>Open for %1, in this state for %2. Keepalive %3 ago.</source>
        <translation>Offen seit %1, in diesem Zustand seit %2. Lebenszeichen vor %3.</translation>
    </message>
    <message>
        <source>In %1, out %2, sleeps %3, resent %4.</source>
        <translation>Ein %1, aus %2, Schlafphasen %3, erneut gesendet %4.</translation>
    </message>
    <message>
        <source>Closed by %1: %2 %3</source>
        <translation>Geschlossen von %1: %2 %3</translation>
    </message>
    <message>
        <source>Nothing is pending</source>
        <translation>Nichts steht aus</translation>
    </message>
    <message>
        <source>Not offered by this source</source>
        <translation>Von dieser Quelle nicht angeboten</translation>
    </message>
    <message>
        <source>Every message has been acknowledged.</source>
        <translation>Jede Nachricht wurde bestätigt.</translation>
    </message>
    <message>
        <source>Connection details</source>
        <translation>Einzelheiten der Verbindung</translation>
    </message>
    <message>
        <source>Show content</source>
        <translation>Inhalt zeigen</translation>
    </message>
    <message>
        <source>Show the content of the chosen message</source>
        <translation>Inhalt der gewählten Nachricht zeigen</translation>
    </message>
    <message>
        <source>Asks the engine for the first 256 bytes of the message.</source>
        <translation>Fragt die Engine nach den ersten 256 Bytes der Nachricht.</translation>
    </message>
    <message>
        <source>Message content</source>
        <translation>Inhalt der Nachricht</translation>
    </message>
    <message>
        <source>Choose a message first.</source>
        <translation>Wählen Sie zuerst eine Nachricht.</translation>
    </message>
    <message>
        <source>Message %1</source>
        <translation>Nachricht %1</translation>
    </message>
    <message>
        <source>Why it hibernates or does not</source>
        <translation>Warum sie ruht oder nicht ruht</translation>
    </message>
    <message>
        <source>Hibernate</source>
        <translation>Ruhen</translation>
    </message>
    <message>
        <source>Hibernate: its actor goes to sleep</source>
        <translation>Ruhen: Sein Aktor schläft ein</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Restore: its actor is woken</source>
        <translation>Wiederherstellen: Sein Aktor wird geweckt</translation>
    </message>
    <message>
        <source>Send…</source>
        <translation>Senden…</translation>
    </message>
    <message>
        <source>Send a message to the client as its actor</source>
        <translation>Dem Client als sein Aktor eine Nachricht senden</translation>
    </message>
    <message>
        <source>Drop link…</source>
        <translation>Leitung trennen…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client</source>
        <translation>Die Leitung zu seinem Runner trennen, den Client behalten</translation>
    </message>
    <message>
        <source>Close…</source>
        <translation>Schließen…</translation>
    </message>
    <message>
        <source>Round trip to the client %1.</source>
        <translation>Umlaufzeit zum Client %1.</translation>
    </message>
    <message>
        <source>Was open for %1, closed %2 ago.</source>
        <translation>War %1 offen, geschlossen vor %2.</translation>
    </message>
</context>
<context>
    <name>dormouse::RowMenu</name>
    <message>
        <source>Row of %1</source>
        <translation>Zeile aus %1</translation>
    </message>
    <message>
        <source>Export what is shown…</source>
        <translation>Gezeigtes exportieren…</translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation>Id kopieren</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation>Als JSON kopieren</translation>
    </message>
    <message>
        <source>Copy as curl</source>
        <translation>Als curl kopieren</translation>
    </message>
    <message>
        <source>Copy as wscat</source>
        <translation>Als wscat kopieren</translation>
    </message>
    <message>
        <source>Only %1</source>
        <translation>Nur %1</translation>
    </message>
    <message>
        <source>Without %1</source>
        <translation>Ohne %1</translation>
    </message>
    <message>
        <source>Only %1 %2 %3</source>
        <translation>Nur %1 %2 %3</translation>
    </message>
    <message>
        <source>Wake</source>
        <translation>Wecken</translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation>Schlafen legen</translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation>Auf anderen Runner umziehen</translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation>Vernichten…</translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation>Verbindung schließen…</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Export what is shown</source>
        <translation>Gezeigtes exportieren</translation>
    </message>
    <message>
        <source>JSON Lines (*.jsonl)</source>
        <translation>JSON Lines (*.jsonl)</translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation>%1 lässt sich nicht schreiben: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation>
            <numerusform>%n Zeile nach %1 geschrieben</numerusform>
            <numerusform>%n Zeilen nach %1 geschrieben</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The %n selected</source>
        <translation>
            <numerusform>Die gewählte %n</numerusform>
            <numerusform>Die %n gewählten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %n that are shown</source>
        <translation>
            <numerusform>Alle %n, die gezeigt werden</numerusform>
            <numerusform>Alle %n, die gezeigt werden</numerusform>
        </translation>
    </message>
    <message>
        <source>Hibernate (its actor goes to sleep)</source>
        <translation>Ruhen lassen (der Aktor schläft ein)</translation>
    </message>
    <message>
        <source>Restore (its actor is woken)</source>
        <translation>Wiederherstellen (der Aktor wird geweckt)</translation>
    </message>
    <message>
        <source>Evict runner…</source>
        <translation>Runner verdrängen…</translation>
    </message>
    <message>
        <source>Drop its link, keep the clients…</source>
        <translation>Seine Leitung trennen, Clients behalten…</translation>
    </message>
    <message>
        <source>Send as its actor…</source>
        <translation>Als sein Aktor senden…</translation>
    </message>
    <message>
        <source>Drop the link to its runner, keep the client…</source>
        <translation>Leitung zu seinem Runner trennen, Client behalten…</translation>
    </message>
    <message>
        <source>Call an action…</source>
        <translation>Aktion aufrufen…</translation>
    </message>
    <message>
        <source>Only from %1 on</source>
        <translation>Nur ab %1</translation>
    </message>
    <message>
        <source>Only until %1</source>
        <translation>Nur bis %1</translation>
    </message>
    <message>
        <source>Drain runner…</source>
        <translation>Runner auslaufen lassen…</translation>
    </message>
</context>
<context>
    <name>dormouse::Rules</name>
    <message>
        <source>holds</source>
        <translation>gilt</translation>
    </message>
    <message>
        <source>does not hold</source>
        <translation>gilt nicht</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>It is a WebSocket</source>
        <translation>Sie ist ein WebSocket</translation>
    </message>
    <message>
        <source>Its actor accepted it as one that may hibernate</source>
        <translation>Ihr Aktor hat sie als eine angenommen, die ruhen darf</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>Its client is connected</source>
        <translation>Ihr Client ist verbunden</translation>
    </message>
    <message>
        <source>Its actor sleeps</source>
        <translation>Ihr Aktor schläft</translation>
    </message>
    <message>
        <source>Its stored keepalive is fresh</source>
        <translation>Ihr gespeichertes Lebenszeichen ist frisch</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>What is pending fits its limit</source>
        <translation>Was aussteht, passt unter die Grenze</translation>
    </message>
    <message>
        <source>Its pool has a runner</source>
        <translation>Sein Pool hat einen Runner</translation>
    </message>
    <message>
        <source>One of them takes work</source>
        <translation>Einer davon nimmt Arbeit an</translation>
    </message>
    <message>
        <source>It has a free slot</source>
        <translation>Er hat einen freien Platz</translation>
    </message>
    <message>
        <source>It runs. Its runner decides when it falls asleep; usually it may while these hold:</source>
        <translation>Er läuft. Sein Runner entscheidet, wann er einschläft; meist darf er, solange dies gilt:</translation>
    </message>
    <message>
        <source>No HTTP request is under way</source>
        <translation>Keine HTTP-Anfrage ist unterwegs</translation>
    </message>
    <message>
        <source>No socket that cannot hibernate</source>
        <translation>Kein Socket, der nicht ruhen kann</translation>
    </message>
    <message>
        <source>Every message is acknowledged</source>
        <translation>Jede Nachricht ist bestätigt</translation>
    </message>
</context>
<context>
    <name>dormouse::SendDialog</name>
    <message>
        <source>Send as the actor</source>
        <translation>Als der Aktor senden</translation>
    </message>
    <message>
        <source>The client takes it for a message of its actor. The actor learns nothing of it and is not woken.</source>
        <translation>Der Client hält es für eine Nachricht seines Aktors. Der Aktor erfährt nichts davon und wird nicht geweckt.</translation>
    </message>
    <message>
        <source>Speak for the actor to this client</source>
        <translation>Diesem Client gegenüber für den Aktor sprechen</translation>
    </message>
    <message>
        <source>What became of the messages</source>
        <translation>Was aus den Nachrichten wurde</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>Diesen Dialog schließen</translation>
    </message>
    <message>
        <source>%1 sent, %2 refused, %3 under way.</source>
        <translation>%1 gesendet, %2 abgelehnt, %3 unterwegs.</translation>
    </message>
</context>
<context>
    <name>dormouse::Session</name>
    <message>
        <source>%1: not possible. %2</source>
        <translation>%1: nicht möglich. %2</translation>
    </message>
    <message>
        <source>%1: done</source>
        <translation>%1: erledigt</translation>
    </message>
    <message>
        <source>%1 failed: %2 (%3)</source>
        <translation>%1 gescheitert: %2 (%3)</translation>
    </message>
</context>
<context>
    <name>dormouse::SettingPresets</name>
    <message>
        <source>Short waits</source>
        <translation>Kurze Fristen</translation>
    </message>
    <message>
        <source>Timeouts of seconds: what is stuck fails while you watch.</source>
        <translation>Zeitgrenzen von Sekunden: was hängt, scheitert, während Sie zusehen.</translation>
    </message>
    <message>
        <source>Small buffers</source>
        <translation>Kleine Puffer</translation>
    </message>
    <message>
        <source>A hibernating socket holds 64 KiB: limits are reached with little traffic.</source>
        <translation>Ein ruhender Socket hält 64 KiB: Grenzen sind mit wenig Verkehr erreicht.</translation>
    </message>
    <message>
        <source>Measure clients</source>
        <translation>Clients messen</translation>
    </message>
    <message>
        <source>Clients are pinged every three seconds, so that their round trip is known.</source>
        <translation>Clients werden alle drei Sekunden angepingt, damit ihre Umlaufzeit bekannt ist.</translation>
    </message>
    <message>
        <source>Everything to its default</source>
        <translation>Alles auf den Standard</translation>
    </message>
    <message>
        <source>Takes back what differs from the defaults.</source>
        <translation>Nimmt zurück, was vom Standard abweicht.</translation>
    </message>
</context>
<context>
    <name>dormouse::SettingsPage</name>
    <message>
        <source>Find a setting</source>
        <translation>Einstellung suchen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Only changed ones</source>
        <translation>Nur geänderte</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>No settings</source>
        <translation>Keine Einstellungen</translation>
    </message>
    <message>
        <source>An engine tells its settings when it is connected.</source>
        <translation>Eine Engine nennt ihre Einstellungen, sobald sie verbunden ist.</translation>
    </message>
    <message>
        <source>Settings   %1, %2 not at their default</source>
        <translation>Einstellungen   %1, %2 weichen vom Standard ab</translation>
    </message>
    <message>
        <source>%1 cannot be changed. %2</source>
        <translation>%1 lässt sich nicht ändern. %2</translation>
    </message>
    <message>
        <source> in %1</source>
        <translation> in %1</translation>
    </message>
    <message>
        <source>Change a setting</source>
        <translation>Einstellung ändern</translation>
    </message>
    <message>
        <source>%1%2
Default: %3. The change lasts until the engine restarts.</source>
        <translation>%1%2
Standard: %3. Die Änderung gilt, bis die Engine neu startet.</translation>
    </message>
    <message>
        <source>Choose a setting to read what it does. A double click changes it.</source>
        <translation>Wählen Sie eine Einstellung, um zu lesen, was sie bewirkt. Ein Doppelklick ändert sie.</translation>
    </message>
    <message>
        <source>What the chosen setting does</source>
        <translation>Was die gewählte Einstellung bewirkt</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Voreinstellungen</translation>
    </message>
    <message>
        <source>Presets for tests</source>
        <translation>Voreinstellungen für Tests</translation>
    </message>
    <message>
        <source>The changes last until the engine restarts.</source>
        <translation>Die Änderungen gelten, bis die Engine neu startet.</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n settings changed</source>
        <translation>
            <numerusform>%1: %n Einstellung geändert</numerusform>
            <numerusform>%1: %n Einstellungen geändert</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused; the control log says why.</source>
        <translation>
            <numerusform>%n abgelehnt; das Steuerprotokoll sagt, warum.</numerusform>
            <numerusform>%n abgelehnt; das Steuerprotokoll sagt, warum.</numerusform>
        </translation>
    </message>
    <message>
        <source>Possible: %1</source>
        <translation>Möglich: %1</translation>
    </message>
</context>
<context>
    <name>dormouse::StateDiagram</name>
    <message>
        <source>State diagram</source>
        <translation>Zustandsdiagramm</translation>
    </message>
    <message>
        <source>Now: %1. The history lists the transitions.</source>
        <translation>Jetzt: %1. Der Verlauf nennt die Übergänge.</translation>
    </message>
    <message>
        <source>The source has not told the states.</source>
        <translation>Die Quelle hat die Zustände nicht mitgeteilt.</translation>
    </message>
</context>
<context>
    <name>dormouse::StateStrip</name>
    <message>
        <source>States over time</source>
        <translation>Zustände im Zeitverlauf</translation>
    </message>
    <message>
        <source>The state diagram shows the transitions.</source>
        <translation>Das Zustandsdiagramm zeigt die Übergänge.</translation>
    </message>
    <message>
        <source>−%1 min</source>
        <translation>−%1 min</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
</context>
<context>
    <name>dormouse::StepTable</name>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Transition</source>
        <translation>Übergang</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Ursache</translation>
    </message>
    <message>
        <source>History of states</source>
        <translation>Verlauf der Zustände</translation>
    </message>
</context>
<context>
    <name>dormouse::TablePage</name>
    <message>
        <source>Show only: %1</source>
        <translation>Nur zeigen: %1</translation>
    </message>
    <message>
        <source>Show ended</source>
        <translation>Beendete zeigen</translation>
    </message>
    <message>
        <source>Show ended rows of %1</source>
        <translation>Beendete Zeilen von %1 zeigen</translation>
    </message>
    <message>
        <source>%1 of %2 match</source>
        <translation>%1 von %2 passen</translation>
    </message>
    <message>
        <source>   %1 ended kept</source>
        <translation>   %1 beendete aufgehoben</translation>
    </message>
    <message>
        <source>   %1 of the console hidden</source>
        <translation>   %1 der Konsole verborgen</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Spitze</translation>
    </message>
    <message>
        <source>Sort by what is worst</source>
        <translation>Nach dem Schlimmsten ordnen</translation>
    </message>
    <message>
        <source>The largest first, ended ones among them</source>
        <translation>Das Größte zuerst, Beendetes eingeschlossen</translation>
    </message>
    <message>
        <source>order held, F5 sorts</source>
        <translation>Ordnung steht still, F5 sortiert</translation>
    </message>
    <message>
        <source>With a time range, rows that have ended since are shown anyway.</source>
        <translation>Mit einem Zeitraum erscheinen auch Zeilen, die seither geendet haben.</translation>
    </message>
</context>
<context>
    <name>dormouse::TableView</name>
    <message>
        <source>Nothing matches the filter</source>
        <translation>Nichts passt zum Filter</translation>
    </message>
    <message>
        <source>Esc in the filter field clears it.</source>
        <translation>Esc im Filterfeld leert ihn.</translation>
    </message>
    <message>
        <source>Nothing is left</source>
        <translation>Nichts bleibt übrig</translation>
    </message>
    <message>
        <source>The level, the filter or the chosen actor leaves all events out.</source>
        <translation>Stufe, Filter oder gewählter Aktor lassen alle Ereignisse weg.</translation>
    </message>
</context>
<context>
    <name>dormouse::TimeRangeDialog</name>
    <message>
        <source>Time range</source>
        <translation>Zeitraum</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>Bis</translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation>&amp;Von</translation>
    </message>
    <message>
        <source>&amp;Until</source>
        <translation>&amp;Bis</translation>
    </message>
    <message>
        <source>Shows what was there at any moment between the two, also what has ended since, and what happened then.</source>
        <translation>Zeigt, was zu irgendeinem Zeitpunkt dazwischen da war, auch was seither geendet hat, und was da geschah.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>dormouse::Topology</name>
    <message>
        <source>Cluster map</source>
        <translation>Karte des Clusters</translation>
    </message>
    <message>
        <source>%1 / %2 slots</source>
        <translation>%1 / %2 Plätze</translation>
    </message>
    <message>
        <source>Asleep</source>
        <translation>Schlafend</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartend</translation>
    </message>
    <message>
        <source>actors: %1</source>
        <translation>Aktoren: %1</translation>
    </message>
    <message>
        <source>No engine to show. The status line below says why.</source>
        <translation>Keine Engine zu zeigen. Die Statuszeile unten sagt, warum.</translation>
    </message>
    <message>
        <source>The engine runs. Connect a runner.</source>
        <translation>Die Engine läuft. Verbinden Sie einen Runner.</translation>
    </message>
    <message>
        <source>In the folder of your actors, point the runner at this engine:</source>
        <translation>Richten Sie im Ordner Ihrer Aktoren den Runner auf diese Engine:</translation>
    </message>
    <message>
        <source>Only looking around? Start Dormouse with --demo.</source>
        <translation>Nur zum Umsehen? Starten Sie Dormouse mit --demo.</translation>
    </message>
    <message>
        <source>Clients</source>
        <translation>Clients</translation>
    </message>
    <message>
        <source>%1 connected</source>
        <translation>%1 verbunden</translation>
    </message>
    <message>
        <source>%1 hibernating</source>
        <translation>%1 ruhend</translation>
    </message>
    <message>
        <source>%1 waking</source>
        <translation>%1 wachen auf</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>%1 msg/s</source>
        <translation>%1 Nachr./s</translation>
    </message>
    <message>
        <source>ack p99 %1</source>
        <translation>Ack p99 %1</translation>
    </message>
    <message>
        <source>%1 pending</source>
        <translation>%1 ausstehend</translation>
    </message>
    <message>
        <source>+%1 more</source>
        <translation>+%1 weitere</translation>
    </message>
    <message>
        <source>connections: %1</source>
        <translation>Verbindungen: %1</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 The tables of runners, actors and connections list the same. Arrow keys walk through the actors.</source>
        <translation>%1 Die Tabellen der Runner, Aktoren und Verbindungen führen dasselbe auf. Pfeiltasten gehen durch die Aktoren.</translation>
    </message>
    <message>
        <source>Clients: %1, round trip %2.</source>
        <translation>Clients: %1, Umlaufzeit %2.</translation>
    </message>
    <message>
        <source>Runner %1: %2, round trip %3.</source>
        <translation>Runner %1: %2, Umlaufzeit %3.</translation>
    </message>
    <message>
        <source>Actors: round trip %1.</source>
        <translation>Aktoren: Umlaufzeit %1.</translation>
    </message>
    <message>
        <source>to actors %1</source>
        <translation>zu Aktoren %1</translation>
    </message>
    <message>
        <source>Messages per second, and the round trip of a ping to the clients (median). A dash: no client is pinged; the setting guard.client_ping_interval_ms does it.</source>
        <translation>Nachrichten je Sekunde und die Umlaufzeit eines Pings zu den Clients (Median). Ein Strich: kein Client wird angepingt; die Einstellung guard.client_ping_interval_ms tut es.</translation>
    </message>
    <message>
        <source>To actors: an HTTP request through the runner until its actor begins to answer, median of the last minute. A dash: there was none.</source>
        <translation>Zu Aktoren: eine HTTP-Anfrage durch den Runner, bis ihr Aktor zu antworten beginnt, Median der letzten Minute. Ein Strich: es gab keine.</translation>
    </message>
    <message>
        <source>%1 %2
round trip of the last ping: %3</source>
        <translation>%1 %2
Umlaufzeit des letzten Pings: %3</translation>
    </message>
</context>
<context>
    <name>dormouse::ViewSet</name>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>Weckvorgänge</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>Fällig</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>Aktor</translation>
    </message>
    <message>
        <source>Pending queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Control log</source>
        <translation>Befehlsprotokoll</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Actors</source>
        <translation>Aktoren</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation>schläft</translation>
    </message>
    <message>
        <source>with pending</source>
        <translation>mit Ausstehendem</translation>
    </message>
    <message>
        <source>failing</source>
        <translation>scheitert</translation>
    </message>
    <message>
        <source>No actors yet</source>
        <translation>Noch keine Aktoren</translation>
    </message>
    <message>
        <source>Connect a runner, then create an actor here (Ctrl+N) or from your own code.
  export RIVET_ENDPOINT=http://127.0.0.1:6420</source>
        <translation>Verbinden Sie einen Runner und legen Sie dann hier (Strg+N) oder aus eigenem Code einen Aktor an.
  export RIVET_ENDPOINT=http://127.0.0.1:6420</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>awake</source>
        <translation>wach</translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation>ruhend</translation>
    </message>
    <message>
        <source>waking &gt; 10 s</source>
        <translation>wacht auf &gt; 10 s</translation>
    </message>
    <message>
        <source>No connections</source>
        <translation>Keine Verbindungen</translation>
    </message>
    <message>
        <source>Clients appear here while they talk to an actor, and stay while it sleeps.
The Client view opens one.</source>
        <translation>Clients erscheinen hier, solange sie mit einem Aktor sprechen, und bleiben, während er schläft.
Die Ansicht „Client“ öffnet eine Verbindung.</translation>
    </message>
    <message>
        <source>Runners</source>
        <translation>Runner</translation>
    </message>
    <message>
        <source>takes work</source>
        <translation>nimmt Arbeit an</translation>
    </message>
    <message>
        <source>does not</source>
        <translation>nimmt keine an</translation>
    </message>
    <message>
        <source>No runner is connected</source>
        <translation>Kein Runner ist verbunden</translation>
    </message>
    <message>
        <source>Point one at this engine:
  export RIVET_ENDPOINT=http://127.0.0.1:6420
  export RIVET_NAMESPACE=default
  node runner.js</source>
        <translation>Richten Sie einen auf diese Engine:
  export RIVET_ENDPOINT=http://127.0.0.1:6420
  export RIVET_NAMESPACE=default
  node runner.js</translation>
    </message>
    <message>
        <source>Most pending</source>
        <translation>Meist ausstehend</translation>
    </message>
    <message>
        <source>Slowest wake</source>
        <translation>Langsamstes Wecken</translation>
    </message>
    <message>
        <source>Most retries</source>
        <translation>Meiste Wiederholungen</translation>
    </message>
    <message>
        <source>Busiest</source>
        <translation>Am meisten beschäftigt</translation>
    </message>
    <message>
        <source>Slowest acknowledgement</source>
        <translation>Langsamste Bestätigung</translation>
    </message>
    <message>
        <source>Most resends</source>
        <translation>Am öftesten wiederholt</translation>
    </message>
    <message>
        <source>Longest in its state</source>
        <translation>Am längsten im Zustand</translation>
    </message>
    <message>
        <source>Slowest client</source>
        <translation>Langsamster Client</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>dormouse::WakePage</name>
    <message>
        <source>Allocation</source>
        <translation>Zuteilung</translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation>Befehl gesendet</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation>Erste Zustellung</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>Gesamt</translation>
    </message>
    <message>
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p90</source>
        <translation>p90</translation>
    </message>
    <message>
        <source>p99</source>
        <translation>p99</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>Weckvorgänge</translation>
    </message>
    <message>
        <source>No actor was woken yet</source>
        <translation>Noch wurde kein Aktor geweckt</translation>
    </message>
    <message>
        <source>Each wake appears here with the time that every stage of it took.</source>
        <translation>Jeder Weckvorgang erscheint hier mit der Dauer jedes seiner Abschnitte.</translation>
    </message>
</context>
<context>
    <name>dormouse::WirePage</name>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Follow the newest message</source>
        <translation>Der neuesten Nachricht folgen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Messages of the link</source>
        <translation>Nachrichten der Leitung</translation>
    </message>
    <message>
        <source>Fields of the message</source>
        <translation>Felder der Nachricht</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>At</source>
        <translation>Bei</translation>
    </message>
    <message>
        <source>Bytes of the message</source>
        <translation>Bytes der Nachricht</translation>
    </message>
    <message>
        <source>Bytes to take apart, in hex</source>
        <translation>Bytes zum Zerlegen, in Hex</translation>
    </message>
    <message>
        <source>Hex, Enter takes it apart</source>
        <translation>Hex, Eingabetaste zerlegt es</translation>
    </message>
    <message>
        <source>Direction of the typed bytes</source>
        <translation>Richtung der eingetippten Bytes</translation>
    </message>
    <message>
        <source>to runner</source>
        <translation>zum Runner</translation>
    </message>
    <message>
        <source>to engine</source>
        <translation>zur Engine</translation>
    </message>
    <message>
        <source>Protocol version of the typed bytes</source>
        <translation>Protokollversion der eingetippten Bytes</translation>
    </message>
    <message>
        <source>v</source>
        <comment>protocol version</comment>
        <translation>v</translation>
    </message>
    <message>
        <source>No runner chosen</source>
        <translation>Kein Runner gewählt</translation>
    </message>
    <message>
        <source>Only a live engine can be listened to. Bytes can be typed in below.</source>
        <translation>Nur eine laufende Engine kann mitgehört werden. Bytes lassen sich unten eintippen.</translation>
    </message>
    <message>
        <source>Choose a runner, or an actor that is on one.</source>
        <translation>Wählen Sie einen Runner oder einen Aktor, der auf einem ist.</translation>
    </message>
    <message>
        <source>%1 messages were too many to be kept.</source>
        <translation>%1 Nachrichten waren zu viele und wurden nicht behalten.</translation>
    </message>
    <message>
        <source>Listening; each message between the engine and this runner appears here.</source>
        <translation>Es wird mitgehört; jede Nachricht zwischen der Engine und diesem Runner erscheint hier.</translation>
    </message>
    <message>
        <source>typed</source>
        <translation>getippt</translation>
    </message>
    <message>
        <source>Engine to runner</source>
        <translation>Engine zum Runner</translation>
    </message>
    <message>
        <source>Runner to engine</source>
        <translation>Runner zur Engine</translation>
    </message>
    <message>
        <source>Its receiver refuses it; the last field says why.</source>
        <translation>Ihr Empfänger lehnt sie ab; das letzte Feld sagt, warum.</translation>
    </message>
    <message>
        <source>… %1 of %2 shown</source>
        <translation>… %1 von %2 gezeigt</translation>
    </message>
    <message>
        <source>Hex is pairs of 0-9 and a-f.</source>
        <translation>Hex sind Paare aus 0-9 und a-f.</translation>
    </message>
    <message>
        <source>Up to the moment shown. A recording keeps what was said and when, no bytes.</source>
        <translation>Bis zum gezeigten Augenblick. Eine Aufzeichnung behält, was wann gesagt wurde, keine Bytes.</translation>
    </message>
    <message>
        <source>Up to the moment shown the recording has no message of this runner.</source>
        <translation>Bis zum gezeigten Augenblick hat die Aufzeichnung keine Nachricht dieses Runners.</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht aufgezeichnet</translation>
    </message>
</context>
<context>
    <name>dormouse::Words</name>
    <message>
        <source>waiting for a runner</source>
        <translation>wartet auf Runner</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>going to sleep</source>
        <translation>schläft ein</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>stoppt</translation>
    </message>
    <message>
        <source>moving away</source>
        <translation>zieht um</translation>
    </message>
    <message>
        <source>waiting to retry</source>
        <translation>wartet auf neuen Versuch</translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation>schläft</translation>
    </message>
    <message>
        <source>being destroyed</source>
        <translation>wird vernichtet</translation>
    </message>
    <message>
        <source>destroyed</source>
        <translation>vernichtet</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>lost, in grace</source>
        <translation>verloren, in Nachfrist</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>läuft aus</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>waiting for actor</source>
        <translation>wartet auf Aktor</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>öffnet</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>awake</source>
        <translation>wach</translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation>ruhend</translation>
    </message>
    <message>
        <source>waking</source>
        <translation>wacht auf</translation>
    </message>
    <message>
        <source>restoring</source>
        <translation>wird wiederhergestellt</translation>
    </message>
    <message>
        <source>closing, actor asleep</source>
        <translation>schließt, Aktor schläft</translation>
    </message>
    <message>
        <source>streaming</source>
        <translation>überträgt</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>trace</source>
        <translation>Spur</translation>
    </message>
    <message>
        <source>debug</source>
        <translation>Debug</translation>
    </message>
    <message>
        <source>info</source>
        <translation>Info</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation>noch nicht gesendet</translation>
    </message>
    <message>
        <source>sent, no ack yet</source>
        <translation>gesendet, unbestätigt</translation>
    </message>
    <message>
        <source>sent again</source>
        <translation>erneut gesendet</translation>
    </message>
    <message>
        <source>alarm of the actor</source>
        <translation>Wecker des Aktors</translation>
    </message>
    <message>
        <source>deadline</source>
        <translation>Frist</translation>
    </message>
    <message>
        <source>next try</source>
        <translation>nächster Versuch</translation>
    </message>
    <message>
        <source>ack timeout</source>
        <translation>Bestätigungsfrist</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>unterwegs</translation>
    </message>
    <message>
        <source>done</source>
        <translation>erledigt</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation>nicht erlaubt</translation>
    </message>
    <message>
        <source>Actors</source>
        <translation>Aktoren</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Laufend</translation>
    </message>
    <message>
        <source>Sleeping</source>
        <translation>Schlafend</translation>
    </message>
    <message>
        <source>Waiting for a runner</source>
        <translation>Warten auf Runner</translation>
    </message>
    <message>
        <source>Runners</source>
        <translation>Runner</translation>
    </message>
    <message>
        <source>Runners that take work</source>
        <translation>Runner, die Arbeit annehmen</translation>
    </message>
    <message>
        <source>Slots used</source>
        <translation>Belegte Plätze</translation>
    </message>
    <message>
        <source>Slots</source>
        <translation>Plätze</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>Awake connections</source>
        <translation>Wache Verbindungen</translation>
    </message>
    <message>
        <source>Hibernating</source>
        <translation>Ruhend</translation>
    </message>
    <message>
        <source>Waking</source>
        <translation>Aufwachend</translation>
    </message>
    <message>
        <source>Pending messages</source>
        <translation>Ausstehende Nachrichten</translation>
    </message>
    <message>
        <source>Pending bytes</source>
        <translation>Ausstehende Bytes</translation>
    </message>
    <message>
        <source>Messages / s</source>
        <translation>Nachrichten / s</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>Datenverkehr</translation>
    </message>
    <message>
        <source>Ack p50</source>
        <translation>Ack p50</translation>
    </message>
    <message>
        <source>Ack p99</source>
        <translation>Ack p99</translation>
    </message>
    <message>
        <source>Wake p50</source>
        <translation>Wecken p50</translation>
    </message>
    <message>
        <source>Wake p99</source>
        <translation>Wecken p99</translation>
    </message>
    <message>
        <source>Store queue</source>
        <translation>Speicherschlange</translation>
    </message>
    <message>
        <source>Store commit</source>
        <translation>Speicher-Commit</translation>
    </message>
    <message>
        <source>Events / s</source>
        <translation>Ereignisse / s</translation>
    </message>
    <message>
        <source>Events dropped</source>
        <translation>Verworfene Ereignisse</translation>
    </message>
    <message>
        <source>Held for monitoring</source>
        <translation>Fürs Beobachten gehalten</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>Pool</translation>
    </message>
    <message>
        <source>Runner</source>
        <translation>Runner</translation>
    </message>
    <message>
        <source>Conns</source>
        <translation>Verb.</translation>
    </message>
    <message>
        <source>Hibern.</source>
        <translation>Ruhend</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>Ausstehend</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation>Letztes Wecken</translation>
    </message>
    <message>
        <source>Gen</source>
        <translation>Gen.</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>Versuche</translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation>Namensraum</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Takes work</source>
        <translation>Nimmt an</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Umlaufzeit</translation>
    </message>
    <message>
        <source>Last ping</source>
        <translation>Letzter Ping</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>In Schlange</translation>
    </message>
    <message>
        <source>In</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Bytes in</source>
        <translation>Bytes ein</translation>
    </message>
    <message>
        <source>Bytes out</source>
        <translation>Bytes aus</translation>
    </message>
    <message>
        <source>Parked</source>
        <translation>Geparkt</translation>
    </message>
    <message>
        <source>Start request</source>
        <translation>Startanfrage</translation>
    </message>
    <message>
        <source>Pool error</source>
        <translation>Fehler des Pools</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>Anfrage</translation>
    </message>
    <message>
        <source>Actor</source>
        <translation>Aktor</translation>
    </message>
    <message>
        <source>Oldest waits</source>
        <translation>Älteste wartet</translation>
    </message>
    <message>
        <source>Keepalive</source>
        <translation>Lebenszeichen</translation>
    </message>
    <message>
        <source>In state</source>
        <translation>Im Zustand</translation>
    </message>
    <message>
        <source>Last ack</source>
        <translation>Letztes Ack</translation>
    </message>
    <message>
        <source>Sleeps</source>
        <translation>Schlafphasen</translation>
    </message>
    <message>
        <source>Resends</source>
        <translation>Wiederholt</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Closed with</source>
        <translation>Ende mit</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Platz</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Sent ago</source>
        <translation>Gesendet vor</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
    <message>
        <source>Acks</source>
        <translation>Acks</translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation>Weckvorgänge</translation>
    </message>
    <message>
        <source>HTTP</source>
        <translation>HTTP</translation>
    </message>
    <message>
        <source>Ack max</source>
        <translation>Ack max.</translation>
    </message>
    <message>
        <source>HTTP p50</source>
        <translation>HTTP p50</translation>
    </message>
    <message>
        <source>HTTP p99</source>
        <translation>HTTP p99</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>Einstellung</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>See also</source>
        <translation>Siehe auch</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>Due in</source>
        <translation>Fällig in</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>At</source>
        <translation>Um</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Ursache</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>Gesamt</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>Abschnitte</translation>
    </message>
    <message>
        <source>Allocation</source>
        <translation>Zuteilung</translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation>Befehl gesendet</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation>Erste Zustellung</translation>
    </message>
    <message>
        <source>Refresh in</source>
        <translation>Auffrischen in</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>ready timeout</source>
        <translation>Bereit-Zeitgrenze</translation>
    </message>
    <message>
        <source>wait for a runner ends</source>
        <translation>Warten auf Runner endet</translation>
    </message>
    <message>
        <source>open timeout</source>
        <translation>Öffnen-Zeitgrenze</translation>
    </message>
    <message>
        <source>response timeout</source>
        <translation>Antwort-Zeitgrenze</translation>
    </message>
    <message>
        <source>Most pending</source>
        <translation>Meist ausstehend</translation>
    </message>
    <message>
        <source>Drains since</source>
        <translation>Läuft aus seit</translation>
    </message>
    <message>
        <source>Stopped at</source>
        <translation>Angehalten um</translation>
    </message>
    <message>
        <source>Only a socket that may hibernate has a stored keepalive.</source>
        <translation>Nur ein Socket, der ruhen darf, hat ein gespeichertes Lebenszeichen.</translation>
    </message>
    <message>
        <source>Nothing is pending.</source>
        <translation>Nichts steht aus.</translation>
    </message>
    <message>
        <source>No message was acknowledged yet.</source>
        <translation>Noch wurde keine Nachricht bestätigt.</translation>
    </message>
    <message>
        <source>It is on no runner.</source>
        <translation>Er ist auf keinem Runner.</translation>
    </message>
    <message>
        <source>It was not closed with a code.</source>
        <translation>Er wurde nicht mit einem Code geschlossen.</translation>
    </message>
    <message>
        <source>It was not woken since the engine started.</source>
        <translation>Er wurde seit dem Start der Engine nicht geweckt.</translation>
    </message>
    <message>
        <source>It answered no ping yet.</source>
        <translation>Er hat noch keinen Ping beantwortet.</translation>
    </message>
    <message>
        <source>It was made without a key.</source>
        <translation>Er wurde ohne Schlüssel angelegt.</translation>
    </message>
    <message>
        <source>Nothing keeps it from running.</source>
        <translation>Nichts hindert ihn am Laufen.</translation>
    </message>
    <message>
        <source>It has not failed.</source>
        <translation>Er ist nicht gescheitert.</translation>
    </message>
    <message>
        <source>It was not started by a serverless pool.</source>
        <translation>Er wurde nicht von einem Serverless-Pool gestartet.</translation>
    </message>
    <message>
        <source>Its pool reports no error.</source>
        <translation>Sein Pool meldet keinen Fehler.</translation>
    </message>
    <message>
        <source>It does not drain.</source>
        <translation>Er läuft nicht aus.</translation>
    </message>
    <message>
        <source>It has not stopped.</source>
        <translation>Er ist nicht angehalten.</translation>
    </message>
    <message>
        <source>Only a socket that may hibernate keeps messages.</source>
        <translation>Nur ein Socket, der ruhen darf, hält Nachrichten vor.</translation>
    </message>
    <message>
        <source>The source does not tell it.</source>
        <translation>Die Quelle sagt es nicht.</translation>
    </message>
    <message>
        <source>en</source>
        <extracomment>code of this language, as the folder of its help texts is named</extracomment>
        <translation>de</translation>
    </message>
    <message>
        <source>Client ping</source>
        <translation>Client-Ping</translation>
    </message>
    <message>
        <source>It answered no ping yet. Clients are pinged when the setting guard.client_ping_interval_ms is not 0.</source>
        <translation>Er hat noch keinen Ping beantwortet. Clients werden angepingt, wenn die Einstellung guard.client_ping_interval_ms nicht 0 ist.</translation>
    </message>
    <message>
        <source>Rivet</source>
        <translation>Rivet</translation>
    </message>
    <message>
        <source>Rivet has no such setting, or its value is not known.</source>
        <translation>Rivet hat keine solche Einstellung, oder ihr Wert ist nicht bekannt.</translation>
    </message>
</context>
</TS>
