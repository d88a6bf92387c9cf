/** order-path/signed, order-path/logged-on: from an intent in shared memory to the bytes of its second order, against the
 *  work that no order can do without: one append to the write-ahead log and a signature for each order. */
import { createHmac, createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Histogram } from 'hdr-histogram-js';
import type { WalEntry } from '../src/core/records.ts';
import { WriteAheadLog } from '../src/record/wal.ts';
import { binance } from '../src/venues/binance/index.ts';
import { sortedPayload } from '../src/venues/binance/sign.ts';
import { bybit } from '../src/venues/bybit/index.ts';
import { okx } from '../src/venues/okx/index.ts';
import { type Account, OrderPathDesk } from './order-path/desk.ts';
import { SkippingClock } from './order-path/skipping-clock.ts';
import { VenueStub } from './order-path/venue-stub.ts';
import { binanceWords, bybitWords, okxWords } from './order-path/words.ts';
import { type Bench, type BenchRow, type Budget, median, OURS, type Round, toRow } from './rounds.ts';

interface Shape {
  readonly name: string;
  readonly accounts: (clock: SkippingClock) => readonly [Account, Account];
  readonly note: string;
}

const binanceAccount = (name: string, clock: SkippingClock): Account => ({
  name,
  descriptor: binance,
  listing: { symbol: 'BTCUSDT' },
  stub: new VenueStub(binanceWords(), clock),
});

const SHAPES: readonly Shape[] = [
  {
    name: 'order-path/signed',
    accounts: (clock) => [binanceAccount('binance', clock), binanceAccount('binance-2', clock)],
    note: 'two accounts of Binance with HMAC keys, whose order socket has every order signed',
  },
  {
    name: 'order-path/logged-on',
    accounts: (clock) => [
      {
        name: 'bybit',
        descriptor: bybit,
        listing: { symbol: 'BTCUSDT' },
        stub: new VenueStub(bybitWords(), clock),
      },
      {
        name: 'okx',
        descriptor: okx,
        listing: { symbol: 'BTC-USDT', orderCode: '10458' },
        stub: new VenueStub(okxWords('BTC-USDT'), clock),
      },
    ],
    note: 'Bybit and OKX, whose order sockets are logged on and have no order signed',
  },
];

/** What Binance has signed of an order. */
const PAYLOAD = sortedPayload({
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'IOC',
  price: '60000',
  quantity: '0.02',
  newClientOrderId: 'bench0001000002zz',
  selfTradePreventionMode: 'EXPIRE_TAKER',
  newOrderRespType: 'FULL',
  recvWindow: 2_000,
  returnRateLimits: false,
  timestamp: 1_750_000_000_000,
  apiKey: 'k'.repeat(64),
});

const BARE = 'append+2-hmac';
const APPEND = 'append';
/** One operation is some tenths of a millisecond with what is not measured of it. */
const ROUND_FACTOR = 6;
/** The path is long and called seldom: compiled after some thousand intents. */
const WARM_INTENTS = 6_000;
/** Timed one by one, a round of fewer says little. */
const ENOUGH = 50;

/** Remembers the newest opening of a leg set, for the bare append. */
class LogWithMemory {
  readonly wal: WriteAheadLog;
  opening: WalEntry | undefined;

  constructor(wal: WriteAheadLog) {
    this.wal = wal;
  }

  append(entry: WalEntry): void {
    this.wal.append(entry);
    if (entry.kind === 'LegSetOpened') this.opening = entry;
  }
}

async function orderPathRow({ name, accounts, note }: Shape, budget: Budget): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'parallax-bench-'));
  const faults: string[] = [];
  const openLog = (run: string): WriteAheadLog =>
    new WriteAheadLog({ folder, run, onFault: (fault) => faults.push(fault.message) });
  const log = new LogWithMemory(openLog('ours'));
  const bare = openLog('bare');
  const clock = new SkippingClock();
  const desk = new OrderPathDesk(accounts(clock), clock, log);
  const key = createSecretKey('s'.repeat(64), 'utf8');
  const histograms = new Map<string, Histogram>([OURS, BARE, APPEND].map((peer) => [peer, build()]));
  let signed = 0;

  /** One intent, and right after it the bare work of one, in alternation all along. */
  const once = async (): Promise<Record<string, number>> => {
    desk.decide();
    const ours = desk.execute();
    const entry = log.opening as WalEntry;
    await desk.settle();
    const from = performance.now();
    bare.append(entry);
    const appended = performance.now();
    for (let order = 0; order < 2; order++) signed += createHmac('sha256', key).update(PAYLOAD).digest('hex').length;
    const done = performance.now();
    return { [OURS]: ours, [APPEND]: (appended - from) * 1e6, [BARE]: (done - from) * 1e6 };
  };

  const round = async (): Promise<Round> => {
    const all: Record<string, number[]> = { [OURS]: [], [BARE]: [], [APPEND]: [] };
    const untilMs = performance.now() + budget.roundMs * ROUND_FACTOR;
    while (performance.now() < untilMs || (all[OURS] as number[]).length < ENOUGH) {
      for (const [peer, ns] of Object.entries(await once())) {
        all[peer]?.push(ns);
        histograms.get(peer)?.recordValue(Math.max(1, Math.round(ns)));
      }
    }
    return Object.fromEntries(Object.entries(all).map(([peer, values]) => [peer, median(values)]));
  };

  try {
    await desk.open();
    for (let warm = 0; warm < WARM_INTENTS; warm++) await once();
    const rounds: Round[] = [];
    for (let index = 0; index < budget.rounds; index++) rounds.push(await round());
    if (faults.length > 0 || signed === 0) throw new Error(`the log was not written: ${faults.join('; ')}`);
    const percentiles = Object.fromEntries(
      [...histograms].map(([peer, histogram]) => [
        peer,
        { p50: histogram.getValueAtPercentile(50), p99: histogram.getValueAtPercentile(99) },
      ]),
    );
    const peers = `${BARE} is an append of the same entry and two signatures of ${PAYLOAD.length} bytes each, ${APPEND} that append alone`;
    return toRow(
      { name, unit: 'ns/intent', note: `${note}; ${peers}; socket writes are in none` },
      rounds,
      percentiles,
    );
  } finally {
    await desk.close();
    await log.wal.close();
    await bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const orderPathBenches: readonly Bench[] = SHAPES.map((shape) => ({
  rows: [shape.name],
  run: async (_wanted, budget) => [await orderPathRow(shape, budget)],
}));
