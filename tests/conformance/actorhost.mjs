// SPDX-License-Identifier: Apache-2.0
// One runner process: an unmodified SDK hosting the test actor. Talks to the scenarios over the fork channel.
// The actor: sends "opened", echoes text as "echo:<text>" and binary as it is; a path with "hib" can hibernate and is
// acknowledged unless the path has "noack"; the text "sleep" puts the actor to sleep, "close:<code>:<reason>" closes.
// Further words of a path are explained where they are read.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const options = JSON.parse(process.argv[2]);
const { Runner } = await import(options.sdk === 'v5' ? 'engine-runner-v5' : 'engine-runner-v7');
mkdirSync(options.stateDir, { recursive: true });

const report = (event, details = {}) => process.send?.({ event, ...details });
const hex = (id) => Buffer.from(id).toString('hex');
const bytes = (text) => { const b = Buffer.from(text, 'hex'); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };

// Sockets that may hibernate, per actor, kept on disk so that a killed process finds them again.
const stateFile = (actorId) => join(options.stateDir, `${actorId}.json`);
const loaded = new Map();
function sockets(actorId) {
  if (!loaded.has(actorId))
    loaded.set(actorId, existsSync(stateFile(actorId)) ? JSON.parse(readFileSync(stateFile(actorId))) : {});
  return loaded.get(actorId);
}
function save(actorId) {
  writeFileSync(`${stateFile(actorId)}.new`, JSON.stringify(sockets(actorId)));
  renameSync(`${stateFile(actorId)}.new`, stateFile(actorId));
}

// The SDKs leave the promise of a start that failed unhandled. Applications catch that, or their process ends.
process.on('unhandledRejection', (reason) => report('unhandled', { reason: String(reason) }));

// How an actor behaves: {refuse, startMs, startExits, startThrows, loadThrows, hang, stopMs, sleepAfterStart, forgetful}, from
// its input when that is JSON, or set by the scenario. Counters count down.
const modes = new Map(Object.entries(options.modes ?? {}));
function mode(actorId, input) {
  if (!modes.has(actorId)) modes.set(actorId, input?.startsWith('{') ? JSON.parse(input) : {});
  return modes.get(actorId);
}
const takes = (from, counter) => from[counter] > 0 && from[counter]-- > 0;
const live = new Set();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const answers = {
  async echo(url, request) {
    const body = Buffer.from(await request.arrayBuffer());
    return Response.json({ method: request.method, path: url.pathname + url.search, headers: Object.fromEntries(request.headers), body_len: body.length, ...(body.length < 500 && { body: body.toString() }) }, { headers: { 'x-actor': '1' } });
  },
  throw: () => { throw new Error('thrown on purpose'); },
  async slow(url) { await wait(Number(url.searchParams.get('ms'))); return new Response('slow done'); },
  body: async (_url, request) => new Response(await request.arrayBuffer()),
  status: (url) => new Response('s', { status: Number(url.searchParams.get('c')) }),
  big: (url) => new Response('b'.repeat(Number(url.searchParams.get('n')))),
  503: (url) => new Response('Actor not found', { status: 503, headers: { 'x-rivet-error': url.searchParams.get('e') } }),
  cookie: () => new Response('c', { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['vary', 'accept'], ['access-control-allow-origin', 'https://own.example'], ['x-from-actor', '1']] }),
  hopresp: (url) => new Response('hop', { headers: Object.fromEntries(url.searchParams) }),
  sse() {
    const events = new ReadableStream({ async start(out) {
      for (let i = 1; i <= 3; i++) { if (i > 1) await wait(300); out.enqueue(new TextEncoder().encode(`data: ${i}\n\n`)); }
      out.close();
    } });
    return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  },
  headers: (url, request) => Response.json({ headers: Object.fromEntries(request.headers), path: url.pathname + url.search }),
  kv: async (_url, _request, runner, actorId) => Response.json(await kv(runner, actorId)),
  async kvread(url, _request, runner, actorId) {
    const [value] = await runner.kvGet(actorId, [Buffer.from(url.searchParams.get('k') ?? 'stay')]);
    return new Response(value ? Buffer.from(value) : 'gone');
  },
  async kvput(url, _request, runner, actorId) {
    await runner.kvPut(actorId, [[Buffer.from(url.searchParams.get('k') ?? 'k1'), Buffer.from(url.searchParams.get('v') ?? 'v1')]]);
    return new Response('stored');
  },
  sleep(_url, _request, runner, actorId) { runner.sleepActor(actorId); return new Response('sleeping'); },
  alarm(url, _request, runner, actorId) { runner.setAlarm(actorId, Date.now() + Number(url.searchParams.get('ms'))); return new Response('armed'); },
};

