// SPDX-License-Identifier: Apache-2.0
// The engine's WebSocket server beside that of the npm package "ws": the same scripts of actions, with raw bytes, with
// the client of "ws" and with QWebSocket, must give the same results. A difference needs an entry in kKnown.
//   node wsdiff.mjs --peer build/check/tests/net/net_peer [--only NAME] [--summary FILE]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import WebSocket, { WebSocketServer } from 'ws';

const option = (name) => { const at = process.argv.indexOf(name); return at < 0 ? undefined : process.argv[at + 1]; };
const peer = option('--peer');
if (!peer) { console.error('--peer PROGRAM is missing'); process.exit(2); }
const MAX = 1024 * 1024;

// ---------------------------------------------------------------------------------------------- servers

const theirs = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: MAX, perMessageDeflate: false,
  handleProtocols: (offered) => offered.values().next().value });
theirs.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data, binary) => {
    const text = binary ? '' : data.toString();
    if (text === 'close') socket.close();
    else if (text.startsWith('close ')) socket.close(Number(text.slice(6, 10)), text.slice(11));
    else if (text === 'abort') socket.terminate();
    else if (text.startsWith('ping ')) socket.ping(text.slice(5));
    else socket.send(data, { binary });
  });
});
await once(theirs, 'listening');
const own = spawn(peer, ['serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [ownPort] = await once(createInterface(own.stdout), 'line');
const servers = { dormouse: Number(ownPort), ws: theirs.address().port };

// ---------------------------------------------------------------------------------------------- raw bytes

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
/** One frame; options: fin, rsv, masked, length (claimed), wide (bytes of the length field). */
function frame(opcode, payload = '', { fin = true, rsv = 0, masked = true, length, wide } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const width = wide ?? (size < 126 ? 0 : size < 65536 ? 2 : 8);
  const head = Buffer.alloc(2 + width);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (width === 0 ? size : width === 2 ? 126 : 127);
  if (width === 2) head.writeUInt16BE(size, 2);
  if (width === 8) head.writeBigUInt64BE(BigInt(size), 2);
  if (!masked) return Buffer.concat([head, body]);
  return Buffer.concat([head, MASK, body.map((byte, i) => byte ^ MASK[i % 4])]);
}
const close = (code, reason = '') => frame(8, code === undefined ? '' : Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const upgrade = ({ method = 'GET', version = '13', key = KEY, extra = '', host = 'Host: h\r\n', connection = 'Upgrade', what = 'websocket', http = '1.1' } = {}) =>
  `${method} /echo HTTP/${http}\r\n${host}Connection: ${connection}\r\nUpgrade: ${what}\r\nSec-WebSocket-Version: ${version}\r\n`
  + `${key === null ? '' : `Sec-WebSocket-Key: ${key}\r\n`}${extra}\r\n`;

/** Sends the pieces and tells what came back: status, headers that matter, frames, and whether the server ended it.
 * A ping at the end tells when everything before it has been answered; a server that closes answers no ping. */
function raw(port, head, pieces, { sync = true } = {}) {
  return new Promise((resolve, reject) => {
    const seen = { status: 0, accept: undefined, protocol: undefined, frames: [], ended: false };
    let bytes = Buffer.alloc(0), open = false;
    const socket = createConnection(port, '127.0.0.1');
    const timer = setTimeout(() => { socket.destroy(); reject(new Error(`no end: ${JSON.stringify(seen)}`)); }, 20_000);
    const done = () => { clearTimeout(timer); socket.destroy(); resolve(seen); };
    const frames = () => {
      for (;;) {
        if (bytes.length < 2) return;
        let size = bytes[1] & 0x7f, at = 2;
        if (size === 126) { if (bytes.length < 4) return; size = bytes.readUInt16BE(2); at = 4; }
        else if (size === 127) { if (bytes.length < 10) return; size = Number(bytes.readBigUInt64BE(2)); at = 10; }
        if (bytes.length < at + size) return;
        const payload = bytes.subarray(at, at + size), opcode = bytes[0] & 15;
        const one = { opcode, first: bytes[0] >> 4, masked: bytes[1] >> 7 };
        if (opcode === 8) one.code = size >= 2 ? payload.readUInt16BE(0) : null;
        else Object.assign(one, { size, payload: payload.subarray(0, 64).toString('hex') });
        bytes = bytes.subarray(at + size);
        if (sync && opcode === 10 && payload.toString() === 'sync') return done();
        seen.frames.push(one);
      }
    };
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
      if (!open) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        const lines = bytes.subarray(0, end).toString().split('\r\n');
        seen.status = Number(lines[0].split(' ')[1]);
        for (const line of lines.slice(1)) {
          const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line);
          if (/^sec-websocket-accept$/i.test(name)) seen.accept = value;
          if (/^sec-websocket-protocol$/i.test(name)) seen.protocol = value;
          if (/^sec-websocket-extensions$/i.test(name)) seen.extensions = value;
        }
        open = true;
        bytes = bytes.subarray(end + 4);
        if (seen.status !== 101) { delete seen.ended; return done(); } // whether it is kept open is HTTP's business
        for (const piece of pieces) socket.write(piece);
        if (sync) socket.write(frame(9, 'sync'));
      }
      if (seen.status === 101) frames();
    });
    socket.on('error', () => { seen.ended = true; done(); });
    socket.on('end', () => { seen.ended = true; done(); });
    socket.write(head);
  });
}

