// SPDX-License-Identifier: Apache-2.0
// Serverless pools with the real SDK behind a real HTTP endpoint: scenarios 87 to 93 of the scheduler's list, end to end.
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Console, RivetkitApp, check, equal, until } from './harness.mjs';
import { Endpoint } from './serverlessendpoint.mjs';
import { heavy, numbered, wait } from './tools.mjs';

async function serving(w, options, config, engineMore) {
  w.engine = await w.newEngine(engineMore);
  const endpoint = await new Endpoint(w, options).start();
  const answer = await endpoint.configure(w.engine, 'far', config);
  equal([answer.status, answer.body.endpoint_config_changed], [200, true], 'config');
  return endpoint;
}
const running = (w, id) => until(async () => { const a = await w.engine.actor(id); return a.connectable_ts && a; }, `actor ${id} to run`);
const get = (w, id, path = '/x') => fetch(`${w.engine.url}/gateway/${id}${path}`);
const configOf = async (w, pool = 'far') => (await w.engine.api('GET', `/runner-configs?namespace=default&runner_name=${pool}`)).body.runner_configs[pool].datacenters.default;
const runnersOf = async (w, pool = 'far') => (await w.engine.api('GET', `/runners?namespace=default&name=${pool}`)).body.runners;

async function closedPort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export const serverless = {
  serverless_actor_lives_and_leaves: heavy(3, async (w) => {
    const endpoint = await serving(w, {}, { headers: { 'x-own': 'v' } });
    equal(endpoint.starts.length, 0, 'requests before there is demand');
    const id = await w.created({ runner_name_selector: 'far' });
    const answer = await get(w, id);
    equal([answer.status, await answer.text()], [200, 'hello /x'], 'answer of the actor');
    equal(endpoint.starts.length, 1, 'requests');
    const { headers } = endpoint.starts[0];
    equal([headers['x-rivet-endpoint'], headers['x-rivet-total-slots'], headers['x-rivet-runner-name'], headers['x-rivet-namespace-name'], headers['x-own'], headers.accept],
      [w.engine.url, '10', 'far', 'default', 'v', 'text/event-stream'], 'headers of the request');
    const [runner] = await runnersOf(w);
    equal([runner.runner_id, runner.total_slots], [endpoint.starts[0].runnerId, 10], 'runner');
    const names = await w.engine.api('GET', '/actors/names?namespace=default');
    check(names.body.names.counter, 'the names of the endpoint are known');
    // Nobody needs it any more: the runner is drained, closed and its stream dropped.
    equal((await w.engine.api('DELETE', `/actors/${id}?namespace=default`)).status, 200, 'delete');
    await until(() => endpoint.starts[0].closedAt, 'the stream to be dropped');
    await endpoint.starts[0].runner.wait('stop', { actorId: id });
    await until(async () => (await runnersOf(w)).length === 0, 'the runner to be gone');
    equal(endpoint.starts.length, 1, 'requests in the end');
    check(!(await configOf(w)).runner_pool_error, 'no error is left behind');
  }),
  serverless_size_follows_demand: heavy(4, async (w) => {
    const endpoint = await serving(w, {}, { slots_per_runner: 2, runners_margin: 1, max_runners: 4 });
    await until(() => endpoint.starts.length === 1, 'the margin');
    const ids = await Promise.all(numbered(5).map(() => w.created({ runner_name_selector: 'far' })));
    for (const id of ids) await running(w, id);
    equal(endpoint.starts.length, 4, 'requests for five actors, two on each, and one more');
    await w.created({ runner_name_selector: 'far' });
    const last = await w.created({ runner_name_selector: 'far' });
    await running(w, last);
    equal(endpoint.starts.length, 4, 'requests at the limit');
    for (const id of [...w.actors]) await w.engine.api('DELETE', `/actors/${id}?namespace=default`);
    await until(() => endpoint.starts.filter((start) => !start.closedAt).length === 1, 'all but the margin to go');
  }),
  serverless_lifespan_moves_actors: heavy(3, async (w) => {
    // Where the runners keep their sockets: outside of their processes, as a serverless application has to.
    const stateDir = mkdtempSync(join(tmpdir(), 'dormouse-serverless-'));
    w.extra.push(() => rmSync(stateDir, { recursive: true, force: true }));
    const endpoint = await serving(w, { runner: { stateDir } }, { request_lifespan: 10, drain_grace_period: 4 });
    const restarting = await w.created({ runner_name_selector: 'far', crash_policy: 'restart' });
    const sleeping = await w.created({ runner_name_selector: 'far', crash_policy: 'sleep' });
    await running(w, restarting);
    await running(w, sleeping);
    const client = await w.client(sleeping, '/hib').opened();
    client.send('one');
    await client.message('echo:one');
    await until(() => endpoint.starts.length === 2, 'a replacement');
    const [first, second] = endpoint.starts;
    check(second.at - first.at > 5500 && second.at - first.at < 9000, `replaced after ${second.at - first.at} ms`);
    const moved = await until(() => second.runner?.seen('start', { actorId: restarting })[0], 'the actor to move');
    equal(moved.generation, 1, 'generation');
    check(!first.closedAt, 'the old stream stays during the grace');
    client.send('two');
    await client.message('echo:two');
    check(!client.closed, 'the socket has survived the move');
    equal(endpoint.hostOf(sleeping), second.runner, 'host of the actor with the socket');
    await until(() => first.closedAt, 'the old stream to be dropped');
    check(first.closedAt - first.at < 12_500, `dropped after ${first.closedAt - first.at} ms`);
    equal((await w.engine.actor(restarting)).error ?? null, null, 'error of the moved actor');
    check(!(await configOf(w)).runner_pool_error, 'ending our own stream is no error');
  }),
  serverless_errors_are_told: heavy(2, async (w) => {
    const kinds = {
      status: [(_, response) => response.writeHead(500).end('broken'), { serverless_http_error: { body: 'broken', status_code: 500 } }],
      redirect: [(_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), { serverless_http_error: { body: '', status_code: 302 } }],
      page: [(_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), 'serverless_connection_error'],
      payload: [(_, response) => { response.writeHead(200, { 'content-type': 'text/event-stream' }); response.write('data: !!!\n\n'); }, 'serverless_invalid_sse_payload'],
      silent: [(_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(), 'serverless_stream_ended_early'],
      hangup: [(_, response) => response.destroy(), 'serverless_connection_error'],
      unreachable: [null, 'serverless_connection_error'],
    };
    w.engine = await w.newEngine();
    await Promise.all(Object.entries(kinds).map(async ([pool, [answer, expected]]) => {
      const endpoint = await new Endpoint(w, { answer }).start();
      await endpoint.configure(w.engine, pool, answer ? {} : { url: `http://127.0.0.1:${await closedPort()}` });
      const id = await w.created({ runner_name_selector: pool });
      const began = performance.now();
      const failed = await get(w, id);
      const body = await failed.json();
      const took = performance.now() - began;
      equal([failed.status, body.group, body.code], [503, 'guard', 'actor_runner_failed'], `${pool}: answer`);
      check(took > 900 && took < 8000, `${pool}: failed after ${took} ms`);
      const error = (await configOf(w, pool)).runner_pool_error;
      if (typeof expected === 'object') equal(error, expected, `${pool}: error of the pool`);
      else check(error === expected || error?.[expected], `${pool}: error of the pool is ${JSON.stringify(error)}`);
      equal((await w.engine.actor(id)).error, { runner_pool_error: error }, `${pool}: error of the actor`);
      if (!answer) return;
      await until(() => endpoint.starts.length >= 3, `${pool}: two more attempts`);
      const gaps = [1, 2].map((i) => endpoint.starts[i].at - endpoint.starts[i - 1].at);
      check(gaps[0] > 1900 && gaps[1] > 3900, `${pool}: attempts after ${gaps} ms`);
    }));
  }),
  serverless_recovers: heavy(2, async (w) => {
    const endpoint = await serving(w, { answer: (_, response, number) => number <= 1 && response.writeHead(503).end('not yet') }, { slots_per_runner: 1 });
    const ids = [];
    for (const number of numbered(3)) {
      ids.push(await w.created({ runner_name_selector: 'far' }));
      await running(w, ids[number]);
      equal((await get(w, ids[number])).status, 200, 'answer of the actor');
      if (number === 0) check((await configOf(w)).runner_pool_error, 'one good start does not clear the error');
    }
    await until(async () => !(await configOf(w)).runner_pool_error, 'three good starts to clear the error');
    equal(endpoint.starts.length, 4, 'requests');
  }),
  serverless_config_change_and_delete: heavy(3, async (w) => {
    const old = await serving(w, {}, {});
    const id = await w.created({ runner_name_selector: 'far', crash_policy: 'restart' });
    await running(w, id);
    const same = await old.configure(w.engine, 'far');
    equal(same.body.endpoint_config_changed, false, 'the same once more');
    const fresh = await new Endpoint(w).start();
    equal((await fresh.configure(w.engine, 'far')).body.endpoint_config_changed, true, 'new URL');
    await until(() => fresh.starts[0]?.runner?.count('start', { actorId: id }), 'the actor to move');
    await until(() => old.starts[0].closedAt, 'the old stream to end');
    equal([old.starts.length, fresh.starts.length], [1, 1], 'requests');
    equal((await w.engine.api('DELETE', '/runner-configs/far?namespace=default')).status, 200, 'delete');
    await until(() => fresh.starts[0].closedAt, 'the stream to end');
    await until(async () => (await w.engine.actor(id)).pending_allocation_ts, 'the actor to wait');
    await wait(1500);
    equal(fresh.starts.length, 1, 'requests after the config was deleted');
  }),
  serverless_engine_restart: heavy(3, async (w) => {
    const endpoint = await serving(w, {}, {});
    const id = await w.created({ runner_name_selector: 'far', crash_policy: 'restart' });
    await running(w, id);
    await w.engine.kill();
    await until(() => endpoint.starts[0].closedAt, 'the stream to break');
    await w.engine.start();
    await until(() => endpoint.starts[1]?.runner?.count('start', { actorId: id }), 'the actor to start again', 60_000);
    equal((await get(w, id)).status, 200, 'answer of the actor');
  }),
  // The handler that rivetkit itself brings along, in the version whose runner speaks protocol 5.
  serverless_rivetkit_handler: Object.assign(heavy(3, async (w) => {
    w.engine = await w.newEngine();
    const port = await closedPort();
    const app = new RivetkitApp({ endpoint: w.engine.url, port, pool: 'kit' });
    w.extra.push(() => app.stop());
    const configs = async () => (await w.engine.api('GET', '/runner-configs?namespace=default&runner_name=kit')).body.runner_configs;
    const config = await until(async () => { app.check(); return (await configs()).kit?.datacenters.default; }, 'rivetkit to write its config');
    equal([config.serverless.url, config.serverless.request_lifespan, config.serverless.slots_per_runner], [`http://127.0.0.1:${port}`, 900, 10], 'config');
    const health = async () => (await w.engine.api('POST', '/runner-configs/serverless-health-check?namespace=default', { url: config.serverless.url, headers: {} })).body;
    await until(async () => { app.check(); return (await health()).success; }, 'the application to answer');
    equal(await health(), { success: { version: '2.0.33' } }, 'health of the application');
    equal((await runnersOf(w, 'kit')).length, 0, 'runners before there is demand');
    const add = async (id, by) => {
      const answer = await fetch(`${w.engine.url}/gateway/${id}/action/add`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-rivet-encoding': 'json' }, body: JSON.stringify({ args: [by] }) });
      return [answer.status, (await answer.json()).output];
    };
    const more = (key) => ({ runner_name_selector: 'kit', key: JSON.stringify([key]) });
    const first = await w.created(more('first'));
    equal(await add(first, 5), [200, 5], 'first call');
    const second = await w.created(more('second'));
    equal(await add(second, 1), [200, 1], 'call of the other actor');
    equal(await add(first, 3), [200, 8], 'second call');
    const [runner, ...others] = await runnersOf(w, 'kit');
    equal([runner.total_slots, runner.remaining_slots, others.length], [10, 8, 0], 'the runner that was started');
    // The state is the engine's: an actor that sleeps, and comes back, has it still.
    equal((await w.engine.api('POST', `/actors/${first}/sleep?namespace=default`, {})).status, 200, 'sleep');
    await w.asleep(first);
    equal(await add(first, 2), [200, 10], 'call after the sleep');
    for (const id of [first, second]) equal((await w.engine.api('DELETE', `/actors/${id}?namespace=default`)).status, 200, 'delete');
    await until(async () => (await runnersOf(w, 'kit')).length === 0, 'the runner to be let go');
    check(!(await configOf(w, 'kit')).runner_pool_error, 'no error is left behind');
    app.check();
  }), { sdk: 'v5' }),
  // "Call an action" of the console, against the library whose form it uses.
  serverless_rivetkit_console_call: Object.assign(heavy(3, async (w) => {
    w.engine = await w.newEngine();
    const port = await closedPort();
    const app = new RivetkitApp({ endpoint: w.engine.url, port, pool: 'kit' });
    w.extra.push(() => app.stop());
    await until(async () => { app.check(); return (await w.engine.api('GET', '/runner-configs?namespace=default&runner_name=kit')).body.runner_configs.kit; }, 'rivetkit to write its config');
    const console = await new Console(w.engine).opened();
    w.extra.push(() => console.close());
    const call = async (id, action, args, more) => {
      const { result, error } = await console.command('call_action', { actor_id: id, action, args, ...more });
      return error ? error.code : JSON.parse(Buffer.from(result.body_base64, 'base64')).output;
    };
    const counter = await w.created({ name: 'counter', runner_name_selector: 'kit', key: '["c"]' });
    equal(await call(counter, 'add', [5]), 5, 'an action');
    equal(await call(counter, 'add', [-2]), 3, 'another one');
    equal(await call(counter, 'gone', []), 'action.not_found', 'an action that is not there');
    const door = await w.created({ name: 'door', runner_name_selector: 'kit', key: '["d"]' });
    const name = { conn_params: { name: 'Zoë "Z" 東京' } };
    equal(await call(door, 'who', []), 'user.nameless', 'without parameters');
    equal(await call(door, 'who', [], { conn_params: null }), 'user.nameless', 'with none');
    equal(await call(door, 'who', [], name), name.conn_params, 'parameters as the actor sees them');
    equal(await call(door, 'echo', [1, 'two', { three: [null, true] }], name), [1, 'two', { three: [null, true] }], 'arguments');
    // The library has a form of its own for lists of two that begin with a $.
    equal(await call(door, 'echo', ['$5', 1], name), ['$$5', 1], 'arguments that look like that form');
    equal(await call(door, 'echo', [['$6', ['$7', 2]], 0, { n: ['$BigInt', '7'] }], name), [['$$6', ['$$7', 2]], 0, { n: ['$BigInt', '7'] }], 'nested ones');
    equal(await call(door, 'big', [], name), [['$BigInt', '12345678901234567890'], ['$Uint8Array', 'AQID']], 'what JSON has no word for');
    equal(await call(door, 'none', [], name), undefined, 'an action without a result');
    equal(await call(door, 'refuse', [], name), 'user.closed', 'an error of the application');
    equal(await call(door, 'open up/ä', ['me'], name), 'opened by me', 'a name that has to be escaped');
    // It wakes who sleeps.
    equal((await w.engine.api('POST', `/actors/${counter}/sleep?namespace=default`, {})).status, 200, 'sleep');
    await w.asleep(counter);
    equal(await call(counter, 'add', [4]), 7, 'call of a sleeper');
    app.check();
  }), { sdk: 'v5' }),
  serverless_health_check: async (w) => {
    w.engine = await w.newEngine();
    const endpoint = await new Endpoint(w).start();
    const ask = async (url) => (await w.engine.api('POST', '/runner-configs/serverless-health-check?namespace=default', { url, headers: {} })).body;
    equal(await ask(endpoint.url), { success: { version: '2.0.33' } }, 'healthy');
    equal((await ask(`http://127.0.0.1:${endpoint.port}/none`)).failure.error.metadata, { body: 'nothing here', kind: 'non_success_status', status_code: 404 }, 'status');
    equal((await ask(`http://127.0.0.1:${await closedPort()}`)).failure.error.metadata.kind, 'request_failed', 'unreachable');
    await endpoint.configure(w.engine, 'far');
    await until(() => endpoint.metadataRequests >= 2, 'the metadata to be asked for');
    equal((await w.engine.api('POST', '/runner-configs/far/refresh-metadata?namespace=default', {})).status, 200, 'refresh');
    equal(endpoint.metadataRequests, 3, 'metadata requests');
  },
};
