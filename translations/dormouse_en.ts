<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>dormouse::BulkDialog</name>
    <message numerus="yes">
        <source>Wake %n actors</source>
        <translation>
            <numerusform>Wake %n actor</numerusform>
            <numerusform>Wake %n actors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Put %n actors to sleep</source>
        <translation>
            <numerusform>Put %n actor to sleep</numerusform>
            <numerusform>Put %n actors to sleep</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %n actors to other runners</source>
        <translation>
            <numerusform>Move %n actor to another runner</numerusform>
            <numerusform>Move %n actors to other runners</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Destroy %n actors with everything they stored</source>
        <translation>
            <numerusform>Destroy %n actor with everything it stored</numerusform>
            <numerusform>Destroy %n actors with everything they stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Close %n connections</source>
        <translation>
            <numerusform>Close %n connection</numerusform>
            <numerusform>Close %n connections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Drain %n runners</source>
        <translation>
            <numerusform>Drain %n runner</numerusform>
            <numerusform>Drain %n runners</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Evict %n runners at once; their actors start elsewhere</source>
        <translation>
            <numerusform>Evict %n runner at once; its actors start elsewhere</numerusform>
            <numerusform>Evict %n runners at once; their actors start elsewhere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Drop the links of %n runners; they dial in again</source>
        <translation>
            <numerusform>Drop the link of %n runner; it dials in again</numerusform>
            <numerusform>Drop the links of %n runners; they dial in again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>dormouse::RowMenu</name>
    <message numerus="yes">
        <source>The %n selected</source>
        <translation>
            <numerusform>The %n selected</numerusform>
            <numerusform>The %n selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %n that are shown</source>
        <translation>
            <numerusform>The %n that is shown</numerusform>
            <numerusform>All %n that are shown</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n rows written to %1</source>
        <translation>
            <numerusform>%n row written to %1</numerusform>
            <numerusform>%n rows written to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>dormouse::SettingsPage</name>
    <message numerus="yes">
        <source>%1: %n settings changed</source>
        <translation>
            <numerusform>%1: %n setting changed</numerusform>
            <numerusform>%1: %n settings changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused; the control log says why.</source>
        <translation>
            <numerusform>%n refused; the control log says why.</numerusform>
            <numerusform>%n refused; the control log says why.</numerusform>
        </translation>
    </message>
</context>
</TS>
