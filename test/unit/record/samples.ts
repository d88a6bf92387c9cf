/** One whole record of every kind, and a folder that goes away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import type { Fault } from '../../../src/core/faults.ts';
import { JOURNAL_COUNTERS } from '../../../src/core/metrics.ts';
import type { JournalRecord, RecordKind, WalEntry, WalOrder } from '../../../src/core/records.ts';
import { ByteRing } from '../../../src/memory/byte-ring.ts';
import { Counters } from '../../../src/memory/counters.ts';
import { RECORD_PRODUCERS, RING_HEADER } from '../../../src/memory/layout.ts';
import { JournalWriter } from '../../../src/record/journal-writer.ts';
import { ringSink } from '../../../src/record/ring-sink.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parallax-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const T0 = 1_750_000_000_000;

type Whole = { readonly [K in RecordKind]: Extract<JournalRecord, { kind: K }> };

export const WHOLE: Whole = {
  Run: {
    kind: 'Run',
    id: 'r1',
    startedAt: T0,
    endedAt: T0 + 20_000,
    mode: 'sim',
    topology: 'fused',
    venues: ['binance', 'okx'],
    instruments: ['BTC-USDT', 'ETH-USDT'],
    clean: true,
  },
  Opportunity: {
    kind: 'Opportunity',
    id: 'r1-1',
    run: 'r1',
    instrument: 'BTC-USDT',
    buyVenue: 'binance',
    sellVenue: 'okx',
    openedAt: T0 + 1,
    closedAt: T0 + 41,
    lifeMs: 40,
    grossEdgeBps: 31.25,
    netEdgeBps: 11.25,
    size: '0.0125',
    profit: '1.40625',
    intents: 1,
    verdict: 'ok',
  },
  LegSet: {
    kind: 'LegSet',
    id: 'r1-s1',
    run: 'r1',
    opportunity: 'r1-1',
    instrument: 'BTC-USDT',
    openedAt: T0 + 2,
    closedAt: T0 + 12,
    state: 'unwound',
    reason: 'the sell leg, "partial"',
    expectedEdgeBps: 11.25,
    pnl: { USDT: '1.40625', BTC: '0' },
    fees: { USDT: '0.625', BTC: '0.0000125' },
    legs: [
      {
        venue: 'binance',
        side: 'buy',
        clientId: 'p1a',
        role: 'leg',
        size: '0.0125',
        filled: '0.0125',
        averagePrice: '50000.01',
      },
      {
        venue: 'okx',
        side: 'sell',
        clientId: 'p1b',
        role: 'leg',
        size: '0.0125',
        filled: '0.01',
        averagePrice: '50160',
      },
      {
        venue: 'okx',
        side: 'sell',
        clientId: 'p1c',
        role: 'unwind',
        size: '0.0025',
        filled: '0.0025',
        averagePrice: '50150',
      },
    ],
    residual: '0',
  },
  Order: {
    kind: 'Order',
    id: 'p1a',
    run: 'r1',
    legSet: 'r1-s1',
    role: 'leg',
    venue: 'binance',
    instrument: 'BTC-USDT',
    symbol: 'BTCUSDT',
    side: 'buy',
    type: 'limit',
    tif: 'ioc',
    orderKind: 'ioc',
    price: '50001.5',
    size: '0.0125',
    status: 'rejected',
    filled: '0',
    venueOrderId: '991',
    sentAt: T0 + 3,
    ackedAt: T0 + 5,
    doneAt: T0 + 6,
    error: {
      class: 'rate-limit',
      code: '-1003',
      message: 'Too many requests; "later"\nplease',
      retryAfterMs: 2000,
      isUnlisted: true,
      isBan: true,
    },
  },
  Trust: {
    kind: 'Trust',
    id: 'r1-t1',
    run: 'r1',
    at: T0 + 4,
    venue: 'okx',
    instrument: 'BTC-USDT',
    from: 'live',
    to: 'suspect',
    reason: 'gap',
    delayMs: 0.125,
  },
  Fill: {
    kind: 'Fill',
    id: 'binance:BTCUSDT:77',
    run: 'r1',
    legSet: 'r1-s1',
    venue: 'binance',
    instrument: 'BTC-USDT',
    receivedAt: T0 + 5,
    clientId: 'p1a',
    venueOrderId: '991',
    tradeId: '77',
    symbol: 'BTCUSDT',
    side: 'buy',
    price: '50000.01',
    size: '0.0125',
    fee: '0.0000125',
    feeAsset: 'BTC',
    value: '625.00012',
    maker: false,
    venueAt: T0 + 4,
  },
  Balance: {
    kind: 'Balance',
    id: 'r1-b1',
    run: 'r1',
    at: T0,
    venue: 'okx',
    reason: 'start',
    balances: [
      { asset: 'USDT', free: '100000', locked: '0' },
      { asset: 'BTC', free: '1.5', locked: '0.25' },
    ],
  },
  Fault: {
    kind: 'Fault',
    id: 'r1-f1',
    run: 'r1',
    at: T0 + 9,
    actor: 'feed-okx',
    code: 'venue/protocol',
    message: 'unexpected frame',
    details: { frame: '{"a":1}', position: 17, nested: { list: [1, 'two', null, true] } },
  },
  Quote: {
    kind: 'Quote',
    id: `${T0}-okx-BTC-USDT`,
    at: T0,
    instrument: 'BTC-USDT',
    venue: 'okx',
    trust: 'live',
    bid: '50160.1',
    bidSize: '0.35',
    ask: '50160.2',
    askSize: '1.2',
  },
  Recovery: {
    kind: 'Recovery',
    id: 'r1-recovery',
    run: 'r1',
    at: T0 + 2,
    tookMs: 120,
    legSets: ['r0-s9'],
    stranded: [],
    fills: 1,
    cancelled: ['abcde000100000007'],
    orphans: [],
    unknown: [],
  },
};

export const everyRecord: readonly JournalRecord[] = Object.values(WHOLE);

export const walOrder = (clientId: string, side: 'buy' | 'sell' = 'buy'): WalOrder => ({
  clientId,
  role: 'leg',
  row: 0,
  venue: 'binance',
  symbol: 'BTCUSDT',
  side,
  price: '50000.01',
  size: '0.0125',
});

export const legSetOpened = (legSet: string, intent = 1): Extract<WalEntry, { kind: 'LegSetOpened' }> => ({
  kind: 'LegSetOpened',
  legSet,
  intent,
  opportunity: 'r1-1',
  instrument: 'BTC-USDT',
  edgeBps: 11.25,
  at: T0,
  orders: [walOrder(`${legSet}a`), walOrder(`${legSet}b`, 'sell')],
});

export const newRing = (bytes = 1 << 16): ByteRing =>
  new ByteRing(new SharedArrayBuffer(RING_HEADER + bytes), 0, bytes);

export const journalCounters = (): Counters<keyof typeof JOURNAL_COUNTERS> => {
  const names = Object.keys(JOURNAL_COUNTERS) as (keyof typeof JOURNAL_COUNTERS)[];
  return new Counters(new SharedArrayBuffer(names.length * 8), 0, names);
};

/** A journal writer on rings of its own, closed with the test. */
export function journalIn(folder: string, options: { clock?: Clock; batch?: number; ringBytes?: number } = {}) {
  const clock = options.clock ?? new ManualClock();
  const rings = RECORD_PRODUCERS.map(() => newRing(options.ringBytes));
  const counters = journalCounters();
  const faults: Fault[] = [];
  const writer = new JournalWriter({
    folder,
    rings,
    counters,
    clock,
    onFault: (fault) => faults.push(fault),
    ...(options.batch === undefined ? {} : { batch: options.batch }),
  });
  const sinks = rings.map((ring) => ringSink(ring, { ring() {} }, clock));
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await writer.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { writer, rings, sinks, counters, faults, close };
}
