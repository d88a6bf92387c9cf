/** A small trading world in memory: instruments, shared memory, a clock that is moved by hand, rows written by hand. */
import { ManualClock } from '../../../src/core/clock.ts';
import type { Listing, Universe } from '../../../src/core/instrument.ts';
import { DETECTOR_COUNTERS, EXECUTOR_COUNTERS, FILTER_COUNTERS, REASON_COUNTERS } from '../../../src/core/metrics.ts';
import { DISTRUST_REASONS, type DistrustReason, TRUST } from '../../../src/core/quote.ts';
import { buildUniverse } from '../../../src/core/universe.ts';
import { assetsOf } from '../../../src/engine/terms.ts';
import { Control } from '../../../src/memory/control.ts';
import { Counters, Histogram } from '../../../src/memory/counters.ts';
import { DirtyProducer } from '../../../src/memory/dirty-ring.ts';
import { Doorbell } from '../../../src/memory/doorbell.ts';
import { allocate, planLayout, QUOTE } from '../../../src/memory/layout.ts';
import { QuoteWriter } from '../../../src/memory/quote-table.ts';
import { feedbackWords, inventoryWords } from '../../../src/memory/shared-words.ts';

export interface WorldOptions {
  readonly venues?: readonly string[];
  readonly instruments?: readonly string[];
  /** Taker rate of every venue, or by venue. */
  readonly taker?: string | readonly string[];
  readonly intentSlots?: number;
  readonly listing?: (venue: string, instrument: string) => Partial<Listing>;
  /** Memory of a world of the same shape that is over; it is wiped. Absent: fresh memory. */
  readonly memory?: SharedArrayBuffer;
}

/** Prices at two decimals, sizes at four, unless said otherwise. */
export function universeOf(options: WorldOptions = {}): Universe {
  const { venues = ['alpha', 'beta'], instruments = ['BTC-USDT'], taker = '0.001', listing = () => ({}) } = options;
  return buildUniverse(
    instruments,
    venues.map((venue, index) => ({
      venue,
      fees: { taker: typeof taker === 'string' ? taker : (taker[index] ?? '0'), maker: '0' },
      listings: instruments.map((instrument) => {
        const [base = '', quote = ''] = instrument.split('-');
        return {
          venue,
          instrument,
          base,
          quote,
          symbol: base + quote,
          trading: true,
          priceTick: '0.01',
          sizeLot: '0.0001',
          minSize: '0.0001',
          minNotional: '5',
          ...listing(venue, instrument),
        };
      }),
    })),
  );
}

export interface Quote {
  /** (ticks, lots), best first. */
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly trust?: number;
  readonly incarnation?: number;
  /** Why it is not live. */
  readonly reason?: DistrustReason;
  /** Venue sequence; rises by itself when left out. */
  readonly seq?: number;
  /** Venue time, ms; none when left out. */
  readonly venueAt?: number;
}

export class World {
  readonly universe: Universe;
  readonly layout: ReturnType<typeof planLayout>;
  readonly buffer: SharedArrayBuffer;
  readonly control: Control;
  readonly clock = new ManualClock();
  readonly inventory: Float64Array;
  readonly feedback: Float64Array;
  readonly words = new Float64Array(QUOTE.STRIDE);
  readonly #writer: QuoteWriter;
  readonly #dirty: readonly DirtyProducer[];
  #sequence = 0;

  constructor(options: WorldOptions = {}) {
    this.universe = universeOf(options);
    const { universe } = this;
    const count = (catalogue: object): number => Object.keys(catalogue).length;
    this.layout = planLayout({
      rowsPerVenue: universe.venues.map((_, v) => (universe.firstRow[v + 1] ?? 0) - (universe.firstRow[v] ?? 0)),
      instruments: universe.instruments.length,
      assets: assetsOf(universe).length,
      intentSlots: options.intentSlots ?? 64,
      recordBytes: 16,
      counters: {
        detector: count(DETECTOR_COUNTERS),
        detectorReasons: count(REASON_COUNTERS),
        executor: count(EXECUTOR_COUNTERS),
        executorReasons: count(REASON_COUNTERS),
        filters: count(FILTER_COUNTERS),
      },
      histograms: ['wireToDecision', 'tickToTrade', 'ack'],
    });
    this.buffer = options.memory ?? allocate(this.layout);
    if (options.memory !== undefined) new Uint8Array(options.memory).fill(0);
    this.control = new Control(this.buffer, this.layout);
    this.inventory = inventoryWords(this.buffer, this.layout);
    this.feedback = feedbackWords(this.buffer, this.layout);
    this.#writer = new QuoteWriter(this.buffer, this.layout);
    this.#dirty = universe.venues.map((_, venue) => new DirtyProducer(this.buffer, this.layout, venue));
    universe.venues.forEach((_, venue) => {
      this.control.setIncarnation(venue, 1);
      this.control.acknowledge(venue, 1);
      this.control.setGatewayUp(venue, true);
    });
    this.beat();
  }

