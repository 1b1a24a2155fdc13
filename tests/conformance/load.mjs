// SPDX-License-Identifier: Apache-2.0
// Many actors and sockets at once. Each has a short version for every run and the full numbers behind --load.
import { check, equal, until } from './harness.mjs';
import { alone, echoes, heavy, numbered, wait, within } from './tools.mjs';

const own = async (w, actors) => {
  await w.own({}, { totalSlots: 10_000 });
  return Promise.all(numbered(actors).map(() => w.actor()));
};
/// Opens sockets in batches, so that neither side has to accept them all at once.
async function open(w, ids, each, path) {
  const clients = [];
  for (let i = 0; i < ids.length * each; i += 100)
    clients.push(...await Promise.all(numbered(Math.min(100, ids.length * each - i)).map((n) => w.client(ids[(i + n) % ids.length], path).opened())));
  return clients;
}
const sleepAll = async (w, ids) => {
  ids.forEach((actorId) => w.runner.send({ do: 'sleep', actorId }));
  await Promise.all(ids.map((id) => w.asleep(id)));
};
async function noneTwice(clients, expected) {
  await until(() => clients.every((client) => client.closed || echoes(client).length >= expected(client).length), 'every echo', 120_000);
  clients.forEach((client) => { equal(client.closed, null, 'close'); equal(echoes(client), expected(client), 'echoes of one socket'); });
}

