// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Engine, Relay, RunnerProcess, until } from './harness.mjs';

/// Engines that many scenarios share, by settings. Short thresholds, so that nothing takes minutes by default.
export const kProfiles = {
  usual: {},
  limit: { pegboard: { hws_max_pending_size: 4096 } },
  ack: { pegboard: { hws_message_ack_timeout_ms: 10_000 } },
  open: { pegboard: { gateway_websocket_open_timeout_ms: 2000 } },
  answer: { pegboard: { gateway_response_start_timeout_ms: 3000 } },
  health: { guard: { enable_websocket_health_route: true } },
  patient: { pegboard: { runner_lost_threshold: 15_000, runner_lost_slack: 1000, runner_eligible_threshold: 10_000, runner_ping_timeout_ms: 15_000 } },
  threshold: { pegboard: { hibernating_request_eligible_threshold: 10_000, hibernation_flush_interval: 1000 } },
};

/// Settings of a test engine: a killed runner is missed after 5 s instead of 15 s.
export function settings({ pegboard, ...more } = {}) {
  const quick = { runner_lost_threshold: 5000, runner_lost_slack: 500, runner_eligible_threshold: 4000, runner_ping_timeout_ms: 8000 };
  return { pegboard: { ...quick, ...pegboard }, ...more };
}

/// What all scenarios of one run share: the SDK, the daemon and the engines of kProfiles, each with one runner.
export class Suite {
  constructor(sdk, daemon, { load = false } = {}) {
    this.sdk = sdk;
    this.daemon = daemon;
    this.load = load;
    this.number = 0;
    this.profiles = new Map();
    this.retired = [];
  }
  async profile(name) {
    const known = this.profiles.get(name);
    if (known) {
      const { world } = await known;
      if (world.engine.process.exitCode === null && world.engine.process.signalCode === null && !world.runner.exited) return known;
      this.retired.push(world); // others may still be using what is left of it
    }
    const made = (async () => {
      const world = new World(this);
      world.engine = await world.newEngine(kProfiles[name]);
      world.runner = await world.newRunner(world.engine, 'pool', { totalSlots: 10_000 });
      return { world };
    })();
    this.profiles.set(name, made);
    return made;
  }
  async stop() {
    for (const made of this.profiles.values()) await made.then(({ world }) => world.end(), () => {});
    for (const world of this.retired) await world.end();
  }
}

/// What one scenario sees. What it starts itself ends with it.
export class World {
  constructor(suite) {
    this.suite = suite;
    this.sdk = suite.sdk;
    this.load = suite.load;
    this.actors = [];
    this.runners = [];
    this.extra = [];
  }
  async shared(profile = 'usual') {
    if (!this.engine) {
      const { world } = await this.suite.profile(profile);
      this.engine = world.engine;
      this.runner = world.runner;
    }
    return this;
  }
  async newEngine(more) {
    const engine = await new Engine(this.suite.daemon, settings(more)).start();
    this.extra.push(() => engine.stop());
    return engine;
  }
  async newRunner(engine, pool, more = {}) {
    const stateDir = more.stateDir ?? mkdtempSync(join(tmpdir(), 'dormouse-actors-'));
    const runner = await new RunnerProcess({ sdk: this.sdk, endpoint: engine.url, pool, stateDir, key: `key-${++this.suite.number}`, ...more }).start();
    this.runners.push(runner);
    this.extra.push(async () => { if (!runner.exited) await runner.kill(); rmSync(stateDir, { recursive: true, force: true }); });
    return runner;
  }
  /// An engine and a runner of the scenario's own, as this.engine and this.runner.
  async own(more, runnerMore) {
    this.engine = await this.newEngine(more);
    this.runner = await this.newRunner(this.engine, 'pool', runnerMore);
    return this;
  }
  /// A new actor that has started; mode is what actorhost.mjs calls the actor's mode.
  async actor(more = {}, mode) {
    await this.shared();
    const id = await this.created({ ...more, ...(mode && { input: Buffer.from(JSON.stringify(mode)).toString('base64') }) });
    await this.runner.wait('start', { actorId: id });
    return id;
  }
  /// The shared engine with a runner of the scenario's own, whose link can be watched and cut: this.relay.
  async watched(profile) {
    await this.shared(profile);
    this.relay = await new Relay(this.engine.port).start();
    this.extra.push(() => this.relay.stop());
    this.pool = `watched-${++this.suite.number}`;
    this.runner = await this.newRunner({ url: `http://127.0.0.1:${this.relay.port}` }, this.pool);
    return this;
  }
  /// The rows of hibernating sockets of an actor, as the engine stores them.
  rows(id) { return this.engine.rows(`select request_id, last_ping_ts from hibernating_requests where actor_id = '${id}'`); }
  noRows(id, ms) { return until(async () => (await this.rows(id)).length === 0, `no stored socket of ${id}`, ms); }
  async created(more) {
    const id = await this.engine.createActor(this.pool ?? 'pool', more);
    this.actors.push(id);
    return id;
  }
  client(id, path, options, engine = this.engine) {
    const client = new Client(`${engine.url}/gateway/${id}${path}`, options);
    this.extra.push(() => client.socket.terminate());
    return client;
  }
  async asleep(id, engine = this.engine) {
    return until(async () => { const a = await engine.actor(id); return a.sleep_ts && !a.connectable_ts && a; }, `actor ${id} to sleep`);
  }
  /// Asks the actor to sleep and waits until it does.
  async sleep(id) {
    this.runner.send({ do: 'sleep', actorId: id });
    return this.asleep(id);
  }
  counts(id, ...events) { return events.map((event) => this.runner.count(event, { actorId: id })); }
  /// What the runners saw of this scenario, for the report of a failure.
  seen() {
    const own = this.runners.flatMap((runner) => runner.events);
    return own.length ? own : this.actors.flatMap((id) => this.runner?.byActor.get(id) ?? []);
  }
  async end() {
    for (const step of this.extra.reverse()) await Promise.resolve().then(step).catch(() => {});
    this.extra = [];
  }
}