async function onFetch(runner, actorId, _gateway, _request, request) {
  const url = new URL(request.url);
  if (!url.pathname.includes('quiet')) report('http', { actorId, method: request.method, path: url.pathname + url.search });
  const answer = answers[url.pathname.slice(url.pathname.lastIndexOf('/') + 1)];
  return answer ? answer(url, request, runner, actorId) : new Response(`hello ${url.pathname}`, { headers: { 'x-actor': '1' } });
}

async function kv(runner, actorId) {
  const key = (text) => new Uint8Array(Buffer.from(text));
  await runner.kvPut(actorId, [[key('a'), key('1')], [key('b'), key('2')], [key('c'), key('3')], [key('stay'), key('kept')]]);
  const got = await runner.kvGet(actorId, [key('a'), key('missing')]);
  const list = await runner.kvListAll(actorId, { reverse: true, limit: 2 });
  const range = await runner.kvListRange(actorId, key('a'), key('c'), true);
  const prefix = await runner.kvListPrefix(actorId, key('s'));
  await runner.kvDelete(actorId, [key('a'), key('b'), key('c')]);
  const after = await runner.kvListAll(actorId);
  const names = (entries) => entries.map(([k]) => Buffer.from(k).toString());
  let tooLong = '';
  try { await runner.kvPut(actorId, [[new Uint8Array(3000), key('x')]]); } catch (error) { tooLong = String(error.message ?? error); }
  return { got: got.map((v) => v && Buffer.from(v).toString()), list: names(list), range: names(range), prefix: names(prefix), after: names(after), tooLong };
}

async function onWebSocket(runner, actorId, ws, gatewayId, requestId, _request, path, headers, isHibernatable, isRestoring) {
  const id = hex(requestId);
  const how = mode(actorId);
  const lazy = path.includes('lazy'); // stored when the actor stops, not before
  report(isRestoring ? 'restored' : 'asked', { actorId, id, path });
  if (isRestoring && path.includes('restorethrows')) throw new Error('not restored on purpose');
  if (!isRestoring) {
    if (path.includes('rejectws')) throw new Error('refused on purpose');
    if (path.includes('hangopen')) await new Promise(() => {});
    if (path.includes('slowopen')) await wait(3000);
    how.refuse ??= path.includes('flaky') ? 2 : 0;
    if (takes(how, 'refuse')) throw new Error('refused on purpose');
    report('open', { actorId, id, path, headers, hibernatable: isHibernatable });
  }
  if (isHibernatable && !isRestoring) {
    sockets(actorId)[id] = { gatewayId: hex(gatewayId), requestId: id, path, headers, clientMessageIndex: 0, serverMessageIndex: 0 };
    if (!lazy) save(actorId);
  }
  const quiet = path.includes('quiet');
  const acknowledge = () => {
    const current = sockets(actorId)[id];
    if (!current || acknowledged === current.serverMessageIndex) return;
    acknowledged = current.serverMessageIndex;
    if (!lazy) save(actorId);
    runner.sendHibernatableWebSocketMessageAck(gatewayId, requestId, acknowledged);
    if (!quiet) report('acknowledged', { actorId, id, index: acknowledged });
  };
  // "debounce" acknowledges as rivetkit does: 5 s after the first message, or after 500 000 bytes. "cumulative=N" every Nth.
  const every = Number(/cumulative=(\d+)/.exec(path)?.[1] ?? 1);
  let acknowledged = 0, due = false, bytes = 0, timer = null;
  function handled(size) {
    if (path.includes('debounce')) {
      bytes += size;
      if (bytes >= 500_000) { clearTimeout(timer); timer = null; bytes = 0; acknowledge(); }
      else timer ??= setTimeout(() => { timer = null; bytes = 0; acknowledge(); }, 5000);
    } else if (!due && sockets(actorId)[id].serverMessageIndex % every === 0) {
      due = true;
      setImmediate(() => { due = false; acknowledge(); });
    }
  }
  ws.addEventListener('open', () => ws.send('opened'));
  // What was handled before is not shown again, so an acknowledgement that went down with the actor is repeated here.
  if (isRestoring && !path.includes('noack') && !how.forgetful) setImmediate(acknowledge);
  ws.addEventListener('message', (event) => {
    // The SDK may show a message to an actor that has just stopped, when nothing can be answered any more. Not handled and
    // not stored, it comes again.
    if (!live.has(actorId)) return undefined;
    const text = typeof event.data === 'string' ? event.data : null;
    if (!quiet) report('message', { actorId, id, text: text !== null && text.length < 100 ? text : undefined, index: event.rivetMessageIndex });
    const entry = sockets(actorId)[id];
    if (entry) {
      if (!how.forgetful) entry.serverMessageIndex = event.rivetMessageIndex;
      if (!path.includes('noack')) handled(text?.length ?? event.data.length);
    }
    if (text === 'sleep') return runner.sleepActor(actorId);
    if (text === 'close') return ws.close();
    if (text?.startsWith('close:')) {
      const [, code, reason] = text.split(':');
      return ws.close(Number(code), reason);
    }
    if (path.includes('mute')) return undefined;
    if (text === null) return ws.send(event.data);
    return ws.send(text.length > 200 ? `echo:${text.length}` : `echo:${text}`);
  });
  ws.addEventListener('close', (event) => {
    report('close', { actorId, id, code: event.code, reason: event.reason });
    delete sockets(actorId)[id];
    if (!lazy) save(actorId);
  });
}

