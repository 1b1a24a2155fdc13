// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Engine, RunnerProcess, until } from './harness.mjs';

/// One engine and one runner that the scenarios share; scenarios that break them ask for their own.
export class World {
  constructor(sdk, daemon) {
    this.sdk = sdk;
    this.daemon = daemon;
    this.number = 0;
    this.extra = [];
  }
  async shared() {
    if (!this.engine) {
      this.engine = await new Engine(this.daemon, this.config()).start();
      this.runner = await this.newRunner(this.engine, 'pool');
    }
    return this;
  }
  config(more = {}) {
    // Short lost threshold: scenarios that kill a runner need not wait 16 s.
    return { pegboard: { runner_lost_threshold: 5000, runner_lost_slack: 500, runner_eligible_threshold: 4000, runner_ping_timeout_ms: 8000, ...more } };
  }
  async newEngine(more) {
    const engine = await new Engine(this.daemon, this.config(more)).start();
    this.extra.push(() => engine.stop());
    return engine;
  }
  async newRunner(engine, pool, more = {}) {
    const stateDir = more.stateDir ?? mkdtempSync(join(tmpdir(), 'dormouse-actors-'));
    const runner = await new RunnerProcess({ sdk: this.sdk, endpoint: engine.url, pool, stateDir, key: `key-${++this.number}`, ...more }).start();
    this.extra.push(async () => { if (!runner.exited) await runner.kill(); rmSync(stateDir, { recursive: true, force: true }); });
    return runner;
  }
  async actor(more) {
    await this.shared();
    const id = await this.engine.createActor('pool', more);
    await this.runner.wait('start', { actorId: id });
    return id;
  }
  client(id, path, options, engine = this.engine) { return new Client(`${engine.url}/gateway/${id}${path}`, options); }
  async asleep(id, engine = this.engine) {
    return until(async () => { const a = await engine.actor(id); return a.sleep_ts && !a.connectable_ts; }, `actor ${id} to sleep`);
  }
  mark() { return this.runner?.events.length ?? 0; }
  since(mark) { return this.runner?.events.slice(mark) ?? []; }
  async reset() {
    const { engine, extra } = this;
    this.engine = null; this.runner = null; this.extra = [];
    for (const end of extra.reverse()) await end().catch(() => {});
    await engine?.stop().catch(() => {});
  }
  async stop() { await this.reset(); }
}