export const load = {
  // 200 sockets on 20 actors; with --load 1 000 on 100.
  hib_1000_sockets: alone(async (w) => {
    const ids = await own(w, w.load ? 100 : 20);
    const clients = await open(w, ids, 10, '/hib/lazy/quiet');
    await sleepAll(w, ids);
    const began = performance.now();
    clients.forEach((client, i) => client.send(`wake${i}`));
    await until(() => clients.every((client) => echoes(client).length >= 1), 'an echo on every socket');
    const seconds = (performance.now() - began) / 1000;
    console.log(`        ${clients.length} sockets on ${ids.length} actors woken in ${seconds.toFixed(2)} s`);
    check(seconds < 10, `${seconds} s`);
    clients.forEach((client, i) => client.send(`again${i}`));
    const at = new Map(clients.map((client, i) => [client, i]));
    await noneTwice(clients, (client) => [`echo:wake${at.get(client)}`, `echo:again${at.get(client)}`]);
    equal(ids.map((id) => w.counts(id, 'open', 'restored')), ids.map(() => [10, 10]), 'opens, restores');
  }),
  // 512 sockets; with --load 4 096.
  restore_4096: within(400, alone(async (w) => {
    const ids = await own(w, 1);
    const count = w.load ? 4096 : 512;
    const clients = await open(w, ids, count, '/hib/lazy/quiet');
    await sleepAll(w, ids);
    const began = performance.now();
    equal((await fetch(`${w.engine.url}/gateway/${ids[0]}/wake`)).status, 200, 'wake');
    clients.forEach((client, i) => client.send(`m${i}`));
    await until(() => clients.every((client) => client.closed || echoes(client).length >= 1), 'every socket to be usable', 60_000);
    const seconds = (performance.now() - began) / 1000;
    console.log(`        ${count} sockets usable after ${seconds.toFixed(2)} s`);
    check(seconds < 15, `${seconds} s`);
    clients.forEach((client, i) => equal([client.closed, echoes(client)], [null, [`echo:m${i}`]], 'one socket'));
    equal(w.counts(ids[0], 'restored'), [count], 'restores');
  })),
  // 10 actors x 5 sockets x 5 cycles; with --load 50 x 20 x 20.
  sleep_wake_cycles: within(600, heavy(6, async (w) => {
    const [actors, sockets, cycles] = w.load ? [50, 20, 20] : [10, 5, 5];
    const ids = await own(w, actors);
    const clients = await open(w, ids, sockets, '/hib/lazy/quiet');
    for (let cycle = 0; cycle < cycles; cycle++) {
      // Not waiting for all to sleep: cycles of many actors overlap, and messages meet every phase.
      ids.forEach((actorId) => w.runner.send({ do: 'sleep', actorId }));
      await wait(20 * (cycle % 3));
      clients.forEach((client) => client.send(`c${cycle}`));
      await until(() => clients.every((client) => client.closed || echoes(client).length > cycle), `cycle ${cycle}`, 60_000);
    }
    await noneTwice(clients, () => numbered(cycles).map((cycle) => `echo:c${cycle}`));
    ids.forEach((id) => { check(w.counts(id, 'start')[0] > cycles / 2, 'the actors really slept'); equal(w.counts(id, 'open', 'two_instances'), [sockets, 0], 'opens, second instances'); });
  })),
  // 50 sockets x 20 messages/s for 5 s; with --load 1 000 x 2 for 60 s. The SDK looks the actor of a message up in a list of
  // all its sockets, so that with 1 000 of them its process handles some 3 000 messages/s and no more; 100 messages/s on
  // each are tst_hibernationload's part (DORMOUSE_SOAK=1).
  hws_load: within(600, alone(async (w) => {
    const [actors, sockets, rate, seconds] = w.load ? [50, 20, 2, 60] : [10, 5, 20, 5];
    const ids = await own(w, actors);
    const clients = await open(w, ids, sockets, '/hib/lazy/quiet');
    const memory = async () => Number(/VmRSS:\s+(\d+)/.exec(await (await import('node:fs/promises')).readFile(`/proc/${w.engine.process.pid}/status`, 'utf8'))[1]);
    let sent = 0, early = 0;
    const total = rate * seconds;
    const began = Date.now();
    while (sent < total) {
      clients.forEach((client) => client.send(`n${sent}`));
      sent += 1;
      if (sent % rate === 0) ids.forEach((actorId, i) => { if ((i * 7 + sent) % 5 === 0) w.runner.send({ do: 'sleep', actorId }); });
      if (sent === Math.floor(total / 3)) early = await memory();
      await wait(Math.max(0, began + (sent * 1000) / rate - Date.now()));
    }
    await noneTwice(clients, () => numbered(total).map((n) => `echo:n${n}`));
    const late = await memory();
    const starts = ids.reduce((sum, id) => sum + w.counts(id, 'start')[0], 0);
    console.log(`        ${clients.length} sockets, ${clients.length * total} messages, ${starts} starts; engine ${early} kB after a third, ${late} kB at the end`);
    check(starts > actors, 'actors slept and woke');
    check(late < early * 1.3 + 20_000, `memory grew from ${early} to ${late} kB`);
  })),
  // As many messages as can be pending, 1 KB each, while the actor takes 2 s to wake: all arrive in order.
  max_pending: alone(async (w) => {
    await w.own({ pegboard: { hws_max_pending_size: 64 << 20 } });
    const id = await w.actor();
    const client = await w.client(id, '/hib/lazy/quiet').opened();
    await w.sleep(id);
    await w.runner.tell({ do: 'mode', actorId: id, mode: { startMs: 2000 } });
    const count = w.load ? 32_766 : 8000;
    const next = { wanted: 0, wrong: null };
    client.socket.on('message', (data, binary) => {
      if (!binary) return;
      const number = data.readUInt32BE(0);
      if (number !== next.wanted) next.wrong ??= `${number} instead of ${next.wanted}`;
      next.wanted += 1;
    });
    for (let i = 0; i < count; i++) {
      const message = Buffer.alloc(1000);
      message.writeUInt32BE(i);
      client.send(message);
    }
    await w.runner.wait('start', { actorId: id }, 2);
    const began = performance.now();
    await until(() => client.closed || next.wanted >= count, `${count} messages, ${next.wanted} so far`, 60_000);
    const seconds = (performance.now() - began) / 1000;
    console.log(`        ${count} pending messages answered ${seconds.toFixed(2)} s after the start`);
    equal([client.closed, next.wrong, next.wanted], [null, null, count], 'close, order, messages');
    check(seconds < 12, `${seconds} s`); // 10 s and the 2 s of the start hook
  }),
};
