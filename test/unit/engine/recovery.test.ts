import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Fill, Gateway, GatewayEvent, OrderReport } from '../../../src/core/order.ts';
import { recover } from '../../../src/engine/recovery.ts';
import { universeOf } from './world.ts';

const OURS = '7k2qz';
const PATIENCE_MS = 10_000;
const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two venues, one of which refuses so many of its questions. */
function begin(refusals: { openOrders?: number; recentFills?: number }) {
  const clock = new ManualClock();
  const left = { openOrders: 0, recentFills: 0, ...refusals };
  const state = { isUp: true };
  const cancelled: string[] = [];
  const booked: string[] = [];
  const asked = { openOrders: 0, recentFills: 0 };
  const answer = <T>(what: keyof typeof left, value: T): Promise<T> => {
    asked[what]++;
    return left[what]-- > 0 ? Promise.reject(new Fault('venue/refused', 'asked too often')) : Promise.resolve(value);
  };
  const order = { clientId: `${OURS}000100000001`, symbol: 'BTCUSDT' } as OrderReport;
  const fill = { clientId: `${OURS}000100000002`, tradeId: '7' } as Fill;
  const foreign = { ...order, clientId: 'a-person' };
  const busy = {
    get isUp() {
      return state.isUp;
    },
    openOrders: () => answer('openOrders', [order, foreign]),
    recentFills: () => answer('recentFills', [fill]),
    cancel: ({ clientId }: { clientId: string }) => {
      cancelled.push(clientId);
      return Promise.resolve({ kind: 'cancelled' });
    },
  } as unknown as Gateway;
  const idle = { isUp: true, openOrders: async () => [], recentFills: async () => [] } as unknown as Gateway;
  const found = recover(
    {
      run: 'r2',
      instance: OURS,
      universe: universeOf(),
      gateways: [busy, idle],
      clock,
      patienceMs: PATIENCE_MS,
      log: silentLog,
      executor: {
        inquire: () => {},
        unsettled: () => [],
        knows: () => true,
        hasSettled: () => true,
        onGatewayEvent: (_: number, event: GatewayEvent) => {
          if (event.kind === 'LegFilled') booked.push(event.fill.tradeId);
        },
      },
      fillsSoFar: () => booked.length,
      onFault: () => {},
    },
    { open: ['s1'], stranded: [], since: 0, rows: [0, 1] },
  );
  const wait = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      await flush();
      clock.advanceMs(500);
    }
    await flush();
  };
  return { found, wait, cancelled, booked, asked, state };
}

describe('recovery', () => {
  it('cancels what is open of ours, and books what was filled', async () => {
    const { found, cancelled } = begin({});
    expect(await found).toMatchObject({ cancelled: [`${OURS}000100000001`], fills: 1, orphans: [] });
    expect(cancelled).toEqual([`${OURS}000100000001`]);
  });

  it('asks a venue again that refuses to list them', async () => {
    const { found, wait, asked } = begin({ openOrders: 2, recentFills: 1 });
    await wait(8_000);
    expect(await found).toMatchObject({ cancelled: [`${OURS}000100000001`], fills: 1 });
    expect(asked).toEqual({ openOrders: 3, recentFills: 2 });
  });

  it('does without the word of one that goes on refusing, and of one that is gone', async () => {
    const refusing = begin({ openOrders: 1_000, recentFills: 1_000 });
    await refusing.wait(2 * PATIENCE_MS + 1_000);
    expect(await refusing.found).toMatchObject({ cancelled: [], fills: 0 });
    expect(refusing.asked).toEqual({ openOrders: 6, recentFills: 6 });
    const gone = begin({ openOrders: 1_000 });
    gone.state.isUp = false;
    await gone.wait(1_000);
    expect(await gone.found).toMatchObject({ cancelled: [], fills: 0 });
    expect(gone.asked).toEqual({ openOrders: 1, recentFills: 0 });
  });
});
