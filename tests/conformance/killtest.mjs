// SPDX-License-Identifier: Apache-2.0
// The engine is killed with SIGKILL at random moments under load with both SDKs: nothing that was answered is lost, nothing
// is started twice, the runner processes live on and their actors answer again soon.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check, equal, until } from './harness.mjs';
import { numbered, wait } from './tools.mjs';
import { Suite, World } from './world.mjs';

const { values } = parseArgs({ options: {
  daemon: { type: 'string' }, kills: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' }, summary: { type: 'string' },
  database: { type: 'string' },
} });
if (!values.daemon) {
  console.error('usage: node killtest.mjs --daemon PATH [--kills N] [--seed N] [--summary FILE] [--database POSTGRESQL_URL]');
  process.exit(2);
}
// The goal is 1 s; a busy machine may need longer.
const kMostSeconds = 3;
const kMostActors = 40; // per pool, besides those that only wait

/// The same numbers for the same seed (mulberry32).
function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomSource(Number(values.seed));
const pick = (list) => list[Math.floor(random() * list.length)];

async function each(items, visit) {
  const left = [...items];
  await Promise.all(numbered(8).map(async () => { while (left.length) await visit(left.pop()); }));
}

/// One pool: a runner process of one SDK, and what the engine has answered about its actors.
class Pool {
  constructor(sdk, world) { this.sdk = sdk; this.world = world; this.actors = new Map(); this.destroyed = new Map(); this.number = 0; }
  get engine() { return this.world.engine; }
  async begin() {
    this.runner = await this.world.newRunner(this.engine, this.sdk, { sdk: this.sdk, totalSlots: 10_000 });
    this.still = [];
    for (let i = 0; i < 4; i++) this.still.push(await this.create());
    for (const id of this.still) await this.runner.wait('start', { actorId: id });
    this.runnerId = (await this.row()).runner_id;
  }
  async row() { return (await this.engine.api('GET', `/runners?namespace=default&name=${this.sdk}`)).body.runners[0]; }
  async create() {
    const key = `${this.sdk}-${this.number++}`;
    const id = await this.engine.createActor(this.sdk, { key });
    this.actors.set(id, { key, tried: 0, stored: 0, open: new Set(), busy: false });
    return id;
  }
  get moving() { return [...this.actors.keys()].filter((id) => !this.still.includes(id)); }
  url(id, path) { return `${this.engine.url}/gateway/${id}${path}`; }
  /// One writer per actor, and POST, which is never replayed: a GET that was under way when its actor went to sleep may run
  /// again after a later write.
  async store(id) {
    const actor = this.actors.get(id);
    if (actor.busy) return;
    actor.busy = true;
    const value = ++actor.tried;
    actor.open.add(value); // until the answer is here it may or may not be stored
    try {
      const answer = await fetch(this.url(id, `/quiet/kvput?k=n&v=${value}`), { method: 'POST' });
      if (await answer.text() !== 'stored') return;
      actor.open.delete(value);
      actor.stored = value;
    } finally { actor.busy = false; }
  }
  async destroy(id) {
    const actor = this.actors.get(id);
    // Until the answer is here, both outcomes are right.
    this.actors.delete(id);
    if ((await this.engine.api('DELETE', `/actors/${id}?namespace=default`)).status === 200) this.destroyed.set(id, actor);
  }
  async talk(id) {
    const client = this.world.client(id, '/hib/lazy/quiet');
    await client.opened();
    client.send('x');
    await client.message('echo:x');
    client.close(1000);
  }
  /// Works until told to stop. What fails because the engine dies is not counted as answered.
  async work(running) {
    while (running()) {
      const id = pick(this.moving);
      const step = random();
      try {
        if (this.moving.length > kMostActors) await this.destroy(id);
        else if (!id || step < 0.25) await this.create();
        else if (step < 0.5) await this.store(id);
        else if (step < 0.65) this.runner.send({ do: 'sleep', actorId: id });
        else if (step < 0.75 && this.moving.length > 12) await this.destroy(id);
        else if (step < 0.85) await this.talk(id);
        else await fetch(this.url(id, '/quiet/x'));
      } catch { /* the engine is gone */ }
      await wait(1 + random() * 10);
    }
  }
  async serving() {
    await Promise.all(this.still.map((id) => until(() => fetch(this.url(id, '/quiet/alive')).then((answer) => answer.status === 200, () => false), `${this.sdk} actor ${id} to answer`)));
  }
  startedOnce() {
    const starts = new Map();
    for (const { actorId, generation } of this.runner.seen('start')) {
      const life = `${actorId} generation ${generation}`;
      check(!starts.has(life), `${this.sdk}: ${life} was started twice`);
      starts.set(life, true);
    }
    equal(this.runner.count('two_instances'), 0, `${this.sdk}: second instances of an actor`);
    for (const id of this.still) equal(this.runner.seen('start', { actorId: id }).map((start) => start.generation), [0], `${this.sdk}: starts of an actor that only waits`);
  }
  async nothingLost({ all }) {
    equal(this.runner.exited, null, `${this.sdk}: exit of the runner process`);
    equal((await this.row()).runner_id, this.runnerId, `${this.sdk}: runner id`);
    this.startedOnce();
    const get = async (id) => { const actor = await this.engine.actor(id); check(actor, `${this.sdk}: actor ${id} is gone`); return actor; };
    await each(this.actors, async ([id, { key, stored, open }]) => {
      const actor = await get(id);
      equal([actor.key, actor.destroy_ts ?? null], [key, null], `${this.sdk}: key and end of ${id}`);
      const value = await (await fetch(this.url(id, '/quiet/kvread?k=n'))).text();
      check(open.has(Number(value)) || value === (stored === 0 ? 'gone' : String(stored)), `${this.sdk}: ${id} has ${value}, ${stored} was answered last, without an answer are ${[...open]}`);
    });
    // Of what is past, the newest after each kill and everything after the last.
    const newest = (ids) => (all ? [...ids] : [...ids].slice(-60));
    await each(newest(this.destroyed.keys()), async (id) => check((await get(id)).destroy_ts, `${this.sdk}: ${id} was destroyed and is back`));
    // A start is sent after its actor is stored, so a runner never knows more than the engine.
    await each(newest(this.runner.byActor.keys()), get);
    const one = this.actors.keys().next().value;
    const again = await this.engine.api('PUT', '/actors?namespace=default', { name: 'counter', key: this.actors.get(one).key, runner_name_selector: this.sdk, crash_policy: 'sleep' });
    equal([again.body.created, again.body.actor.actor_id], [false, one], `${this.sdk}: get or create by a key from before`);
  }
}

