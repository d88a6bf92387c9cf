/** A feed with its surroundings replaced: sockets and HTTP that the test plays, a clock that it moves, real memory. */
import { ManualClock } from '../../src/core/clock.ts';
import { Fault } from '../../src/core/faults.ts';
import type { Log } from '../../src/core/log.ts';
import { distrustCounters, FEED_COUNTERS } from '../../src/core/metrics.ts';
import { TRUST_NAMES } from '../../src/core/quote.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { HttpPort, HttpReply, HttpRequest, Socket, SocketFactory, SocketHandlers } from '../../src/core/socket.ts';
import { buildUniverse } from '../../src/core/universe.ts';
import type { MarketStream, VenueDescriptor } from '../../src/core/venue.ts';
import type { ConnectionLimits } from '../../src/feeds/connection.ts';
import { Feed } from '../../src/feeds/feed.ts';
import { FEED_COUNTER_NAMES, type FeedCounter } from '../../src/feeds/feed-counters.ts';
import { Control } from '../../src/memory/control.ts';
import { Counters, Histogram } from '../../src/memory/counters.ts';
import { DirtyConsumer } from '../../src/memory/dirty-ring.ts';
import { Doorbell } from '../../src/memory/doorbell.ts';
import { allocate, planLayout, QUOTE } from '../../src/memory/layout.ts';
import { QuoteReader } from '../../src/memory/quote-table.ts';

export class FakeSocket implements Socket {
  readonly url: string;
  readonly sent: string[] = [];
  pings = 0;
  isOpen = false;
  isGone = false;
  /** A half-open peer: nothing is answered, closing takes for ever. */
  ignoresClose = false;
  readonly #handlers: SocketHandlers;
  readonly #clock: ManualClock;

  constructor(url: string, handlers: SocketHandlers, clock: ManualClock) {
    this.url = url;
    this.#handlers = handlers;
    this.#clock = clock;
  }

  send(text: string | Uint8Array): boolean {
    if (this.isOpen) this.sent.push(String(text));
    return this.isOpen;
  }

  ping(): void {
    this.pings++;
  }

  close(): void {
    if (!this.ignoresClose) this.die(1000, '');
  }

  terminate(): void {
    this.die(1006, '');
  }

  // What the venue does:

  accept(): void {
    this.isOpen = true;
    this.#handlers.onOpen();
  }

  pong(): void {
    this.#handlers.onPong();
  }

  /** Frames arrive in the middle of a buffer that is reused afterwards. */
  frame(text: string | Uint8Array): void {
    const bytes = Buffer.from(text);
    const buffer = Buffer.concat([Buffer.from('<<'), bytes, Buffer.from('>>')]);
    this.#handlers.onFrame(buffer, 2, 2 + bytes.length, this.#clock.monotonicNs());
    buffer.fill(0x55);
  }

  die(code: number, reason: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isOpen = false;
    this.#handlers.onClose(code, reason);
  }
}

export class FakeHttp implements HttpPort {
  readonly pending: {
    request: HttpRequest;
    reply(status: number, body: string, headers?: HttpReply['headers']): void;
    fail(): void;
  }[] = [];
  total = 0;

  request(request: HttpRequest): Promise<HttpReply> {
    this.total++;
    return new Promise((resolve, reject) => {
      this.pending.push({
        request,
        reply: (status, body, headers = {}) => resolve({ status, headers, body: Buffer.from(body) }),
        fail: () => reject(new Fault('venue/unreachable', `GET ${request.url}: no route`)),
      });
    });
  }

  close(): void {}
}

export interface HarnessOptions {
  readonly stream: MarketStream;
  readonly symbols: readonly {
    readonly symbol: string;
    readonly tick: string;
    readonly lot: string;
    /** One venue unit of base is 10^exponent canonical ones; tick and lot are canonical. */
    readonly exponent?: number;
  }[];
  readonly incarnation?: number;
  readonly limits?: Partial<ConnectionLimits>;
  readonly seed?: number;
}

export class FeedHarness {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly http = new FakeHttp();
  readonly faults: Fault[] = [];
  readonly logged: { level: string; details: object; message: string }[] = [];
  readonly feed: Feed;
  readonly control: Control;
  readonly counters: Counters<FeedCounter>;
  readonly decode: Histogram;
  readonly dirty: DirtyConsumer;
  readonly incarnation: number;
  wakes = 0;
  readonly #reader: QuoteReader;
  readonly #words = new Float64Array(QUOTE.STRIDE);

