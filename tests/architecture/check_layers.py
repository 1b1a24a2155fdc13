#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on an include or a link that runs against ARCHITECTURE.md. Usage: check_layers.py ROOT | --self-test"""
import pathlib
import re
import sys

# Folder -> folders whose headers it may include (itself always). This table is the rule.
ENGINE_LOW = ['engine/base', 'engine/wire', 'engine/monitor', 'engine/net', 'engine/store']
ENGINE_LOGIC = ENGINE_LOW + ['engine/scheduler', 'engine/gateway', 'engine/serverless', 'engine/routing', 'engine/api']
ALLOWED = {
    'engine/base': [],
    'engine/wire': ['engine/base'],
    'engine/monitor': ['engine/base'],
    'engine/net': ['engine/base'],
    'engine/store': ['engine/base'],
    'engine/scheduler': ENGINE_LOW,
    'engine/gateway': ENGINE_LOW + ['engine/scheduler'],
    'engine/serverless': ENGINE_LOW + ['engine/scheduler'],
    'engine/api': ENGINE_LOW + ['engine/scheduler', 'engine/gateway', 'engine/serverless'],
    'engine/routing': ENGINE_LOW + ['engine/scheduler', 'engine/gateway', 'engine/serverless', 'engine/api'],
    'engine/core': ENGINE_LOGIC,
    'engine/embedded': ENGINE_LOGIC + ['engine/core', 'engine/record'],
    'engine/record': ['engine/base', 'engine/monitor', 'engine/wire'],
    'engine/remote': ['engine/base', 'engine/monitor', 'engine/wire', 'engine/net'],
    'engine/runner': ['engine/base', 'engine/wire', 'engine/net'],
    'engine/host': ENGINE_LOGIC + ['engine/core', 'engine/embedded'],
    'models': ['engine/base', 'engine/monitor', 'engine/wire'],
    'ui': ['models', 'engine/base', 'engine/monitor'],
    'app': ['engine', 'models', 'ui'],
}
# Qt headers that a folder must never see.
NO_WIDGETS = re.compile(r'<(QtWidgets|QtGui|QWidget|QTableView|QTreeView|QMainWindow|QDialog|QPainter|QColor|QIcon|QPixmap|QApplication)\b')
NO_NETWORK = re.compile(r'<(QtNetwork|QtWebSockets|QTcp\w+|QNetwork\w+|QWebSocket\w*|QSsl\w+)\b')
NO_CLOCK = re.compile(r'<(QTimer|QElapsedTimer|chrono)>|QDateTime::current|QElapsedTimer|std::chrono::(system|steady)_clock')
DETERMINISTIC = ['engine/wire', 'engine/scheduler', 'engine/gateway', 'engine/serverless', 'engine/routing', 'engine/api', 'engine/core']
LINKS = {
    'dormouse_base': [], 'dormouse_wire': ['dormouse_base'], 'dormouse_monitor': ['dormouse_base'],
    'dormouse_models': ['dormouse_base', 'dormouse_monitor', 'dormouse_wire'],
    'dormouse_ui': ['dormouse_base', 'dormouse_monitor', 'dormouse_models', 'dormouse_resources'],
    'dormouse_record': ['dormouse_base', 'dormouse_monitor', 'dormouse_wire'],
    'dormouse_remote': ['dormouse_base', 'dormouse_monitor', 'dormouse_wire', 'dormouse_net'],
}
QT_LINKS = {
    'dormouse_base': ['Core'], 'dormouse_wire': ['Core'], 'dormouse_monitor': ['Core'], 'dormouse_models': ['Core'],
    'dormouse_record': ['Core'],
}


def folder_of(path):
    parts = path.split('/')
    return '/'.join(parts[:2]) if parts[0] == 'engine' else parts[0]


