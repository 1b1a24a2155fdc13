// SPDX-License-Identifier: Apache-2.0
// What the scenarios stand on: the engine process, runner processes, clients and a cuttable TCP relay.
import { execFile, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from 'cbor-x';
import WebSocket from 'ws';

const here = dirname(fileURLToPath(import.meta.url));

// Nothing that was started outlives the run, however that ends.
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
function owned(child) {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}
export function equal(actual, expected, what) {
  const a = String(JSON.stringify(actual)), b = String(JSON.stringify(expected));
  if (a !== b) throw new Error(`${what}: got ${a.slice(0, 300)}, expected ${b.slice(0, 300)}`);
}
/// Resolves as soon as probe() gives something truthy; the deadline only bounds a failure.
export async function until(probe, what, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export class Engine {
  constructor(daemon, config = {}) {
    this.daemon = daemon;
    this.folder = mkdtempSync(join(tmpdir(), 'dormouse-conformance-'));
    this.config = config;
    this.port = 0;
  }
  async start() {
    const file = join(this.folder, 'config.json');
    writeFileSync(file, JSON.stringify(this.config));
    this.log = '';
    // A folder on the command line would win over the database of the configuration.
    const storage = this.config.database ? [] : ['--data-dir', join(this.folder, 'data')];
    this.process = owned(spawn(this.daemon, ['serve', '--listen', `127.0.0.1:${this.port}`, ...storage, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] }));
    this.process.stderr.on('data', (chunk) => { this.log = (this.log + chunk).slice(-200_000); });
    this.exit = new Promise((done) => this.process.on('exit', (code, signal) => done({ code, signal })));
    let out = '';
    this.process.stdout.on('data', (chunk) => { out += chunk; });
    const match = await until(() => {
      if (this.process.exitCode !== null) throw new Error(`engine ended with ${this.process.exitCode}: ${this.log}`);
      return /listening on (http:\/\/[^\s]+)/.exec(out);
    }, 'the engine to listen');
    this.url = match[1];
    this.port = Number(new URL(this.url).port);
    return this;
  }
  async kill() { this.process.kill('SIGKILL'); await this.exit; }
  async stop() {
    this.process.kill('SIGTERM');
    const result = await Promise.race([this.exit, new Promise((done) => setTimeout(() => done(null), 10_000))]);
    if (!result) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
    return result;
  }
  async api(method, path, body) {
    const response = await fetch(this.url + path, { method, headers: body ? { 'content-type': 'application/json' } : {}, body: body && JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
  }
  async createActor(pool, more = {}) {
    const answer = await this.api('POST', '/actors?namespace=default', { name: 'counter', runner_name_selector: pool, crash_policy: 'sleep', ...more });
    check(answer.status === 200, `create: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.actor.actor_id;
  }
  /// Rows of a query on the engine's own database, read beside the running engine.
  rows(query) {
    const reader = 'import json,sqlite3,sys; print(json.dumps(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=10).execute(sys.argv[2]).fetchall()))';
    return new Promise((done, refuse) => execFile('python3', ['-c', reader, join(this.folder, 'data', 'dormouse.db'), query], (error, out) => (error ? refuse(error) : done(JSON.parse(out)))));
  }
  async actor(id) {
    const answer = await this.api('GET', `/actors?namespace=default&actor_ids=${id}`);
    return answer.body.actors[0];
  }
}

export class RunnerProcess {
  constructor(options) { this.options = options; this.events = []; this.byActor = new Map(); }
  async start() {
    this.process = owned(fork(join(here, 'actorhost.mjs'), [JSON.stringify(this.options)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'silent', RIVET_LOG_LEVEL: 'silent' } }));
    this.output = '';
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (chunk) => { this.output = (this.output + chunk).slice(-8000); });
    this.process.on('message', (message) => {
      message.at = performance.now();
      this.events.push(message);
      if (!message.actorId) return;
      if (!this.byActor.has(message.actorId)) this.byActor.set(message.actorId, []);
      this.byActor.get(message.actorId).push(message);
    });
    this.exited = null;
    this.process.on('exit', (code, signal) => { this.exited = { code, signal }; });
    await until(() => { if (this.exited) throw new Error(`runner ended: ${this.output}`); return this.count('connected') > 0; }, 'the runner to connect');
    return this;
  }
  send(command) { this.process.send(command); }
  /// As send(), and waits until the runner process has done it.
  async tell(command) {
    const number = (this.told = (this.told ?? 0) + 1);
    this.send({ ...command, number });
    await this.wait('told', { number });
  }
  seen(event, match = {}) { return (match.actorId ? this.byActor.get(match.actorId) ?? [] : this.events).filter((e) => e.event === event && Object.entries(match).every(([k, v]) => e[k] === v)); }
  count(event, match) { return this.seen(event, match).length; }
  wait(event, match = {}, count = 1, ms) {
    return until(() => { if (this.exited) throw new Error(`runner ended: ${JSON.stringify(this.exited)} ${this.output}`); const found = this.seen(event, match); return found.length >= count && found; }, `${count} × ${event} ${JSON.stringify(match)} at the runner`, ms);
  }
  async kill() { this.process.kill('SIGKILL'); await until(() => this.exited, 'the runner to die'); }
  /// Stops and resumes the process; its sockets stay.
  freeze() { this.process.kill('SIGSTOP'); }
  thaw() { this.process.kill('SIGCONT'); }
}

/// An application of rivetkit with its own serverless handler.
export class RivetkitApp {
  constructor(options) {
    this.output = '';
    this.process = owned(fork(join(here, 'rivetkitapp.mjs'), [JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', RIVET_LOG_LEVEL: 'warn' } }));
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (chunk) => { this.output = (this.output + chunk).slice(-8000); });
  }
  check() { if (this.process.exitCode !== null || this.process.signalCode !== null) throw new Error(`the application ended: ${this.output}`); }
  stop() { this.process.kill('SIGKILL'); }
}

/// The console's side of the monitoring connection, as far as commands go.
export class Console {
  constructor(engine) {
    this.open = new Map();
    this.number = 0;
    this.socket = new WebSocket(`${engine.url.replace(/^http/, 'ws')}/dormouse/monitor`, ['dormouse.monitor.v1'], { perMessageDeflate: false });
    this.socket.on('message', (data) => {
      const message = decode(data);
      if (message.op === 'reply') this.open.get(message.id)?.(message);
    });
    this.socket.on('error', (error) => { this.error = error; });
  }
  async opened() {
    await until(() => { if (this.error) throw this.error; return this.socket.readyState === WebSocket.OPEN; }, 'the monitoring connection');
    return this;
  }
  command(name, args) {
    const id = ++this.number;
    this.socket.send(encode({ op: 'command', id, name, arguments: args }));
    return new Promise((done) => this.open.set(id, done));
  }
  close() { this.socket.terminate(); }
}

export class Client {
  constructor(url, { protocols = ['rivet'], headers } = {}) {
    this.messages = [];
    this.closed = null;
    this.pongs = [];
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { headers, maxPayload: 64 << 20, perMessageDeflate: false });
    this.socket.on('message', (data, binary) => this.messages.push(binary ? data : data.toString()));
    this.socket.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
    this.socket.on('pong', (data) => this.pongs.push(data.toString()));
    this.socket.on('error', (error) => { this.error = error; });
  }
  async message(match, ms) {
    return until(() => {
      const found = this.messages.find((m) => (typeof match === 'function' ? match(m) : m === match));
      if (found === undefined && this.closed) throw new Error(`client closed ${JSON.stringify(this.closed)} ${this.error ?? ''} while waiting for ${match}`);
      return found !== undefined && [found];
    }, `message ${match}`, ms);
  }
  async opened() { await this.message('opened'); return this; }
  send(data) { this.socket.send(data); }
  close(code, reason) { this.socket.close(code, reason); }
  waitClosed(ms) { return until(() => this.closed, 'the client to be closed', ms); }
}

/// A TCP relay in front of the engine that can be cut and mended.
export class Relay {
  constructor(port) { this.target = port; this.pairs = new Set(); this.cutNow = false; this.toLeft = []; }
  /// How often a text went to the side that dialled the relay. Frames to a runner are not masked.
  sent(text) { return Buffer.concat(this.toLeft).toString('latin1').split(text).length - 1; }
  async start() {
    this.server = net.createServer((left) => {
      if (this.cutNow) return left.destroy();
      const right = net.connect(this.target, '127.0.0.1');
      const pair = [left, right];
      this.pairs.add(pair);
      const end = () => { left.destroy(); right.destroy(); this.pairs.delete(pair); };
      for (const side of pair) { side.on('error', end); side.on('close', end); }
      left.pipe(right); right.pipe(left);
      right.on('data', (data) => this.toLeft.push(data));
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = this.server.address().port;
    return this;
  }
  /// What is connected now stays so, but nothing that this side says gets through any more.
  mute(side) {
    for (const [left, right] of this.pairs) {
      const [from, to] = side === 'runner' ? [left, right] : [right, left];
      from.unpipe(to);
      from.resume();
    }
  }
  /// Ends what is connected; new connections pass.
  drop() { for (const pair of this.pairs) for (const side of pair) side.destroy(); }
  cut() { this.cutNow = true; this.drop(); }
  mend() { this.cutNow = false; }
  stop() { this.cut(); this.server.close(); }
}
