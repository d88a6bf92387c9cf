/** What the kinds of orders come to at every venue: fill or kill, an end at the venue, market buys by quote, and orders that
 *  would trade with one of their own account. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decimalsOf, formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { isSame } from '../../../src/core/decimal-text.ts';
import type { Gateway, OrderRequest } from '../../../src/core/order.ts';
import type { VenueDescriptor } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { ccxtVenue } from '../../../src/venues/ccxt/index.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';
import { Stage } from './venue-contract.ts';

const wait = { timeout: 10_000, interval: 20 };
const http = httpClient();
const OVER = ['cancelled', 'expired'];
const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + Number(text), 0);

/** Prices in a market that is held wide open for as long as one test takes. */
async function opened(stage: Stage): Promise<{ at(ticksAboveBid: bigint): string }> {
  const { btc } = stage;
  const scale = decimalsOf(btc.priceTick);
  const tick = parseDecimal(btc.priceTick, scale);
  const before = parseDecimal(stage.ledger().tops[btc.instrument]?.bid ?? '0', scale);
  const bid = (before / tick) * tick - 100n * tick;
  const at = (ticks: bigint): string => formatDecimal(bid + ticks * tick, scale);
  const body = {
    venue: stage.venue.id,
    instrument: btc.instrument,
    bid: at(0n),
    ask: at(200n),
    size: '1',
    forMs: 8_000,
  };
  const url = `${stage.sim.ready.control}/market`;
  const reply = await http.request({ method: 'POST', url, body: JSON.stringify(body) });
  expect(reply.status, reply.body.toString()).toBe(200);
  await vi.waitFor(() => {
    const { bid: best, ask } = stage.ledger().tops[btc.instrument] ?? {};
    expect([best, ask].every((text, n) => isSame(text ?? '', at(n === 0 ? 0n : 200n)))).toBe(true);
  }, wait);
  return { at };
}

