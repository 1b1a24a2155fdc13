// SPDX-License-Identifier: Apache-2.0
// One runner process: an unmodified SDK hosting the test actor. Talks to the scenarios over the fork channel.
// The actor: sends "opened", echoes text as "echo:<text>" and binary as it is; a path with "hib" can hibernate and is
// acknowledged unless the path has "noack"; the text "sleep" puts the actor to sleep, "close:<code>:<reason>" closes.
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
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
const save = (actorId) => writeFileSync(stateFile(actorId), JSON.stringify(sockets(actorId)));

const refusals = new Map();
const alarms = new Map();

async function onFetch(runner, actorId, _gateway, _request, request) {
  const url = new URL(request.url);
  report('http', { actorId, method: request.method, path: url.pathname + url.search });
  if (url.pathname.endsWith('/throw')) throw new Error('thrown on purpose');
  if (url.pathname.endsWith('/slow')) {
    await new Promise((done) => setTimeout(done, Number(url.searchParams.get('ms'))));
    return new Response('slow done');
  }
  if (url.pathname.endsWith('/body')) return new Response(await request.arrayBuffer());
  if (url.pathname.endsWith('/status')) return new Response('s', { status: Number(url.searchParams.get('c')) });
  if (url.pathname.endsWith('/headers')) return Response.json({ headers: Object.fromEntries(request.headers), path: url.pathname + url.search });
  if (url.pathname.endsWith('/kv')) return Response.json(await kv(runner, actorId));
  if (url.pathname.endsWith('/kvread')) {
    const [value] = await runner.kvGet(actorId, [Buffer.from('stay')]);
    return new Response(value ? Buffer.from(value) : 'gone');
  }
  if (url.pathname.endsWith('/sleep')) { runner.sleepActor(actorId); return new Response('sleeping'); }
  if (url.pathname.endsWith('/alarm')) {
    runner.setAlarm(actorId, Date.now() + Number(url.searchParams.get('ms')));
    return new Response('armed');
  }
  return new Response(`hello ${url.pathname}`, { headers: { 'x-actor': '1' } });
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
  if (path.includes('flaky') && !isRestoring) {
    const seen = (refusals.get(actorId) ?? 0) + 1;
    refusals.set(actorId, seen);
    if (seen <= 2) throw new Error('refused on purpose');
  }
  report(isRestoring ? 'restored' : 'open', { actorId, id, path, hibernatable: isHibernatable });
  if (isHibernatable && !isRestoring) {
    sockets(actorId)[id] = { gatewayId: hex(gatewayId), requestId: id, path, headers, clientMessageIndex: 0, serverMessageIndex: 0 };
    save(actorId);
  }
  const quiet = path.includes('quiet');
  const noAck = path.includes('noack');
  let acked = false;
  ws.addEventListener('open', () => ws.send('opened'));
  ws.addEventListener('message', (event) => {
    const text = typeof event.data === 'string' ? event.data : null;
    if (!quiet) report('message', { actorId, id, text: text !== null && text.length < 100 ? text : undefined, index: event.rivetMessageIndex });
    if (isHibernatable) {
      const entry = sockets(actorId)[id];
      if (entry) entry.serverMessageIndex = event.rivetMessageIndex;
      if (!noAck && !acked) {
        acked = true;
        setImmediate(() => {
          acked = false;
          const current = sockets(actorId)[id];
          if (!current) return;
          save(actorId);
          runner.sendHibernatableWebSocketMessageAck(gatewayId, requestId, current.serverMessageIndex);
        });
      }
    }
    if (text === 'sleep') return runner.sleepActor(actorId);
    if (text?.startsWith('close:')) {
      const [, code, reason] = text.split(':');
      return ws.close(Number(code), reason);
    }
    if (text === null) return ws.send(event.data);
    ws.send(text.length > 200 ? `echo:${text.length}` : `echo:${text}`);
  });
  ws.addEventListener('close', (event) => {
    report('close', { actorId, id, code: event.code, reason: event.reason });
    delete sockets(actorId)[id];
    save(actorId);
  });
}

const runner = new Runner({
  version: options.version ?? 1,
  endpoint: options.endpoint,
  namespace: 'default',
  totalSlots: options.totalSlots ?? 100,
  runnerName: options.pool,
  runnerKey: options.key ?? 'key-1',
  prepopulateActorNames: { counter: { metadata: { kind: 'test' } } },
  metadata: { purpose: 'conformance' },
  token: options.token,
  noAutoShutdown: true,
  onConnected: () => report('connected', { runnerId: runner.runnerId }),
  onDisconnected: (code, reason) => report('disconnected', { code, reason }),
  onShutdown: () => report('shutdown'),
  fetch: onFetch,
  websocket: onWebSocket,
  hibernatableWebSocket: { canHibernate: (_actor, _gateway, _request, request) => new URL(request.url).pathname.includes('hib') },
  onActorStart: async (actorId, generation, config) => {
    report('start', { actorId, generation, name: config.name, key: config.key, input: config.input && Buffer.from(config.input).toString() });
    const known = Object.values(sockets(actorId));
    await runner.restoreHibernatingRequests(actorId, known.map((entry) => ({ ...entry, gatewayId: bytes(entry.gatewayId), requestId: bytes(entry.requestId) })));
  },
  onActorStop: async (actorId, generation) => { report('stop', { actorId, generation }); if (loaded.has(actorId)) save(actorId); },
});

process.on('message', async (command) => {
  if (command.do === 'sleep') runner.sleepActor(command.actorId);
  if (command.do === 'alarm') runner.setAlarm(command.actorId, command.ts);
  if (command.do === 'shutdown') { await runner.shutdown(false, false); report('shutdown_done'); }
});
process.on('disconnect', () => process.exit(0));
await runner.start();
