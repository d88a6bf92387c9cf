/** What the run says: a table for people, a file for programs (its fields are what outside programs rely on). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { BenchRow } from './rounds.ts';

export interface BenchReport {
  /** ISO 8601. */
  readonly at: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly rows: readonly BenchRow[];
}

export const reportOf = (rows: readonly BenchRow[]): BenchReport => ({
  at: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  rows: rows.map(rounded),
});

export function writeReport(path: string, report: BenchReport): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** Four significant digits: more would be noise. */
export const significant = (value: number): number => Number(value.toPrecision(4));

const roundedAll = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, significant(value)]));

const rounded = (row: BenchRow): BenchRow => ({
  ...row,
  ours: significant(row.ours),
  baselines: roundedAll(row.baselines),
  ratios: roundedAll(row.ratios),
  spread: significant(row.spread),
  ...(row.percentiles === undefined
    ? {}
    : {
        percentiles: Object.fromEntries(
          Object.entries(row.percentiles).map(([name, values]) => [name, roundedAll(values)]),
        ),
      }),
});

const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(significant(value));

/** One line a row and peer, the note beneath. */
export function tableOf({ node, cpu, cores, rows }: BenchReport): string {
  const head = ['row', 'unit', 'ours', 'peer', "the peer's", 'ours/peer', 'rounds', 'spread'];
  const lines = rows.flatMap((row) => {
    const common = [row.name, row.unit, figure(row.ours)];
    const tail = [String(row.rounds), `${Math.round(row.spread * 100)} %`];
    const peers = Object.entries(row.baselines);
    if (peers.length === 0) return [[...common, '', '', '', ...tail]];
    return peers.map(([peer, value]) => [
      ...common,
      peer,
      figure(value),
      String(Number((row.ratios[peer] ?? 0).toPrecision(3))),
      ...tail,
    ]);
  });
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const draw = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === 1 || column === 3 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const notes = rows.map((row) => `${row.name}: ${row.note}${percentilesText(row)}`);
  return [`${cpu}, ${cores} cores, node ${node}`, '', draw(head), ...lines.map(draw), '', ...notes].join('\n');
}

function percentilesText({ percentiles, unit }: BenchRow): string {
  if (percentiles === undefined) return '';
  const parts = Object.entries(percentiles).map(
    ([name, values]) =>
      `${name} ${Object.entries(values)
        .map(([which, value]) => `${which} ${figure(value)}`)
        .join(', ')}`,
  );
  return `. ${parts.join('; ')} (${unit})`;
}