  constructor(options: HarnessOptions) {
    const { stream, symbols } = options;
    this.incarnation = options.incarnation ?? 1;
    const instruments = symbols.map((_, index) => `B${index}-USDT`);
    const listings = symbols.map(({ symbol, tick, lot, exponent = 0 }, index) => ({
      exponent,
      venue: 'fake',
      instrument: `B${index}-USDT`,
      base: `B${index}`,
      quote: 'USDT',
      symbol,
      trading: true,
      priceTick: tick,
      sizeLot: lot,
      minSize: lot,
    }));
    const universe = buildUniverse(instruments, [
      { venue: 'fake', listings, fees: { taker: '0.001', maker: '0.001' } },
    ]);
    const layout = planLayout({
      rowsPerVenue: [symbols.length],
      instruments: symbols.length,
      assets: 2,
      intentSlots: 4,
      recordBytes: 1024,
      counters: { feed: Object.keys(FEED_COUNTERS).length + Object.keys(distrustCounters).length },
      histograms: ['decode'],
    });
    const buffer = allocate(layout);
    this.control = new Control(buffer, layout);
    this.counters = new Counters(buffer, layout.counters.feed ?? 0, FEED_COUNTER_NAMES);
    this.decode = new Histogram(buffer, layout.histograms.decode ?? 0);
    this.dirty = new DirtyConsumer(buffer, layout, 0);
    this.#reader = new QuoteReader(buffer, layout);
    const sockets: SocketFactory = {
      open: (url, handlers) => {
        const socket = new FakeSocket(url, handlers, this.clock);
        this.sockets.push(socket);
        return socket;
      },
    };
    const log = (level: string) => (details: object, message: string) => {
      this.logged.push({ level, details, message });
    };
    const logs: Log = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    this.feed = new Feed({
      descriptor: { id: 'fake', name: 'Fake', stream } as VenueDescriptor,
      endpoints: { rest: 'http://venue', wsPublic: 'ws://venue', wsPrivate: '', wsTrade: '' },
      universe,
      venueIndex: 0,
      buffer,
      layout,
      control: this.control,
      sockets,
      http: this.http,
      clock: this.clock,
      random: seededRandom(options.seed ?? 1),
      log: logs,
      onFault: (fault) => this.faults.push(fault),
      wake: () => this.wakes++,
      doorbell: new Doorbell(buffer, layout, 'detector'),
      incarnation: this.incarnation,
      counters: this.counters,
      decode: this.decode,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  /** The socket opened last. */
  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  /** As the detector does once it has cleared ring and flags. */
  acknowledge(): void {
    this.control.acknowledge(0, this.incarnation);
  }

  /** Time passes, work is done, promises settle. */
  async advance(ms: number): Promise<void> {
    this.clock.advanceMs(ms);
    await this.settle();
  }

  /** Time passes on connections that answer their pings. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      for (const socket of this.sockets) if (socket.isOpen) socket.pong();
      await this.advance(250);
    }
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    this.feed.doWork();
  }

  /** Answers the oldest request for a snapshot. */
  async answer(body: string, status = 200, headers: HttpReply['headers'] = {}): Promise<void> {
    this.http.pending.shift()?.reply(status, body, headers);
    await this.settle();
  }

  /** Lets the warm-up begin and end, which rows wait for. */
  async warm(): Promise<void> {
    for (let turn = 0; turn < 5_000 && !this.feed.states().isWarm; turn++) {
      await this.advance(turn < 10 ? 50 : 0);
    }
    if (!this.feed.states().isWarm) throw new Error('the warm-up does not end');
  }

  row(row = 0): Float64Array {
    if (!this.#reader.read(row, this.#words)) throw new Error('torn row');
    return this.#words;
  }

  trust(row = 0): string {
    return TRUST_NAMES[this.row(row)[QUOTE.TRUST] ?? 0] ?? '';
  }

  /** [price, size] pairs of a side as published. */
  side(side: 'bids' | 'asks', row = 0): [number, number][] {
    const words = this.row(row);
    const count = words[side === 'bids' ? QUOTE.BID_COUNT : QUOTE.ASK_COUNT] as number;
    const offset = side === 'bids' ? QUOTE.BIDS : QUOTE.ASKS;
    return Array.from({ length: count }, (_, at) => [
      words[offset + at * 2] as number,
      words[offset + at * 2 + 1] as number,
    ]);
  }
}