const rawCases = {};
const add = (name, pieces, options = {}) => { rawCases[name] = { head: options.head ?? upgrade(options.upgrade), pieces, options }; };
for (const size of [0, 1, 125, 126, 127, 128, 65535, 65536, MAX]) {
  add(`text of ${size}`, [frame(1, Buffer.alloc(size, 'a'))]);
  add(`binary of ${size}`, [frame(2, Buffer.alloc(size, 0xfe))]);
}
add('one byte above the limit', [frame(2, Buffer.alloc(MAX + 1))]);
add('limit over fragments', [frame(2, Buffer.alloc(MAX), { fin: false }), frame(0, 'x')]);
add('byte by byte', [...Buffer.concat([frame(1, 'grüß'), frame(9, 'p')])].map((byte) => Buffer.from([byte])));
add('many in one write', [Buffer.concat(Array.from({ length: 500 }, (_, i) => frame(1 + (i % 2), `${i}`)))]);
add('frames with the head', [], { head: Buffer.concat([Buffer.from(upgrade()), frame(1, 'early')]) });
for (const text of ['', 'payload', 'x'.repeat(125)]) add(`ping of ${text.length}`, [frame(9, text)]);
add('ping of 126', [frame(9, 'x'.repeat(126))]);
add('unasked pong', [frame(10, 'nobody asked'), frame(1, 'after')]);
add('ten pings', Array.from({ length: 10 }, (_, i) => frame(9, `${i}`)));
add('fragmented ping', [frame(9, 'a', { fin: false }), frame(0, 'b')]);
for (const rsv of [1, 2, 3, 4, 5, 6, 7]) add(`reserved bits ${rsv}`, [frame(1, 'a'), frame(1, 'b', { rsv })]);
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) add(`opcode ${opcode}`, [frame(1, 'a'), frame(opcode, 'b')]);
add('unmasked', [frame(1, 'a', { masked: false })]);
add('fragments', [frame(1, 'one ', { fin: false }), frame(0, 'two ', { fin: false }), frame(0, 'three')]);
add('fragments with pings between', [frame(2, 'a', { fin: false }), frame(9, 'p'), frame(0, '', { fin: false }), frame(9, 'q'), frame(0, 'c')]);
add('empty fragments', [frame(1, '', { fin: false }), frame(0, '', { fin: false }), frame(0, '')]);
add('continuation without a beginning', [frame(0, 'a')]);
add('beginning inside fragments', [frame(1, 'a', { fin: false }), frame(1, 'b')]);
add('text not UTF-8', [frame(1, Buffer.from([0x61, 0xff]))]);
add('text with a surrogate', [frame(1, Buffer.from([0xed, 0xa0, 0x80]))]);
add('text cut in a character', [frame(1, Buffer.from([0xe2, 0x82]))]);
add('character over fragments', [frame(1, Buffer.from([0xe2, 0x82]), { fin: false }), frame(0, Buffer.from([0xac]))]);
add('binary not UTF-8', [frame(2, Buffer.from([0xff, 0xfe]))]);
add('close without code', [close()]);
add('close of one byte', [frame(8, 'a')]);
add('close with the longest reason', [close(1000, 'r'.repeat(123))]);
add('close reason not UTF-8', [close(1000, Buffer.from([0xff]))]);
add('messages after close', [close(1000), frame(1, 'too late')]);
for (const code of [0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 2999, 3000, 3999, 4000, 4999, 5000, 65535])
  add(`close code ${code}`, [close(code)]);
