/** Every offset of the shared memory, in one place. Pure: each thread computes the same layout from the same shape.
 *
 *  The buffer comes from `WebAssembly.Memory({ shared: true })`, which is page-aligned; a plain SharedArrayBuffer is not
 *  even cache-line aligned. Every writer has lines of its own: 128 bytes, since x64 prefetches lines in pairs and some
 *  arm64 cores have 128-byte lines. */
import { ROW_LEVELS } from '../core/quote.ts';

export const LINE = 128;

/** Words of a row, in Float64 units (SEQ is the first Int32 of the row). The first 128 bytes are what most scans need. */
export const QUOTE = {
  SEQ: 0,
  TRUST: 1,
  INCARNATION: 2,
  BID: 3,
  BID_SIZE: 4,
  ASK: 5,
  ASK_SIZE: 6,
  /** Venue time of the newest frame in the row, ms; NaN when the venue sends none. */
  VENUE_AT: 7,
  /** When the frame that made this version was read, monotonic ns. */
  RECEIVED_AT: 8,
  /** When the top of book and the deeper levels were last confirmed, monotonic ns. */
  TOP_AT: 9,
  DEPTH_AT: 10,
  /** Venue sequence of the newest event in the row; -1 when it has none. */
  VENUE_SEQ: 11,
  BID_COUNT: 12,
  ASK_COUNT: 13,
  /** Index into DISTRUST_REASONS of the last reason that the row left live, -1 before any. */
  REASON: 14,
  PUBLISHED_AT: 15,
  /** (price, size) pairs, best first, level 1 included. */
  BIDS: 16,
  ASKS: 16 + ROW_LEVELS * 2,
  STRIDE: 16 + ROW_LEVELS * 4,
} as const;

export const ROW_BYTES = QUOTE.STRIDE * 8;

/** Words of an intent slot and of its legs, in Float64 units. */
export const INTENT = {
  ID: 0,
  OPPORTUNITY: 1,
  INSTRUMENT: 2,
  PAIR: 3,
  DECIDED_AT: 4,
  RECEIVED_AT: 5,
  EDGE_BPS: 6,
  LEG_COUNT: 7,
  LEGS: 8,
  LEG_STRIDE: 5,
  SLOT: 8 + 4 * 5,
} as const;

/** Words of a breaker, in Float64 units; times are monotonic ms, all zeros is a closed one. Writer: executor. */
export const BREAKER = {
  /** Points of trouble in thousandths, as they stood at SCORE_AT. */
  SCORE: 0,
  SCORE_AT: 1,
  TROUBLE_AT: 2,
  /** 0: closed. Before it: open. From it on: half-open. */
  UNTIL: 3,
  /** How long the newest opening was to last, ms, less what has healed since; 0: the next one is a first one. */
  OPEN_FOR: 4,
  /** When the newest opening was to end; trouble within it puts UNTIL off. */
  DUE_AT: 5,
  /** Good answers since it is half-open. */
  GOOD: 6,
  /** When the newest probe was sent, and 1 while its answer is awaited. */
  PROBE_AT: 7,
  PROBING: 8,
  /** 1 once a person was told, until it has healed. */
  TOLD: 9,
  OPENED: 10,
  PROBES: 11,
  CLOSED: 12,
  STRIDE: 16,
} as const;

export const HISTOGRAM_BUCKETS = 1024;

/** Who may write a control word. */
export const WRITERS = ['supervisor', 'executor', 'api'] as const;
export type Writer = (typeof WRITERS)[number];

/** Consumers that may sleep on a doorbell. */
export const CONSUMERS = ['detector', 'executor', 'journal'] as const;
export type Consumer = (typeof CONSUMERS)[number];

/** Producers of journal records; each has a ring of its own. */
export const RECORD_PRODUCERS = ['detector', 'executor', 'supervisor'] as const;
export type RecordProducer = (typeof RECORD_PRODUCERS)[number];

/** Threads that may be posted commands; a loopless one looks at its word before it looks at its port. */
export const MAX_THREADS = 16;

export interface MemoryShape {
  /** Rows of each venue, in venue order. */
  readonly rowsPerVenue: readonly number[];
  readonly instruments: number;
  /** Assets over all venues; inventory has a word for each venue and asset. */
  readonly assets: number;
  readonly intentSlots: number;
  readonly recordBytes: number;
  /** Counter blocks by owner: how many words each needs. */
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: readonly string[];
}

