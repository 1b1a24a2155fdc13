#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every error code, close reason and reason of a change that the engine can tell has a help text, in every language that
has help; so has every view and every setting."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
helper_groups = {'guardError': 'guard', 'actorError': 'actor'}


def codes_in_source():
    found = {}
    for path in sorted((root / 'engine').rglob('*.cpp')):
        text = path.read_text(encoding='utf-8')
        for match in re.finditer(r'Error::make\("([a-z_]+)",\s*"([a-z_]+)"', text):
            found.setdefault(f'{match[1]}.{match[2]}', path)
        for match in re.finditer(r'\b(guardError|actorError)\("([a-z_]+)"', text):
            found.setdefault(f'{helper_groups[match[1]]}.{match[2]}', path)
        for match in re.finditer(r'"((?:ws|actor)\.[a-z_]+)[#"]', text):
            found.setdefault(match[1], path)
    # Why an actor is where it is: the codes that begin the lines.
    for name in ('engine/scheduler/describe.cpp', 'engine/serverless/serverlesspool.cpp'):
        text = (root / name).read_text(encoding='utf-8')
        for match in re.finditer(r'(?:u|QStringLiteral\()"([a-z]+(?:_[a-z]+)*): ', text):
            found.setdefault(match[1], root / name)
    for name in ('engine/scheduler/describe.cpp', 'engine/scheduler/allocation.cpp'):
        for match in re.finditer(r'return QStringLiteral\("([a-z_]+)"\);', (root / name).read_text(encoding='utf-8')):
            if not re.search('_(ms|threshold|timeout)$', match[1]):
                found.setdefault(f'runner_{match[1]}', root / name)
    return found


def reasons_in_source():
    """What the engine says for a transition, a wait, a refusal or a report: codes in lower case, without a group."""
    found = {}

    def scan(path, *patterns):
        text = (root / path).read_text(encoding='utf-8')
        for pattern in patterns:
            for match in re.finditer(pattern, text):
                for code in filter(None, match.groups()):
                    found.setdefault(code, path)

    for path in sorted((root / 'engine/scheduler').glob('*.cpp')):
        scan(path.relative_to(root), r'why << [^;]*?u?"([a-z_]+): ', r'ineligibleReason = QStringLiteral\("([a-z_]+)"',
             r'case [A-Za-z:]+:\s*return "([a-z_]+)"', r'reason = "([a-z_]+)"')
    allocation = (root / 'engine/scheduler/allocation.cpp').read_text(encoding='utf-8')
    begin = allocation.index('ineligibleReason(')
    for code in re.findall(r'"([a-z_]+)"', allocation[begin:allocation.index('\n}\n', begin)]):
        found[code] = found['runner_' + code] = 'engine/scheduler/allocation.cpp'  # of a runner, of an actor that waits for it
    for path in sorted((root / 'engine').rglob('*.cpp')):
        path = path.relative_to(root)
        scan(path,
             r'\breason = (?:[^;"]*\? )?(?:QStringLiteral\(|u)"([a-z_.]+)"(?:\)|_s)?(?: : (?:QStringLiteral\(|u)"([a-z_.]+)")?',
             r'\b(?:report|note)\([^;]*?(?:QStringLiteral\(|u)"([a-z_]+)"',
             r'stopRunner\([^;]*?QStringLiteral\("([a-z_]+)"')
        if path.parts[1] == 'gateway':
            scan(path, r'setState\([^;]*?"([a-z_ ]+)"\)')
    found.pop('unknown', None)
    return found


def sections(path):
    result = {}
    name = None
    for line in path.read_text(encoding='utf-8').splitlines():
        if line.startswith('## '):
            name = line[3:].strip()
            if name in result:
                print(f'{path.relative_to(root)}: {name} stands there twice')
                sys.exit(1)
            result[name] = ''
        elif name:
            result[name] += line.strip()
    return result


def main():
    wanted = codes_in_source()
    reasons = reasons_in_source()
    if len(reasons) < 60:
        print(f'found only {len(reasons)} reasons: this check no longer reads the sources')
        return 1
    wanted.update(reasons)
    views = set(re.findall(r'\badd\(QStringLiteral\("([a-z_]+)"\)', (root / 'ui/viewset.cpp').read_text(encoding='utf-8')))
    if len(wanted) < 50 or len(views) < 10:
        print(f'found only {len(wanted)} codes and {len(views)} views: this check no longer reads the sources')
        return 1
    failures = 0
    english = sections(root / 'resources/help/en/codes.md')
    for language in sorted(p for p in (root / 'resources/help').iterdir() if p.is_dir()):
        codes = sections(language / 'codes.md')
        pages = sections(language / 'views.md')
        for code in sorted(set(wanted) | set(english)):
            if not codes.get(code):
                print(f'{language.name}: no help for {code} ({wanted.get(code, "resources/help/en/codes.md")})')
                failures += 1
        for view in sorted(views):
            if not pages.get(view):
                print(f'{language.name}: no help for the view {view}')
                failures += 1
    config = (root / 'engine/base/config.cpp').read_text(encoding='utf-8')
    settings = {f'{m[1]}.{m[2]}' for m in re.finditer(r'\{"([a-z]+)",\s*"([a-z_]+)",\s*"[a-z]*",\s*&C::', config)}
    if len(settings) < 60:
        print(f'found only {len(settings)} settings: this check no longer reads the sources')
        return 1
    for language in sorted(p for p in (root / 'resources/help').iterdir() if p.is_dir()):
        told = sections(language / 'settings.md')
        for name in sorted(settings ^ set(told)):
            print(f'{language.name}: settings.md: {"no help for" if name in settings else "no such setting:"} {name}')
            failures += 1
    print(f'{len(settings)} settings, {len(wanted)} codes, {len(views)} views, {failures} without help')
    return 1 if failures else 0


sys.exit(main())
