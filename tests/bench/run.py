#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks and prints one table; --json FILE keeps every figure.

  run.py --bin BUILD [--peer RIVET_ENGINE] [--repeat N] [--seconds N] [--only REGEX] [--json FILE]
  run.py --bin BUILD --smoke      a few operations of every workload; fails when anything is lost

BUILD is a build folder with app/daemon/dormoused, tests/bench/bench_load and tests/bench/bench_relay. Targets take
turns within one run: figures of different runs are not comparable, so the table shows medians and ratios. CPU time is
that of all threads of the measured process.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

START_SECONDS = 30


class Bar:
    """A limit on this engine's figure: an absolute one, or relative to the same load on another target or workload."""

    def __init__(self, text, limit, metric='cpu_us_per_op', against=None, target=None, at_least=False):
        self.text, self.limit, self.metric = text, limit, metric
        self.against, self.target, self.at_least = against, target, at_least


def raw(limit):
    return Bar(f'<= {limit} x raw', limit, target='raw')


def peer(factor):
    return Bar(f'>= {factor} x less than the peer', factor, target='peer', at_least=True)


class Work:
    def __init__(self, name, workload, bars=(), targets=('engine', 'raw', 'peer'), smoke=None, engine=(), config=None,
                 tls=False, **options):
        self.name, self.workload, self.bars, self.targets, self.tls = name, workload, bars, targets, tls
        self.options, self.smoke, self.engine, self.config = options, smoke or {}, engine, config