const world = new World(new Suite('v7', values.daemon));
const kills = Number(values.kills);
let failed = 0;
const times = [];
try {
  const engine = await world.newEngine(values.database ? { database: { url: values.database } } : {});
  world.engine = engine;
  const pools = [new Pool('v5', world), new Pool('v7', world)];
  for (const pool of pools) await pool.begin();
  for (let kill = 1; kill <= kills; kill++) {
    let running = true;
    const workers = pools.flatMap((pool) => numbered(4).map(() => pool.work(() => running)));
    await wait(200 + random() * 1300);
    const connections = pools.map((pool) => pool.runner.count('connected'));
    await engine.kill();
    const began = performance.now();
    const since = () => (performance.now() - began) / 1000;
    await engine.start();
    const listening = since();
    await Promise.all(pools.map((pool, i) => pool.runner.wait('connected', {}, connections[i] + 1)));
    const connected = since();
    await Promise.all(pools.map((pool) => pool.serving()));
    const serving = since();
    running = false;
    await Promise.all(workers);
    for (const pool of pools) await pool.nothingLost({ all: kill === kills });
    times.push({ listening, connected, serving });
    const counts = pools.map((pool) => `${pool.actors.size} + ${pool.destroyed.size}`).join(', ');
    console.log(`kill ${String(kill).padStart(2)}  listening ${listening.toFixed(2)} s, runners back ${connected.toFixed(2)} s, all serving ${serving.toFixed(2)} s   actors alive + destroyed: ${counts}`);
    check(listening < kMostSeconds, `listening after ${listening} s`);
    // The SDKs try again 1.0 to 1.25 s after the loss; the engine's own part comes after that.
    check(serving - connected < kMostSeconds, `serving ${serving - connected} s after the runners were back`);
  }
  const most = (name) => Math.max(...times.map((time) => time[name])).toFixed(2);
  console.log(`ok      killtest: ${kills} kills, seed ${values.seed}; at most ${most('listening')} s to listen, ${most('connected')} s until the runners were back, ${most('serving')} s until all served`);
} catch (error) {
  failed = 1;
  console.log(`FAILED  killtest (seed ${values.seed}) after ${times.length} kills: ${error.message}`);
  console.log(world.engine?.log.slice(-3000));
} finally {
  await world.end();
}
if (values.summary) writeFileSync(values.summary, `${1 - failed} ${failed}\n`);
process.exit(failed);