export interface Layout {
  readonly shape: MemoryShape;
  readonly totalBytes: number;
  readonly halt: Readonly<Record<Writer, number>>;
  readonly pause: Readonly<Record<Writer, number>>;
  /** Per venue. */
  readonly incarnation: readonly number[];
  readonly heartbeat: readonly number[];
  readonly acknowledged: readonly number[];
  readonly gateway: readonly number[];
  readonly asleep: Readonly<Record<Consumer, number>>;
  /** Per thread: raised by the supervisor after it posted a command. */
  readonly commands: readonly number[];
  readonly rows: number;
  /** Per venue: dirty flags, and the ring's offset and slot count. */
  readonly dirtyFlags: readonly number[];
  readonly dirtyRings: readonly { readonly offset: number; readonly slots: number }[];
  readonly intents: { readonly offset: number; readonly slots: number };
  readonly records: Readonly<Record<RecordProducer, { readonly offset: number; readonly bytes: number }>>;
  readonly inventory: number;
  /** A word a row each: held by the detector, suspended by the supervisor. */
  readonly holds: number;
  readonly suspensions: number;
  /** A word a row, by the executor: what a buy brings is not less by its fee. */
  readonly feesApart: number;
  readonly feedback: number;
  /** BREAKER.STRIDE words each: of the venues, then of the rows. */
  readonly breakers: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, number>>;
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

export const powerOfTwoAtLeast = (value: number): number => {
  let power = 1;
  while (power < value) power *= 2;
  return power;
};

export const isPowerOfTwo = (value: number): boolean => value > 0 && powerOfTwoAtLeast(value) === value;

/** Lines of a ring before its slots: the producer's cursor, the consumer's cursor, the consumer's pending word. */
export const RING_HEADER = 3 * LINE;

export function planLayout(shape: MemoryShape): Layout {
  let next = 0;
  const take = (bytes: number): number => {
    const offset = next;
    next = roundUp(next + bytes, LINE);
    return offset;
  };
  const each = <K extends string>(names: readonly K[], bytes: number): Record<K, number> => {
    const out = {} as Record<K, number>;
    for (const name of names) out[name] = take(bytes);
    return out;
  };
  const perVenue = (bytes: number): number[] => shape.rowsPerVenue.map(() => take(bytes));
  const rowCount = shape.rowsPerVenue.reduce((sum, rows) => sum + rows, 0);
  const venues = shape.rowsPerVenue.length;

  const halt = each(WRITERS, LINE);
  const pause = each(WRITERS, LINE);
  const incarnation = perVenue(LINE);
  const heartbeat = perVenue(LINE);
  const acknowledged = perVenue(LINE);
  const gateway = perVenue(LINE);
  const asleep = each(CONSUMERS, LINE);
  const commands = Array.from({ length: MAX_THREADS }, () => take(LINE));
  const rows = take(rowCount * ROW_BYTES);
  const dirtyFlags = shape.rowsPerVenue.map((count) => take(count * 4));
  const dirtyRings = shape.rowsPerVenue.map((count) => {
    // A row stands at most once, or twice after a consumer died beside a living producer: docs/adr/003-dirty-ring.md.
    const slots = powerOfTwoAtLeast(2 * count);
    return { offset: take(RING_HEADER + slots * 4), slots };
  });
  const intentSlots = powerOfTwoAtLeast(shape.intentSlots);
  const intents = { offset: take(RING_HEADER + intentSlots * INTENT.SLOT * 8), slots: intentSlots };
  const recordBytes = powerOfTwoAtLeast(shape.recordBytes);
  const records = {} as Record<RecordProducer, { offset: number; bytes: number }>;
  for (const producer of RECORD_PRODUCERS) {
    records[producer] = { offset: take(RING_HEADER + recordBytes), bytes: recordBytes };
  }
  const inventory = take(venues * shape.assets * 8);
  const holds = take(rowCount * 8);
  const suspensions = take(rowCount * 8);
  const feesApart = take(rowCount * 8);
  const feedback = take(shape.instruments * venues * venues * 8);
  const breakers = take((venues + rowCount) * BREAKER.STRIDE * 8);
  const counters: Record<string, number> = {};
  for (const [owner, words] of Object.entries(shape.counters)) counters[owner] = take(words * 8);
  const histograms = each(shape.histograms, (HISTOGRAM_BUCKETS + 2) * 8);
  return {
    shape,
    totalBytes: next,
    halt,
    pause,
    incarnation,
    heartbeat,
    acknowledged,
    gateway,
    asleep,
    commands,
    rows,
    dirtyFlags,
    dirtyRings,
    intents,
    records,
    inventory,
    holds,
    suspensions,
    feesApart,
    feedback,
    breakers,
    counters,
    histograms,
  };
}

const PAGE = 65_536;

/** Page-aligned shared memory for a layout. */
export function allocate(layout: Layout): SharedArrayBuffer {
  const pages = Math.max(1, Math.ceil(layout.totalBytes / PAGE));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return memory.buffer as SharedArrayBuffer;
}
