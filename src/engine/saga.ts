/** A leg set: the orders of one intent, judged only when every one of them is settled. What one side filled and the other
 *  did not is hedged by policy, each way within its time; then it is held, or a person is told. Pure. */
import type { LegSetState } from '../core/records.ts';
import type { Side } from '../core/units.ts';
import { type Amounts, plusAll } from './amounts.ts';
import { isSettled, type Leg, type LegEvent, nextLeg } from './leg.ts';

/** Orders of one kind that an excess is tried with. They are paced: a book shows what was taken from it only a moment
 *  later. */
export const MAX_TRIES = 8;

export interface LegSet {
  readonly id: string;
  readonly intent: number;
  readonly opportunity: string;
  readonly instrumentIndex: number;
  readonly pair: number;
  readonly edgeBps: number;
  /** Wall time, ms. */
  readonly openedAt: number;
  readonly base: string;
  readonly quote: string;
  /** Base taken over from the dust ledger, at ASSET_SCALE; 0 for the set of an intent. */
  readonly carried: bigint;
  readonly legs: readonly Leg[];
  readonly state: 'working' | LegSetState;
  /** Monotonic ns of the first judgement that wanted a hedge. */
  readonly hedgedSince?: number;
}

export type HedgePolicy = 'retry' | 'unwind' | 'hold';
export type HedgeKind = 'retry' | 'unwind';

export interface HedgeRules {
  /** What is tried first; `unwind` follows a retry, and a hold that the exposure limit forbids. */
  readonly policy: HedgePolicy;
  readonly retryNs: number;
  readonly unwindNs: number;
}

export interface Prospects {
  readonly nowNs: number;
  /** Whether an excess could be traded anywhere by the venues' rules, or is dust. `excess` > 0. */
  isTradable(side: Side, excess: bigint): boolean;
  /** Whether the exposure limit has room for the excess, signed. */
  mayHold(excess: bigint): boolean;
}

/** What a settled set wants next. `excess` is base at ASSET_SCALE: positive was bought too much, negative sold. */
export type Judgement =
  | { readonly kind: 'wait' }
  | { readonly kind: 'hedge'; readonly by: HedgeKind; readonly side: Side; readonly excess: bigint }
  | { readonly kind: 'close'; readonly state: LegSetState; readonly excess: bigint };

/** The time to hedge is a time of trying. Finding out what became of a hedge that nobody answered may take longer than all
 *  of it: what is still to be hedged then has its time anew. The number of tries bounds it. */
export function applyToSet(set: LegSet, clientId: string, event: LegEvent): LegSet {
  const before = set.legs.find((leg) => leg.clientId === clientId);
  if (before === undefined) return set;
  const after = nextLeg(before, event);
  const legs = set.legs.map((leg) => (leg === before ? after : leg));
  const wasSought = before.status === 'unknown' || after.status === 'absent';
  if (before.role === 'leg' || !wasSought || isSettled(before) || !isSettled(after)) return { ...set, legs };
  const { hedgedSince: _, ...rest } = set;
  return { ...rest, legs };
}

export const addLeg = (set: LegSet, leg: Leg): LegSet => ({ ...set, state: 'working', legs: [...set.legs, leg] });

export const changesOf = (set: LegSet): Amounts =>
  set.legs.reduce<Amounts>((sum, leg) => plusAll(sum, leg.changes), new Map());

export const feesOf = (set: LegSet): Amounts =>
  set.legs.reduce<Amounts>((sum, leg) => plusAll(sum, leg.fees), new Map());

/** Base that one side moved and the other did not, fees in base included. */
export const excessOf = (set: LegSet): bigint => set.carried + (changesOf(set).get(set.base) ?? 0n);

/** Its orders without a last word. */
export const openLegsOf = ({ legs }: LegSet): readonly Leg[] => legs.filter((leg) => !isSettled(leg));

/** Its orders beside those that it was opened with. */
export const hedgesOf = ({ legs }: LegSet): readonly Leg[] => legs.filter(({ role }) => role !== 'leg');

/** The run that opened the set: its id starts with it. */
export const runOf = ({ id }: LegSet): string => id.slice(0, id.indexOf('-'));

/** Canonical id of its instrument, configured or not. */
export const instrumentOf = ({ base, quote }: LegSet): string => `${base}-${quote}`;

const triesOf = (set: LegSet, role: HedgeKind): number => set.legs.filter((leg) => leg.role === role).length;

export function judge(set: LegSet, rules: HedgeRules, prospects: Prospects): Judgement {
  if (!set.legs.every(isSettled)) return { kind: 'wait' };
  const excess = excessOf(set);
  const side: Side = excess > 0n ? 'sell' : 'buy';
  const close = (state: LegSetState): Judgement => ({ kind: 'close', state, excess });
  if (excess === 0n || !prospects.isTradable(side, excess < 0n ? -excess : excess)) return close(endOf(set));
  const isDust = set.carried !== 0n;
  if (!isDust && rules.policy === 'hold' && prospects.mayHold(excess)) return close('held');
  const elapsedNs = prospects.nowNs - (set.hedgedSince ?? prospects.nowNs);
  const retriesNs = isDust || rules.policy !== 'retry' ? 0 : rules.retryNs;
  if (elapsedNs < retriesNs && triesOf(set, 'retry') < MAX_TRIES) return { kind: 'hedge', by: 'retry', side, excess };
  if (elapsedNs < retriesNs + rules.unwindNs && triesOf(set, 'unwind') < MAX_TRIES) {
    return { kind: 'hedge', by: 'unwind', side, excess };
  }
  // Crumbs go back to where they came from.
  if (isDust) return close(endOf(set));
  return close(prospects.mayHold(excess) ? 'held' : 'residual');
}

/** The end of a set whose excess, if any, is left as it is. */
function endOf({ legs }: LegSet): LegSetState {
  if (legs.every((leg) => leg.filled === 0n)) {
    return legs.length > 0 && legs.every((leg) => leg.status === 'rejected') ? 'refused' : 'missed';
  }
  return legs.some((leg) => leg.role === 'unwind' && leg.filled > 0n) ? 'unwound' : 'filled';
}