function orderKinds(venue: VenueDescriptor): void {
  const { kinds, selfTrade, marketBuys, life } = venue.orders;
  const stage = new Stage(venue);
  let gateway: Gateway;

  beforeAll(async () => {
    await stage.open('still');
    gateway = stage.gateway();
    await gateway.connect();
  }, 30_000);

  afterAll(async () => {
    await gateway.close();
    await stage.close();
  });

  const isOpen = (clientId: string) =>
    vi.waitFor(async () => expect((await gateway.openOrders()).map((each) => each.clientId)).toContain(clientId), wait);
  const tradedOf = (...ids: readonly string[]) =>
    stage.ledger().fills.filter((fill) => ids.some((id) => fill.clientId.endsWith(id)));

  it(`keeps an order from trading with one of ours: the ${selfTrade.ends} goes, by the ${selfTrade.by}`, async () => {
    const { at } = await opened(stage);
    const resting = stage.crossing({ tif: 'gtc', price: at(50n), size: '0.02' });
    expect(await gateway.place(resting)).toMatchObject({ kind: 'acked' });
    await isOpen(resting.clientId);
    const crossing = stage.crossing({ side: 'sell', price: at(50n), size: '0.01' });
    const outcome = await gateway.place(crossing);
    if (selfTrade.by === 'gateway') {
      expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'filter', code: 'self-trade' } });
    } else {
      expect(outcome).toMatchObject({ kind: 'acked' });
      const report = await stage.ended(crossing.clientId);
      expect(OVER).toContain(report.status);
      expect(Number(report.filled)).toBe(0);
      expect(await gateway.query(crossing)).toMatchObject({ kind: 'found', fills: [] });
    }
    await isOpen(resting.clientId);
    expect(await gateway.cancel(resting)).toEqual({ kind: 'cancelled' });
    const end = await stage.ended(resting.clientId);
    expect([end.status, Number(end.filled)]).toEqual(['cancelled', 0]);
    expect(tradedOf(resting.clientId, crossing.clientId)).toEqual([]);
    expect([...stage.fillsOf(resting.clientId), ...stage.fillsOf(crossing.clientId)]).toEqual([]);
    // With nothing of ours in its way it goes out, and finds nobody.
    const after = stage.crossing({ side: 'sell', price: at(50n), size: '0.01' });
    expect(await gateway.place(after)).toMatchObject({ kind: 'acked' });
    expect(OVER).toContain((await stage.ended(after.clientId)).status);
  }, 30_000);

  it.each(['buy', 'sell'] as const)(
    'fills a FOK %s whole or not at all',
    async (side) => {
      const whole = stage.crossing({ tif: 'fok', side });
      expect(await gateway.place(whole)).toMatchObject({ kind: 'acked' });
      expect(await stage.ended(whole.clientId)).toMatchObject({ status: 'filled' });
      const { at } = await opened(stage);
      const tooMuch = stage.crossing({ tif: 'fok', side, size: '1.5', price: side === 'buy' ? at(200n) : at(0n) });
      const outcome = await gateway.place(tooMuch);
      // Gate says so in its refusal, the others when it has ended.
      // Where legs may not be sent so it need not be told apart.
      if (outcome.kind === 'rejected') {
        const classes = kinds.includes('fok') ? ['unfilled'] : ['unfilled', 'other'];
        expect(classes).toContain(outcome.error.class);
      } else {
        expect(outcome).toMatchObject({ kind: 'acked' });
        const report = await stage.ended(tooMuch.clientId);
        expect([...OVER, 'rejected']).toContain(report.status);
        expect(Number(report.filled)).toBe(0);
      }
      expect(tradedOf(tooMuch.clientId)).toEqual([]);
    },
    30_000,
  );

  const byQuote = (change: Partial<OrderRequest> = {}): OrderRequest => {
    const { size: _, price: __, ...terms } = stage.crossing({ type: 'market' });
    return { ...terms, ...change, quoteSize: '500', size: undefined } as OrderRequest;
  };

  it(marketBuys.includes('quote') ? 'buys for so much quote' : 'cannot buy for so much quote', async () => {
    const order = byQuote();
    const outcome = await gateway.place(order);
    if (!marketBuys.includes('quote')) {
      expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'filter', code: 'market-buy' } });
      return;
    }
    expect(outcome).toMatchObject({ kind: 'acked' });
    // What bought no lot goes back, and some venues call the order cancelled for that.
    const report = await stage.ended(order.clientId);
    expect(['filled', ...OVER]).toContain(report.status);
    await vi.waitFor(() => {
      const fills = stage.fillsOf(order.clientId);
      expect(sum(fills.map(({ size }) => size))).toBeCloseTo(Number(report.filled), 8);
      expect(fills.length).toBeGreaterThan(0);
    }, wait);
    const fills = stage.fillsOf(order.clientId);
    const truth = tradedOf(order.clientId);
    expect(sum(truth.map(({ size }) => size))).toBeCloseTo(Number(report.filled), 8);
    expect(sum(truth.map(({ fee }) => fee))).toBeCloseTo(sum(fills.map(({ fee }) => fee)), 8);
    const spent = sum(truth.map(({ quote }) => quote));
    expect(spent).toBeLessThanOrEqual(500);
    expect(spent).toBeGreaterThan(490);
    const query = await gateway.query(order);
    expect(query).toMatchObject({ kind: 'found' });
    if (query.kind === 'found') expect(isSame(query.report.filled, report.filled)).toBe(true);
  }, 30_000);

  it('refuses unsent what cannot be sized so', async () => {
    for (const order of [byQuote({ side: 'sell' }), byQuote({ type: 'limit', price: stage.resting().price ?? '' })]) {
      expect(await gateway.place(order)).toMatchObject({
        kind: 'rejected',
        error: { class: 'filter', code: 'quote-size' },
      });
    }
    if (marketBuys.includes('base')) return;
    const order = stage.crossing({ type: 'market' });
    expect(await gateway.place(order)).toMatchObject({
      kind: 'rejected',
      error: { class: 'filter', code: 'market-buy' },
    });
    expect(stage.ledger().orders.filter(({ clientId }) => clientId.endsWith(order.clientId))).toEqual([]);
  });

  it(life === undefined ? 'lets a resting order rest, whatever its life' : 'ends a resting order itself', async () => {
    const order = { ...stage.resting(), lifeMs: 500 };
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    await isOpen(order.clientId);
    if (life === undefined) {
      expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
      expect(await stage.ended(order.clientId)).toMatchObject({ status: 'cancelled' });
      return;
    }
    const { status, filled } = await stage.ended(order.clientId);
    expect(OVER).toContain(status);
    expect(Number(filled)).toBe(0);
    expect(await gateway.openOrders()).toEqual([]);
    expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status } });
  }, 30_000);
}

const ccxt = ['okx', 'gate'].map((id) => ccxtVenue(id));
describe.each([...venueRegistry.values()].map((venue) => [venue.name, venue] as const))('orders of %s', (_, venue) =>
  orderKinds(venue),
);
describe.each(ccxt.map((venue) => [venue.name, venue] as const))('orders of %s', (_, venue) => orderKinds(venue));
