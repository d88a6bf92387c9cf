/** journal/append: one leg set's opening into the write-ahead log, against a bare write of as many bytes. */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'hdr-histogram-js';
import type { WalEntry } from '../src/core/records.ts';
import { WriteAheadLog } from '../src/record/wal.ts';
import { WalEncoder } from '../src/record/wal-format.ts';
import { interleavedSuite } from './interleaved-suite.ts';
import { type Bench, type BenchRow, type Budget, OURS, toRow } from './rounds.ts';

const NAME = 'journal/append';
/** Appends an operation, so that the suite's own loop weighs nothing. */
const APPENDS = 64;
/** Timed one by one, for the percentiles. */
const SINGLES = 5_000;
const BARE = 'bare-write';

const ENTRY: WalEntry = {
  kind: 'LegSetOpened',
  legSet: 'mi4x8k2c9f3a-0001-00000042',
  intent: 42,
  opportunity: 'mi4x8k2c9f3a-000000017',
  instrument: 'BTC-USDT',
  edgeBps: 3.25,
  at: 1_750_000_000_000,
  orders: (['buy', 'sell'] as const).map((side, row) => ({
    clientId: `a1b2c0001000002${row}`,
    role: 'leg',
    row,
    venue: row === 0 ? 'binance' : 'okx',
    symbol: row === 0 ? 'BTCUSDT' : 'BTC-USDT',
    side,
    price: '60123.45',
    size: '0.03321',
  })),
};

/** Each call for itself, in turns: a time slice that others take makes single calls long and not the median. ns. */
function singly(calls: Readonly<Record<string, () => unknown>>): NonNullable<BenchRow['percentiles']> {
  const timed = Object.entries(calls).map(([name, call]) => ({ name, call, took: build() }));
  for (let turn = 0; turn < SINGLES; turn++) {
    for (const { call, took } of timed) {
      const from = performance.now();
      call();
      took.recordValue(Math.max(1, Math.round((performance.now() - from) * 1e6)));
    }
  }
  return Object.fromEntries(
    timed.map(({ name, took }) => [name, { p50: took.getValueAtPercentile(50), p99: took.getValueAtPercentile(99) }]),
  );
}

async function journalRow(budget: Budget): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'parallax-bench-'));
  const faults: string[] = [];
  const wal = new WriteAheadLog({
    folder,
    run: 'bench',
    syncEveryMs: 3_600_000,
    onFault: (fault) => faults.push(fault.message),
  });
  const bytes = new WalEncoder().encode(ENTRY).slice();
  const bare = openSync(join(folder, 'bare'), 'ax', 0o600);
  try {
    const ours = (): number => {
      for (let i = 0; i < APPENDS; i++) wal.append(ENTRY);
      return APPENDS;
    };
    const writes = (): number => {
      let written = 0;
      for (let i = 0; i < APPENDS; i++) written += writeSync(bare, bytes);
      return written;
    };
    // Short rounds: every append is kept on disk.
    const rounds = await interleavedSuite(
      NAME,
      [
        { name: OURS, run: ours, units: APPENDS },
        { name: BARE, run: writes, units: APPENDS },
      ],
      { ...budget, roundMs: budget.roundMs / 4 },
    );
    const percentiles = singly({ [OURS]: () => wal.append(ENTRY), [BARE]: () => writeSync(bare, bytes) });
    const note = `an entry of two orders, ${bytes.length} bytes; the peer writes the same bytes without encoding, checksum or bookkeeping; no sync in either; the percentiles are of single appends`;
    const isKept = statSync(wal.path).size % bytes.length === 0;
    if (!isKept || faults.length > 0) throw new Error(`the log was not written whole ${faults.join('; ')}`);
    return toRow({ name: NAME, unit: 'ns/append', note }, rounds, percentiles);
  } finally {
    await wal.close();
    closeSync(bare);
    rmSync(folder, { recursive: true, force: true });
  }
}

export const journalBench: Bench = { rows: [NAME], run: async (_wanted, budget) => [await journalRow(budget)] };
