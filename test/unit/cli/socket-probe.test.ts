import { describe, expect, it } from 'vitest';
import { plainAddress, SocketProbe } from '../../../src/cli/socket-probe.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import type { Socket, SocketHandlers } from '../../../src/core/socket.ts';

/** Sockets that open after 20 ms and answer each ping after the next of `pongsMs`, or never. */
function stage(pongsMs: readonly (number | undefined)[]) {
  const clock = new ManualClock();
  const heard: string[] = [];
  let handlers: SocketHandlers | undefined;
  let isOpen = false;
  let pings = 0;
  const socket: Socket = {
    send: () => true,
    ping: () => {
      const after = pongsMs[pings++];
      if (after !== undefined) clock.after(after, () => handlers?.onPong());
    },
    close: () => {
      isOpen = false;
    },
    terminate: () => {},
    get isOpen() {
      return isOpen;
    },
  };
  const probe = new SocketProbe(
    {
      open: (_url, given) => {
        handlers = given;
        clock.after(20, () => {
          isOpen = true;
          given.onOpen();
        });
        return socket;
      },
    },
    clock,
  );
  const open = (url: string): void => {
    probe.open(url, {
      onOpen: () => heard.push('open'),
      onFrame: () => heard.push('frame'),
      onPong: () => heard.push('pong'),
      onClose: () => heard.push('close'),
    });
    clock.advanceMs(20);
  };
  /** Lets time pass until the measurement is done. */
  const measured = async () => {
    let done: Awaited<ReturnType<SocketProbe['measure']>> | undefined;
    void probe.measure().then((value) => {
      done = value;
    });
    for (let step = 0; step < 10_000 && done === undefined; step++) {
      clock.advanceMs(1);
      await Promise.resolve();
      await Promise.resolve();
    }
    return done;
  };
  return { probe, clock, heard, open, measured, handlers: () => handlers as SocketHandlers, socket };
}

describe('a probed socket', () => {
  it('is timed from opening to pong, and says all that it hears', async () => {
    const { open, measured, heard, handlers } = stage([5, 3, 4, 3, 9]);
    open('wss://example.org/ws?token=secret');
    expect(await measured()).toEqual([{ address: 'wss://example.org/ws', openMs: 20, tripsMs: [5, 3, 4, 3, 9] }]);
    handlers().onFrame(new Uint8Array(), 0, 0, 0 as never);
    handlers().onClose(1000, '');
    expect(heard).toEqual(['open', ...Array.from({ length: 5 }, () => 'pong'), 'frame', 'close']);
  });

  it('that answers no ping any more is not waited for again', async () => {
    const { open, measured } = stage([5, undefined, 5]);
    open('wss://example.org/ws');
    expect(await measured()).toEqual([{ address: 'wss://example.org/ws', openMs: 20, tripsMs: [5] }]);
  });

  it('is measured once, and not after it closed', async () => {
    const { open, measured, socket } = stage([1, 1, 1, 1, 1]);
    open('wss://example.org/ws');
    expect(await measured()).toHaveLength(1);
    expect(await measured()).toEqual([]);
    open('wss://example.org/ws');
    socket.close();
    expect(await measured()).toEqual([]);
  });
});

it('an address is shown without what may be secret in it', () => {
  expect(plainAddress('wss://user:pw@example.org:9443/a/b?apikey=k&sign=s#x')).toBe('wss://example.org:9443/a/b');
  expect(plainAddress('?')).toBe('an unreadable address');
});
