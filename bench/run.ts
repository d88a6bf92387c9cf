/** `npm run bench [-- NAME… --quick --out FILE]`: measures, prints a table, writes bench/out/latest.json.
 *  A NAME is a row (`decode/okx.books`) or the first part of some (`decode`). */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ccxtBench } from './ccxt.bench.ts';
import { decodeBenches } from './decode.bench.ts';
import { e2eBench } from './e2e.bench.ts';
import { filtersBench } from './filters.bench.ts';
import { hopBench } from './hop.bench.ts';
import { journalBench } from './journal.bench.ts';
import { orderPathBenches } from './order-path.bench.ts';
import { receiveBench } from './receive.bench.ts';
import { reportOf, tableOf, writeReport } from './report.ts';
import type { Bench, BenchRow, Budget } from './rounds.ts';
import { scanBenches } from './scan.bench.ts';

const BENCHES: readonly Bench[] = [
  ...decodeBenches,
  ccxtBench,
  ...scanBenches,
  filtersBench,
  hopBench,
  journalBench,
  ...orderPathBenches,
  receiveBench,
  e2eBench,
];

const FULL: Budget = { rounds: 11, roundMs: 50 };
const QUICK: Budget = { rounds: 3, roundMs: 15 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, 'out', 'latest.json') },
  },
});

const names = BENCHES.flatMap((bench) => bench.rows);
const isMeant = (row: string, name: string): boolean => row === name || row.startsWith(`${name}/`);
const unknown = positionals.filter((name) => !names.some((row) => isMeant(row, name)));
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}
const wanted = new Set(
  names.filter((row) => positionals.length === 0 || positionals.some((name) => isMeant(row, name))),
);

const rows: BenchRow[] = [];
for (const bench of BENCHES) {
  const mine = new Set(bench.rows.filter((row) => wanted.has(row)));
  if (mine.size > 0) rows.push(...(await bench.run(mine, values.quick ? QUICK : FULL)));
}
const report = reportOf(rows);
writeReport(values.out, report);
console.log(`\n${tableOf(report)}\n\n${values.out}`);