async function onStart(actorId, generation, config) {
  const input = config.input ? Buffer.from(config.input).toString() : undefined;
  const how = mode(actorId, input);
  report('start', { actorId, generation, name: config.name, key: config.key, input });
  if (live.has(actorId)) report('two_instances', { actorId, generation });
  live.add(actorId);
  if (how.startMs) await wait(how.startMs);
  if (how.hang) await new Promise(() => {});
  if (takes(how, 'startExits')) process.kill(process.pid, 'SIGKILL');
  if (takes(how, 'startThrows')) throw new Error('start hook throws on purpose');
  if (takes(how, 'loadThrows')) throw new Error('storage fails on purpose');
  const known = Object.values(sockets(actorId));
  await runner.restoreHibernatingRequests(actorId, known.map((entry) => ({ ...entry, gatewayId: bytes(entry.gatewayId), requestId: bytes(entry.requestId) })));
  if (how.sleepAfterStart) setTimeout(() => runner.sleepActor(actorId), how.sleepAfterStart);
}

const runner = new Runner({
  version: options.version ?? 1,
  endpoint: options.endpoint,
  namespace: 'default',
  totalSlots: options.totalSlots ?? 100,
  runnerName: options.pool,
  runnerKey: options.key ?? 'key-1',
  prepopulateActorNames: options.names ?? { counter: { metadata: { kind: 'test' } } },
  metadata: options.metadata ?? { purpose: 'conformance' },
  token: options.token,
  noAutoShutdown: true,
  onConnected: () => report('connected', { runnerId: runner.runnerId, serverlessInit: runner.getServerlessInitPacket() }),
  onDisconnected: (code, reason) => report('disconnected', { code, reason }),
  onShutdown: () => report('shutdown'),
  fetch: onFetch,
  websocket: onWebSocket,
  hibernatableWebSocket: { canHibernate: (_actor, _gateway, _request, request) => new URL(request.url).pathname.includes('hib') },
  onActorStart: onStart,
  onActorStop: async (actorId, generation) => {
    if (mode(actorId).stopMs) await wait(mode(actorId).stopMs);
    live.delete(actorId);
    report('stop', { actorId, generation });
    if (loaded.has(actorId)) save(actorId);
  },
});

process.on('message', async (command) => {
  if (command.do === 'sleep') runner.sleepActor(command.actorId);
  if (command.do === 'alarm') runner.setAlarm(command.actorId, command.ts);
  if (command.do === 'mode') Object.assign(mode(command.actorId), command.mode);
  if (command.do === 'forget') { delete sockets(command.actorId)[command.id]; save(command.actorId); }
  if (command.do === 'ack') {
    const { gatewayId, requestId } = sockets(command.actorId)[command.id];
    runner.sendHibernatableWebSocketMessageAck(bytes(gatewayId), bytes(requestId), command.index);
  }
  if (command.number) report('told', { number: command.number });
  if (command.do === 'shutdown') { await runner.shutdown(false, false); report('shutdown_done'); }
});
process.on('disconnect', () => process.exit(0));
await runner.start();
