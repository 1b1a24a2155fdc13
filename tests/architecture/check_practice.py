#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of practice that a compiler does not know (gateway.md section 14). Every check_… function is one rule and
returns complaints. Usage: check_practice.py ROOT | --self-test"""
import pathlib
import re
import sys


class Sources:
    """Relative path -> text, of everything that is checked."""

    def __init__(self, files):
        self.files = files

    @classmethod
    def read(cls, root):
        files = {}
        for top in ('app', 'engine', 'models', 'ui', 'tests', 'packaging/cmake'):
            for path in sorted((root / top).rglob('*')):
                if path.suffix in ('.h', '.cpp', '.cmake', '.txt') and path.is_file():
                    files[path.relative_to(root).as_posix()] = path.read_text(encoding='utf-8')
        for name in ('check', 'CMakeLists.txt'):
            files[name] = (root / name).read_text(encoding='utf-8')
        return cls(files)

    def under(self, *tops, suffixes=('.h', '.cpp')):
        return [(p, t) for p, t in self.files.items() if p.startswith(tops) and p.endswith(suffixes)]


def without_comments(text):
    return re.sub(r'//[^\n]*', '', text)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


def find(pattern, files, what):
    found = []
    for path, text in files:
        plain = without_comments(text)
        found += [f'{path}:{line_of(plain, m.start())}: {what}: {m.group(0).strip()}' for m in re.finditer(pattern, plain)]
    return found


def check_no_fixed_waits(sources):
    """B-92: tests wait for events or move a virtual clock; time alone proves nothing."""
    pattern = r'\bq(?:Wait|Sleep)\s*\(|\bQThread::m?u?sleep\s*\(|\bsleep_for\s*\(|\busleep\s*\('
    return find(pattern, [f for f in sources.under('tests/') if not f[0].startswith('tests/bench/')], 'fixed wait')


def exactly_one(pattern, files, what):
    found = find(pattern, files, what)
    return [] if len(found) == 1 else [f'{what}: {len(found)} places instead of one'] + found


def check_one_issue_start(sources):
    """B-105: one function builds the start command."""
    return exactly_one(r'(?:\bnew\s+|\bwire::)CommandStartActor\s*(?:\w+\s*[;={]|[{(])',
                       [f for f in sources.under('engine/') if not f[0].startswith(('engine/wire/', 'engine/runner/', 'engine/record/'))],
                       'start command is built')


def check_one_wake(sources):
    """B-106: one function decides with what override a client wakes an actor."""
    return exactly_one(r'(?:\.|->)wakeActor\s*\(', sources.under('engine/gateway/', 'engine/routing/', 'engine/api/', suffixes=('.cpp',)),
                       'wake of a client')


def check_resend_takes_a_record(sources):
    """B-72: what resends takes the record of a hibernatable socket, so that a socket without one cannot get there."""
    header = sources.files.get('engine/gateway/websocketsession.h', '')
    ok = re.search(r'void pump\(Record &', header) and not re.search(r'void pump\(\)', header)
    return [] if ok else ['engine/gateway/websocketsession.h: pump() must take the Record that it resends from']


def check_switch_enum(sources):
    """B-38, B-108: a new state or cause without a decision does not compile; no default hides it in the state machines."""
    flags = sources.files['packaging/cmake/DormouseTargets.cmake']
    found = [] if '-Wswitch-enum' in flags else ['-Wswitch-enum is not among the warnings']
    machines = [f for f in sources.under('engine/gateway/', 'engine/scheduler/actormachine')]
    return found + find(r'^\s*default\s*:', [(p, '\n' + t) for p, t in machines], 'default in a state machine') \
        + find(r'#pragma GCC diagnostic', sources.under('app/', 'engine/', 'models/', 'ui/'), 'warning switched off')


def check_warnings_are_errors(sources):
    """B-137: what ./check builds has warnings as errors, for every target."""
    flags = sources.files['packaging/cmake/DormouseTargets.cmake']
    found = [f'{w} is not among the warnings' for w in ('-Wall', '-Wextra', '-Wpedantic', '-Wshadow') if w not in flags]
    if not re.search(r'if\(DORMOUSE_WERROR\)\s*target_compile_options\(dormouse_flags INTERFACE -Werror\)', flags):
        found.append('DORMOUSE_WERROR does not set -Werror')
    if '-DDORMOUSE_WERROR=ON' not in sources.files['check']:
        found.append('./check does not build with DORMOUSE_WERROR')
    for path, text in sources.under('app/', 'engine/', 'models/', 'ui/', 'tests/', suffixes=('CMakeLists.txt',)):
        plain = re.sub(r'#[^\n]*', '', text)
        for name in re.findall(r'\badd_(?:library|executable)\(\s*(\w+)(?!\s+INTERFACE)', plain):
            if not re.search(rf'target_link_libraries\(\s*{name}\b[^)]*dormouse_flags', plain):
                found.append(f'{path}: {name} is built without the common flags')
    return found


def check_config_units(sources):
    """B-116: every number in the configuration says its unit."""
    types = dict((m.group(2), m.group(1)) for m in re.finditer(r'^    (qint64|int|std::optional<qint64>) (\w+)', sources.files['engine/base/config.h'], re.M))
    rows = re.findall(r'\{"(\w+)",\s*"(\w+)",\s*"(\w*)",\s*&C::(\w+)', sources.files['engine/base/config.cpp'])
    found = [] if len(rows) > 40 else ['the table of settings cannot be read']
    for section, key, unit, field in rows:
        if field in types and key != 'port' and unit not in ('ms', 'bytes', 'count'):
            found.append(f'{section}.{key}: a number without a unit')
        if key.endswith('_ms') and unit != 'ms':
            found.append(f'{section}.{key}: ends in _ms but says "{unit}"')
    return found


def check_close_codes(sources):
    """B-148: close codes have names, in one header."""
    files = [f for f in sources.under('engine/') if f[0] not in ('engine/base/closecode.h',)]
    call = r'(?:\bclose|\bsendClose|\bwebSocketClosed|\brefuse|\bcloseSocket|\bgoAway|\bcloseConnection)\((?:[^;()]|\([^()]*\))*?\b1(?:00\d|01[0-5])\b'
    named = r'\bconstexpr quint16 \w+ = 1(?:00\d|01[0-5])\b'
    return find(call, files, 'close code as a number') + find(named, files, 'close code outside closecode.h')


MOST_PARAMETERS = 7


def check_parameters(sources):
    """B-156: what needs many values takes a struct."""
    found = []
    for path, text in sources.under('app/', 'engine/', 'models/', 'ui/', suffixes=('.h',)):
        plain = without_comments(text)
        for m in re.finditer(r'\b(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:;|:|const|override|\{|=)', plain):
            args = m.group(2)
            for nested in (r'<[^<>]*>', r'<[^<>]*>', r'\([^()]*\)', r'\{[^{}]*\}'):
                args = re.sub(nested, '', args)
            count = args.count(',') + 1 if args.strip() else 0
            if count > MOST_PARAMETERS:
                found.append(f'{path}:{line_of(plain, m.start())}: {m.group(1)} has {count} parameters')
    return found


def check_message_style(sources):
    """B-162: codes are snake_case everywhere; texts of the gateway begin in lower case and have no full stop."""
    found = []
    code = r'\b(?:Error::make\(\s*"([^"]*)",\s*"([^"]*)"|guardError\(\s*"([^"]*)")'
    for path, text in sources.under('engine/', suffixes=('.cpp',)):
        plain = without_comments(text)
        for m in re.finditer(code, plain):
            for part in filter(None, m.groups()):
                if not re.fullmatch(r'[a-z][a-z0-9_]*', part):
                    found.append(f'{path}:{line_of(plain, m.start())}: code "{part}" is not snake_case')
        if not path.startswith('engine/gateway/'):
            continue
        texts = re.finditer(r'(?:guardError\(\s*[^,]+|Error::make\(\s*"\w+",\s*"\w+"),\s*QStringLiteral\("([^"]*)"\)', plain)
        for m in texts:
            if not re.fullmatch(r'[a-z0-9%].*[^.!]', m.group(1)):
                found.append(f'{path}:{line_of(plain, m.start())}: text "{m.group(1)}"')
        for m in re.finditer(r'\b(?:emitEvent\(|event\.reason = ).*?QStringLiteral\("([^"]*)"\)', plain):
            if not re.fullmatch(r'[a-z0-9_.]+', m.group(1)):
                found.append(f'{path}:{line_of(plain, m.start())}: reason "{m.group(1)}" is no code')
    return found


CHECKS = {name[6:]: function for name, function in sorted(globals().items()) if name.startswith('check_')}


def self_test():
    base = {'check': 'cmake -DDORMOUSE_WERROR=ON', 'CMakeLists.txt': '',
            'packaging/cmake/DormouseTargets.cmake': '-Wall -Wextra -Wpedantic -Wshadow -Wswitch-enum\n'
            'if(DORMOUSE_WERROR)\n  target_compile_options(dormouse_flags INTERFACE -Werror)',
            'engine/base/config.h': '    qint64 aMs = 1;\n',
            'engine/base/config.cpp': '{"guard", "a_ms", "ms", &C::aMs},\n' * 41,
            'engine/gateway/websocketsession.h': 'void pump(Record &record);',
            'engine/scheduler/a.cpp': 'wire::CommandStartActor start;\nstd::get_if<wire::CommandStartActor>(&x);',
            'engine/gateway/a.cpp': 'directory.wakeActor(id, o); guardError("x_y", QStringLiteral("the actor is gone"));'}
    for name, function in CHECKS.items():
        assert function(Sources(base)) == [], (name, function(Sources(base)))
    bad = [('no_fixed_waits', 'tests/a.cpp', 'QTest::qWait(100);'), ('one_issue_start', 'engine/api/b.cpp', 'wire::CommandStartActor s{};'),
           ('resend_takes_a_record', 'engine/gateway/websocketsession.h', 'void pump();'),
           ('one_wake', 'engine/routing/b.cpp', 'd->scheduler.wakeActor(id, {});'), ('switch_enum', 'engine/gateway/b.cpp', '    default: break;'),
           ('warnings_are_errors', 'check', 'cmake'), ('warnings_are_errors', 'ui/CMakeLists.txt', 'add_library(x STATIC a.cpp)\n'),
           ('config_units', 'engine/base/config.cpp', base['engine/base/config.cpp'] + '{"guard", "b", "", &C::aMs}'),
           ('close_codes', 'engine/net/b.cpp', 'channel->close(1011, "x");'), ('close_codes', 'engine/net/b.cpp', 'constexpr quint16 kGone = 1001;'),
           ('parameters', 'engine/net/b.h', 'void f(int a, int b, int c, int d, int e, int f, int g, int h);'),
           ('message_style', 'engine/gateway/b.cpp', 'guardError("x", QStringLiteral("The actor."));'),
           ('message_style', 'engine/api/b.cpp', 'Error::make("api", "badRequest", x)'),
           ('message_style', 'engine/gateway/b.cpp', 'emitEvent(a, b, QStringLiteral("Some words"));')]
    for name, path, text in bad:
        assert CHECKS[name](Sources({**base, path: text})), f'{name} does not see: {text}'
    return 0


def main(arguments):
    if arguments == ['--self-test']:
        return self_test()
    sources = Sources.read(pathlib.Path(arguments[0]))
    failed = 0
    for name, function in CHECKS.items():
        complaints = function(sources)
        failed += len(complaints)
        print(f'{name}: {len(complaints)} complaints')
        for complaint in complaints:
            print('  ' + complaint)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
