// SPDX-License-Identifier: Apache-2.0
// node run.mjs --sdk v5|v7 --daemon PATH [--only REGEX] [--summary FILE]
import { writeFileSync } from 'node:fs';
import { scenarios } from './scenarios.mjs';
import { World } from './world.mjs';

const arguments_ = Object.fromEntries(process.argv.slice(2).map((value, i, all) => [value.replace(/^--/, ''), all[i + 1]]).filter((_, i) => i % 2 === 0));
if (!['v5', 'v7'].includes(arguments_.sdk) || !arguments_.daemon) {
  console.error('usage: node run.mjs --sdk v5|v7 --daemon PATH [--only REGEX] [--summary FILE]');
  process.exit(2);
}
const only = arguments_.only && new RegExp(arguments_.only);
const world = new World(arguments_.sdk, arguments_.daemon);
let passed = 0, failed = 0;
for (const [name, scenario] of Object.entries(scenarios)) {
  if (only && !only.test(name)) continue;
  const started = Date.now();
  const mark = world.mark();
  let deadline;
  try {
    await Promise.race([
      scenario(world),
      new Promise((_, refuse) => { deadline = setTimeout(() => refuse(new Error('scenario exceeded 120 s')), 120_000); }),
    ]);
    passed += 1;
    console.log(`ok      ${arguments_.sdk} ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${arguments_.sdk} ${name}: ${error.message}`);
    console.log(`        runner events: ${JSON.stringify(world.since(mark)).slice(0, 1500)}`);
    if (world.engine?.log) console.log(`        engine: ${world.engine.log.slice(-1500)}`);
    await world.reset();
  } finally {
    clearTimeout(deadline);
  }
}
await world.stop();
console.log(`conformance ${arguments_.sdk}: ${passed} passed, ${failed} failed`);
if (arguments_.summary) writeFileSync(arguments_.summary, `${passed} ${failed}\n`);
process.exit(failed ? 1 : 0);