add('server closes', [frame(1, 'close 4001 bye'), close(4001)], { sync: false });
add('server closes without code', [frame(1, 'close'), close()], { sync: false });
add('server aborts', [frame(1, 'abort')], { sync: false });
add('server pings', [frame(1, 'ping hello'), frame(10, 'hello')]);
add('16 bits for 5', [frame(2, 'abcde', { wide: 2 })]);
add('64 bits for 5', [frame(2, 'abcde', { wide: 8 })]);
add('64 bits for 300', [frame(2, 'x'.repeat(300), { wide: 8 })]);
add('claim of 2^62', [Buffer.concat([Buffer.from([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]), MASK])]);
add('protocol offered', [], { upgrade: { extra: 'Sec-WebSocket-Protocol: rivet, rivet_target.actor\r\n' } });
add('deflate offered', [frame(1, 'a')], { upgrade: { extra: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' } });
add('list of connection options', [frame(1, 'a')], { upgrade: { connection: 'keep-alive, Upgrade' } });
add('capitals', [frame(1, 'a')], { upgrade: { connection: 'UPGRADE', what: 'WebSocket' } });
for (const [name, of] of Object.entries({ 'version 12': { version: '12' }, 'version 8': { version: '8' }, 'key missing': { key: null }, 'key too short': { key: 'YWJj' },
  'key no base64': { key: '!!!!!!!!!!!!!!!!!!!!!!==' }, 'POST': { method: 'POST' }, 'HTTP/1.0': { http: '1.0' }, 'no host': { host: '' } }))
  add(`upgrade: ${name}`, [], { upgrade: of });

// ---------------------------------------------------------------------------------------------- client of "ws"

/** Opens a socket, does something, and tells everything it saw until it closed. */
const session = (port, act, protocols) => new Promise((resolve) => {
  const log = [];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, protocols, { perMessageDeflate: false });
  socket.on('open', () => { log.push(['open', socket.protocol, socket.extensions]); act(socket, log); });
  socket.on('message', (data, binary) => { log.push(['message', binary, data.length, data.subarray(0, 64).toString('hex')]); socket.emit('step'); });
  socket.on('pong', (data) => { log.push(['pong', data.toString()]); socket.emit('step'); });
  socket.on('ping', (data) => { log.push(['ping', data.toString()]); socket.emit('step'); });
  socket.on('error', (error) => log.push(['error', error.code ?? error.message]));
  socket.on('close', (code, reason) => { log.push(['close', code, reason.toString()]); resolve(log); });
});
const wsCases = {
  'messages of both kinds': async (port) => session(port, async (s) => {
    for (const data of ['grüß', '', Buffer.alloc(0), Buffer.from([0, 255]), 'x'.repeat(70_000), Buffer.alloc(MAX, 7)]) { s.send(data); await once(s, 'step'); }
    s.close(1000, 'done');
  }),
  'order of two thousand': async (port) => {
    const log = await session(port, (s) => {
      for (let i = 0; i < 2000; ++i) s.send(`${i}`);
      s.send('close 1000 all');
    });
    return log;
  },
  'fragments': async (port) => session(port, async (s, log) => {
    s.send('one ', { fin: false }); s.ping('between'); s.send('two ', { fin: false }); s.send('three', { fin: true });
    while (log.length < 3) await once(s, 'step'); // both may come at once
    s.close(3001);
  }),
  'pings': async (port) => session(port, async (s) => {
    for (const data of ['', 'p', 'x'.repeat(125)]) { s.ping(data); await once(s, 'step'); }
    s.send('ping from the server'); await once(s, 'step');
    s.close();
  }),
  'closes by the client': async (port) => {
    const all = [];
    for (const of of [[], [1000], [1000, ''], [1001, 'ä'.repeat(61)], [1012, 'r'], [1014], [4999, 'last']]) all.push(await session(port, (s) => s.close(...of)));
    return all;
  },
  'closes by the server': async (port) => {
    const all = [];
    for (const text of ['close', 'close 1000 ', 'close 1011 oh', 'close 1013 later', 'close 4000 ü', 'abort']) all.push(await session(port, (s) => s.send(text)));
    return all;
  },
  'both close at once': async (port) => session(port, (s) => { s.send('close 4002 server'); s.close(4003, 'client'); }),
  'protocols': async (port) => {
    const all = [];
    for (const list of [[], ['rivet'], ['rivet', 'rivet_target.actor', 'x']]) all.push(await session(port, (s) => s.close(1000), list));
    return all;
  },
  'above the limit': async (port) => session(port, (s) => s.send(Buffer.alloc(MAX + 1))),
};

// ---------------------------------------------------------------------------------------------- comparison

/** Where the two differ on purpose: name -> reason. An entry that is no longer needed fails too. */
const kKnown = {
  'ws: above the limit': 'the reason names the limit, as the reference engine does',
  'raw: 16 bits for 5': 'RFC 6455 section 5.2: a length has one form, the shortest; two readers of one stream must agree where a frame ends',
  'raw: 64 bits for 5': 'as above',
  'raw: 64 bits for 300': 'as above',
  'raw: upgrade: version 8': 'RFC 6455 section 4.4: 13 is the only version; 8 was a draft',
  'raw: upgrade: POST': 'not an upgrade for us but a request, which may reach an actor; the echo answers 426',
  'raw: upgrade: HTTP/1.0': 'RFC 9110 section 7.8: an upgrade in HTTP/1.0 is ignored, so this is a request',
  'raw: upgrade: no host': 'RFC 9112 section 3.2: a request without Host is refused',
};

const strip = (value) => JSON.stringify(value);
let passed = 0, failed = 0;
async function compare(name, run) {
  if (option('--only') && !name.includes(option('--only'))) return;
  const seen = {};
  for (const [who, port] of Object.entries(servers)) {
    let timer;
    const late = new Promise((resolve) => { timer = setTimeout(() => resolve(`${who}: no end`), 30_000); });
    try { seen[who] = strip(await Promise.race([run(port), late])); } catch (error) { seen[who] = `${who}: ${error}`; }
    clearTimeout(timer);
  }
  const same = seen.dormouse === seen.ws, known = kKnown[name];
  if (same === !known) { ++passed; return; }
  ++failed;
  console.log(`FAILED: ${name}${known ? ` (the difference has gone: ${known})` : ''}\n  dormouse ${seen.dormouse.slice(0, 600)}\n  ws       ${seen.ws.slice(0, 600)}`);
}
for (const [name, { head, pieces, options }] of Object.entries(rawCases)) await compare(`raw: ${name}`, (port) => raw(port, head, pieces, options));
for (const [name, run] of Object.entries(wsCases)) await compare(`ws: ${name}`, run);
await compare('QWebSocket', (port) => new Promise((resolve) => {
  const client = spawn(peer, ['client', `ws://127.0.0.1:${port}/echo`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  createInterface(client.stdout).on('line', (line) => lines.push(line)).on('close', () => resolve(lines));
  setTimeout(() => client.kill(), 30_000).unref();
}));
own.kill();
theirs.close();
for (const socket of theirs.clients) socket.terminate();
console.log(`wsdiff: ${passed} passed, ${failed} failed`);
if (option('--summary')) writeFileSync(option('--summary'), `${passed} ${failed}\n`);
process.exit(failed || !passed ? 1 : 0);
