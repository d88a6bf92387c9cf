import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Session } from '../../src/net/session.ts';
import { FakeSocket, settled } from './venues/okx-fakes.ts';

function session() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const said: string[] = [];
  const made = new Session({
    venue: 'test',
    name: 'socket',
    script: () => ({
      url: 'ws://test',
      opening: () => [],
      read: (text) => (text === 'ready' ? { kind: 'Ready' } : { kind: 'Answer', id: text, frame: {} }),
    }),
    heartbeat: { ping: 'frame', idleMs: 5000, silenceMs: 10_000 },
    sockets: {
      open: (url, handlers) => {
        const socket = new FakeSocket(url, handlers, clock);
        sockets.push(socket);
        return socket;
      },
    },
    clock,
    log: silentLog,
    onUp: () => said.push('up'),
    onDown: (reason) => said.push(reason),
    onPush: () => {},
  });
  const logOn = async (index: number): Promise<FakeSocket> => {
    for (let turn = 0; turn < 50 && sockets.length <= index; turn++) await settled();
    const socket = sockets[index] as FakeSocket;
    socket.open();
    socket.push('ready');
    return socket;
  };
  return { made, clock, sockets, said, logOn };
}

describe('a session asked to renew its connection', () => {
  it('does so once no request waits, and comes back', async () => {
    const { made, clock, said, logOn } = session();
    const starting = made.start();
    const first = await logOn(0);
    await starting;
    const request = made.request((id) => id, 2000);
    made.renew('it is asked to');
    expect(first.isOpen).toBe(true);
    first.push(first.sent.at(-1) ?? '');
    expect(await request?.answer).toMatchObject({ kind: 'answered' });
    expect(first.isOpen).toBe(false);
    expect(made.isUp).toBe(false);
    clock.advanceMs(250);
    await logOn(1);
    expect(made.isUp).toBe(true);
    expect(said).toEqual(['up', expect.stringContaining('it is asked to'), 'up']);
  });

  it('does so at once where none waits, and does nothing while it has no connection', async () => {
    const { made, clock, sockets, logOn } = session();
    made.renew('nothing is there yet');
    const starting = made.start();
    const first = await logOn(0);
    await starting;
    expect(first.isOpen).toBe(true);
    made.renew('again');
    expect(first.isOpen).toBe(false);
    made.renew('between two connections');
    clock.advanceMs(250);
    const second = await logOn(1);
    expect([second.isOpen, sockets.length]).toEqual([true, 2]);
  });
});

describe('a session that comes back', () => {
  it('waits five seconds for the answer to its log-on, then tries again', async () => {
    const { made, clock, sockets, logOn } = session();
    const starting = made.start();
    const first = await logOn(0);
    await starting;
    first.end(1006, '');
    clock.advanceMs(250);
    for (let turn = 0; turn < 50 && sockets.length < 2; turn++) await settled();
    const second = sockets[1];
    second?.open();
    for (let passed = 1; passed < 5; passed++) clock.advanceMs(1_000);
    expect(second?.isOpen).toBe(true);
    clock.advanceMs(1_000);
    expect(second?.isOpen).toBe(false);
    clock.advanceMs(500);
    await logOn(2);
    expect(made.isUp).toBe(true);
  });
});
