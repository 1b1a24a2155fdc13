// SPDX-License-Identifier: Apache-2.0
// A serverless endpoint: each GET /start gets a process of its own with the real SDK's runner in it and an event stream
// that lasts as long as that runner. What it answers can be replaced, to fail in every way there is.
import http from 'node:http';
import { until } from './harness.mjs';

const kPingMs = 1000;

export class Endpoint {
  /// world starts and ends the runner processes. answer(request, response, number): in place of starting a runner,
  /// unless it returns false.
  constructor(world, { answer, metadata = {}, runner = {} } = {}) {
    Object.assign(this, { world, answer, runner });
    this.metadata = { runtime: 'rivetkit', version: '2.0.33', actorNames: { counter: { metadata: { from: 'endpoint' } } }, ...metadata };
    this.starts = [];
    this.metadataRequests = 0;
  }
  async start() {
    this.server = http.createServer((request, response) => {
      if (request.url === '/api/metadata') {
        this.metadataRequests += 1;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(this.metadata));
      } else if (request.url === '/api/start') {
        const start = { headers: request.headers, at: performance.now(), runner: null, closedAt: null };
        this.starts.push(start);
        response.on('close', () => { start.closedAt = performance.now(); });
        if (!this.answer || this.answer(request, response, this.starts.length) === false)
          this.serve(start, response).catch((error) => { start.error = error; response.destroy(); });
      } else {
        response.writeHead(404).end('nothing here');
      }
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/api`;
    this.world.extra.push(() => { this.server.closeAllConnections(); this.server.close(); });
    return this;
  }
  async serve(start, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    const { headers } = start;
    start.runner = await this.world.newRunner({ url: headers['x-rivet-endpoint'] }, headers['x-rivet-runner-name'], {
      totalSlots: Number(headers['x-rivet-total-slots']), token: headers['x-rivet-token'], ...this.runner,
    });
    const [connected] = start.runner.seen('connected');
    start.runnerId = connected.runnerId;
    response.write(`data: ${connected.serverlessInit}\n\n`);
    const ping = setInterval(() => response.write('event: ping\ndata: \n\n'), kPingMs);
    const end = () => {
      clearInterval(ping);
      if (!start.runner.exited && start.runner.process.connected) start.runner.send({ do: 'shutdown' });
    };
    // The stream can break while its runner is still starting: nobody would tell that runner.
    if (start.closedAt) end();
    else response.on('close', end);
    // An evicted runner shuts itself down, and its stream ends with it.
    until(() => start.runner.exited || start.runner.count('shutdown') > 0 || start.closedAt, 'the runner to stop', 600_000)
      .then(() => response.end(), () => {});
  }
  /// Writes the runner config of a pool that this endpoint serves; more: members of the serverless variant.
  configure(engine, pool, more = {}) {
    return engine.api('PUT', `/runner-configs/${pool}?namespace=default`, { datacenters: { default: { serverless: {
      url: this.url, request_lifespan: 300, drain_grace_period: 3, slots_per_runner: 10, max_runners: 10, ...more,
    } } } });
  }
  /// The runner that hosts the actor now.
  hostOf(actorId) { return this.starts.map((start) => start.runner).findLast((runner) => runner?.count('start', { actorId })); }
}
