/** One connection that is lost again and again: how long it waits before the next try. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { Socket } from '../../src/core/socket.ts';
import { Connection } from '../../src/feeds/connection.ts';
import { FakeHttp, FakeSocket } from './feeds-harness.ts';

const TRIES = 12;

/** The waits after each loss, for a draw that always falls on the longest. `lose` ends the socket that is open. */
function waitsOf(lose: (connection: Connection, socket: FakeSocket) => void): number[] {
  const clock = new ManualClock();
  const opened: FakeSocket[] = [];
  const waits: number[] = [];
  const connection = new Connection(
    { url: 'ws://venue', subscribe: [], symbols: [0], heartbeat: { ping: 'frame', idleMs: 60_000, silenceMs: 60_000 } },
    {
      clock,
      http: new FakeHttp(),
      random: { next: () => 1 - Number.EPSILON, int: () => 0, normal: () => 0 },
      shared: new Map(),
      sockets: {
        open: (url, handlers): Socket => {
          const socket = new FakeSocket(url, handlers, clock);
          opened.push(socket);
          return socket;
        },
      },
    },
    {
      onFrame: () => {},
      onUp: () => {},
      onSubscribed: () => {},
      onHeard: () => {},
      onDown: (_, retryMs) => waits.push(Math.round(retryMs)),
      onSilent: () => {},
    },
  );
  connection.start();
  while (waits.length < TRIES) {
    const socket = opened.at(-1) as FakeSocket;
    socket.accept();
    lose(connection, socket);
    clock.advanceMs(waits.at(-1) ?? 0);
    expect(opened, 'a try after each wait').toHaveLength(waits.length + 1);
  }
  return waits;
}

const DOUBLING = [250, 500, 1_000, 2_000, 4_000];

describe('a connection that does not last', () => {
  it('is tried again ever later where the venue ends it', () => {
    const waits = waitsOf((_, socket) => {
      socket.frame('{}');
      socket.die(1008, 'not you');
    });
    expect(waits).toEqual([...DOUBLING, 8_000, 16_000, ...Array<number>(TRIES - 7).fill(30_000)]);
  });

  it('is tried again soon where it was well and we dropped it for what it had lost', () => {
    const waits = waitsOf((connection, socket) => {
      socket.frame('{}');
      connection.drop();
    });
    expect(waits).toEqual([...DOUBLING, ...Array<number>(TRIES - 5).fill(4_000)]);
  });

  it('is tried again ever later where nothing was heard of it before we dropped it', () => {
    const waits = waitsOf((connection) => connection.drop());
    expect(waits.at(-1)).toBe(30_000);
  });
});
