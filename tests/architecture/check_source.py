#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules about text, comments and the gateway that a compiler does not check, one function each; tests/gateway/ACCEPTANCE.md names them.
Usage: check_source.py ROOT | --self-test"""
import pathlib
import re
import sys

CODE = ('engine', 'models', 'ui', 'app', 'tests')
# Misspellings that reviews named, and those that turn up most.
TYPOS = re.compile(r'\b(resole|catught|remvoe|hibernative|resceduling|recieve[ds]?|occured|occurence|seperate(?:d|ly)?|'
                   r'definately|untill|wich|teh|adress(?:es)?|acknowledgment|acknowlegde\w*|acknowlege\w*|lenght|widht|'
                   r'succes(?!s)|sucess\w*|begining|existant|wether|neccessary|necesary|accross|agressive|'
                   r'paramter|arguement|dependant|succesful\w*|transfered|refered|prefered|retreive\w*|'
                   r'initalize\w*|reponse|respone|mesage\w*|conection\w*|hybernat\w*|hibernte\w*|schedul(?:ar|ler)\w*)\b', re.I)


class Source:
    """One file: its text, and the same with comments or texts blanked (line numbers stay)."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.splitlines()

    @property
    def code(self):
        """Without comments and without the content of texts."""
        def blank(match):
            found = match.group(0)
            return '""' if found.startswith('"') else re.sub(r'[^\n]', '', found)
        return re.sub(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', blank, self.text, flags=re.S)

    def numbered(self, text=None):
        return enumerate((text if text is not None else self.text).splitlines(), 1)


def sources(root, folders=CODE, suffixes=('.h', '.cpp')):
    result = []
    for folder in folders:
        for file in sorted((root / folder).rglob('*')):
            if file.suffix in suffixes and 'node_modules' not in file.parts and file.is_file():
                result.append(Source(str(file.relative_to(root)), file.read_text(encoding='utf-8')))
    return result


def read(root, path):
    return (root / path).read_text(encoding='utf-8')


# Every line of the gateway leaves through one of these; they fill in actor, request, generation and ray id.
EVENT_HELPERS = {
    'engine/gateway/gatewaysession.cpp': ('GatewaySession::emitEvent', 'GatewaySession::emitMessage'),
    'engine/gateway/gatewaycore.cpp': ('GatewayCore::reportEnd',),
    'engine/gateway/keepalive.cpp': ('Keepalive::report',),      # of the process, no connection
    'engine/gateway/restorereport.cpp': None,                    # of an actor, no connection
    'engine/gateway/gateway.cpp': None,                          # an actor's wake that nobody waits for
}


def functions_of(source):
    """(name, body) of each function defined at the left margin."""
    return re.findall(r'^[^\s#/}][^\n;{}]*?([\w:~]+)\([^;{}]*?\)[^;{}]*\n\{\n(.*?)^\}', source.code, re.M | re.S)


def check_log_context(root):
    found = []
    for source in sources(root, ('engine/gateway',), ('.cpp',)):
        if not re.search(r'\bsink\.event\(', source.code):
            continue
        if source.path not in EVENT_HELPERS:
            found.append(f'{source.path}: reports events past the helpers')
            continue
        allowed = EVENT_HELPERS[source.path]
        inside = 0
        for name, body in functions_of(source):
            calls = len(re.findall(r'\bsink\.event\(', body))
            inside += calls
            if calls and allowed is not None and name not in allowed:
                found.append(f'{source.path}: {name} reports an event past the helpers')
            if calls and allowed is not None and source.path.endswith(('gatewaycore.cpp', 'gatewaysession.cpp')):
                for field in ('actorId', 'connectionId'):
                    if f'event.{field} =' not in body:
                        found.append(f'{source.path}: {name} leaves out {field}')
        if allowed is not None and inside != len(re.findall(r'\bsink\.event\(', source.code)):
            found.append(f'{source.path}: an event outside of every function that was found')
    return found


def check_spelling(root):
    found = []
    for source in sources(root, CODE, ('.h', '.cpp', '.mjs', '.md', '.txt', '.ts')):
        for number, line in source.numbered():
            for match in TYPOS.finditer(line):
                found.append(f'{source.path}:{number}: "{match.group(0)}"')
    for name in ('README.md', 'ARCHITECTURE.md', 'HACKING.md'):
        for number, line in enumerate(read(root, name).splitlines(), 1):
            for match in TYPOS.finditer(line):
                found.append(f'{name}:{number}: "{match.group(0)}"')
    return found


COMMENTED = re.compile(r'^\s*//(?![/!])\s*(?:.*[;{]|\}|(?:if|for|while|switch) \(.*\)|return\b.*;|#\s*(?:include|if|define)\b.*)\s*$')


def check_commented_code(root):
    found = []
    for source in sources(root):
        for number, line in source.numbered():
            if COMMENTED.match(line) or re.match(r'\s*#\s*if\s+0\b', line):
                found.append(f'{source.path}:{number}: {line.strip()}')
    return found


def check_gateway_thread(root):
    """Whoever reaches into the tables of the gateway is on its thread (asserted in debug builds)."""
    source = next(s for s in sources(root, ('engine/gateway',), ('.cpp',)) if s.path.endswith('/gatewaycore.cpp'))
    bodies = dict(functions_of(source))
    found = []
    for name in ('enlist', 'end', 'newRequestId', 'byRequest', 'byRay', 'ofActor', 'ofRunner', 'all'):
        if 'Q_ASSERT(isOwnThread())' not in bodies.get(f'GatewayCore::{name}', ''):
            found.append(f'GatewayCore::{name} does not assert its thread')
    return found


# Headers that another part of the engine calls: what a function needs and does stands beside it.
DOCUMENTED = ('engine/gateway/gateway.h', 'engine/gateway/keepalive.h', 'engine/gateway/pendingbuffer.h',
              'engine/gateway/readywaiter.h', 'engine/gateway/actordirectory.h', 'engine/gateway/headers.h',
              'engine/gateway/gatewaycore.h', 'engine/gateway/gatewaysession.h')


def undocumented(source):
    """Public functions without a comment above or beside them. Overrides are described by what they override; a
    constructor, destructor or one-line getter called after the value it returns explains itself."""
    found = []
    public = True
    outer = []
    commented = False
    for number, line in source.numbered():
        text = line.strip()
        if re.match(r'(class|struct)\s+\w+[^;]*$', text):
            outer.append(public)
            public = text.startswith('struct')
        if re.match(r'(public|Q_SIGNALS)\b.*:$', text):
            public = True
        elif re.match(r'(private|protected)\b.*:$', text):
            public = False
        if text == '};' and outer:
            public = outer.pop()
        if text.startswith('//'):
            commented = text.startswith('///')
            continue
        function = re.match(r'(?:virtual |static |constexpr |explicit |inline )*[\w:<>,&*\s]+?[\s&*](~?\w+)\(.*', text)
        if function and public and not text.startswith(('return', '#', 'if', 'using', 'template', ':')) and line.startswith(('    ', 'constexpr', 'std::', 'Q', 'Error', 'Result', 'HeaderList', 'Status', 'bool', 'qint64')) \
                and not line.startswith('        '):
            name = function.group(1)
            rest = ' '.join(source.lines[number - 1:number + 3])
            text = text if re.search(r'[;{]', text) else rest.split(';')[0] + ';'
            own = 'override' in text or '= default' in text or '= delete' in text or '///<' in text \
                or name.lstrip('~') in (c.group(1) for c in re.finditer(r'class (\w+)', source.text)) \
                or re.search(r'\(\) const \{ return [^;]*; \}$', text)
            if not commented and not own:
                found.append(f'{source.path}:{number}: {name} is not documented')
        if text == '' or text.endswith((';', '}', '{', ':')):
            commented = False
    return found


def check_documentation(root):
    found = []
    for path in DOCUMENTED:
        found += undocumented(Source(path, read(root, path)))
    return found


CHECKS = {name[6:]: function for name, function in list(globals().items()) if name.startswith('check_')}


def self_test():
    source = Source('x.cpp', 'int a; // 1011\nauto b = "1006";\n/* 1001\n */ int c = 1009;\n')
    assert '1011' not in source.code and '1006' not in source.code and '1009' in source.code
    assert len(source.code.splitlines()) == 4
    assert TYPOS.search('we recieve it') and not TYPOS.search('we receive it, with success')
    for bad in ('    // foo(bar);', '// if (x) {', '//return 1;', '// #include <x>', '// }'):
        assert COMMENTED.match(bad), bad
    for good in ('// A sentence about foo().', '/// doc of f();', '// the rest, which may', '    // --- part'):
        assert not COMMENTED.match(good), good
    header = 'class A\n{\npublic:\n    A(int x);\n    /// Says.\n    void told();\n    void silent();\n    int n() const { return 1; } ///< count\nprivate:\n    void own();\n};\n'
    assert [f.split(': ')[1] for f in undocumented(Source('a.h', header))] == ['silent is not documented'], undocumented(Source('a.h', header))
    body = 'void A::f(int x)\n{\n    sink.event(1);\n}\n\nint g()\n{\n    return 1;\n}\n'
    assert [n for n, _ in functions_of(Source('a.cpp', body))] == ['A::f', 'g']
    return 0


def main(arguments):
    if arguments == ['--self-test']:
        return self_test()
    root = pathlib.Path(arguments[0])
    failed = 0
    for name, check in CHECKS.items():
        found = check(root)
        print(f'{"FAIL" if found else "ok  "} {name}')
        for line in found:
            print(f'     {line}')
        failed += bool(found)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
