// SPDX-License-Identifier: Apache-2.0
// An application of the rivetkit library, in its serverless mode: its own HTTP handler answers /metadata and /start, and
// it writes its runner config itself. Argument: {endpoint, port, pool} as JSON.
const options = JSON.parse(process.argv[2]);

// rivetkit expects the iterator helpers of newer releases of node.
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
iterators.map ??= function* map(change) { let i = 0; for (const item of this) yield change(item, i++); };
iterators.filter ??= function* filter(keep) { for (const item of this) if (keep(item)) yield item; };
iterators.toArray ??= function toArray() { return [...this]; };

const { actor, setup, UserError } = await import('rivetkit');
const { serve } = await import('@hono/node-server');
const counter = actor({
  state: { n: 0 },
  actions: { add: (c, by) => { c.state.n += by; return c.state.n; } },
});
// Lets nobody in who does not say who they are.
const door = actor({
  state: {},
  onBeforeConnect: (c, params) => { if (!params?.name) throw new UserError('Who is there?', { code: 'nameless' }); },
  actions: {
    who: (c) => c.conn.params,
    echo: (c, ...args) => args,
    big: () => [12345678901234567890n, new Uint8Array([1, 2, 3])],
    none: () => {},
    refuse: () => { throw new UserError('not today', { code: 'closed', metadata: { until: 'Monday' } }); },
    'open up/ä': (c, by) => `opened by ${by}`,
  },
});
const { fetch: handler } = setup({ use: { counter, door } }).start({
  runnerKind: 'serverless', runEngine: false, disableDefaultServer: true, noWelcome: true,
  endpoint: options.endpoint, namespace: 'default', runnerName: options.pool,
  autoConfigureServerless: { url: `http://127.0.0.1:${options.port}`, minRunners: 0, maxRunners: 5, requestLifespan: 900, runnersMargin: 0, slotsPerRunner: 10 },
});
// Its own server has a fixed port; the handler is what counts.
serve({ fetch: handler, port: options.port, hostname: '127.0.0.1' });
process.on('disconnect', () => process.exit(0));
