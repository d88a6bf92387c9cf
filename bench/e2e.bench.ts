/** e2e/tick-to-trade, e2e/throughput, memory/2x5: the whole engine against the smallest bot that does the same trade, both
 *  on loopback sockets, each in a process of its own, measured by an exchange in this one. */
import { build, type Histogram } from 'hdr-histogram-js';
import { Contender, pause } from './e2e/contender.ts';
import { type VenueName, wireFrame } from './e2e/exchange.ts';
import { INSTRUMENTS, type Listed } from './e2e/instruments.ts';
import { type Bench, type BenchRow, type Budget, OURS, type Round, takeTurns, toRow } from './rounds.ts';

const TICK_TO_TRADE = 'e2e/tick-to-trade';
const THROUGHPUT = 'e2e/throughput';
const MEMORY = 'memory/2x5';
const PEER = 'ws-json';

const LEGS = 2;
const ORDER_MS = 200;
/** Between two trades of one contender: the engine keeps the venues' order rates, of which Binance's 100 in 10 s, a
 *  quarter of them kept for unwinds, is the narrower. The bot is given no more. */
const PACE_MS = 140;
const QUOTE_EVERY_MS = 2;
const WARM_TICKS = 30;
const MISSES_IN_A_ROW = 20;
const MIB = 1 << 20;

interface Tick {
  /** Nanoseconds from the frame's write to the first and to the last of the two orders. */
  readonly first: number;
  readonly last: number;
}

/** Quotes of both venues that give no chance, until the next trade may be made: code and caches stay as warm as a market
 *  keeps them. */
async function quietMarket(contenders: readonly Contender[]): Promise<void> {
  const until = performance.now() + PACE_MS;
  while (performance.now() < until) {
    for (const { exchange } of contenders) {
      exchange.write('binance', exchange.top('binance', 'neutral'));
      exchange.write('okx', exchange.top('okx', 'neutral'));
    }
    await pause(QUOTE_EVERY_MS);
  }
}

/** One venue jumps: a chance for whoever sees it. Undefined when the orders did not come in time. */
async function tick({ exchange }: Contender, venue: VenueName): Promise<Tick | undefined> {
  const frame = exchange.top(venue, 'up');
  exchange.dropOrders();
  const from = exchange.write(venue, frame);
  const times = await exchange.takeOrders(LEGS, ORDER_MS);
  const [first, last] = times;
  if (times.length !== LEGS || first === undefined || last === undefined) {
    // A late order must not be taken for the next tick's.
    while ((await exchange.takeOrders(1, ORDER_MS)).length > 0);
    return undefined;
  }
  return { first: (first - from) * 1e6, last: (last - from) * 1e6 };
}

interface Latencies {
  readonly first: Histogram;
  readonly last: Histogram;
}

const newLatencies = (): Latencies => ({ first: build(), last: build() });

/** `count` ticks of each contender, in turns, the jump now at the one venue, now at the other; what they took by contender.
 *  Throws when one no longer trades. */
async function ticks(contenders: readonly Contender[], count: number): Promise<Latencies[]> {
  const seen = contenders.map(newLatencies);
  const missed = contenders.map(() => 0);
  for (let index = 0; seen.some(({ first }) => first.totalCount < count); index++) {
    await quietMarket(contenders);
    for (const [at, contender] of contenders.entries()) {
      const one = await tick(contender, index % 2 === 0 ? 'binance' : 'okx');
      contender.checkAlive();
      missed[at] = one === undefined ? (missed[at] ?? 0) + 1 : 0;
      if ((missed[at] ?? 0) > MISSES_IN_A_ROW) throw new Error(`${contender.name} trades no more`);
      if (one === undefined) continue;
      seen[at]?.first.recordValue(Math.round(one.first));
      seen[at]?.last.recordValue(Math.round(one.last));
    }
  }
  return seen;
}

