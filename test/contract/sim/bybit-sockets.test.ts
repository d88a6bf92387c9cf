/** All sockets of the simulated Bybit: which ones a fault means, and clients that send what no documentation allows. */
import { expect, it } from 'vitest';
import { bybitBench, PRIVATE, PUBLIC, TRADE } from './bybit-harness.ts';

it('drops the sockets that are meant', () => {
  const bench = bybitBench();
  const [market, own, trade] = [PUBLIC, PRIVATE, TRADE].map((path) => bench.connect(path));
  expect(bench.wire.disconnect('private')).toBe(2);
  expect(bench.wire.stats()).toMatchObject({ open: 1 });
  expect(bench.wire.disconnect('all')).toBe(1);
  for (const socket of [market, own, trade]) socket?.send({ op: 'ping' });
  expect([market, own, trade].map((socket) => socket?.take())).toEqual([[], [], []]);
  expect(bench.wire.scopeOf({ path: PRIVATE, query: '' })).toBe('private');
  expect(bench.wire.accepts('/v5/public/linear')).toBe(false);
  expect(bench.wire.accepts('constructor')).toBe(false);
});

it.each([PUBLIC, PRIVATE, TRADE])('outlives what no documentation allows on %s', (path) => {
  const bench = bybitBench();
  const socket = path === PUBLIC ? bench.connect(path) : bench.login(path);
  const strange = [{ toString: 1 }, [[]], null, 1, '__proto__', ['constructor']];
  for (const op of ['subscribe', 'unsubscribe', 'auth', 'order.create', 'constructor', '__proto__']) {
    for (const arg of strange) socket.send({ op, args: [arg], header: arg, req_id: arg, reqId: arg });
    socket.send({ op, args: strange });
    socket.send({ op });
  }
  for (const text of ['', '{}', 'null', '"x"', '{"op":{}}', '['.repeat(60_000)]) socket.send(text);
  socket.take();
  socket.send({ op: 'ping' });
  expect(socket.take()).toHaveLength(1);
});
