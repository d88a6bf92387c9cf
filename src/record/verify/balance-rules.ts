/** Rules of balances: from the start to the end of a run they change by its fills, and by nothing else. Only for venues
 *  that were heard at both ends, and for the assets that the run trades. Pure. */
import type { BalanceRecord, RunRecord } from '../../core/records.ts';
import { amountOf, assetsOf, Sums, textOf } from './amounts.ts';
import type { Case } from './case.ts';
import { type KnownFill, knownFills } from './fill-rules.ts';
import { type Finding, finding } from './finding.ts';

export function balanceFindings(from: Case): Finding[] {
  const fills = Map.groupBy(knownFills(from), ({ run, venue }) => `${run} ${venue}`);
  const records = Map.groupBy(from.journal.balances, ({ run, venue }) => `${run} ${venue}`);
  return [...records].flatMap(([key, list]) => {
    const start = list.find(({ reason }) => reason === 'start');
    const end = list.find(({ reason }) => reason === 'end');
    if (start === undefined || end === undefined) return [];
    return compared(from, start, end, fills.get(key) ?? []);
  });
}

function compared(from: Case, start: BalanceRecord, end: BalanceRecord, fills: readonly KnownFill[]): Finding[] {
  const { run, venue } = start;
  const change = changeOf(start, end);
  const isAdopted = ({ legSet }: KnownFill): boolean => (from.history.sets.get(legSet)?.run ?? run) !== run;
  const own = fills.filter((fill) => !isAdopted(fill));
  const adopted = fills.filter(isAdopted).sort((a, b) => a.fill.venueAt - b.fill.venueAt);
  const traded = new Set([...assetsTraded(from.journal.runs.get(run)), ...fills.flatMap(assetsMoved)]);
  // What an earlier run's orders filled before the first balance was read is in it already. At which of them that was,
  // only the balance itself can say: two clocks are between.
  const cuts = adopted.map((_, index) => index + 1);
  const unlike = (cut: number): { sums: Sums; assets: string[] } => {
    const sums = sumOf([...own, ...adopted.slice(cut)]);
    return { sums, assets: change.unlike(sums).filter((asset) => traded.has(asset)) };
  };
  const whole = unlike(0);
  if (whole.assets.length === 0 || cuts.some((cut) => unlike(cut).assets.length === 0)) return [];
  return whole.assets.map((asset) =>
    finding('balance-odd', `run ${run}, ${asset} at ${venue}`, {
      balances: textOf(change.of(asset)),
      fills: textOf(whole.sums.of(asset)),
    }),
  );
}

function changeOf(start: BalanceRecord, end: BalanceRecord): Sums {
  const change = new Sums();
  for (const { asset, free, locked } of start.balances) change.add(asset, -(amountOf(free) + amountOf(locked)));
  for (const { asset, free, locked } of end.balances) change.add(asset, amountOf(free) + amountOf(locked));
  return change;
}

function sumOf(fills: readonly KnownFill[]): Sums {
  const sums = new Sums();
  for (const { fill, instrument } of fills) sums.addFill(fill, instrument);
  return sums;
}

const assetsTraded = (run: RunRecord | undefined): string[] => run?.instruments.flatMap(assetsOf) ?? [];

const assetsMoved = ({ fill, instrument }: KnownFill): string[] => [...assetsOf(instrument), fill.feeAsset];
