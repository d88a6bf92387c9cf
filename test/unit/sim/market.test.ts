/** What the named markets promise, for many seeds, on a clock that tests move. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { Exchange } from '../../../src/sim/exchange.ts';
import { FaultBoard } from '../../../src/sim/faults.ts';
import { Market } from '../../../src/sim/market.ts';
import { MARKETS, type MarketName } from '../../../src/sim/market-shape.ts';
import type { ExchangePolicy, Level, SimInstrument } from '../../../src/sim/port.ts';
import { SIM_VENUES } from '../../../src/sim/venues/registry.ts';
import type { SimVenue } from '../../../src/sim/wire-port.ts';

const FEES_BPS = 20;
const SEEDS = [1, 7, 99_991, 4_294_967_295];
/** The fewer venues there are, the more often two of them cross: the promises about crossings are for these two. */
const PAIR = SIM_VENUES.filter(({ id }) => id === 'binance' || id === 'okx');

interface World {
  readonly clock: ManualClock;
  readonly market: Market;
  readonly exchanges: readonly Exchange[];
  readonly faults: FaultBoard;
}

function newWorld(
  seed: number,
  name: MarketName,
  policy: Partial<ExchangePolicy> = {},
  listed: readonly SimVenue[] = SIM_VENUES,
): World {
  const clock = new ManualClock();
  const faults = new FaultBoard(clock);
  const venues = listed.map((venue) => ({
    exchange: new Exchange({
      venue: venue.id,
      instruments: venue.instruments,
      policy: { ...venue.policy, ...policy },
      clock,
      faults: faults.of(venue.id),
      latencyMs: () => 0,
    }),
    faults: faults.of(venue.id),
  }));
  const market = new Market({ seed, shape: MARKETS[name], clock, venues });
  market.start();
  return { clock, market, exchanges: venues.map(({ exchange }) => exchange), faults };
}

interface Crossing {
  readonly instrument: string;
  /** Which venue is dear: its index. */
  readonly dear: number;
  readonly grossBps: number;
  /** Value of the smaller best level, in quote units. */
  readonly value: number;
}

const worth = (instrument: SimInstrument, level: Level): number =>
  (level.price / 10 ** instrument.priceDecimals) * (level.size / 10 ** instrument.sizeDecimals);

/** Crossings between the best prices of two venues right now. */
function crossings({ exchanges }: World): Crossing[] {
  const found: Crossing[] = [];
  const [one, two] = exchanges;
  if (one === undefined || two === undefined) throw new Error('two venues are needed');
  for (const instrument of one.instruments) {
    const other = two.instruments.find(({ id }) => id === instrument.id);
    if (other === undefined) continue;
    const tops = [one.top(instrument), two.top(other)];
    const own = [instrument, other];
    for (const dear of [0, 1]) {
      const bid = tops[dear]?.bid;
      const ask = tops[1 - dear]?.ask;
      const bidOf = own[dear];
      const askOf = own[1 - dear];
      if (bid === undefined || ask === undefined || bidOf === undefined || askOf === undefined) continue;
      const high = bid.price / 10 ** bidOf.priceDecimals;
      const low = ask.price / 10 ** askOf.priceDecimals;
      if (high <= low) continue;
      const value = Math.min(worth(bidOf, bid), worth(askOf, ask));
      found.push({ instrument: instrument.id, dear, grossBps: (high / low - 1) * 1e4, value });
    }
  }
  return found;
}

/** Crossings as they begin, over some time. */
function watch(world: World, ms: number): Crossing[] {
  const begun: Crossing[] = [];
  let open = new Set<string>();
  for (let at = 0; at < ms; at += 25) {
    world.clock.advanceMs(25);
    const now = crossings(world);
    for (const crossing of now) if (!open.has(crossing.instrument + crossing.dear)) begun.push(crossing);
    open = new Set(now.map(({ instrument, dear }) => instrument + dear));
  }
  return begun;
}

