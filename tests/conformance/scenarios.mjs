// SPDX-License-Identifier: Apache-2.0
// Every scenario runs with both SDKs. Names follow the acceptance lists where one asks for the case.
import { randomBytes } from 'node:crypto';
import { gatewayVectors } from './gatewayws.mjs';
import { hibernation } from './hibernation.mjs';
import { httpVectors } from './httpvectors.mjs';
import { lifecycle } from './lifecycle.mjs';
import { load } from './load.mjs';
import { serverless } from './serverless.mjs';
import { Client, Relay, check, equal, until } from './harness.mjs';

async function echoInOrder(client, count, received) {
  for (let i = 0; i < count; i++) client.send(`m${i}`);
  await until(() => client.closed || received().length >= count, `${count} echoes`, 90_000);
  check(!client.closed, `closed after ${received().length} echoes: ${JSON.stringify(client.closed)}`);
  const got = received();
  for (let i = 0; i < count; i++) if (got[i] !== `echo:m${i}`) throw new Error(`echo ${i} is ${got[i]}`);
  equal(got.length, count, 'number of echoes');
}
const echoes = (client) => () => client.messages.filter((m) => typeof m === 'string' && m.startsWith('echo:'));

export const scenarios = {
  async connect_shows_runner(w) {
    await w.shared();
    const { body } = await w.engine.api('GET', '/runners?namespace=default&name=pool');
    equal(body.runners.length, 1, 'runners');
    equal([body.runners[0].total_slots, body.runners[0].version, body.runners[0].metadata], [10_000, 1, { purpose: 'conformance' }], 'runner');
    const names = await w.engine.api('GET', '/actors/names?namespace=default');
    equal(names.body.names.counter, { metadata: { kind: 'test' } }, 'prepopulated name');
  },
  async create_starts_generation_zero(w) {
    const id = await w.actor({ key: 'created', input: Buffer.from('in put').toString('base64') });
    const [start] = w.runner.seen('start', { actorId: id });
    equal([start.generation, start.name, start.key, start.input], [0, 'counter', 'created', 'in put'], 'start command');
    const actor = await until(async () => { const a = await w.engine.actor(id); return a.connectable_ts && a; }, 'connectable');
    equal(actor.start_ts, actor.connectable_ts, 'start_ts');
  },
  async get_or_create_by_key(w) {
    await w.shared();
    const body = { name: 'counter', key: 'one', runner_name_selector: 'pool', crash_policy: 'sleep' };
    const answers = await Promise.all(Array.from({ length: 16 }, () => w.engine.api('PUT', '/actors?namespace=default', body)));
    equal(answers.filter((a) => a.body.created).length, 1, 'created');
    equal(new Set(answers.map((a) => a.body.actor.actor_id)).size, 1, 'ids');
    const duplicate = await w.engine.api('POST', '/actors?namespace=default', body);
    equal([duplicate.status, duplicate.body.code], [400, 'duplicate_key'], 'duplicate');
  },
  async list_and_destroy(w) {
    const id = await w.actor({ name: 'listed' });
    let list = await w.engine.api('GET', '/actors?namespace=default&name=listed');
    equal(list.body.actors.map((a) => a.actor_id), [id], 'list');
    equal((await w.engine.api('DELETE', `/actors/${id}?namespace=default`)).status, 200, 'delete');
    await w.runner.wait('stop', { actorId: id });
    list = await w.engine.api('GET', '/actors?namespace=default&name=listed');
    equal(list.body.actors.length, 0, 'list after destroy');
    check((await w.engine.actor(id)).destroy_ts, 'destroy_ts');
    equal((await fetch(`${w.engine.url}/gateway/${id}/x`)).status, 404, 'gateway after destroy');
  },
  async http_get_by_path(w) {
    const id = await w.actor();
    const answer = await fetch(`${w.engine.url}/gateway/${id}/a/b%2Fc?x=1`);
    equal([answer.status, await answer.text(), answer.headers.get('x-actor')], [200, 'hello /a/b%2Fc', '1'], 'answer');
    check(answer.headers.get('x-rivet-ray-id')?.length === 30, 'ray id');
  },
  async http_by_header(w) {
    const id = await w.actor();
    const answer = await fetch(`${w.engine.url}/x/headers?q=2`, { headers: { 'x-rivet-target': 'actor', 'x-rivet-actor': id, 'x-own': 'v' } });
    const seen = await answer.json();
    equal([seen.path, seen.headers['x-own']], ['/x/headers?q=2', 'v'], 'what the actor saw');
  },
  async http_post_megabyte(w) {
    const id = await w.actor();
    const body = randomBytes(1 << 20);
    const answer = await fetch(`${w.engine.url}/gateway/${id}/body`, { method: 'POST', body });
    check(Buffer.from(await answer.arrayBuffer()).equals(body), 'body came back');
  },
  async http_statuses_and_errors(w) {
    const id = await w.actor();
    equal((await fetch(`${w.engine.url}/gateway/${id}/status?c=418`)).status, 418, 'actor status');
    equal((await fetch(`${w.engine.url}/gateway/${id}/throw`)).status, 500, 'handler throws');
    const unknown = await fetch(`${w.engine.url}/gateway/${'9myf9pdys3grng3vfjoi9xw3k0cl00'}/x`);
    equal([unknown.status, (await unknown.json()).code, unknown.headers.get('x-rivet-error')], [404, 'not_found', 'actor.not_found'], 'unknown actor');
    equal((await fetch(`${w.engine.url}/gateway/zzz/x`)).status, 400, 'malformed id');
  },
  async http_500_requests(w) {
    const id = await w.actor();
    const answers = await Promise.all(Array.from({ length: 500 }, async (_, i) => (await fetch(`${w.engine.url}/gateway/${id}/n${i}`)).text()));
    answers.forEach((text, i) => equal(text, `hello /n${i}`, 'answer'));
  },
  async ws_text_and_binary(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    client.send('hé');
    await client.message('echo:hé');
    const data = randomBytes(1000);
    client.send(data);
    await client.message((m) => Buffer.isBuffer(m) && m.equals(data));
    client.close(1000);
    await client.waitClosed();
  },
  async ws_one_megabyte(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    const data = randomBytes(1 << 20);
    client.send(data);
    await client.message((m) => Buffer.isBuffer(m) && m.equals(data));
    client.send('x'.repeat(1 << 20));
    await client.message(`echo:${1 << 20}`);
    client.close();
  },
  async ws_by_protocol_target(w) {
    const id = await w.actor();
    const client = await new Client(`${w.engine.url}/plain?y=1`, { protocols: ['rivet', 'rivet_target.actor', `rivet_actor.${id}`] }).opened();
    const [open] = w.runner.seen('open', { actorId: id });
    equal(open.path, '/plain?y=1', 'path');
    client.close();
  },
  async ws_without_protocol(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain', { protocols: [] }).opened();
    equal(client.socket.protocol, '', 'protocol');
    client.close();
  },
  async ws_order_10000(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain/quiet').opened();
    await echoInOrder(client, 10_000, echoes(client));
    client.close();
  },
  async ws_order_10000_hibernatable(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib/quiet').opened();
    await echoInOrder(client, 10_000, echoes(client));
    client.close();
  },
  async ws_messages_right_after_open(w) {
    const id = await w.actor();
    const client = w.client(id, '/hib');
    client.socket.on('open', () => { for (let i = 0; i < 5; i++) client.send(`m${i}`); });
    await until(() => echoes(client)().length >= 5, 'five echoes');
    equal(echoes(client)(), [0, 1, 2, 3, 4].map((i) => `echo:m${i}`), 'echoes');
    client.close();
  },
  async ws_close_from_client(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    client.close(4000, 'custom');
    const [close] = await w.runner.wait('close', { actorId: id });
    equal([close.code, close.reason], [4000, 'custom'], 'at the actor');
    equal(await client.waitClosed(), { code: 4000, reason: 'custom' }, 'at the client');
  },
  async ws_close_from_actor(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    client.send('close:4001:server says');
    equal(await client.waitClosed(), { code: 4001, reason: 'server says' }, 'close');
  },
  async ws_dropped_client_is_reported(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    client.socket.terminate();
    const [close] = await w.runner.wait('close', { actorId: id });
    equal([close.code, close.reason], [1011, 'ws.downstream_closed'], 'at the actor');
  },
  async ws_unknown_actor_is_closed(w) {
    await w.shared();
    const client = w.client('9myf9pdys3grng3vfjoi9xw3k0cl00', '/plain');
    const closed = await client.waitClosed();
    check(closed.code === 1011 && /^actor\.not_found#.{30}$/.test(closed.reason), JSON.stringify(closed));
  },
  async held_data_survives_retry(w) {
    const id = await w.actor();
    const client = w.client(id, '/hib/flaky');
    client.socket.on('open', () => { for (let i = 0; i < 5; i++) client.send(`m${i}`); });
    await until(() => client.closed || echoes(client)().length >= 5, 'five echoes after two refusals');
    equal(echoes(client)(), [0, 1, 2, 3, 4].map((i) => `echo:m${i}`), 'echoes');
    client.close();
  },
  async sleep_closes_plain_socket(w) {
    const id = await w.actor();
    const client = await w.client(id, '/plain').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    equal(await client.waitClosed(), { code: 1000, reason: 'actor.stopped' }, 'close');
    await w.asleep(id);
  },
  async hib_message_wakes_exactly_once(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    client.send('m1');
    await client.message('echo:m1');
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    check(!client.closed, 'client stays connected');
    client.send('m2');
    await client.message('echo:m2');
    client.send('m3');
    await client.message('echo:m3');
    equal([w.runner.count('open', { actorId: id }), w.runner.count('restored', { actorId: id }), w.runner.count('start', { actorId: id })], [1, 1, 2], 'opens, restores, starts');
    equal(w.runner.seen('message', { actorId: id }).map((m) => m.index), [1, 2, 3], 'indices');
    client.close();
    await w.runner.wait('close', { actorId: id });
  },
  async hib_50_sockets(w) {
    const id = await w.actor();
    const clients = await Promise.all(Array.from({ length: 50 }, () => w.client(id, '/hib').opened()));
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    clients.forEach((client, i) => client.send(`c${i}`));
    await Promise.all(clients.map((client, i) => client.message(`echo:c${i}`)));
    clients.forEach((client, i) => equal(echoes(client)(), [`echo:c${i}`], 'echoes'));
    equal([w.runner.count('open', { actorId: id }), w.runner.count('restored', { actorId: id }), w.runner.count('start', { actorId: id })], [50, 50, 2], 'opens, restores, starts');
    clients.forEach((client) => client.close());
    await w.runner.wait('close', { actorId: id }, 50);
  },
  async hib_20_messages_while_asleep_in_order(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    for (let i = 0; i < 20; i++) client.send(`m${i}`);
    await until(() => echoes(client)().length >= 20, '20 echoes');
    equal(echoes(client)(), Array.from({ length: 20 }, (_, i) => `echo:m${i}`), 'echoes');
    equal(w.runner.count('message', { actorId: id }), 20, 'deliveries');
    client.close();
  },
  async hib_send_while_stopping_not_lost(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    for (let i = 0; i < 10; i++) client.send(`a${i}`);
    w.runner.send({ do: 'sleep', actorId: id });
    for (let i = 0; i < 50; i++) { client.send(`b${i}`); await new Promise((done) => setImmediate(done)); }
    await until(() => echoes(client)().length >= 60, '60 echoes');
    equal(echoes(client)(), [...Array.from({ length: 10 }, (_, i) => `echo:a${i}`), ...Array.from({ length: 50 }, (_, i) => `echo:b${i}`)], 'echoes');
    client.close();
  },
  async hib_index_continuous_over_10_cycles(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    for (let i = 0; i < 10; i++) {
      w.runner.send({ do: 'sleep', actorId: id });
      await w.asleep(id);
      client.send(`m${i}`);
      await client.message(`echo:m${i}`);
    }
    equal(w.runner.seen('message', { actorId: id }).map((m) => m.index), Array.from({ length: 10 }, (_, i) => i + 1), 'indices');
    equal((await w.engine.actor(id)).error ?? null, null, 'an ordinary sleep is no crash');
    client.close();
  },
  async hib_unacked_are_resent_on_wake(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib/noack').opened();
    client.send('m1');
    await client.message('echo:m1');
    w.runner.send({ do: 'sleep', actorId: id });
    await w.runner.wait('start', { actorId: id }, 2); // unacknowledged, so it is woken at once
    client.send('m2');
    await client.message('echo:m2');
    equal(w.runner.seen('message', { actorId: id }).map((m) => m.index), [1, 2], 'the SDK drops the duplicate by its saved index');
    client.close();
  },
  async hib_close_while_asleep_reaches_actor(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    client.send('last');
    client.close(4007, 'gone');
    const [close] = await w.runner.wait('close', { actorId: id });
    equal([close.code, close.reason], [4007, 'gone'], 'close at the actor');
    equal(w.runner.seen('message', { actorId: id }).map((m) => m.text), ['last'], 'what was sent before the close');
  },
  async hib_tcp_drop_while_asleep_reaches_actor(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    client.socket.terminate();
    const [close] = await w.runner.wait('close', { actorId: id });
    equal([close.code, close.reason], [1011, 'ws.downstream_closed'], 'close at the actor');
  },
  async hib_ping_asleep_does_not_wake(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    client.socket.ping('z');
    await until(() => client.pongs.includes('z'), 'pong');
    check((await w.engine.actor(id)).sleep_ts, 'still asleep');
    equal(w.runner.count('start', { actorId: id }), 1, 'starts');
    client.socket.terminate();
    await w.runner.wait('close', { actorId: id });
  },
  async hib_woken_by_http(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    equal(await (await fetch(`${w.engine.url}/gateway/${id}/wake`)).text(), 'hello /wake', 'http');
    client.send('after');
    await client.message('echo:after');
    equal([w.runner.count('open', { actorId: id }), w.runner.count('restored', { actorId: id })], [1, 1], 'opens, restores');
    client.close();
  },
  async hib_destroy_asleep(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    await w.engine.api('DELETE', `/actors/${id}?namespace=default`);
    const closed = await client.waitClosed(2000);
    check(closed.code === 1011 && closed.reason.startsWith('actor.not_found#'), JSON.stringify(closed));
  },
  async hib_destroy_awake(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib').opened();
    await w.engine.api('DELETE', `/actors/${id}?namespace=default`);
    const closed = await client.waitClosed(2000);
    check(closed.code === 1011 && closed.reason.startsWith('actor.not_found#'), JSON.stringify(closed));
  },
  async alarm_wakes(w) {
    const id = await w.actor();
    await fetch(`${w.engine.url}/gateway/${id}/alarm?ms=900`);
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    const starts = await w.runner.wait('start', { actorId: id }, 2);
    equal(starts[1].generation, 1, 'generation');
  },
  async kv_complete(w) {
    const id = await w.actor();
    const seen = await (await fetch(`${w.engine.url}/gateway/${id}/kv`)).json();
    equal([seen.got, seen.list, seen.range, seen.prefix, seen.after], [['1', null], ['stay', 'c'], ['a', 'b'], ['stay'], ['stay']], 'kv');
    check(seen.tooLong.includes('key is too long'), seen.tooLong);
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    equal(await (await fetch(`${w.engine.url}/gateway/${id}/kvread`)).text(), 'kept', 'after sleep');
    const read = await w.engine.api('GET', `/actors/${id}/kv/keys/${encodeURIComponent(Buffer.from('stay').toString('base64'))}?namespace=default`);
    equal(Buffer.from(read.body.value, 'base64').toString(), 'kept', 'REST');
  },
  async link_cut_keeps_actor_and_messages(w) {
    const engine = await w.newEngine();
    const relay = await new Relay(engine.port).start();
    const runner = await w.newRunner({ url: `http://127.0.0.1:${relay.port}` }, 'cut');
    const id = await engine.createActor('cut');
    const plain = await w.client(id, '/plain', {}, engine).opened();
    const hib = await w.client(id, '/hib', {}, engine).opened();
    relay.cut();
    await runner.wait('disconnected');
    plain.send('during');
    hib.send('during');
    relay.mend();
    await plain.message('echo:during');
    await hib.message('echo:during');
    plain.send('after');
    hib.send('after');
    await plain.message('echo:after');
    await hib.message('echo:after');
    equal(runner.count('start', { actorId: id }), 1, 'starts');
    equal(echoes(hib)(), ['echo:during', 'echo:after'], 'hibernatable echoes');
    relay.stop();
  },
  async runner_killed_and_back(w) {
    const engine = await w.newEngine();
    const first = await w.newRunner(engine, 'killed', { key: 'same' });
    const id = await engine.createActor('killed');
    const client = await w.client(id, '/hib', {}, engine).opened();
    client.send('m1');
    await client.message('echo:m1');
    await first.wait('acknowledged', { actorId: id });
    await first.kill();
    const second = await w.newRunner(engine, 'killed', { key: 'same', stateDir: first.options.stateDir });
    client.send('m2');
    await client.message('echo:m2', 30_000);
    check(!client.closed, 'client stays connected');
    equal([second.count('restored', { actorId: id }), second.count('open', { actorId: id })], [1, 0], 'restores, opens');
    equal(second.seen('message', { actorId: id }).map((m) => m.text), ['m2'], 'messages at the new process');
    client.close();
  },
  async runner_shutdown_moves_hws(w) {
    const engine = await w.newEngine();
    const first = await w.newRunner(engine, 'moved');
    const id = await engine.createActor('moved');
    await first.wait('start', { actorId: id });
    const client = await w.client(id, '/hib', {}, engine).opened();
    const second = await w.newRunner(engine, 'moved', { stateDir: first.options.stateDir });
    first.send({ do: 'shutdown' });
    await first.wait('stop', { actorId: id });
    client.send('moved');
    await client.message('echo:moved', 20_000);
    equal([second.count('start', { actorId: id }), second.count('restored', { actorId: id }), second.count('open', { actorId: id })], [1, 1, 0], 'starts, restores, opens at the second');
    client.close();
  },
  async engine_killed_and_restarted(w) {
    const engine = await w.newEngine();
    const runner = await w.newRunner(engine, 'restart');
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await engine.createActor('restart', { key: `k${i}` }));
    for (const id of ids) await runner.wait('start', { actorId: id });
    const before = (await engine.api('GET', '/runners?namespace=default&name=restart')).body.runners[0].runner_id;
    await engine.kill();
    await engine.start();
    await runner.wait('connected', {}, 2);
    const after = (await engine.api('GET', '/runners?namespace=default&name=restart')).body.runners[0].runner_id;
    equal(after, before, 'runner id');
    for (const id of ids) equal(await (await fetch(`${engine.url}/gateway/${id}/alive`)).text(), 'hello /alive', 'actor answers');
    equal(runner.count('start'), 5, 'nothing started twice');
    equal(runner.exited, null, 'the runner process lives');
    for (const id of ids) check((await engine.actor(id)).connectable_ts, 'connectable');
  },
  async engine_ends_cleanly_on_sigterm(w) {
    const engine = await w.newEngine();
    const runner = await w.newRunner(engine, 'term');
    const id = await engine.createActor('term');
    const client = await w.client(id, '/plain', {}, engine).opened();
    engine.process.kill('SIGTERM');
    equal(await engine.exit, { code: 0, signal: null }, 'exit');
    equal(await client.waitClosed(), { code: 1001, reason: 'ws.going_away' }, 'client close');
    equal(runner.exited, null, 'the runner process lives');
    await engine.start();
    await runner.wait('connected', {}, 2);
  },
  async hib_u16_wrap(w) {
    const id = await w.actor();
    const client = await w.client(id, '/hib/quiet').opened();
    const count = 65_545;
    let next = 0, seen = 0, wrong = null;
    client.socket.removeAllListeners('message');
    const window = 2000;
    await new Promise((done, refuse) => {
      const more = () => { while (next < count && next - seen < window) client.send(`m${next++}`); };
      client.socket.on('message', (data) => {
        const text = data.toString();
        if (!text.startsWith('echo:')) return;
        if (text !== `echo:m${seen}`) { wrong ??= `echo ${seen} is ${text}`; }
        seen += 1;
        if (seen === count) done(); else more();
      });
      client.socket.on('close', (code, reason) => refuse(new Error(`closed ${code} ${reason} after ${seen}`)));
      more();
    });
    equal(wrong, null, 'order');
    client.socket.removeAllListeners('close');
    w.runner.send({ do: 'sleep', actorId: id });
    await w.asleep(id);
    const again = new Promise((done) => client.socket.on('message', (data) => { if (data.toString() === 'echo:over') done(); }));
    client.send('over');
    await again;
    client.close();
  },
  ...hibernation,
  ...lifecycle,
  ...serverless,
  ...load,
  ...gatewayVectors,
  ...httpVectors,
};