  /** Every feed's heart beats now. */
  beat(): void {
    this.universe.venues.forEach((_, venue) => {
      this.control.beat(venue, this.clock.monotonicNs());
    });
  }

  counters = () => new Counters(this.buffer, this.#counters('detector'), names(DETECTOR_COUNTERS));
  executorCounters = () => new Counters(this.buffer, this.#counters('executor'), names(EXECUTOR_COUNTERS));
  filterCounters = () => new Counters(this.buffer, this.#counters('filters'), names(FILTER_COUNTERS));
  reasons = (of: 'detector' | 'executor') =>
    new Counters(this.buffer, this.#counters(`${of}Reasons`), names(REASON_COUNTERS));
  histogram = (name: string): Histogram => new Histogram(this.buffer, this.layout.histograms[name] ?? 0);
  bell = (): Doorbell => new Doorbell(this.buffer, this.layout, 'executor');

  row(venue: string, instrument = 'BTC-USDT'): number {
    const found = this.universe.rows.find((row) => row.venue === venue && row.instrument === instrument);
    if (found === undefined) throw new RangeError(`no row ${venue} ${instrument}`);
    return found.row;
  }

  /** Writes a row without a word to anybody. */
  write(row: number, quote: Quote): void {
    const { words } = this;
    const put = (countAt: number, at: number, levels: Quote['bids']): void => {
      words[countAt] = levels.length;
      levels.forEach(([price, lots], level) => {
        words[at + level * 2] = price;
        words[at + level * 2 + 1] = lots;
      });
    };
    words.fill(0);
    words[QUOTE.TRUST] = quote.trust ?? TRUST.Live;
    words[QUOTE.INCARNATION] = quote.incarnation ?? 1;
    words[QUOTE.VENUE_SEQ] = quote.seq ?? ++this.#sequence;
    words[QUOTE.RECEIVED_AT] = this.clock.monotonicNs();
    words[QUOTE.TOP_AT] = this.clock.monotonicNs();
    words[QUOTE.DEPTH_AT] = this.clock.monotonicNs();
    words[QUOTE.VENUE_AT] = quote.venueAt ?? Number.NaN;
    words[QUOTE.REASON] = quote.reason === undefined ? -1 : DISTRUST_REASONS.indexOf(quote.reason);
    put(QUOTE.BID_COUNT, QUOTE.BIDS, quote.bids);
    put(QUOTE.ASK_COUNT, QUOTE.ASKS, quote.asks);
    [words[QUOTE.BID], words[QUOTE.BID_SIZE]] = quote.bids[0] ?? [0, 0];
    [words[QUOTE.ASK], words[QUOTE.ASK_SIZE]] = quote.asks[0] ?? [0, 0];
    this.#writer.publish(row, words);
  }

  mark(row: number): void {
    this.#dirty[this.universe.rows[row]?.venueIndex ?? -1]?.mark(row);
  }

  /** Writes a row as a feed does. */
  publish(row: number, quote: Quote): void {
    this.write(row, quote);
    this.mark(row);
  }

  /** Free units of an asset at a venue, as the detector sees them. */
  fund(venue: string, asset: string, free: number): void {
    const assets = assetsOf(this.universe);
    this.inventory[this.universe.venues.indexOf(venue) * assets.length + assets.indexOf(asset)] = free;
  }

  #counters(owner: string): number {
    return this.layout.counters[owner] ?? -1;
  }
}

const names = <K extends string>(catalogue: Readonly<Record<K, string>>): K[] => Object.keys(catalogue) as K[];