def judge_source(path, text):
    """Complaints about one source file; path is relative to the root."""
    own = folder_of(path)
    if own not in ALLOWED:
        return []
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if quoted:
            target = quoted.group(1)
            other = folder_of(target)
            first = target.split('/')[0]
            known = other in ALLOWED or first in ('app', 'ui', 'models', 'engine')
            fine = other == own or any(other == a or other.startswith(a + '/') for a in ALLOWED[own])
            if known and '/' in target and not fine:
                found.append(f'{path}:{number}: {own} must not include {target}')
        if own != 'ui' and own != 'app' and re.match(r'\s*#\s*include', line) and NO_WIDGETS.search(line):
            found.append(f'{path}:{number}: {own} must not see Gui or Widgets: {line.strip()}')
        if own in ('engine/wire', 'engine/scheduler', 'engine/gateway', 'engine/serverless', 'engine/monitor', 'engine/record', 'engine/store', 'models', 'ui') \
                and re.match(r'\s*#\s*include', line) and NO_NETWORK.search(line):
            found.append(f'{path}:{number}: {own} must not see the network: {line.strip()}')
        if own in DETERMINISTIC and NO_CLOCK.search(line) and not line.lstrip().startswith('//'):
            found.append(f'{path}:{number}: {own} is deterministic, time comes from Clock: {line.strip()}')
    return found


def judge_cmake(path, text):
    found = []
    for name, body in re.findall(r'dormouse_library\(\s*(\w+)(.*?)\)\s*\n', re.sub(r'#.*', '', text), re.S):
        link = re.search(r'\bLINK\b(.*)', body, re.S)
        entries = re.findall(r'dormouse_\w+|Qt6::\w+', link.group(1)) if link else []
        for entry in entries:
            if entry.startswith('Qt6::'):
                if name in QT_LINKS and entry[5:] not in QT_LINKS[name]:
                    found.append(f'{path}: {name} must not link {entry}')
                if name not in ('dormouse_ui',) and entry[5:] in ('Widgets', 'Gui', 'Svg'):
                    found.append(f'{path}: {name} must not link {entry}')
            elif name in LINKS and entry not in LINKS[name]:
                found.append(f'{path}: {name} must not link {entry}')
    return found


def self_test():
    bad = [
        ('models/a.h', '#include "engine/gateway/gateway.h"'), ('engine/gateway/a.cpp', '#include "models/actormodel.h"'),
        ('engine/monitor/a.h', '#include "engine/wire/protocol.h"'), ('engine/scheduler/a.cpp', '#include <QTimer>'),
        ('engine/gateway/a.cpp', 'const auto now = QDateTime::currentMSecsSinceEpoch();'),
        ('models/a.cpp', '#include <QPainter>'), ('ui/a.cpp', '#include <QWebSocket>'), ('ui/a.cpp', '#include "app/x.h"'),
        ('engine/record/a.cpp', '#include "engine/core/core.h"'),
    ]
    good = [('ui/a.cpp', '#include "models/actormodel.h"\n#include <QPainter>'), ('engine/core/a.cpp', '#include "engine/api/api.h"'),
            ('app/console/main.cpp', '#include "ui/shell/mainwindow.h"')]
    for path, text in bad:
        assert judge_source(path, text), f'not caught: {path}: {text}'
    for path, text in good:
        assert not judge_source(path, text), judge_source(path, text)
    assert judge_cmake('x', 'dormouse_library(dormouse_models SOURCES a.cpp LINK Qt6::Widgets dormouse_core)\n')
    assert not judge_cmake('x', 'dormouse_library(dormouse_models SOURCES a.cpp LINK Qt6::Core dormouse_monitor)\n')


def main():
    self_test()
    root = pathlib.Path(sys.argv[1])
    found, files = [], 0
    for top in ('app', 'engine', 'models', 'ui'):
        for path in sorted((root / top).rglob('*')):
            name = path.relative_to(root).as_posix()
            if path.suffix in ('.h', '.cpp'):
                files += 1
                text = path.read_text()
                found += judge_source(name, text)
                if not text.startswith('// SPDX-License-Identifier: Apache-2.0'):
                    found.append(f'{name}: the first line is not the SPDX line')
            elif path.name == 'CMakeLists.txt':
                found += judge_cmake(name, path.read_text())
    allowed_top = {'app', 'engine', 'ui', 'models', 'resources', 'translations', 'tests', 'packaging', 'build'}
    for entry in root.iterdir():
        if entry.is_dir() and not entry.name.startswith('.') and entry.name not in allowed_top:
            found.append(f'{entry.name}: no such folder at the top level')
    for line in found:
        print(line)
    print(f'{files} files, {len(found)} complaints')
    return 1 if found or files == 0 else 0


sys.exit(main())
