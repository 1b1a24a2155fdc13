// SPDX-License-Identifier: Apache-2.0
// Replays tests/data/http-api.json over real HTTP, with the real SDK as the runner of the recording. Requests are written
// to raw sockets, because HTTP clients add, join and hide headers.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { until } from './harness.mjs';
import { wait, within } from './tools.mjs';

const vectors = JSON.parse(readFileSync(new URL('../data/http-api.json', import.meta.url))).vectors;

/// Gateway answers that differ from the recording, with the decision of the gateway specification (or the section of the
/// API specification) and a check of what the vector says in words. echo is the actor's own account of the request.
const kDecisions = {
  'gateway.path_bad_id': ['G-15, M-12'],
  'gateway.path_bad_id_len': ['G-15'],
  'gateway.header_get': ['G-17', ({ echo }) => echo.path === '/echo?x=1'],
  'gateway.header_bad_actor': ['G-15'],
  'gateway.x_forwarded_for': ['gateway 3.1 rule 6', ({ echo }) => echo.headers['x-forwarded-for'] === '10.0.0.9, 127.0.0.1'],
  'gateway.hop_by_hop': ['G-07', ({ echo }) => !['connection', 'keep-alive', 'te', 'x-hop'].some((name) => name in echo.headers)],
  'gateway.dup_headers': ['gateway 3.1 rule 1, M-17', ({ echo }) => echo.headers['x-dup'] === 'a, b'],
  'gateway.resp_transfer_encoding': ['G-07, M-11', ({ headers }) => !headers['transfer-encoding']],
  'gateway.resp_connection_close': ['G-07'],
  'gateway.resp_content_length_wrong': ['G-07, M-11', ({ headers }) => headers['content-length'] === '3'],
  'gateway.resp_keep_alive': ['G-07', ({ headers }) => !headers['keep-alive'] && !headers.upgrade],
  'gateway.retry_503_runner': ['G-18, G-19, M-13', ({ runs, seconds }) => runs === 7 && seconds < 14],
  'gateway.retry_503_guard': ['G-18, M-13', ({ runs, seconds }) => runs === 1 && seconds < 5],
};

/// API answers that differ, with the section of the API specification that says so and what replaces the recorded value.
const kOwnAnswers = {
  'actors.get_destroyed_by_id': ['6: null while stopping; the reference leaves the last value', { connectable_ts: null }],
  'actors.get_destroyed_by_key_incl': ['6, as above', { connectable_ts: null }],
  'actors.list_destroyed_incl': ['6, as above', { connectable_ts: null }],
  'auth.datacenters_lowercase_scheme': ['3: the scheme of a token has no case', { status: 200 }],
  'auth.bad_query_none': ['3: strangers learn nothing about a request', { status: 403 }],
  'auth.bad_body_none': ['3, as above', { status: 403 }],
};