describe.each(SEEDS)('seed %i', (seed) => {
  it('wobble: many crossings that pay, in both directions, of a size that can be traded', () => {
    const begun = watch(newWorld(seed, 'wobble', {}, PAIR), 10_000).filter(({ grossBps }) => grossBps > FEES_BPS);
    expect(begun.length).toBeGreaterThan(30);
    for (const { grossBps, value } of begun) {
      expect(grossBps - FEES_BPS).toBeLessThan(20);
      expect(value).toBeGreaterThan(100);
      expect(value).toBeLessThan(10_000);
    }
    const strong = begun.filter(({ grossBps }) => grossBps > FEES_BPS + 2);
    expect(strong.length).toBeGreaterThan(25);
    const dear = begun.filter((crossing) => crossing.dear === 0).length;
    expect(Math.abs(dear - (begun.length - dear))).toBeLessThan(begun.length * 0.35);
  });

  it('calm: crossings, never beyond the fees', () => {
    const begun = watch(newWorld(seed, 'calm', {}, PAIR), 10_000);
    expect(begun.length).toBeGreaterThan(10);
    for (const { grossBps } of begun) expect(grossBps).toBeLessThan(FEES_BPS - 2);
  });

  it('still: no crossing, not even between prices of different times', () => {
    const world = newWorld(seed, 'still');
    const highest = new Map<string, number>();
    const lowest = new Map<string, number>();
    for (let at = 0; at < 5000; at += 25) {
      world.clock.advanceMs(25);
      for (const exchange of world.exchanges) {
        for (const instrument of exchange.instruments) {
          const { bid, ask } = exchange.top(instrument);
          if (bid === undefined || ask === undefined) throw new Error('an empty book');
          const scale = 10 ** instrument.priceDecimals;
          highest.set(instrument.id, Math.max(highest.get(instrument.id) ?? 0, bid.price / scale));
          lowest.set(instrument.id, Math.min(lowest.get(instrument.id) ?? Number.POSITIVE_INFINITY, ask.price / scale));
        }
      }
    }
    for (const [id, bid] of highest) expect(bid).toBeLessThan(lowest.get(id) ?? 0);
  });
});

describe('every book', () => {
  it('has 50 levels a side, changes often, keeps its tick and lot, and is never crossed', () => {
    const world = newWorld(5, 'wobble');
    const changes = new Map<string, number>();
    for (const exchange of world.exchanges) {
      exchange.onEvent((event) => {
        if (event.kind !== 'BookChanged') return;
        const key = `${exchange.venue} ${event.instrument.id}`;
        changes.set(key, (changes.get(key) ?? 0) + 1);
      });
    }
    for (let at = 0; at < 5000; at += 50) {
      world.clock.advanceMs(50);
      for (const exchange of world.exchanges) {
        for (const instrument of exchange.instruments) {
          const { bids, asks } = exchange.book(instrument, 1000);
          expect(bids.length).toBeGreaterThanOrEqual(50);
          expect(asks.length).toBeGreaterThanOrEqual(50);
          expect(bids[0]?.price).toBeLessThan(asks[0]?.price ?? 0);
          const off = [...bids, ...asks].filter(
            ({ price, size }) => price % instrument.tick !== 0 || size % instrument.lot !== 0 || size <= 0,
          );
          expect(off).toEqual([]);
        }
      }
    }
    expect(changes.size).toBe(5 * SIM_VENUES.length);
    for (const count of changes.values()) expect(count / 5).toBeGreaterThan(5);
  });

  it('is the same for the same seed, and another for another', () => {
    const snapshot = (seed: number): unknown => {
      const world = newWorld(seed, 'wobble');
      world.clock.advanceMs(3000);
      return world.exchanges.map((exchange) => exchange.instruments.map((each) => exchange.book(each, 10)));
    };
    expect(snapshot(9)).toEqual(snapshot(9));
    expect(snapshot(9)).not.toEqual(snapshot(10));
  });

  it('comes back a little after someone took from it', () => {
    const world = newWorld(5, 'still');
    const exchange = world.exchanges[0];
    const instrument = exchange?.instruments[0];
    if (exchange === undefined || instrument === undefined) throw new Error('no exchange');
    world.market.hold(exchange.venue, instrument, {
      bid: 9_000_000,
      ask: 9_000_100,
      size: 50_000,
      until: world.clock.wallMs() + 10_000,
    });
    exchange.synthesizeTrade(instrument, 'buy', 50_000);
    expect(exchange.top(instrument).ask?.price).toBeGreaterThan(9_000_100);
    world.clock.advanceMs(50);
    expect(exchange.top(instrument).ask?.price).toBeGreaterThan(9_000_100);
    world.clock.advanceMs(1000);
    expect(exchange.top(instrument).ask).toEqual({ price: 9_000_100, size: 50_000 });
  });
});