async function tickToTradeRow(contenders: readonly Contender[], budget: Budget): Promise<BenchRow> {
  const count = Math.round(budget.roundMs / 4);
  const all = contenders.map(newLatencies);
  const rounds: Round[] = [];
  for (let round = 0; round < budget.rounds; round++) {
    const seen = await ticks(contenders, count);
    for (const [at, { first, last }] of seen.entries()) {
      all[at]?.first.add(first);
      all[at]?.last.add(last);
    }
    rounds.push(
      Object.fromEntries(contenders.map(({ name }, at) => [name, seen[at]?.first.getValueAtPercentile(50) ?? 0])),
    );
  }
  const percentiles = Object.fromEntries(
    contenders.map(({ name }, at) => {
      const { first, last } = all[at] ?? newLatencies();
      return [
        name,
        {
          p50: first.getValueAtPercentile(50),
          p99: first.getValueAtPercentile(99),
          bothLegsP50: last.getValueAtPercentile(50),
          bothLegsP99: last.getValueAtPercentile(99),
        },
      ];
    }),
  );
  const note =
    `one crossing frame written to the first order read, p50 of ${count} in a round, a trade every ${PACE_MS} ms among quotes ` +
    'that give none, as the exchange sees it over loopback TCP without TLS; ours is the whole engine (fused, idle backoff): ' +
    'book, detector, sizing, limits, write-ahead log, both orders signed; the bot parses, compares tops, signs, sends; ' +
    'the generator and the sockets are in both';
  return toRow({ name: TICK_TO_TRADE, unit: 'ns', note }, rounds, percentiles);
}

/** Frames of all instruments, half depth, half tops, none crossing; the last of each venue make a chance together. */
function load({ exchange }: Contender, venue: VenueName, frames: number): Buffer {
  const source = exchange[venue];
  const parts: Buffer[] = [];
  for (let at = 0; at < frames; at++) {
    const instrument = INSTRUMENTS[(at >> 1) % INSTRUMENTS.length] as Listed;
    const spread = instrument.middle * (0.0001 + (at % 7) / 1e6);
    const top = { bid: instrument.middle - spread, ask: instrument.middle + spread };
    parts.push(wireFrame(at % 2 === 0 ? source.depth(instrument, at) : source.top(instrument, top)));
  }
  parts.push(exchange.top(venue, venue === 'binance' ? 'aBitUp' : 'aBitDown'));
  return Buffer.concat(parts);
}

/** Frames a second, from the first byte written to the order that only whoever has read both streams to their end sends. */
async function flood(contender: Contender, frames: number): Promise<number> {
  const { exchange } = contender;
  for (let attempt = 0; attempt < 5; attempt++) {
    await quietMarket([contender]);
    const binance = load(contender, 'binance', frames);
    const okx = load(contender, 'okx', frames);
    await pause(5);
    exchange.dropOrders();
    const from = exchange.write('binance', binance);
    exchange.write('okx', okx);
    const [first] = await exchange.takeOrders(LEGS, 5_000);
    if (first !== undefined) return (2 * frames + 2) / ((first - from) / 1e3);
    contender.checkAlive();
  }
  throw new Error(`${contender.name} did not trade at the end of the flood`);
}

async function throughputRow(contenders: readonly Contender[], budget: Budget): Promise<BenchRow> {
  const frames = Math.round(budget.roundMs * 150);
  const rounds = await takeTurns(
    contenders.map((contender) => ({ name: contender.name, measure: () => flood(contender, frames) })),
    budget.rounds,
  );
  const note =
    `${2 * frames} frames of two venues as fast as the sockets take them, half depth and half tops of five instruments, ` +
    'until the order that follows the last; ours publishes every change to the quote table and prices it; the bot keeps Maps and looks at tops';
  return toRow({ name: THROUGHPUT, unit: 'frames/s', note }, rounds);
}

async function memoryRow(contenders: readonly Contender[]): Promise<BenchRow> {
  const round: Record<string, number> = {};
  let sharedBytes = 0;
  for (const contender of contenders) {
    const report = await contender.report();
    round[contender.name] = report.rssBytes / MIB;
    sharedBytes = Math.max(sharedBytes, report.sharedBytes);
  }
  const note = `resident memory of the process after the rows above; ours has three threads and ${(sharedBytes / MIB).toFixed(1)} MiB of shared memory in it`;
  return toRow({ name: MEMORY, unit: 'MiB', note }, [round as Round]);
}

async function run(wanted: ReadonlySet<string>, budget: Budget): Promise<BenchRow[]> {
  const contenders = await Promise.all([
    Contender.start(OURS, './engine.process.ts'),
    Contender.start(PEER, './ws-json.process.ts'),
  ]);
  try {
    await ticks(contenders, Math.min(WARM_TICKS, budget.roundMs));
    const rows: BenchRow[] = [];
    if (wanted.has(TICK_TO_TRADE)) rows.push(await tickToTradeRow(contenders, budget));
    if (wanted.has(THROUGHPUT)) rows.push(await throughputRow(contenders, budget));
    if (wanted.has(MEMORY)) rows.push(await memoryRow(contenders));
    return rows;
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

export const e2eBench: Bench = { rows: [TICK_TO_TRADE, THROUGHPUT, MEMORY], run };
