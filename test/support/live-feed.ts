/** One venue's real feed over real sockets, without an engine around it: rows in shared memory, looked at by the test. */
import { systemClock } from '../../src/core/clock.ts';
import type { Fault } from '../../src/core/faults.ts';
import type { Listing } from '../../src/core/instrument.ts';
import { silentLog } from '../../src/core/log.ts';
import { distrustCounters, FEED_COUNTERS } from '../../src/core/metrics.ts';
import { DISTRUST_REASONS, TRUST_NAMES } from '../../src/core/quote.ts';
import { seededRandom } from '../../src/core/random.ts';
import { buildUniverse, GRID_ROOM } from '../../src/core/universe.ts';
import type { Endpoints, VenueDescriptor } from '../../src/core/venue.ts';
import { Feed } from '../../src/feeds/feed.ts';
import { FEED_COUNTER_NAMES, type FeedCounter } from '../../src/feeds/feed-counters.ts';
import { Control } from '../../src/memory/control.ts';
import { Counters, Histogram } from '../../src/memory/counters.ts';
import { Doorbell } from '../../src/memory/doorbell.ts';
import { allocate, planLayout, QUOTE } from '../../src/memory/layout.ts';
import { QuoteReader } from '../../src/memory/quote-table.ts';
import { httpClient } from '../../src/net/http-client.ts';
import { wsSockets } from '../../src/net/ws-socket.ts';

export interface LiveRow {
  readonly instrument: string;
  readonly trust: string;
  readonly reason: string | undefined;
  /** Decimal numbers. */
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly bidLevels: number;
  readonly askLevels: number;
}

export class LiveFeed {
  readonly faults: Fault[] = [];
  readonly counters: Counters<FeedCounter>;
  readonly #feed: Feed;
  readonly #http = httpClient();
  readonly #reader: QuoteReader;
  readonly #words = new Float64Array(QUOTE.STRIDE);
  readonly #rows: ReturnType<typeof buildUniverse>;
  readonly #beat: NodeJS.Timeout;

  constructor(descriptor: VenueDescriptor, endpoints: Endpoints, listings: readonly Listing[]) {
    const venue = descriptor.id;
    const universe = buildUniverse(
      listings.map(({ instrument }) => instrument),
      [{ venue, listings, fees: descriptor.defaultFees }],
      1,
      GRID_ROOM,
    );
    this.#rows = universe;
    const layout = planLayout({
      rowsPerVenue: [listings.length],
      instruments: listings.length,
      assets: 2,
      intentSlots: 4,
      recordBytes: 1024,
      counters: { feed: Object.keys(FEED_COUNTERS).length + Object.keys(distrustCounters).length },
      histograms: ['decode'],
    });
    const buffer = allocate(layout);
    const control = new Control(buffer, layout);
    const clock = systemClock();
    this.counters = new Counters(buffer, layout.counters.feed ?? 0, FEED_COUNTER_NAMES);
    this.#reader = new QuoteReader(buffer, layout);
    this.#feed = new Feed({
      descriptor,
      endpoints,
      universe,
      venueIndex: 0,
      buffer,
      layout,
      control,
      sockets: descriptor.sockets?.(endpoints, clock) ?? wsSockets(clock),
      http: this.#http,
      clock,
      random: seededRandom(1),
      log: silentLog,
      onFault: (fault) => this.faults.push(fault),
      wake: () => {},
      doorbell: new Doorbell(buffer, layout, 'detector'),
      incarnation: 1,
      counters: this.counters,
      decode: new Histogram(buffer, layout.histograms.decode ?? 0),
      maxVenueSkewMs: 2_000,
    });
    control.acknowledge(0, 1);
    this.#feed.start();
    this.#beat = setInterval(() => this.#feed.doWork(), 10);
  }

  get rows(): LiveRow[] {
    return this.#rows.rows.map(({ row, instrument, instrumentIndex }) => {
      const grid = this.#rows.instruments[instrumentIndex]?.grid ?? { priceDecimals: 0, sizeDecimals: 0 };
      if (!this.#reader.read(row, this.#words)) throw new Error('torn row');
      const word = (at: number): number => this.#words[at] as number;
      const price = (at: number): number => word(at) / 10 ** grid.priceDecimals;
      const size = (at: number): number => word(at) / 10 ** grid.sizeDecimals;
      return {
        instrument,
        trust: TRUST_NAMES[word(QUOTE.TRUST)] ?? '',
        reason: DISTRUST_REASONS[word(QUOTE.REASON)],
        bid: price(QUOTE.BID),
        bidSize: size(QUOTE.BID_SIZE),
        ask: price(QUOTE.ASK),
        askSize: size(QUOTE.ASK_SIZE),
        bidLevels: word(QUOTE.BID_COUNT),
        askLevels: word(QUOTE.ASK_COUNT),
      };
    });
  }

  row(instrument: string): LiveRow {
    const found = this.rows.find((row) => row.instrument === instrument);
    if (found === undefined) throw new Error(`no row of ${instrument}`);
    return found;
  }

  get areAllLive(): boolean {
    return this.rows.every(({ trust }) => trust === 'live');
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await this.#feed.stop();
    this.#http.close();
  }
}