/// One exchange on a connection of its own. headers of the answer: lower-case name -> value, repeated ones as a list.
function exchange(port, { method, path, headers = {}, body }) {
  return new Promise((done, refuse) => {
    const socket = net.connect(port, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = body ? `Content-Length: ${body.length}\r\n` : '';
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join('')}${length}\r\n`);
    if (body) socket.write(body);
    let got = Buffer.alloc(0);
    let parts = [];
    const finish = (complete) => {
      got = Buffer.concat([got, ...parts]);
      parts = [];
      const end = got.indexOf('\r\n\r\n');
      if (end < 0) return complete ? refuse(new Error('connection closed without a response')) : undefined;
      const [first, ...rest] = got.subarray(0, end).toString('latin1').split('\r\n');
      const answer = { status: Number(first.split(' ')[1]), headers: {} };
      for (const line of rest) {
        const name = line.slice(0, line.indexOf(':')).toLowerCase(), value = line.slice(line.indexOf(':') + 1).trim();
        answer.headers[name] = name in answer.headers ? [answer.headers[name], value].flat() : value;
      }
      const bodiless = method === 'HEAD' || answer.status === 204;
      const size = bodiless ? 0 : Number(answer.headers['content-length'] ?? NaN);
      const content = got.subarray(end + 4);
      if (!complete && !(content.length >= size)) return undefined;
      if (content.length !== size && !(complete && Number.isNaN(size))) refuse(new Error(`body of ${content.length} bytes, announced ${size}`));
      answer.body = content.toString();
      socket.destroy();
      return done(answer);
    };
    socket.on('data', (data) => { parts.push(data); finish(false); });
    socket.on('close', () => finish(true));
    socket.on('error', () => {});
  });
}

class Replay {
  constructor(port, values) { this.port = port; this.values = values; }
  fill(text) {
    if (text === 'key-a' && this.values[text]) return this.values[text];
    let out = text.replace(/<(\d+) bytes>/, (_, n) => 'b'.repeat(Number(n))).replace(/<(\d+) x (.)>/g, (_, n, c) => c.repeat(Number(n)));
    for (const [name, value] of Object.entries(this.values)) out = out.replaceAll(`<${name}>`, value);
    return out;
  }
  fillAll(value) {
    if (typeof value === 'string') return this.fill(value);
    if (Array.isArray(value)) return value.map((item) => this.fillAll(item));
    return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, this.fillAll(v)])) : value;
  }
  capture(pointers, body) {
    for (const [name, pointer] of Object.entries(pointers ?? {})) this.values[name] = pointer.slice(1).split('/').reduce((at, key) => at?.[key], body);
  }
  textDiffers(expected, got, path) {
    const want = this.fill(expected);
    if (/^<(ts_ms|u32|float)>$/.test(want)) return typeof got === 'number' ? '' : `${path}: ${got} is no number`;
    if (want === '<ts_ms_or_null>') return got === null || typeof got === 'number' ? '' : `${path}: ${got} is no time`;
    if (want === '<cursor_ts>') return /^\d+$/.test(got) ? '' : `${path}: ${got} is no cursor`;
    if (/^<(ray_id|id)>$/.test(want)) return /^[0-9a-z]{30}$/.test(got) ? '' : `${path}: ${got} is no id`;
    if (want === '<1024 chars>...[truncated]') return got?.length === 1024 + 14 ? '' : `${path}: ${got?.length} characters`;
    // The wording of JSON errors is the parser's.
    if (/^<[a-z_0-9]+>$/.test(want) || path.endsWith('parse_error')) return typeof got === 'string' && got ? '' : `${path}: ${got} is no text`;
    return got === want ? '' : `${path}: ${String(got).slice(0, 80)} instead of ${want.slice(0, 80)}`;
  }
  differs(expected, got, path, unordered, extra) {
    if (typeof expected === 'string') return this.textDiffers(expected, got, path);
    if (Array.isArray(expected)) {
      if (!Array.isArray(got) || got.length !== expected.length) return `${path}: ${JSON.stringify(got)?.slice(0, 200)} has another number of items`;
      if (!unordered) return expected.map((item, i) => this.differs(item, got[i], `${path}/${i}`, unordered, extra)).find(Boolean) ?? '';
      const left = [...got];
      for (const item of expected) {
        const i = left.findIndex((other) => !this.differs(item, other, path, unordered, extra));
        if (i < 0) return `${path}: ${JSON.stringify(item)} is missing in ${JSON.stringify(left)}`;
        left.splice(i, 1);
      }
      return '';
    }
    if (expected && typeof expected === 'object') {
      if (!got || typeof got !== 'object') return `${path}: ${got} is no object`;
      const unexpected = Object.keys(got).find((name) => !(name in expected) && !extra(name, path));
      if (unexpected) return `${path}/${unexpected}: unexpected`;
      return Object.entries(expected).map(([name, value]) => this.differs(value, got[name], `${path}/${name}`, unordered, extra)).find(Boolean) ?? '';
    }
    return got === expected ? '' : `${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`;
  }
  /// The first difference between the answer and its vector, or nothing.
  async play(vector, { runs }) {
    const { id, request, response, dormouse, unordered, capture } = vector;
    const raw = request.body_json ? JSON.stringify(this.fillAll(request.body_json)) : request.body_raw && this.fill(request.body_raw);
    const headers = this.fillAll(request.headers ?? {});
    if (request.body_json && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) headers['content-type'] = 'application/json';
    const began = Date.now(), before = runs();
    const answer = await exchange(this.port, { method: request.method, path: this.fill(request.path), headers, body: raw && Buffer.from(raw) });
    const seconds = (Date.now() - began) / 1000;
    let json;
    try { json = JSON.parse(answer.body); } catch { /* not every answer is JSON */ }
    this.capture(capture, json);
    const [, own] = kOwnAnswers[id] ?? [];
    const expect = own?.status ? own : dormouse?.expect;
    const status = expect?.status ?? response.status;
    if (answer.status !== status) return `status ${answer.status} instead of ${status}: ${answer.body.slice(0, 200)}`;
    if (expect) {
      if (id.startsWith('gateway.') && !kDecisions[id]) return 'differs from the recording without a decision';
      if (expect.error && `${json?.group}.${json?.code}` !== expect.error) return `error ${answer.body.slice(0, 200)}`;
      if (expect.error && vector.group === 'gateway' && answer.headers['x-rivet-error'] !== expect.error) return `x-rivet-error ${answer.headers['x-rivet-error']}`;
      if (expect.body_raw && answer.body !== expect.body_raw) return `body ${answer.body.slice(0, 80)}`;
      const rule = kDecisions[id]?.[1];
      if (rule && !rule({ echo: json, headers: answer.headers, runs: runs() - before, seconds })) return `not ${kDecisions[id][0]}: ${answer.body.slice(0, 300)} ${JSON.stringify(answer.headers)} ${runs() - before} runs ${seconds} s`;
      return '';
    }
    for (const [name, value] of Object.entries(response.headers ?? {})) {
      const got = answer.headers[name];
      if (name === 'vary') {
        const parts = (list) => [list ?? []].flat().join(',').split(',').map((part) => part.trim().toLowerCase()).filter(Boolean).sort().join();
        // Answers of the API say what they depend on; the reference names three headers, one of which is enough.
        if (vector.group === 'gateway' && vector.response.headers['access-control-allow-origin'] && parts(got) !== parts(value)) return `vary: ${parts(got)} instead of ${parts(value)}`;
        continue;
      }
      // Pages also name their character set.
      const problem = value === 'text/html' ? (got?.startsWith(value) ? '' : `${name}: ${got}`) : this.textDiffers(value, got, name);
      if (problem) return problem;
    }
    // Additions of this engine: its version, error texts of actors, that a missing actor was destroyed, the client's address
    // for the actor, and the pool setting where both rivetkit lines read it.
    const extra = (name, path) => ['dormouse_version', 'error', 'drain_on_version_upgrade'].includes(name) || (path === '' && name === 'metadata') || (path === '/headers' && name === 'x-forwarded-for');
    const replaced = (key, value) => (own && key in own ? own[key] : value);
    const wanted = response.body_json && JSON.parse(JSON.stringify(response.body_json), replaced);
    if (wanted) return this.differs(wanted, json, '', Boolean(unordered) || id.startsWith('namespaces.limit'), extra);
    return response.body_raw === undefined ? '' : this.textDiffers(response.body_raw, answer.body, 'body');
  }
}

async function fakeServerless() {
  const answers = {
    good: (out) => out.end('{"runtime":"rivetkit","version":"2.0.33","actorNames":{"counter":{"metadata":{}}},"runner":{"kind":{"serverless":{}}}}'),
    err500: (out) => out.writeHead(500).end('e'.repeat(2000)),
    notjson: (out) => out.end('<html>'),
    wrongrt: (out) => out.end('{"runtime":"other","version":"1"}'),
    slow: (out) => setTimeout(() => out.end(), 12_000),
  };
  const server = http.createServer((request, out) => (answers[/^\/(\w+)\/metadata$/.exec(request.url)?.[1]] ?? ((o) => o.writeHead(404).end('nope')))(out));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const replay = (kind) => async (w) => {
  w.engine = await w.newEngine({
    guard: { enable_websocket_health_route: true, trust_forwarded_for: true, actor_ready_timeout_ms: 4000 },
    pegboard: { gateway_websocket_open_timeout_ms: 2000 },
    ...(kind === 'auth' && { auth: { admin_token: 'secret' } }),
  });
  const { port } = w.engine;
  const server = await fakeServerless();
  w.extra.push(() => { server.closeAllConnections(); server.close(); });
  const closed = await fakeServerless();
  const closedPort = closed.address().port;
  closed.close();
  const values = { engine_url: `http://127.0.0.1:${port}`, engine_host: `127.0.0.1:${port}`, engine_hostname: '127.0.0.1', fake_serverless: `127.0.0.1:${server.address().port}`, closed_port: `127.0.0.1:${closedPort}` };
  // SDK 2.2.1 makes its own runner key.
  if (w.sdk === 'v7') values['key-a'] = '<text>';
  const player = new Replay(port, values);
  const runs = () => (w.runner ? w.runner.count('http', { actorId: values.actor_1 }) : 0);
  /// What the recording did before a request.
  const before = {
    async 'runners.list'() { w.runner = await w.newRunner(w.engine, 'spec-pool', { key: 'key-a', names: { 'spec-actor': { metadata: { kind: 'test' } } }, metadata: { note: 'spec', sdk: 'engine-runner' } }); },
    'actors.get_by_id': () => w.runner.wait('start', { actorId: values.actor_1 }).then(() => wait(300)),
    'actors.kv_get': () => fetch(`${w.engine.url}/gateway/${values.actor_1}/kvput`),
    'actors.get_sleeping': () => w.runner.wait('start', { actorId: values.actor_1 }, 3).then(() => w.sleep(values.actor_1)),
    // Here the engine really sleeps the actor (actors.sleep_v1), so the recording's running actor has to be woken.
    'actors.reschedule_v1': () => fetch(`${w.engine.url}/gateway/${values.actor_1}/wake`),
  };
  const problems = [];
  for (const vector of vectors) {
    if (vector.engine !== kind) continue;
    await before[vector.id]?.();
    const problem = await player.play(vector, { runs }).catch((error) => error.message);
    if (problem) problems.push(`${vector.id}: ${problem}`);
  }
  if (problems.length) throw new Error(`${problems.length} differ:\n  ${problems.join('\n  ')}`);
  await until(() => !w.runner || w.runner.exited === null, 'the runner to live');
};

export const httpVectors = {
  http_vectors: within(240, replay('open')),
  http_vectors_auth: replay('auth'),
};
