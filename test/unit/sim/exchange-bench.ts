/** A small exchange for tests: one instrument, two accounts, a clock that stands. */
import { ManualClock } from '../../../src/core/clock.ts';
import { amountOf, amountText, priceText, sizeText } from '../../../src/sim/amounts.ts';
import { Exchange } from '../../../src/sim/exchange.ts';
import { FaultBoard } from '../../../src/sim/faults.ts';
import type {
  ExchangeEvent,
  ExchangePolicy,
  InstrumentSpec,
  PlaceRequest,
  PlaceResult,
  SimAccount,
  SimInstrument,
  SimOrder,
} from '../../../src/sim/port.ts';

export const SPEC: InstrumentSpec = {
  id: 'BTC-USDT',
  symbol: 'BTCUSDT',
  tick: '0.1',
  lot: '0.001',
  minSize: '0.001',
  maxSize: '100',
  minNotional: '5',
};

export const POLICY: ExchangePolicy = {
  fees: { taker: '0.001', maker: '0.0008', truncateTo: 8 },
  priceBand: 5,
  clientIds: 'open',
  marketWithoutLiquidity: 'expire',
};

export interface Bench {
  readonly clock: ManualClock;
  readonly faults: FaultBoard;
  readonly exchange: Exchange;
  readonly instrument: SimInstrument;
  readonly alice: SimAccount;
  readonly bob: SimAccount;
  readonly events: ExchangeEvent[];
  /** Replaces the maker's book; rows of price and size. */
  quote(bids: readonly (readonly [string, string])[], asks: readonly (readonly [string, string])[]): void;
  place(account: SimAccount, terms: Partial<PlaceRequest>): PlaceResult;
  /** Places and expects it to be taken. */
  placed(account: SimAccount, terms: Partial<PlaceRequest>): SimOrder;
  free(account: SimAccount, asset: string): string;
  locked(account: SimAccount, asset: string): string;
  /** The fills of an order as `price×size`. */
  fills(order: SimOrder): string[];
}

export function newBench(policy: Partial<ExchangePolicy> = {}): Bench {
  const clock = new ManualClock();
  const faults = new FaultBoard(clock);
  const exchange = new Exchange({
    venue: 'test',
    instruments: [SPEC],
    policy: { ...POLICY, ...policy },
    clock,
    faults: faults.of('test'),
    latencyMs: () => 0,
  });
  const instrument = exchange.instruments[0];
  if (instrument === undefined) throw new Error('no instrument');
  const account = (name: string): SimAccount =>
    exchange.addAccount(
      { apiKey: name, secret: name, passphrase: '' },
      new Map([
        ['BTC', amountOf('10')],
        ['USDT', amountOf('10000')],
      ]),
    );
  const events: ExchangeEvent[] = [];
  exchange.onEvent((event) => events.push(event));
  const integers = (rows: readonly (readonly [string, string])[]): { price: number; size: number }[] =>
    rows.map(([price, size]) => ({ price: Math.round(Number(price) * 10), size: Math.round(Number(size) * 1000) }));
  const place = (owner: SimAccount, terms: Partial<PlaceRequest>): PlaceResult => {
    const { price, ...rest } = terms;
    const base: PlaceRequest = { instrument, side: 'buy', type: 'limit', tif: 'gtc', ...rest };
    return exchange.place(owner, price === undefined ? base : { ...base, price });
  };
  return {
    clock,
    faults,
    exchange,
    instrument,
    alice: account('alice'),
    bob: account('bob'),
    events,
    quote: (bids, asks) => exchange.requote(instrument, integers(bids), integers(asks)),
    place,
    placed: (owner, terms) => {
      const result = place(owner, terms);
      if (!result.ok) throw new Error(`refused: ${result.refusal}`);
      return result.order;
    },
    free: (owner, asset) => amountText(owner.holdings.get(asset)?.free ?? 0n),
    locked: (owner, asset) => amountText(owner.holdings.get(asset)?.locked ?? 0n),
    fills: (order) =>
      order.fills.map((fill) => `${priceText(instrument, fill.price)}×${sizeText(instrument, fill.size)}`),
  };
}
