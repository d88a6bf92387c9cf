/** receive/150B and rtt/ws-150B: what the socket port costs over a bare TCP socket of Node's. */
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { build, type Histogram } from 'hdr-histogram-js';
import { systemClock } from '../src/core/clock.ts';
import type { Socket } from '../src/core/socket.ts';
import { wsSockets } from '../src/net/ws-socket.ts';
import { type Bench, type BenchRow, type Budget, OURS, takeTurns, toRow } from './rounds.ts';
import type { Flood, SocketPorts } from './threads/sockets.worker.ts';

const BYTES = 150;
const RECEIVE = `receive/${BYTES}B`;
const ROUND_TRIP = `rtt/ws-${BYTES}B`;
const PEER = 'tcp-node';
/** Messages a millisecond of a round's time. */
const RATE = 250;

/** A connection that counts the whole messages that came in. */
interface Line {
  readonly over: Flood['over'];
  readonly send: () => void;
  /** Called with the bytes of payload that came. */
  onBytes: (bytes: number) => void;
  readonly close: () => void;
}

async function openWs(port: number): Promise<Line> {
  const text = 'x'.repeat(BYTES);
  return new Promise((resolve, reject) => {
    const socket: Socket = wsSockets(systemClock()).open(`ws://127.0.0.1:${port}`, {
      onOpen: () => resolve(line),
      onFrame: (_buffer, start, end) => line.onBytes(end - start),
      onPong: () => {},
      onClose: (code, reason) => reject(new Error(`closed: ${code} ${reason}`)),
    });
    const line: Line = {
      over: 'ws',
      send: () => void socket.send(text),
      onBytes: () => {},
      close: () => socket.terminate(),
    };
  });
}

async function openTcp(port: number): Promise<Line> {
  const message = Buffer.alloc(BYTES, 'x');
  const socket: TcpSocket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const line: Line = {
    over: 'tcp',
    send: () => void socket.write(message),
    onBytes: () => {},
    close: () => socket.destroy(),
  };
  socket.on('data', (data) => line.onBytes(data.length));
  return line;
}

/** Resolves once `bytes` have come in, from the call on. */
const received = (line: Line, bytes: number): Promise<void> =>
  new Promise((resolve) => {
    let left = bytes;
    line.onBytes = (count) => {
      left -= count;
      if (left <= 0) resolve();
    };
  });

async function flooded(worker: Worker, line: Line, count: number): Promise<number> {
  const done = received(line, count * BYTES);
  const from = performance.now();
  worker.postMessage({ over: line.over, count, bytes: BYTES } satisfies Flood);
  await done;
  return count / ((performance.now() - from) / 1e3);
}

async function roundTrips(line: Line, ms: number, all: Histogram): Promise<number> {
  const round = build();
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const back = received(line, BYTES);
    const from = performance.now();
    line.send();
    await back;
    const ns = Math.round((performance.now() - from) * 1e6);
    round.recordValue(ns);
    all.recordValue(ns);
  }
  return round.getValueAtPercentile(50);
}

async function receiveRow(worker: Worker, lines: Readonly<Record<string, Line>>, budget: Budget): Promise<BenchRow> {
  const count = Math.round(budget.roundMs * RATE);
  const contenders = Object.entries(lines).map(([name, line]) => ({
    name,
    measure: () => flooded(worker, line, count),
  }));
  const note = `${count} messages in one write of another thread, first to last; ours hands on each frame, the peer counts bytes and finds no frames`;
  return toRow({ name: RECEIVE, unit: 'messages/s', note }, await takeTurns(contenders, budget.rounds));
}

async function roundTripRow(lines: Readonly<Record<string, Line>>, budget: Budget): Promise<BenchRow> {
  const all = new Map(Object.keys(lines).map((name) => [name, build()]));
  const contenders = Object.entries(lines).map(([name, line]) => ({
    name,
    measure: () => roundTrips(line, budget.roundMs, all.get(name) ?? build()),
  }));
  const rounds = await takeTurns(contenders, budget.rounds);
  const percentiles = Object.fromEntries(
    [...all].map(([name, histogram]) => [
      name,
      { p50: histogram.getValueAtPercentile(50), p99: histogram.getValueAtPercentile(99) },
    ]),
  );
  const note = 'there and back to a thread that echoes, p50 of a round; the echo of ours is a `ws` server';
  return toRow({ name: ROUND_TRIP, unit: 'ns', note }, rounds, percentiles);
}

async function run(wanted: ReadonlySet<string>, budget: Budget): Promise<BenchRow[]> {
  const worker = new Worker(new URL('./threads/sockets.worker.ts', import.meta.url), { env: {} });
  const [ports] = (await once(worker, 'message')) as [SocketPorts];
  const lines = { [OURS]: await openWs(ports.ws), [PEER]: await openTcp(ports.tcp) };
  try {
    const rows: BenchRow[] = [];
    if (wanted.has(RECEIVE)) rows.push(await receiveRow(worker, lines, budget));
    if (wanted.has(ROUND_TRIP)) rows.push(await roundTripRow(lines, budget));
    return rows;
  } finally {
    for (const line of Object.values(lines)) line.close();
    await worker.terminate();
  }
}

export const receiveBench: Bench = { rows: [RECEIVE, ROUND_TRIP], run };
