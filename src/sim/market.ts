/** The market behind the simulated exchanges. One fair price walks per instrument; each venue's maker quotes around it
 *  with a lag, a spread and a wobble of its own, and now and then two venues come apart for a short while, each as
 *  often the dear one as the cheap one. Seeded: the same seed and clock give the same market. */
import type { Clock } from '../core/clock.ts';
import { type Random, seededRandom } from '../core/random.ts';
import type { Side } from '../core/units.ts';
import type { Exchange } from './exchange.ts';
import type { VenueFaults } from './fault-port.ts';
import { HALF_SPREAD_BPS, type MarketShape, startPrice } from './market-shape.ts';
import type { Level, SimInstrument } from './port.ts';
import { type MakerMemory, newMemory, type QuoteShape, quotesAround } from './quoter.ts';

const STEP_MS = 25;
/** Chance that a maker looks at one book in one step: about 14 times a second. */
const REQUOTE_CHANCE = 0.35;
const TRADE_CHANCE = 0.03;
/** How long a maker takes to put back what was taken. */
const REPLENISH_MS = [60, 200] as const;
const SHAPE: QuoteShape = {
  halfSpread: HALF_SPREAD_BPS / 1e4,
  topValue: [400, 3_000],
  deepValue: [1_000, 6_000],
};

interface Fair {
  readonly id: string;
  readonly start: number;
  price: number;
  apartUntil: number;
  /** Directions still to be used, so that each comes as often as the other. */
  directions: number[];
}

/** A price that someone put over the control server. */
export interface Hold {
  readonly bid: number;
  readonly ask: number;
  readonly size: number;
  readonly until: number;
}

/** One venue's maker in one instrument. */
interface Maker {
  readonly exchange: Exchange;
  readonly faults: VenueFaults;
  readonly instrument: SimInstrument;
  readonly fair: Fair;
  readonly random: Random;
  readonly memory: MakerMemory;
  /** Taker fee of the venue. */
  readonly feeBps: number;
  /** Share of the way to the fair price that the maker goes in one step. */
  readonly pace: number;
  lagged: number;
  wobbleBps: number;
  apartBps: number;
  hold: Hold | undefined;
  crossedUntil: number;
  /** What stood after the last requote, and until when a taken level stays thin. */
  readonly placed: Record<Side, Map<number, number>>;
  readonly thin: Record<Side, Map<number, number>>;
}

export interface MarketOptions {
  readonly seed: number;
  readonly shape: MarketShape;
  readonly clock: Clock;
  readonly venues: readonly { readonly exchange: Exchange; readonly faults: VenueFaults }[];
}

export class Market {
  readonly #clock: Clock;
  readonly #shape: MarketShape;
  readonly #random: Random;
  readonly #fairs: Fair[];
  readonly #makers: Maker[];
  #nextApartAt = 0;
  #stop: (() => void) | undefined;
  #running = false;

