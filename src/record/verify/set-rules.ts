/** Rules of leg sets: state, money and legs of a record follow from the log, and from its fills alone. Pure. */
import type { LegSetRecord } from '../../core/records.ts';
import { amountOf, assetsOf, plain, Sums, textOf, unitOf, worthOf } from './amounts.ts';
import { type Case, isJudged, isUncertain } from './case.ts';
import { differences, type Finding, finding, NOTHING } from './finding.ts';
import type { LoggedOrder, LoggedSet } from './history.ts';
import { filledBy } from './order-rules.ts';
import { stateFindings } from './set-state.ts';

export function setFindings(from: Case): Finding[] {
  const { history, journal, gaps } = from;
  const logged = [...history.sets.values()].flatMap((set) => judged(from, set));
  const unlogged = [...journal.legSets.values()]
    .filter(({ id, openedAt, closedAt }) => {
      const set = history.sets.get(id);
      // One that is open again was closed when its record was made.
      return set?.closed === undefined && !gaps.covers(openedAt, closedAt);
    })
    .map(({ id, state }) => {
      const says = history.sets.has(id) ? 'open' : NOTHING;
      return finding('set-unlogged', `leg set ${id}`, { log: says, journal: state });
    });
  return [...logged, ...unlogged];
}

function judged(from: Case, set: LoggedSet): Finding[] {
  const { journal, horizon } = from;
  const { legSet } = set.opened;
  if (isUncertain(from, set)) return [];
  if (set.isOpen || set.closed === undefined) {
    return horizon.isOver(set.run) && horizon.isOver(set.lastRun)
      ? [finding('set-open', `leg set ${legSet}`, { log: 'open', [`run ${set.run}`]: 'over' })]
      : [];
  }
  const own = stateFindings(from, set, set.closed);
  if (!isJudged(from, set) || journal.isUnusable('LegSet', legSet)) return own;
  const record = journal.legSets.get(legSet);
  if (record === undefined) {
    return [...own, finding('set-missing', `leg set ${legSet}`, { log: set.closed.state, journal: NOTHING })];
  }
  return [...own, ...compared(set, set.closed, record)];
}

function compared(set: LoggedSet, closed: NonNullable<LoggedSet['closed']>, record: LegSetRecord): Finding[] {
  const { legSet, instrument, opportunity, edgeBps, at } = set.opened;
  const where = `leg set ${legSet}`;
  const changes = new Sums();
  const fees = new Sums();
  for (const { fill } of set.orders.flatMap((order) => order.fills)) {
    changes.addFill(fill, instrument);
    fees.add(fill.feeAsset, amountOf(fill.fee));
  }
  const excess = changes.of(assetsOf(instrument)[0]) + amountOf(set.opened.carried ?? '0');
  const residual = RESIDUAL_STATES.has(closed.state) ? excess : 0n;
  const whole = differences('set-differs', where, ['log', 'journal'], {
    instrument: [instrument, record.instrument],
    opportunity: [opportunity, record.opportunity],
    openedAt: [at, record.openedAt],
    closedAt: [closed.at, record.closedAt],
    state: [closed.state, record.state],
    expectedEdgeBps: [Math.round(edgeBps * 10_000) / 10_000, record.expectedEdgeBps],
    legs: [set.orders.map(({ order }) => order.clientId).join(' '), record.legs.map((leg) => leg.clientId).join(' ')],
  });
  const legs = set.orders.flatMap((order, index) => legFindings(where, order, record.legs[index]));
  const residuals = differences('set-residual', where, ['fills', 'journal'], {
    residual: [textOf(residual), plain(record.residual)],
  });
  return [
    ...whole,
    ...legs,
    ...residuals,
    ...sumFindings('set-pnl', where, changes, record.pnl),
    ...sumFindings('set-fees', where, fees, record.fees),
  ];
}

/** States that say that something is left unmatched. */
const RESIDUAL_STATES: ReadonlySet<string> = new Set(['residual', 'unknown', 'held']);

const sumFindings = (
  code: 'set-pnl' | 'set-fees',
  where: string,
  fills: Sums,
  texts: Readonly<Record<string, string>>,
): Finding[] => {
  const record = new Sums().addTexts(texts);
  return fills
    .unlike(record)
    .map((asset) =>
      finding(code, `${where}, ${asset}`, { fills: textOf(fills.of(asset)), journal: textOf(record.of(asset)) }),
    );
};

function legFindings(where: string, logged: LoggedOrder, leg: LegSetRecord['legs'][number] | undefined): Finding[] {
  const { order } = logged;
  // Another list of legs is told as a whole.
  if (leg?.clientId !== order.clientId) return [];
  const decimals = priceDecimals(logged);
  return differences('set-differs', `${where}, leg ${order.clientId}`, ['log', 'journal'], {
    venue: [order.venue, leg.venue],
    side: [order.side, leg.side],
    role: [order.role, leg.role],
    size: [plain(order.size), plain(leg.size)],
    filled: [textOf(filledBy(logged)), plain(leg.filled)],
    averagePrice: [averagePrice(logged, decimals), cut(amountOf(leg.averagePrice), decimals)],
  });
}

/** The record cuts the average at four decimals past its grid's, and the grid is at least as fine as any price seen. */
function priceDecimals({ order, fills }: LoggedOrder): number {
  const texts = [order.price, ...fills.map(({ fill }) => fill.price)];
  return 4 + Math.max(...texts.map((text) => plain(text).split('.')[1]?.length ?? 0));
}

function averagePrice(order: LoggedOrder, decimals: number): string {
  const filled = filledBy(order);
  if (filled === 0n) return '0';
  const value = order.fills.reduce((sum, { fill }) => sum + worthOf(fill), 0n);
  return cut((value * unitOf(0)) / filled, decimals);
}

const cut = (amount: bigint, decimals: number): string => textOf(amount - (amount % unitOf(decimals)));