def workloads():
    out = []
    for conns in (1, 64, 512):
        for size, label in ((32, '32 B'), (1024, '1 KB'), (65536, '64 KB')):
            bars = []
            if conns == 64 and size == 32:
                bars = [raw(1.5), peer(7)]
            elif size == 65536:
                bars = [raw(1.6)]
            out.append(Work(f'relay {conns} x 1, {label}', 'relay_small' if size == 32 else 'relay', bars, conns=conns, bytes=size))
    for window in (8, 16):
        out.append(Work(f'relay 64 x {window}, 32 B', 'relay', [raw(2.5), peer(25)], conns=64, window=window))
    out.append(Work('hibernatable 64 x 1, 32 B', 'hibernatable',
                    [Bar('<= 1.25 x plain', 1.25, against='relay 64 x 1, 32 B')], targets=('engine', 'peer'), conns=64))
    for size, label in ((32, '32 B'), (1024, '1 KB')):
        bars = [Bar('acks as an SDK <= 1.10 x plain', 1.10, 'send_ratio'),
                Bar('every message acked <= 1.25 x plain', 1.25, 'acked_ratio')] if size == 1024 else []
        out.append(Work(f'send to hibernatable 64 x 1, {label}', 'hws_send', bars, targets=('engine',), conns=64, bytes=size))
    out.append(Work('relay 64 x 1 beside 10 000 idle', 'relay',
                    [Bar('<= 1.3 x without', 1.3, against='relay 64 x 1, 32 B')], targets=('engine',), conns=64,
                    idle=10000, smoke={'idle': 100}))
    out.append(Work('1 000 msg/s over 16', 'rate', conns=16, rate=1000))
    out.append(Work('HTTP GET, keep-alive, 16', 'http', [peer(100)], targets=('engine', 'peer'), conns=16))
    out.append(Work('open, echo, close', 'open', [peer(40)], conns=16))
    out.append(Work('create, first answer', 'create', [peer(40)], targets=('engine', 'peer'), conns=8))
    out.append(Work('burst 512 x 2', 'burst', targets=('engine', 'peer'), conns=512, window=2, smoke={'conns': 64}))
    out.append(Work('burst 1 x 10 000', 'burst', targets=('engine', 'peer'), conns=1, window=10000,
                    smoke={'window': 500}))
    out.append(Work('10 000 asleep over 100 actors', 'idle',
                    [Bar('<= 6144 B each', 6144, 'bytes_per_conn'), Bar('< 3 % of a core', 3, 'cpu_percent')],
                    targets=('engine',), conns=10000, actors=100, seconds=10,
                    smoke={'conns': 100, 'actors': 5, 'seconds': 1}))
    out.append(Work('2 000 asleep over TLS', 'idle', [Bar('<= 122880 B each', 122880, 'bytes_per_conn')],
                    targets=('engine',), tls=True, conns=2000, actors=20, seconds=5,
                    smoke={'conns': 20, 'actors': 2, 'seconds': 1}))
    # Rows are refreshed every five seconds instead of every 45: an operation is one row.
    out.append(Work('keepalive of 10 000 asleep', 'keepalive', [Bar('<= 5 us a row', 5)], targets=('engine',),
                    conns=10000, actors=100, seconds=10, config={'pegboard': {'hibernating_request_eligible_threshold': 10000, 'hibernation_flush_interval': 1000}},
                    smoke={'conns': 100, 'actors': 5, 'seconds': 6}))
    out.append(Work('wake 1 socket', 'wake', targets=('engine', 'peer'), conns=1))
    out.append(Work('wake 1 000 actors', 'wake', [Bar('< 2 s', 2e6, 'max_us')], targets=('engine',), conns=1000,
                    actors=1000, smoke={'conns': 50, 'actors': 50}))
    out.append(Work('wake 10 000 over 100 actors', 'wake', targets=('engine',), conns=10000, actors=100,
                    smoke={'conns': 200, 'actors': 10}))
    out.append(Work('KV put, 16 under way', 'kv', targets=('engine', 'peer'), actors=16, window=16, bytes=128))
    for window in (1, 16):
        plain = f'relay 64 x {window}, 32 B'
        bar = [Bar('<= 1.15 x without', 1.15, against=plain)]
        out.append(Work(f'console attached, 64 x {window}', 'relay', bar, targets=('engine',), conns=64, window=window,
                        monitor=True))
        out.append(Work(f'console with message trace, 64 x {window}', 'relay', [], targets=('engine',), conns=64,
                        window=window, trace=True))
        out.append(Work(f'recording, 64 x {window}', 'relay', [Bar('<= 1.25 x without', 1.25, against=plain)],
                        targets=('engine',), conns=64, window=window, engine=('--record',)))
    return out


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Target:
    """A process under test in a folder of its own."""

    def __init__(self, kind, build, peer_path, extra=(), config=None, tls=False):
        self.kind, self.metrics, self.forward, self.client_port = kind, 0, None, 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='dormouse-bench-'))
        environment = {k: v for k, v in os.environ.items() if k != 'RUST_BACKTRACE'}
        if kind == 'peer':
            command, self.port = self.peer_command(peer_path)
            environment |= {'HOME': str(self.folder), 'RUST_LOG': 'error'}
        elif kind == 'raw':
            command, self.port = [build / 'tests/bench/bench_relay'], 0
        else:
            command = [build / 'app/daemon/dormoused', 'serve', '--listen', '127.0.0.1:0', '--data-dir', self.folder / 'data']
            if tls:
                subprocess.run([command[0], 'certificate', '-o', self.folder], check=True, stdout=subprocess.DEVNULL)
                config = {'guard': {'tls_certificate_file': str(self.folder / 'certificate.pem'),
                                    'tls_key_file': str(self.folder / 'key.pem')}}
            if config:
                self.metrics = free_port()
                config = config | {'metrics': {'host': '127.0.0.1', 'port': self.metrics}}
                file = self.folder / 'config.json'
                file.write_text(json.dumps(config))
                command += ['--config', file]
            if '--record' in extra:
                command += ['--record', self.folder / 'session.dormouse']
            self.port = 0
        self.log = open(self.folder / 'log', 'w+')
        self.process = subprocess.Popen([str(c) for c in command], env=environment, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        if self.port:
            self.wait_healthy()
        else:
            line = self.process.stdout.readline()
            found = re.search(r':(\d+)\s*$', line)
            if not found:
                self.stop()
                raise RuntimeError(f'{kind} did not start: {line!r}')
            self.port = int(found.group(1))
        if tls:
            self.forward = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name('tlsforward.py'), str(self.port)],
                                            stdout=subprocess.PIPE, stderr=self.log, text=True)
            self.client_port = int(self.forward.stdout.readline())

    def peer_command(self, path):
        port, other, metrics = free_port(), free_port(), free_port()
        config = {
            'guard': {'host': '127.0.0.1', 'port': port},
            'api_peer': {'host': '127.0.0.1', 'port': other},
            'metrics': {'host': '127.0.0.1', 'port': metrics},
            'topology': {'datacenter_label': 1, 'datacenters': {'default': {
                'datacenter_label': 1, 'is_leader': True, 'public_url': f'http://127.0.0.1:{port}',
                'peer_url': f'http://127.0.0.1:{other}'}}},
            'file_system': {'path': str(self.folder / 'data')},
            'telemetry': {'enabled': False},
        }
        file = self.folder / 'peer.json'
        file.write_text(json.dumps(config))
        return [path, '--config', file, 'start'], port

    def wait_healthy(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{self.port}/health', timeout=1)
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f'{self.kind} did not become healthy')

    def stop(self):
        if self.forward:
            self.forward.kill()
            self.forward.wait()
            self.forward.stdout.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def load(build, target, work, overrides, seconds):
    options = {'seconds': seconds} | work.options | overrides
    if target.metrics:
        options['metrics'] = target.metrics
    if target.client_port:
        options['client-port'] = target.client_port
    command = [str(build / 'tests/bench/bench_load'), '--port', str(target.port), '--pid', str(target.process.pid),
               '--target', 'relay' if target.kind == 'raw' else target.kind, '--workload', work.workload]
    for name, value in options.items():
        command += [f'--{name}'] if value is True else [f'--{name}', str(value)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return {'error': 'timed out'}
    if done.returncode != 0:
        return {'error': (done.stderr.strip().splitlines() or ['failed'])[-1]}
    return json.loads(done.stdout)


def measure(build, peer_path, work, repeat, seconds, overrides):
    """Figures by target, each a list of runs; the targets take turns."""
    kinds = [k for k in work.targets if k != 'peer' or peer_path]
    figures = {kind: [] for kind in kinds}
    fresh = work.workload in ('idle', 'keepalive', 'wake') or bool(work.options.get('idle'))
    running = {}
    try:
        for _ in range(1 if work.workload == 'idle' else repeat):
            for kind in kinds:
                if fresh and kind in running:
                    running.pop(kind).stop()
                if kind not in running:
                    try:
                        running[kind] = Target(kind, build, peer_path, work.engine, work.config, work.tls)
                    except RuntimeError as error:
                        figures[kind].append({'error': str(error)})
                        continue
                figures[kind].append(load(build, running[kind], work, overrides, seconds))
    finally:
        for target in running.values():
            target.stop()
    return figures


def median(runs, metric):
    values = [run[metric] for run in runs if metric in run]
    return statistics.median(values) if values else None


def shown(value):
    if value is None:
        return '-'
    return f'{value:.0f}' if value >= 1000 else f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def judge(work, results):
    """(text, verdict) of each bar; verdict None = nothing to compare with."""
    own = results[work.name]
    out = []
    for bar in work.bars:
        value = median(own.get('engine', []), bar.metric)
        other = 1.0
        if bar.target:
            other = median(own.get(bar.target, []), bar.metric)
        elif bar.against:
            other = median(results.get(bar.against, {}).get('engine', []), bar.metric)
        if value is None or not other:
            continue
        ratio = other / value if bar.at_least and value else value / other
        fine = ratio >= bar.limit if bar.at_least else ratio <= bar.limit
        out.append((f'{bar.text}: {shown(ratio)}', fine))
    return out


def table(works, results):
    lines = [f'{"workload":<40} {"engine":>9} {"raw":>8} {"peer":>9} {"ops/s":>9} {"p50 us":>8} {"p99 us":>9}  bars']
    met = missed = 0
    for work in works:
        if work.name not in results:
            continue
        own = results[work.name]
        metric = 'cpu_percent' if work.workload == 'idle' else 'cpu_us_per_op'
        cells = [shown(median(own.get(kind, []), metric)) for kind in ('engine', 'raw', 'peer')]
        rates = [run['ops'] / run['seconds'] for run in own.get('engine', []) if run.get('seconds') and run.get('ops')]
        verdicts = judge(work, results)
        met += sum(1 for _, fine in verdicts if fine)
        missed += sum(1 for _, fine in verdicts if not fine)
        notes = [text + ('' if fine else '  MISSED') for text, fine in verdicts]
        for kind, runs in own.items():
            notes += [f'{kind}: {run["error"]}' for run in runs if 'error' in run][:1]
            gone = sum(run.get('lost', 0) + run.get('wrong', 0) for run in runs)
            if gone:
                notes.append(f'{kind}: {gone} lost or wrong')
        lines.append(f'{work.name:<40} {cells[0]:>9} {cells[1]:>8} {cells[2]:>9} '
                     f'{shown(statistics.median(rates)) if rates else "-":>9} '
                     f'{shown(median(own.get("engine", []), "p50_us")):>8} '
                     f'{shown(median(own.get("engine", []), "p99_us")):>9}  {"; ".join(notes)}')
    lines.append('engine, raw, peer: CPU microseconds per operation (asleep: per cent of a core)')
    lines.append(f'bars: {met} met, {missed} missed')
    return '\n'.join(lines), missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bin', required=True, type=pathlib.Path)
    parser.add_argument('--peer', help='path of a rivet-engine binary to compare with')
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('--seconds', type=int, default=1)
    parser.add_argument('--only', default='')
    parser.add_argument('--json', type=pathlib.Path)
    parser.add_argument('--smoke', action='store_true')
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    build = arguments.bin.resolve()
    works = [w for w in workloads() if re.search(arguments.only, w.name)]
    results, bad = {}, 0
    for work in works:
        overrides = {}
        if arguments.smoke:
            overrides = {'limit': 200, 'seconds': 1} | work.smoke
            if work.options.get('bytes', 0) > 10000 or work.options.get('conns', 0) > 100 and 'conns' not in work.smoke:
                overrides['limit'] = 50
        print(f'{work.name} ...', file=sys.stderr, flush=True)
        figures = measure(build, arguments.peer, work, 1 if arguments.smoke else arguments.repeat, arguments.seconds,
                          overrides)
        results[work.name] = figures
        for kind in ('engine', 'raw'):
            for run in figures.get(kind, []):
                if 'error' in run or run.get('lost') or run.get('wrong'):
                    bad += 1
                    print(f'{work.name}: {kind}: {run}', file=sys.stderr)
        if arguments.json: # after each one: a run of everything takes long
            done = [w for w in works if w.name in results]
            arguments.json.write_text(json.dumps({'host': os.uname().release, 'cpus': os.cpu_count(),
                                                  'load': os.getloadavg(), 'results': results,
                                                  'bars': {w.name: judge(w, results) for w in done}}, indent=1))
    text, missed = table(works, results)
    print(text if not arguments.smoke else f'{len(works)} workloads, {bad} bad')
    return 1 if bad or not works else 0


if __name__ == '__main__':
    sys.exit(main())