  constructor(options: MarketOptions) {
    this.#clock = options.clock;
    this.#shape = options.shape;
    this.#random = seededRandom(options.seed);
    const ids = [...new Set(options.venues.flatMap(({ exchange }) => exchange.instruments.map(({ id }) => id)))];
    this.#fairs = ids.map((id) => {
      // Seeds differ in level too, not only in path.
      const start = startPrice(id) * (1 + (this.#random.next() - 0.5) * 0.04);
      return { id, start, price: start, apartUntil: 0, directions: [] };
    });
    this.#makers = options.venues.flatMap(({ exchange, faults }, venue) =>
      exchange.instruments.map((instrument, index) =>
        this.#newMaker(exchange, faults, instrument, seededRandom(options.seed * 7919 + venue * 104_729 + index + 1)),
      ),
    );
  }

  #newMaker(exchange: Exchange, faults: VenueFaults, instrument: SimInstrument, random: Random): Maker {
    const fair = this.#fairs.find((candidate) => candidate.id === instrument.id);
    if (fair === undefined) throw new Error(`no fair price of ${instrument.id}`);
    return {
      exchange,
      faults,
      instrument,
      fair,
      random,
      memory: newMemory(),
      feeBps: Number(exchange.policy.fees.taker) * 1e4,
      pace: 0.5 + 0.3 * random.next(),
      lagged: fair.price,
      wobbleBps: 0,
      apartBps: 0,
      hold: undefined,
      crossedUntil: 0,
      placed: { buy: new Map(), sell: new Map() },
      thin: { buy: new Map(), sell: new Map() },
    };
  }

  /** Fills every book, then moves until `stop`. */
  start(): void {
    for (const maker of this.#makers) this.#requote(maker);
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#stop?.();
  }

  /** Pins one venue's best prices for a while. */
  hold(venue: string, instrument: SimInstrument, hold: Hold): void {
    const maker = this.#makers.find(
      (candidate) => candidate.exchange.venue === venue && candidate.instrument === instrument,
    );
    if (maker === undefined) throw new Error(`${venue} has no maker in ${instrument.id}`);
    maker.hold = hold;
    for (const side of ['buy', 'sell'] as const) {
      maker.thin[side].clear();
      maker.placed[side].clear();
    }
    this.#requote(maker);
  }

  #schedule(): void {
    this.#stop = this.#clock.after(STEP_MS, () => {
      this.#step();
      if (this.#running) this.#schedule();
    });
  }

  #step(): void {
    const now = this.#clock.wallMs();
    for (const fair of this.#fairs) this.#walk(fair);
    const moved = this.#moveApart(now);
    for (const maker of this.#makers) {
      maker.lagged += (maker.fair.price - maker.lagged) * maker.pace;
      maker.wobbleBps = maker.wobbleBps * 0.9 + maker.random.normal() * 0.1 * this.#shape.wobbleBps;
      const crossed = maker.faults.take('crossed', { instrument: maker.instrument.id });
      if (crossed !== undefined) maker.crossedUntil = now + crossed.ms;
      const wanted = maker.random.next() < REQUOTE_CHANCE;
      if (wanted || crossed !== undefined || moved.has(maker.fair)) this.#requote(maker);
      if (maker.random.next() < TRADE_CHANCE) this.#synthesizeTrade(maker);
    }
  }

  #walk(fair: Fair): void {
    const { walkBps, bandBps } = this.#shape;
    // Bounded steps: no seed makes a jump that crosses venues by lag alone.
    const step = clamp(this.#random.normal(), 2.5) * walkBps;
    fair.price *= 1 + step / 1e4;
    if (bandBps !== undefined) {
      const reach = (fair.start * bandBps) / 1e4;
      fair.price = fair.start + clamp(fair.price - fair.start, reach);
    }
  }

  /** Ends and starts times apart; returns the instruments whose makers must quote anew at once. */
  #moveApart(now: number): Set<Fair> {
    const moved = new Set<Fair>();
    const { apart } = this.#shape;
    if (apart === undefined) return moved;
    for (const fair of this.#fairs) {
      if (fair.apartUntil === 0 || now < fair.apartUntil) continue;
      fair.apartUntil = 0;
      for (const maker of this.#makers) if (maker.fair === fair) maker.apartBps = 0;
      moved.add(fair);
    }
    if (now < this.#nextApartAt) return moved;
    this.#nextApartAt = now + this.#between(apart.everyMs);
    const idle = this.#fairs.filter((fair) => fair.apartUntil === 0 && !moved.has(fair));
    const fair = idle[this.#random.int(idle.length)];
    if (fair === undefined) return moved;
    const makers = this.#makers.filter((maker) => maker.fair === fair);
    const first = makers[this.#random.int(makers.length)];
    const others = makers.filter((maker) => maker !== first);
    const second = others[this.#random.int(others.length)];
    if (first === undefined) return moved;
    fair.apartUntil = now + this.#between(apart.lastsMs);
    // The order of a pair is the venues' own, so that the balance of directions holds for each pair.
    const [one, two] =
      second !== undefined && makers.indexOf(second) < makers.indexOf(first) ? [second, first] : [first, second];
    const feesBps = first.feeBps + (second?.feeBps ?? 0);
    const crossedBps = this.#between(apart.feeShare) * feesBps + this.#between(apart.beyondBps);
    const distance = crossedBps + 2 * HALF_SPREAD_BPS + this.#roundingBps(makers);
    // Each goes its part of the fees, so that neither crosses third venues by more than the two cross.
    const share = (0.85 * one.feeBps) / feesBps + 0.15 * this.#random.next();
    const direction = this.#nextDirection(fair);
    one.apartBps = direction * distance * share;
    if (two !== undefined) two.apartBps = -direction * distance * (1 - share);
    moved.add(fair);
    return moved;
  }

  /** What two makers lose of a distance by quoting on their ticks. */
  #roundingBps(makers: readonly Maker[]): number {
    return Math.max(
      ...makers.map(({ instrument, fair }) => (instrument.tick / 10 ** instrument.priceDecimals / fair.price) * 1e4),
    );
  }

  #nextDirection(fair: Fair): number {
    if (fair.directions.length === 0) {
      fair.directions = this.#random.next() < 0.5 ? [1, -1] : [-1, 1];
    }
    return fair.directions.pop() ?? 1;
  }

  #between([from, to]: readonly [number, number]): number {
    return from + (to - from) * this.#random.next();
  }

  #requote(maker: Maker): void {
    const { exchange, instrument, memory, random } = maker;
    const now = this.#clock.wallMs();
    if (maker.hold !== undefined && now >= maker.hold.until) maker.hold = undefined;
    const wobbleBps = clamp(maker.wobbleBps, this.#shape.wobbleBps);
    const fair = maker.lagged * (1 + (maker.apartBps + wobbleBps) / 1e4) * 10 ** instrument.priceDecimals;
    const { hold } = maker;
    const quotes = quotesAround(
      instrument,
      hold === undefined ? fair : (hold.bid + hold.ask) / 2,
      SHAPE,
      memory,
      random,
    );
    let { bids, asks } = quotes;
    if (hold !== undefined) {
      bids = [{ price: hold.bid, size: hold.size }, ...bids.filter((level) => level.price < hold.bid)];
      asks = [{ price: hold.ask, size: hold.size }, ...asks.filter((level) => level.price > hold.ask)];
    }
    bids = this.#thinned(maker, 'buy', bids, now);
    asks = this.#thinned(maker, 'sell', asks, now);
    const crossed = now < maker.crossedUntil;
    const best = asks[0];
    if (crossed && best !== undefined) bids = [{ price: best.price + instrument.tick, size: best.size }, ...bids];
    exchange.requote(instrument, bids, asks, crossed);
    for (const side of ['buy', 'sell'] as const) {
      maker.placed[side].clear();
      for (const { price } of side === 'buy' ? bids : asks) {
        maker.placed[side].set(price, exchange.makerSizeAt(instrument, side, price));
      }
    }
  }

  /** Levels that someone took from stay as they left them for a while. */
  #thinned(maker: Maker, side: Side, levels: readonly Level[], now: number): Level[] {
    const { exchange, instrument, random } = maker;
    const placed = maker.placed[side];
    const thin = maker.thin[side];
    for (const [price, size] of placed) {
      const standing = exchange.makerSizeAt(instrument, side, price);
      if (standing < size) {
        thin.set(price, now + REPLENISH_MS[0] + (REPLENISH_MS[1] - REPLENISH_MS[0]) * random.next());
      }
    }
    for (const [price, until] of thin) if (now >= until) thin.delete(price);
    if (thin.size === 0) return [...levels];
    return levels.flatMap((level) => {
      if (!thin.has(level.price)) return [level];
      const standing = exchange.makerSizeAt(instrument, side, level.price);
      return standing === 0 ? [] : [{ price: level.price, size: Math.min(standing, level.size) }];
    });
  }

  /** The rest of the market trades too, a little of what stands at the best price. */
  #synthesizeTrade(maker: Maker): void {
    const { exchange, instrument, random } = maker;
    if (maker.hold !== undefined) return;
    const side: Side = random.next() < 0.5 ? 'buy' : 'sell';
    const top = exchange.top(instrument);
    const level = side === 'buy' ? top.ask : top.bid;
    if (level === undefined) return;
    const size = Math.floor((level.size * (0.05 + 0.3 * random.next())) / instrument.lot) * instrument.lot;
    if (size > 0) exchange.synthesizeTrade(instrument, side, size);
  }
}

const clamp = (value: number, reach: number): number => Math.max(-reach, Math.min(reach, value));
