// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.mjs';
import { Suite, World } from './world.mjs';

const usage = 'usage: node run.mjs --sdk v5|v7 --daemon PATH [--only REGEX] [--load] [--jobs N] [--summary FILE]';
const { values } = parseArgs({ options: {
  sdk: { type: 'string' }, daemon: { type: 'string' }, only: { type: 'string' }, summary: { type: 'string' },
  jobs: { type: 'string', default: '12' }, load: { type: 'boolean', default: false },
} });
if (!['v5', 'v7'].includes(values.sdk) || !values.daemon) {
  console.error(usage);
  process.exit(2);
}
const only = values.only && new RegExp(values.only);
const suite = new Suite(values.sdk, values.daemon, { load: values.load });
let passed = 0, failed = 0;

async function run(name, scenario) {
  const world = new World(suite);
  const started = Date.now();
  const limit = scenario.limit ?? 120;
  let deadline;
  try {
    await Promise.race([
      scenario(world),
      new Promise((_, refuse) => { deadline = setTimeout(() => refuse(new Error(`scenario exceeded ${limit} s`)), limit * 1000); }),
    ]);
    passed += 1;
    console.log(`ok      ${values.sdk} ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${values.sdk} ${name} (${Date.now() - started} ms): ${error.message}`);
    console.log(`        runner events: ${JSON.stringify(world.seen()).slice(0, 1500)}`);
    const log = world.engine?.log.split('\n') ?? [];
    const own = log.filter((line) => world.actors.some((id) => line.includes(id)));
    if (log.length) console.log(`        engine: ${(own.length ? own : log).join('\n').slice(-1500)}`);
  } finally {
    clearTimeout(deadline);
    await world.end();
  }
}

// Most scenarios wait most of the time, so many run at once; weight says how many ordinary ones a heavy one counts for.
// Those that measure a time run one by one at the end.
const chosen = Object.entries(scenarios).filter(([name, { sdk }]) => (!only || only.test(name)) && (!sdk || sdk === values.sdk));
const together = chosen.filter(([, { alone }]) => !alone).sort(([, a], [, b]) => (b.weight ?? 1) - (a.weight ?? 1));
const jobs = Number(values.jobs);
let free = jobs;
const running = new Set();
for (const [name, scenario] of together) {
  const weight = Math.min(scenario.weight ?? 1, jobs);
  while (free < weight) await Promise.race(running);
  free -= weight;
  const job = run(name, scenario).then(() => { free += weight; running.delete(job); });
  running.add(job);
}
await Promise.all(running);
for (const [name, scenario] of chosen) if (scenario.alone) await run(name, scenario);
await suite.stop();
console.log(`conformance ${values.sdk}: ${passed} passed, ${failed} failed`);
if (values.summary) writeFileSync(values.summary, `${passed} ${failed}\n`);
process.exit(failed ? 1 : 0);
