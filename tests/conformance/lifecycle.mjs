// SPDX-License-Identifier: Apache-2.0
// Starting, stopping, storing, answering: further rows of tests/gateway/ACCEPTANCE.md that need the real SDKs.
import http from 'node:http';
import { check, equal, until } from './harness.mjs';
import { heavy, numbered, wait } from './tools.mjs';

const deleted = (w, id) => w.engine.api('DELETE', `/actors/${id}?namespace=default`);
const destroyed = (w, id) => until(async () => (await w.engine.actor(id)).destroy_ts, `actor ${id} to be destroyed`);
const mode = (value) => ({ input: Buffer.from(JSON.stringify(value)).toString('base64') });

async function timed(w, id) {
  const began = performance.now();
  const answer = await fetch(`${w.engine.url}/gateway/${id}/x`);
  return { status: answer.status, body: await answer.json(), ms: performance.now() - began };
}

export const lifecycle = {
  async pending_timeout_fails_waiters(w) {
    w.engine = await w.newEngine({
      guard: { actor_ready_timeout_ms: 4000, actor_force_wake_pending_timeout_ms: 5000 },
      pegboard: { gateway_websocket_open_timeout_ms: 2000 },
    });
    await w.engine.api('PUT', '/runner-configs/nobody?namespace=default', { datacenters: { default: { normal: {} } } });
    const id = await w.created({ runner_name_selector: 'nobody' });
    const first = timed(w, id);
    await until(async () => (await w.engine.actor(id)).pending_allocation_ts, 'the actor to be pending');
    const socket = w.client(id, '/plain');
    await wait(2500);
    const second = timed(w, id); // when the actor falls asleep again this one has waited 2.5 s of its 4 s
    const [early, late] = [await first, await second];
    equal([early.status, early.body.group, early.body.code, early.body.metadata.actor_id], [503, 'guard', 'actor_ready_timeout', id], 'first client');
    check(early.ms >= 3900, `first client failed after ${early.ms} ms`);
    equal([late.status, late.body.code, late.body.metadata.reason], [503, 'actor_ready_timeout', 'no_capacity'], 'second client');
    check(late.ms < 3900, `second client waited ${late.ms} ms although the actor slept again`);
    const closed = await socket.waitClosed();
    check(closed.code === 1011 && closed.reason.startsWith('guard.actor_ready_timeout#'), JSON.stringify(closed));
    const actor = await w.asleep(id);
    equal(actor.error, 'no_capacity', 'error of the actor');
    w.runner = await w.newRunner(w.engine, 'nobody');
    equal((await fetch(`${w.engine.url}/gateway/${id}/y`)).status, 200, 'with a runner');
    equal((await w.engine.actor(id)).error ?? null, null, 'error afterwards');
  },
  // Scenarios 68 and 69 of the scheduler's list with real links: whatever is lost around a start, no process is ever
  // told twice to start the same generation of an actor.
  async start_is_never_repeated(w) {
    await w.watched();
    const { relay, runner } = w;
    const reconnect = async () => {
      const connected = runner.count('connected');
      relay.drop();
      await runner.wait('connected', {}, connected + 1);
    };
    const reached = (id) => until(async () => (await w.engine.actor(id)).connectable_ts, `actor ${id} to run`);
    const starts = (id) => runner.seen('start', { actorId: id }).map(({ generation }) => generation);

    relay.mute('runner');
    const alive = await w.created({ crash_policy: 'destroy' });
    await runner.wait('start', { actorId: alive });
    await reconnect();
    await reached(alive);
    equal(starts(alive), [0], 'starts of the actor whose first event was lost');

    relay.mute('runner');
    const over = await w.created({ crash_policy: 'destroy', ...mode({ startThrows: 1 }) });
    await runner.wait('stop', { actorId: over });
    await reconnect();
    await reached(over);
    equal(starts(over), [0, 1], 'starts of the actor that ended unheard');

    relay.mute('engine');
    const missed = await w.created({ crash_policy: 'destroy' });
    await until(() => relay.sent(missed) > 0, 'the start to be sent');
    await reconnect();
    await reached(missed);
    equal(starts(missed), [1], 'starts of the actor whose start was lost');

    equal(starts(alive), [0], 'starts of the first actor in the end');
    equal(runner.count('two_instances'), 0, 'second instances');
    for (const id of [alive, over, missed]) equal(await (await fetch(`${w.engine.url}/gateway/${id}/x`)).text(), 'hello /x', 'answer');
  },
  real_sdk_answers_10000: heavy(6, async (w) => {
    const id = await w.actor();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 40 });
    w.extra.push(() => agent.destroy());
    const get = (path) => new Promise((done, refuse) => {
      http.get(`${w.engine.url}/gateway/${id}${path}`, { agent }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => done(text));
      }).on('error', refuse);
    });
    let next = 0, right = 0;
    await Promise.all(numbered(40).map(async () => {
      while (next < 10_000) {
        const path = `/quiet/n${next++}`;
        if (await get(path) === `hello ${path}`) right += 1;
      }
    }));
    equal(right, 10_000, 'right answers');
  }),
  async start_stop_back_to_back(w) {
    await w.shared();
    const ids = [];
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(numbered(20).map(async (i) => {
        const id = await w.created(mode({ startMs: [0, 0, 5, 30][i % 4] }));
        ids.push(id);
        equal((await deleted(w, id)).status, 200, 'DELETE');
      }));
    }
    for (const id of ids) {
      await destroyed(w, id);
      await until(() => w.counts(id, 'start')[0] === w.counts(id, 'stop')[0], 'as many stops as starts');
      equal(w.counts(id, 'start', 'stop', 'two_instances'), [1, 1, 0], 'starts, stops, second instances');
    }
    // Sleep and wake: the next generation begins only after the one before has ended.
    const sleepers = await Promise.all(numbered(10).map(() => w.actor({}, { startMs: 3 })));
    for (let round = 0; round < 10; round++) {
      await Promise.all(sleepers.map(async (id) => {
        w.runner.send({ do: 'sleep', actorId: id });
        equal((await fetch(`${w.engine.url}/gateway/${id}/x`)).status, 200, 'woken');
      }));
    }
    for (const id of sleepers) {
      equal(w.counts(id, 'two_instances'), [0], 'second instances');
      const generations = w.runner.seen('start', { actorId: id }).map((s) => s.generation);
      equal(generations, numbered(generations.length), 'generations');
    }
  },
  async start_hook_hangs(w) {
    // The SDKs report running before they call the hook, so what hangs is the request.
    await w.shared('answer');
    const id = await w.actor({}, { hang: true });
    const answer = await timed(w, id);
    equal([answer.status, answer.body.code], [504, 'gateway_response_start_timeout'], 'request to an actor whose hook hangs');
    equal((await deleted(w, id)).status, 200, 'DELETE');
    await destroyed(w, id);
    // A process that does not get as far: no running within the start threshold.
    await w.own({ pegboard: { actor_start_threshold: 1500 } });
    w.runner.freeze();
    const stuck = await w.created();
    const actor = await w.asleep(stuck);
    check(actor.error?.runner_no_response, `error ${JSON.stringify(actor.error)}`);
    w.runner.thaw();
    equal((await fetch(`${w.engine.url}/gateway/${stuck}/x`)).status, 200, 'after the process goes on');
    await until(() => w.counts(stuck, 'stop')[0] === 1, 'the late start to be stopped');
    equal([w.runner.seen('start', { actorId: stuck }).map((s) => s.generation), ...w.counts(stuck, 'two_instances')], [[0, 1], 0], 'generations, second instances');
  },
  // A process that stood still until it was given up comes back with its actors, under a new runner id. The SDK stops them
  // by itself; told to start one of them before it has, it would forget the newer generation when the older one ends.
  frozen_process_comes_back: heavy(2, async (w) => {
    await w.own({ pegboard: { runner_update_ping_interval_ms: 200, runner_eligible_threshold: 800, runner_ping_timeout_ms: 1500, runner_lost_threshold: 2000 } });
    const id = await w.created({ ...mode({ stopMs: 700 }), crash_policy: 'restart' });
    await w.runner.wait('start', { actorId: id });
    w.runner.freeze();
    await until(async () => (await w.engine.actor(id)).pending_allocation_ts, 'the actor to wait for a runner');
    w.runner.thaw();
    const [, again] = await w.runner.wait('start', { actorId: id }, 2);
    const [stop] = w.runner.seen('stop', { actorId: id });
    check(stop && stop.at <= again.at, 'the next generation begins before the one before has ended');
    for (const number of numbered(4)) {
      equal((await fetch(`${w.engine.url}/gateway/${id}/x`)).status, 200, `request ${number}`);
      await wait(300);
    }
    equal(w.counts(id, 'two_instances'), [0], 'second instances');
    equal(w.runner.count('start', { actorId: id }), 2, 'starts');
  }),
  async start_hook_throws(w) {
    await w.shared();
    const once = mode({ startThrows: 1 });
    if (w.sdk === 'v5') {
      // SDK 2.0.33 reports OK, which without a sleep or a drain before it means that the actor has finished.
      for (const crash_policy of ['sleep', 'restart', 'destroy']) {
        const id = await w.created({ ...once, crash_policy });
        await destroyed(w, id);
        equal(w.counts(id, 'start'), [1], `starts with policy ${crash_policy}`);
      }
      return;
    }
    const sleeping = await w.created({ ...once, crash_policy: 'sleep' });
    const actor = await w.asleep(sleeping);
    check(actor.error?.crashed, `error ${JSON.stringify(actor.error)}`);
    equal((await fetch(`${w.engine.url}/gateway/${sleeping}/x`)).status, 200, 'woken');
    // The first retry comes at once, the second after the backoff of 2 s.
    const restarting = await w.created({ ...mode({ startThrows: 2 }), crash_policy: 'restart' });
    const starts = await w.runner.wait('start', { actorId: restarting }, 3);
    equal(starts.map((start) => start.generation), [0, 1, 2], 'generations');
    check(starts[2].at - starts[1].at > 1500, `third start after ${starts[2].at - starts[1].at} ms`);
    await until(async () => (await w.engine.actor(restarting)).connectable_ts, 'the restarted actor to be connectable');
    const ending = await w.created({ ...once, crash_policy: 'destroy' });
    await destroyed(w, ending);
  },
  // What the store has answered survives the death of the runner and of the engine.
  async kv_after_crash(w) {
    await w.own();
    const id = await w.actor();
    const put = (k, v) => fetch(`${w.engine.url}/gateway/${id}/kvput?k=${k}&v=${v}`).then((answer) => answer.text());
    const get = (k) => fetch(`${w.engine.url}/gateway/${id}/kvread?k=${k}`).then((answer) => answer.text());
    equal(await put('runner', 'kept'), 'stored', 'put');
    const { stateDir } = w.runner.options;
    await w.runner.kill();
    w.runner = await w.newRunner(w.engine, 'pool', { stateDir });
    equal(await get('runner'), 'kept', 'after the runner was killed');
    const stored = [];
    let running = true;
    const writer = (async () => {
      for (let i = 0; running; i++) if (await put(`k${i}`, `v${i}`).catch(() => '') === 'stored') stored.push(i);
    })();
    await until(() => stored.length >= 20, 'twenty values');
    await w.engine.kill(); // between a value and the next, at no particular place
    running = false;
    await writer;
    await w.engine.start();
    await w.runner.wait('connected', {}, 2);
    for (const i of stored) equal(await get(`k${i}`), `v${i}`, `value ${i} of ${stored.length}`);
    equal(await get('runner'), 'kept', 'the first one');
  },
};
