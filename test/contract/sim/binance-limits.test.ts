/** What the simulated Binance says in its filters, it enforces; and what a fault names, it strikes. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { type ReadyVenue, type RunningSim, runSim } from '../../../src/sim/main.ts';

let sim: RunningSim;
let venue: ReadyVenue;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  sim = await runSim({ venues: ['binance'], market: 'still', seed: 5, latencyMs: [0, 0], clock });
  const own = sim.ready.venues.binance;
  if (own === undefined) throw new Error('binance is not simulated');
  venue = own;
});

afterEach(() => sim.close());

async function order(params: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<unknown> {
  const all = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '90000' };
  const query = new URLSearchParams({ ...all, ...params, timestamp: String(clock.wallMs()) }).toString();
  const signature = createHmac('sha256', venue.secret).update(query).digest('hex');
  const response = await fetch(`${venue.rest}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': venue.apiKey },
    ...(signal === undefined ? {} : { signal }),
  });
  return response.json();
}

describe('filters', () => {
  it('lists what it enforces', async () => {
    const info = (await (await fetch(`${venue.rest}/api/v3/exchangeInfo?symbol=BTCUSDT`)).json()) as {
      symbols: [{ filters: unknown[] }];
    };
    expect(info.symbols[0].filters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ filterType: 'PRICE_FILTER', maxPrice: '1000000.00000000' }),
        expect.objectContaining({ filterType: 'NOTIONAL', maxNotional: '9000000.00000000' }),
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
      ]),
    );
  });

  it('refuses a price above the largest', async () => {
    expect(await order({ price: '1000000.01' })).toEqual({ code: -1013, msg: 'Filter failure: PRICE_FILTER' });
  });

  it('refuses a value above the largest before it looks at the balance', async () => {
    expect(await order({ quantity: '100.00001' })).toEqual({ code: -1013, msg: 'Filter failure: NOTIONAL' });
    expect(await order({ quantity: '100' })).toMatchObject({ code: -2010 });
  });

  it('refuses an order once 200 stand open', async () => {
    for (let n = 0; n < 200; n++) {
      if (n === 100) clock.advanceMs(10_000);
      expect(await order({})).toMatchObject({ status: 'NEW' });
    }
    clock.advanceMs(10_000);
    expect(await order({})).toEqual({ code: -1013, msg: 'Filter failure: MAX_NUM_ORDERS' });
    expect(await order({ symbol: 'ETHUSDT', quantity: '0.01', price: '2000' })).toMatchObject({ status: 'NEW' });
  });
});

describe('a lost answer', () => {
  it.each(['timeout-before-accept', 'timeout-after-accept'] as const)(
    '%s of one instrument leaves the others alone',
    async (kind) => {
      sim.faults.plant({ venue: 'binance', kind, instrument: 'ETH-USDT' });
      expect(await order({})).toMatchObject({ status: 'NEW' });
      await expect(
        order({ symbol: 'ETHUSDT', quantity: '0.01', price: '2000' }, AbortSignal.timeout(300)),
      ).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(sim.faults.list()).toEqual([]);
    },
  );
});

it('serves aggregate trades', async () => {
  await order({ type: 'LIMIT', timeInForce: 'IOC', quantity: '0.001', price: '110000' });
  const rows = (await (await fetch(`${venue.rest}/api/v3/aggTrades?symbol=BTCUSDT`)).json()) as unknown[];
  const text = expect.stringMatching(/^\d+\.\d{8}$/);
  const number = expect.any(Number);
  expect(rows).toEqual([{ a: number, p: text, q: '0.00100000', f: number, l: number, T: number, m: false, M: true }]);
});
