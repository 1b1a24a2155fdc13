<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>dormouse::AckRuler</name>
    <message>
        <source>Message index: acknowledged %1, sent %2, next %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message index: no connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wrap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>▲ acked %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>▼ sent %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>next %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 not acknowledged</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::ActorPage</name>
    <message>
        <source>Choose an actor in the map or in a table.
Ctrl+K finds one by id, key or name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actor details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actor id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the actor id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 this actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LIFE CYCLE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Since / value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Took</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Life cycle and facts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CONNECTIONS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connections of this actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No client is connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>STORED KEYS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the stored keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reads the first %1 keys; does not wake the actor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Created</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting since</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next try</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deadline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroyed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::Application</name>
    <message>
        <source>The engine has ended: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine could not start: %1 %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is recorded: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot make the folder %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot write %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::ClientPanel</name>
    <message>
        <source>ws://127.0.0.1:6420/gateway/ACTOR/websocket: choose an actor to fill this in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WebSocket URL</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subprotocols, comma separated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subprotocols</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a WebSocket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a connection and talk to an actor like a client does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This view cannot open connections.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message; Enter sends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message to send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hex (binary)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send as binary, written in hex</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this WebSocket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 connections are open; close one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closed %1 %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>without a code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connecting to %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::CloseDialog</name>
    <message>
        <source>Close connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Known codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1000 normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1001 going away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1008 policy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1011 internal error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1012 restart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1013 try again later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actor, connection, runner, view or command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::ControlPage</name>
    <message>
        <source>Control log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No command was given yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Creating, waking, closing: what is done from this window is noted here with its outcome.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Control log   %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::CreateActorDialog</name>
    <message>
        <source>Create actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the runner knows it, for example chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>optional, unique for this name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After a crash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleep until needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>optional text handed to the actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Pool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N&amp;amespace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After a &amp;crash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Create</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::DestroyDialog</name>
    <message>
        <source>Destroy actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 and everything it stored will be gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clients that will be disconnected: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(hibernating: %1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending messages that will be lost: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>destroy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Confirmation word</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type &quot;%1&quot; to go on</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::DuePage</name>
    <message>
        <source>What fires next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is due</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Alarms of actors, deadlines, retries and acknowledgement timeouts appear here,
soonest first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What fires next   the %1 soonest of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What fires next   %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::EventPage</name>
    <message>
        <source>Lowest level shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the chosen actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the newest event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens in the engine appears here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 shown, %2 held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, %1 lost</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::FilterBar</name>
    <message>
        <source>Filter for all views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter all views: chat  state == hibernating and pending.bytes &gt; 512KiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Completions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words, &quot;two words&quot;, /regex/, state:sleeping, state == running, pending.bytes &gt; 512KiB, age &gt; 1m, -not, a or b</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take %1 out of the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No filter is saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stuck</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waking longer than 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More than 100 pending messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Oldest message waits longer than 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failing actors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this filter…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export saved filters…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export saved filters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import filters…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import filters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot read %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name for: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not a filter: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::HeatMap</name>
    <message>
        <source>Latency heat map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The table below lists the same seconds with percentiles.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−%1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing measured yet. Points appear with the first acknowledged message.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, about %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::HelpDialog</name>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In a table: arrows move, Enter opens, F5 sorts now, Ctrl+C copies rows, the menu key shows more.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::LatencyPage</name>
    <message>
        <source>Latency shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ack: written until acknowledged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake: needed until reachable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HTTP: asked until answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p90</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p99</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p99.9</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>count, 1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Latencies by second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::MainWindow</name>
    <message>
        <source>Dormouse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused  +%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>with pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No actors yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect a runner, then create an actor here (Ctrl+N) or from your own code.
  export RIVET_ENDPOINT=http://127.0.0.1:6420</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>awake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waking &gt; 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clients appear here while they talk to an actor, and stay while it sleeps.
The Client view opens one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runners</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>takes work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No runner is connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point one at this engine:
  export RIVET_ENDPOINT=http://127.0.0.1:6420
  export RIVET_NAMESPACE=default
  node runner.js</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Due</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Client</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Control log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Create actor…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drain runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detach the view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help for this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reasons and errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Terms of the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moment of the recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last outcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1   %2 of %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · Dormouse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connecting to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stale, %1 old: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 events/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 dropped   %2 held   frame %3 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What watching costs: events lost, memory held by the engine for this view, time to apply the last frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Views</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::MetricTile</name>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::OverviewPage</name>
    <message>
        <source>NEEDS ATTENTION</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner %1 is lost, its actors wait for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner %1 takes no actors: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 keeps failing, retry %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 waits for a runner. %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 pending of %2 on %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waking for %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keepalive is %1 old: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing. All actors that should run do, and no queue is long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is known yet.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::PendingBar</name>
    <message>
        <source>Pending bytes: unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending bytes: %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of %1 pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Oldest waits %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   highest %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::QueuePage</name>
    <message>
        <source>Pending messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No connection chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a connection in the table, or in the details of an actor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No queue to show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open for %1, in this state for %2. Keepalive %3 ago.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In %1, out %2, sleeps %3, resent %4.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closed by %1: %2 %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not offered by this source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every message has been acknowledged.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::RowMenu</name>
    <message>
        <source>Row of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export what is shown…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as curl</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as wscat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only %1 %2 %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to another runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Destroy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close connection…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drain runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export what is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON Lines (*.jsonl)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot write %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>dormouse::Session</name>
    <message>
        <source>%1: not possible. %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 failed: %2 (%3)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::SettingsPage</name>
    <message>
        <source>Find a setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only changed ones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An engine tells its settings when it is connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings   %1, %2 not at their default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be changed. %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change a setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1%2
Default: %3. The change lasts until the engine restarts.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::TablePage</name>
    <message>
        <source>Show only: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show ended rows of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 match</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   %1 ended kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing matches the filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Esc in the filter field clears it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::Topology</name>
    <message>
        <source>Cluster map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tables of runners, actors and connections list the same. Arrow keys walk through the actors.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 / %2 slots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>actors: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No engine to show. The status line below says why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine runs. Connect a runner.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the folder of your actors, point the runner at this engine:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only looking around? Start Dormouse with --demo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 hibernating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 waking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 msg/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ack p99 %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+%1 more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connections: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::WakePage</name>
    <message>
        <source>Allocation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Total</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p90</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p99</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No actor was woken yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each wake appears here with the time that every stage of it took.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dormouse::Words</name>
    <message>
        <source>waiting for a runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>going to sleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moving away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting to retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sleeping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being destroyed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>destroyed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lost, in grace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>draining</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>opening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>awake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hibernating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>restoring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closing, actor asleep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>streaming</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>debug</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>info</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent, no ack yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>alarm of the actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>deadline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>next try</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ack timeout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>under way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleeping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for a runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runners</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runners that take work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slots used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Awake connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hibernating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Messages / s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ack p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ack p99</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wake p99</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Store queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Store commit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events / s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held for monitoring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hibern.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Age</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last wake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Namespace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last ping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queued</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Request</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Oldest waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keepalive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last ack</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sleeps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Client</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closed with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Acks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wakes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HTTP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ack max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HTTP p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HTTP p99</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See also</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Target</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Took</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Due in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Total</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allocation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First delivery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>en</source>
        <extracomment>code of this language, as the folder of its help texts is named</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
