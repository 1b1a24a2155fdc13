#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the console with a large engine and prints one table; --json FILE keeps every figure.

  console.py --bin BUILD [--seconds N] [--starts N] [--json FILE]
  console.py --bin BUILD --smoke      a small engine for a moment; fails when a view shows nothing

BUILD is a build folder with tests/bench/bench_console and app/console/dormouse. The platform is offscreen. Shares and
lengths are CPU time of the UI thread, so that they hold on a busy machine; wall time is in the JSON.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BUSY_PERCENT = 25
FRAME_MS = 50
FILTER_MS = 100
PAINT_MS = 1000
LISTEN_MS = 300


def environment(home):
    return os.environ | {'QT_QPA_PLATFORM': 'offscreen', 'HOME': home, 'XDG_CONFIG_HOME': home, 'XDG_RUNTIME_DIR': home}


def run(command, home, timeout):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout, env=environment(home))
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]}: {done.stderr.strip()[-500:]}')
    return done.stdout


def starts(build, home, count):
    """Medians of the program's own account; the first start warms the file cache and does not count."""
    runs = []
    for _ in range(count + 1):
        out = run([build / 'app/console/dormouse', '--memory', '--listen', '127.0.0.1:0', '--startup-times'], home, 60)
        runs.append(json.loads(out.strip().splitlines()[-1]))
    runs = runs[1:]
    paint = statistics.median(r['first_paint_ms'] for r in runs)
    return {'first_paint_ms': paint, 'listening_after_ms': statistics.median(r['ready_ms'] - r['first_paint_ms'] for r in runs),
            'runs': runs}


def rows(figures):
    """(name, busy per cent, longest turn ms, took ms, [(bar, met)]) for each line of the table."""
    out = []

    def judge(busy=None, longest=None, took=None, took_bar=None):
        bars = []
        if busy is not None:
            bars.append((f'busy < {BUSY_PERCENT} %', busy < BUSY_PERCENT))
        if longest is not None:
            bars.append((f'turn <= {FRAME_MS} ms', longest <= FRAME_MS))
        if took_bar is not None:
            bars.append((f'< {took_bar} ms', took < took_bar))
        return bars

    for name, one in figures['views'].items():
        longest = max(one['longest_ms'], one['open_ms'])
        out.append((f'view {name}', one['busy_percent'], longest, None, judge(one['busy_percent'], longest)))
    for name, one in figures['sorted'].items():
        longest = max(one['longest_ms'], one.get('chosen_ms', 0))
        out.append((name, one['busy_percent'], longest, None, judge(one['busy_percent'], longest)))
    for name, one in figures['filters'].items():
        if 'busy_percent' in one:
            out.append((f'filter {name}', one['busy_percent'], one['longest_ms'], None, judge(one['busy_percent'], one['longest_ms'])))
        else:
            out.append((f'filter {name}', None, one['longest_ms'], one['ms'], judge(None, one['longest_ms'], one['ms'], FILTER_MS)))
    for name, one in figures.get('palette', {}).items():
        out.append((f'palette {name}', None, one['longest_ms'], None, judge(None, one['longest_ms'])))
    one = figures['snapshot']
    out.append(('first rows', None, one['longest_ms'], one['ms'], judge(None, one['longest_ms'], one['ms'], 1000)))
    if 'start' in figures:
        one = figures['start']
        out.append(('start until first paint', None, None, one['first_paint_ms'], judge(None, None, one['first_paint_ms'], PAINT_MS)))
        out.append(('first paint until the engine listens', None, None, one['listening_after_ms'],
                    judge(None, None, one['listening_after_ms'], LISTEN_MS)))
    return out


def table(figures):
    def shown(value):
        return '-' if value is None else f'{value:.1f}'
    lines = [f'{"":<44} {"busy %":>8} {"turn ms":>8} {"took ms":>8}  bars']
    missed = 0
    for name, busy, longest, took, bars in rows(figures):
        bad = [text for text, met in bars if not met]
        missed += len(bad)
        lines.append(f'{name:<44} {shown(busy):>8} {shown(longest):>8} {shown(took):>8}  '
                     + (', '.join(f'{text}  MISSED' for text in bad) or 'met'))
    lines.append(f'bars missed: {missed}')
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bin', required=True, type=pathlib.Path)
    parser.add_argument('--seconds', type=float, default=3)
    parser.add_argument('--starts', type=int, default=5)
    parser.add_argument('--json', type=pathlib.Path)
    parser.add_argument('--smoke', action='store_true')
    arguments = parser.parse_args()
    build = arguments.bin.resolve()
    bench = [build / 'tests/bench/bench_console']
    with tempfile.TemporaryDirectory(prefix='dormouse-bench-') as home:
        if arguments.smoke:
            figures = json.loads(run(bench + ['--actors', '2000', '--connections', '500', '--changes', '1000', '--seconds', '0.3'], home, 300))
            still = [name for name, one in figures['views'].items() if one['frames'] < 1]
            start = starts(build, home, 1) if (build / 'app/console/dormouse').exists() else None
            print(f'{len(figures["views"])} views, {len(still)} without frames' + (f', start {start["runs"]}' if start else ''))
            return 1 if still or not figures['views'] else 0
        figures = json.loads(run(bench + ['--seconds', str(arguments.seconds)], home, 900))
        figures['large_window'] = json.loads(run(bench + ['--seconds', str(arguments.seconds), '--large', '--only', 'overview|actors|connections'], home, 900))
        figures['start'] = starts(build, home, arguments.starts)
    for name in ('views', 'sorted'):
        figures[name] |= {f'{key}, 2560x1440': one for key, one in figures['large_window'][name].items()}
    if arguments.json:
        arguments.json.write_text(json.dumps({'host': os.uname().release, 'cpus': os.cpu_count(), 'results': figures}, indent=1))
    print(table(figures))
    return 0


if __name__ == '__main__':
    sys.exit(main())
