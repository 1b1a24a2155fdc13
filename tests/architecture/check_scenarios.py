#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the scenarios of scheduler.md section 10 and the race rules of its section 1.10 with the test slots that
cover them. A slot says in its name what it covers: scenario042_shortName, scenario042_043_shortName,
raceR07_shortName, raceR07_R08_shortName. A helper with the suffix _data is no slot.

Usage: check_scenarios.py ROOT [--strict] | --self-test
Without --strict what is missing is only printed as open."""
import pathlib
import re
import sys

SCENARIOS = 116
RACES = 43
SLOT = re.compile(r'\bvoid\s+(?:\w+::)?((?:scenario\d{3}|raceR\d{2})(?:_(?:\d{3}|R\d{2})(?=_))*_\w+)\s*\(\s*\)')
# What the architecture leaves out, with the reason; a slot must exist all the same.
NOTES = {'103': 'one engine at a time writes to a database; the slots show that a second one cannot do harm'}


def covered(name):
    """Keys ('042', 'R07') a slot name stands for."""
    return re.findall(r'(?:^scenario|_)(\d{3})(?=_)|(?:^race|_)(R\d{2})(?=_)', leading(name))


def leading(name):
    return re.match(r'(?:scenario\d{3}|raceR\d{2})(?:_(?:\d{3}|R\d{2})(?=_))*_', name).group(0)


def keys_of(name):
    return [number or race for number, race in covered(name)]


def slots_in(text):
    return [name for name in SLOT.findall(text) if not name.endswith('_data')]


def collect(root):
    found = {}
    for path in sorted((root / 'tests').rglob('*.cpp')):
        text = path.read_text(encoding='utf-8')
        for name in dict.fromkeys(slots_in(text)):
            for key in keys_of(name):
                found.setdefault(key, []).append(f'{path.name}:{name}')
    return found


def wanted():
    return [f'{n:03}' for n in range(1, SCENARIOS + 1)] + [f'R{n:02}' for n in range(1, RACES + 1)]


def check(root, strict):
    found = collect(root)
    unknown = sorted(set(found) - set(wanted()))
    missing = []
    for key in wanted():
        note = f'  ({NOTES[key]})' if key in NOTES else ''
        if key in found:
            print(f'{key}  {", ".join(found[key])}{note}')
        else:
            missing.append(key)
            print(f'{key}  open{note}')
    for key in unknown:
        print(f'{key}  is no scenario: {", ".join(found[key])}')
    print(f'{len(wanted()) - len(missing)} of {len(wanted())} covered'
          + (f', open: {" ".join(missing)}' if missing else ''))
    return 1 if unknown or (strict and missing) else 0


def self_test():
    text = ('    void scenario042_043_two()\n    void scenario007_one_data()\n    void scenario007_one()\n'
            'void Test::raceR07_R08_merge()\n    void scenario_99_old()\n    void raceR31_012_x()\n    helper();\n')
    assert slots_in(text) == ['scenario042_043_two', 'scenario007_one', 'raceR07_R08_merge', 'raceR31_012_x']
    assert keys_of('scenario042_043_two') == ['042', '043']
    assert keys_of('raceR07_R08_merge') == ['R07', 'R08']
    assert keys_of('scenario116_after100_things') == ['116']
    assert len(wanted()) == 159
    return 0


if __name__ == '__main__':
    if '--self-test' in sys.argv:
        sys.exit(self_test())
    sys.exit(check(pathlib.Path(sys.argv[1]), '--strict' in sys.argv))
