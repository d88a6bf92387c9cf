import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { HttpPort, Socket, SocketFactory, SocketHandlers } from '../../src/core/socket.ts';
import { Connection } from '../../src/feeds/connection.ts';
import { Session } from '../../src/net/session.ts';

const HEARTBEAT = { idleMs: 5_000, silenceMs: 10_000 };

/** One socket that counts what is written, and the means to keep it busy. */
function line() {
  const clock = new ManualClock();
  let handlers: SocketHandlers | undefined;
  let pings = 0;
  const socket: Socket = {
    send: () => {
      pings++;
      return true;
    },
    ping() {},
    close() {},
    terminate() {},
    isOpen: true,
  };
  const sockets: SocketFactory = {
    open: (_url, given) => {
      handlers = given;
      return socket;
    },
  };
  const frame = Buffer.from('x');
  return {
    clock,
    sockets,
    open: () => handlers?.onOpen(),
    /** A frame every 100 ms. */
    pingsWhileBusy: (ms: number): number => {
      const before = pings;
      for (let passed = 0; passed < ms; passed += 100) {
        clock.advanceMs(100);
        handlers?.onFrame(frame, 0, frame.length, clock.monotonicNs());
      }
      return pings - before;
    },
  };
}

describe.each<[string, (everyMs?: number) => ReturnType<typeof line>]>([
  [
    'a feed connection',
    (everyMs) => {
      const made = line();
      const nothing = (): void => {};
      new Connection(
        {
          url: 'ws://venue',
          subscribe: [],
          symbols: [0],
          heartbeat: { ping: { text: 'ping' }, ...HEARTBEAT, ...(everyMs === undefined ? {} : { everyMs }) },
        },
        { sockets: made.sockets, http: {} as HttpPort, clock: made.clock, random: seededRandom(1) },
        { onFrame: nothing, onUp: nothing, onHeard: nothing, onDown: nothing, onSilent: nothing },
      ).start();
      made.open();
      return made;
    },
  ],
  [
    'a session',
    (everyMs) => {
      const made = line();
      const session = new Session({
        venue: 'fake',
        name: 'private socket',
        script: () => ({ url: 'ws://venue', opening: () => [], read: () => ({ kind: 'Ready' }) }),
        heartbeat: { ping: { text: () => 'ping' }, ...HEARTBEAT, ...(everyMs === undefined ? {} : { everyMs }) },
        sockets: made.sockets,
        clock: made.clock,
        log: silentLog,
        onUp() {},
        onDown() {},
        onPush() {},
      });
      void session.start();
      return made;
    },
  ],
])('the heartbeat of %s', (_, start) => {
  it('is silent while frames arrive', async () => {
    const made = start();
    await Promise.resolve();
    made.open();
    expect(made.pingsWhileBusy(300_000)).toBe(0);
  });

  it('is sent at least every `everyMs`, whatever arrives', async () => {
    const made = start(20_000);
    await Promise.resolve();
    made.open();
    expect(made.pingsWhileBusy(19_000)).toBe(0);
    const pings = made.pingsWhileBusy(281_000);
    // A round of the watch late at most, each time.
    expect(pings).toBeGreaterThanOrEqual(14);
    expect(pings).toBeLessThanOrEqual(15);
  });
});
