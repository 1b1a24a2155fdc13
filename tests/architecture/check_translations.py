#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every text of the window is translated: nothing unfinished, nothing obsolete, nothing that lupdate would add, and no
translation that lost a placeholder, a line to type or the space around it. Usage: check_translations.py LUPDATE"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

root = pathlib.Path(__file__).resolve().parents[2]
languages = {'de': 2, 'ja': 1, 'en': 2}  # with the number of plural forms; English holds nothing else


def messages(path):
    found = {}
    for context in xml.parse(path).getroot().findall('context'):
        for message in context.findall('message'):
            key = (context.findtext('name'), message.findtext('source'), message.findtext('comment') or '')
            found[key] = message
    return found


def forms(message):
    translation = message.find('translation')
    if message.get('numerus') == 'yes':
        return [form.text or '' for form in translation.findall('numerusform')]
    return [translation.text or '']


def faults(source, message, plural_forms):
    kind = message.find('translation').get('type')
    if kind:
        return [kind]
    texts = forms(message)
    result = []
    if message.get('numerus') == 'yes' and len(texts) != plural_forms:
        result.append(f'{len(texts)} plural forms instead of {plural_forms}')
    for text in texts:
        if not text.strip():
            result.append('empty')
        if sorted(re.findall(r'%L?[0-9n]', source)) != sorted(re.findall(r'%L?[0-9n]', text)):
            result.append('other placeholders')
        if source.count('\n') != text.count('\n'):
            result.append('other number of lines')
        if [line for line in source.split('\n') if line.startswith('  ') and '%' not in line] != \
                [line for line in text.split('\n') if line.startswith('  ') and '%' not in line]:
            result.append('a line to type differs')
        if ('&' in source) != ('&' in text):
            result.append('the key for the menu is missing or too much')
    return result


def main():
    lupdate = sys.argv[1]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for language, plural_forms in languages.items():
            kept = root / 'translations' / f'dormouse_{language}.ts'
            fresh = pathlib.Path(folder) / kept.name
            plural_only = ['-pluralonly'] if language == 'en' else []
            subprocess.run([lupdate, *plural_only, '-silent', '-no-obsolete', '-locations', 'none', '-source-language', 'en',
                            '-target-language', language, '-recursive', 'ui', 'app', '-I', '.', '-ts', str(fresh)],
                           cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wanted = messages(fresh)
            have = messages(kept)
            if len(wanted) < (10 if plural_only else 300):
                print(f'lupdate found only {len(wanted)} texts: this check no longer reads the sources')
                return 1
            for context, source, comment in sorted(wanted.keys() - have.keys()):
                print(f'{language}: not collected yet (translations/update.sh): {context}: {source!r}')
                failures += 1
            for context, source, comment in sorted(have.keys() - wanted.keys()):
                print(f'{language}: no longer in the sources (translations/update.sh): {context}: {source!r}')
                failures += 1
            for key in sorted(have.keys() & wanted.keys()):
                for fault in faults(key[1], have[key], plural_forms):
                    print(f'{language}: {fault}: {key[0]}: {key[1]!r}')
                    failures += 1
            print(f'{language}: {len(have)} texts')
    print(f'{failures} faults')
    return 1 if failures else 0


sys.exit(main())
