#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every row of tests/gateway/ACCEPTANCE.md and tests/scheduler/ACCEPTANCE.md names tests that exist, or says why it needs
none.
Usage: check_acceptance.py ROOT [--strict] | --self-test    (--strict: no row may be open)"""
import pathlib
import re
import sys

# The lists that were agreed on. A row that disappears from its table is as bad as a test that does.
GATEWAY = [('B', 1, 28), ('B', 30, 42), ('B', 50, 67), ('B', 70, 93), ('B', 100, 120), ('B', 130, 158), ('B', 160, 170),
          ('M', 1, 18)]
SCHEDULER = [('D', 1, 20), ('T', 1, 12), ('C', 1, 7), ('E', 1, 9), ('P', 1, 6), ('A', 1, 30)]


def ids(ranges):
    return [f'{letter}-{number:02}' for letter, first, last in ranges for number in range(first, last + 1)]


IDS = ids(GATEWAY)
TABLES = {'tests/gateway/ACCEPTANCE.md': IDS, 'tests/scheduler/ACCEPTANCE.md': ids(SCHEDULER)}
KINDS = 'UVLERSD'
NONE = 'none needed: '


def camel(name):
    first, *rest = name.split('_')
    return first + ''.join(part[:1].upper() + part[1:] for part in rest)


class Tree:
    """The test sources as text, read once."""

    def __init__(self, cpp, benches, scenarios, checks, vectors):
        self.cpp, self.benches, self.scenarios, self.checks, self.vectors = cpp, benches, scenarios, checks, vectors

    @classmethod
    def read(cls, root):
        def joined(folder, pattern):
            files = sorted((root / folder).rglob(pattern)) if (root / folder).is_dir() else []
            return '\n'.join(f.read_text(encoding='utf-8') for f in files if 'node_modules' not in f.parts)
        slots = [f.read_text(encoding='utf-8') for f in sorted((root / 'tests').rglob('*.cpp'))]
        scenarios = joined('tests/conformance', '*.mjs')
        # A recorded exchange counts when something replays the file that it is in.
        vectors = [(root / 'tests/data' / name) for name in ('gateway-ws.json', 'http-api.json') if name in scenarios]
        return cls('\n'.join(t for t in slots if 'Q_SLOTS' in t), joined('tests/bench', '*.cpp'), scenarios,
                   joined('tests/architecture', '*.py'),
                   '\n'.join(v.read_text(encoding='utf-8') for v in vectors if v.is_file()))

    def has(self, kind, name):
        word = re.escape(name)
        if kind in 'UVL' and re.search(rf'^\s+void (?:{camel(word)}|{word})\(\)', self.cpp, re.M):
            return True
        if kind == 'L':
            return re.search(rf'"{word}"', self.benches) is not None
        if kind == 'E':
            return re.search(rf'''^\s*(?:async\s+)?(['"]?){word}\1\s*(?:\(|:\s*(?:async|\(|\{{|[\w.]+[(,]))''', self.scenarios, re.M) is not None
        if kind == 'S':
            return re.search(rf'^def check_{word}\(', self.checks, re.M) is not None
        if kind == 'D':
            return f'newRow("{name}")' in self.cpp
        if kind == 'R':
            return re.search(rf'"id":\s*"{word}"', self.vectors) is not None
        return False


def judge(table, tree, expected=None):
    """(errors, lines to print, number of open rows)"""
    expected = IDS if expected is None else expected
    errors, lines, open_rows, seen = [], [], 0, []
    for match in re.finditer(r'^\| ([A-Z]-\d+) \|(.*)\|(.*)\|\s*$', table, re.M):
        row, tests, state = match.group(1), match.group(2).strip(), match.group(3).strip()
        seen.append(row)
        if state not in ('', 'open'):
            errors.append(f'{row}: state is "{state}", not empty or open')
        if tests.startswith(NONE):
            if len(tests) < len(NONE) + 10:
                errors.append(f'{row}: needs no test, but no reason is given')
            lines.append(f'{row}  {tests}')
            continue
        found, missing = [], []
        for test in filter(None, (t.strip() for t in tests.split(','))):
            kind, _, name = test.partition(' ')
            if len(kind) != 1 or kind not in KINDS or not re.fullmatch(r'[\w.]+' if kind != 'D' else r'[\w. -]+', name):
                errors.append(f'{row}: cannot read "{test}"')
                continue
            (found if tree.has(kind, name) else missing).append(test)
        if not found and not missing:
            errors.append(f'{row}: neither a test nor a reason')
        if state == 'open':
            open_rows += 1
        elif missing:
            errors.append(f'{row}: missing {", ".join(missing)}')
        word = 'OPEN' if state == 'open' else 'ok  '
        lines.append(f'{row}  {word}  {", ".join(found)}' + (f'  MISSING {", ".join(missing)}' if missing else ''))
    for row in expected:
        if seen.count(row) != 1:
            errors.append(f'{row}: listed {seen.count(row)} times')
    for row in seen:
        if row not in expected:
            errors.append(f'{row}: not a row of the acceptance list')
    return errors, lines, open_rows


def self_test():
    tree = Tree('    void ackWindow()\n', 'report("send_cost", 1)', '  async hib_a(w) {\n  \'b\': async (w) => {\n',
                'def check_spelling(root):\n', '{"id": "gateway.x"}')
    assert camel('a_b2_c') == 'aB2C'
    rows_tree = Tree('    void scenario001_x()\n    QTest::newRow("T-1 a")', '', '', '', '')
    assert rows_tree.has('V', 'scenario001_x') and rows_tree.has('D', 'T-1 a') and not rows_tree.has('D', 'T-1')
    for kind, name in [('U', 'ack_window'), ('L', 'send_cost'), ('E', 'hib_a'), ('E', 'b'), ('S', 'spelling'), ('R', 'gateway.x')]:
        assert tree.has(kind, name), name
        assert not tree.has(kind, name + '_more'), name
    rows = ''.join(f'| {i} | U ack_window | |\n' for i in IDS)
    assert judge(rows, tree)[0] == []
    assert judge(rows.replace('| B-05 | U ack_window | |\n', ''), tree)[0] == ['B-05: listed 0 times']
    assert judge(rows.replace('B-05 | U ack_window |', 'B-05 | U gone |'), tree)[0] == ['B-05: missing U gone']
    assert judge(rows.replace('B-05 | U ack_window | |', 'B-05 | U gone | open |'), tree)[::2] == ([], 1)
    assert judge(rows.replace('B-05 | U ack_window |', 'B-05 | |'), tree)[0]
    assert judge(rows.replace('B-05 | U ack_window |', 'B-05 | none needed: |'), tree)[0]
    assert judge(rows.replace('B-05 | U ack_window |', 'B-05 | none needed: because it cannot happen |'), tree)[0] == []
    assert judge(rows + '| B-29 | U ack_window | |\n', tree)[0]
    return 0


def main(arguments):
    if arguments == ['--self-test']:
        return self_test()
    root = pathlib.Path(arguments[0])
    tree = Tree.read(root)
    errors, lines, open_rows = [], [], 0
    for table, expected in TABLES.items():
        more = judge((root / table).read_text(encoding='utf-8'), tree, expected)
        errors, lines, open_rows = errors + more[0], lines + more[1], open_rows + more[2]
    print('\n'.join(lines))
    if open_rows and '--strict' in arguments:
        errors.append(f'{open_rows} rows are open')
    print(f'{len(lines)} rows, {open_rows} open, {len(errors)} errors')
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
