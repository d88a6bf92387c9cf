/** A leg set: the orders of one intent, judged only when every one of them is settled. Pure. */
import type { LegSetState } from '../core/records.ts';
import type { Side } from '../core/units.ts';
import { type Amounts, plusAll } from './amounts.ts';
import { isSettled, type Leg, type LegEvent, nextLeg } from './leg.ts';

/** Orders that an excess is tried with before a person is told. They are paced: a book shows what was taken from it only
 *  a moment later. */
export const MAX_UNWINDS = 8;

export interface LegSet {
  readonly id: string;
  readonly intent: number;
  readonly opportunity: string;
  readonly instrumentIndex: number;
  readonly pair: number;
  readonly edgeBps: number;
  /** Wall time, ms. */
  readonly openedAt: number;
  readonly legs: readonly Leg[];
  readonly state: 'working' | LegSetState;
}

/** What a settled set wants next. `excess` is base at ASSET_SCALE: positive was bought too much, negative sold. */
export type Judgement =
  | { readonly kind: 'wait' }
  | { readonly kind: 'unwind'; readonly side: Side; readonly excess: bigint }
  | { readonly kind: 'close'; readonly state: LegSetState; readonly excess: bigint };

export const applyToSet = (set: LegSet, clientId: string, event: LegEvent): LegSet => ({
  ...set,
  legs: set.legs.map((leg) => (leg.clientId === clientId ? nextLeg(leg, event) : leg)),
});

export const addLeg = (set: LegSet, leg: Leg): LegSet => ({ ...set, state: 'working', legs: [...set.legs, leg] });

export const changesOf = (set: LegSet): Amounts =>
  set.legs.reduce<Amounts>((sum, leg) => plusAll(sum, leg.changes), new Map());

export const feesOf = (set: LegSet): Amounts =>
  set.legs.reduce<Amounts>((sum, leg) => plusAll(sum, leg.fees), new Map());

/** Base that one side moved and the other did not, fees in base included. */
export const excessOf = (set: LegSet): bigint => {
  const base = set.legs[0]?.base ?? '';
  return changesOf(set).get(base) ?? 0n;
};

/** Judges a set. `isTradable` says whether an excess could be sold or bought anywhere, or is dust. */
export function judge(set: LegSet, isTradable: (side: Side, excess: bigint) => boolean): Judgement {
  if (!set.legs.every(isSettled)) return { kind: 'wait' };
  const excess = excessOf(set);
  const side: Side = excess > 0n ? 'sell' : 'buy';
  const unwinds = set.legs.filter((leg) => leg.role === 'unwind');
  if (excess !== 0n && isTradable(side, excess < 0n ? -excess : excess)) {
    if (unwinds.length < MAX_UNWINDS) return { kind: 'unwind', side, excess };
    return { kind: 'close', state: 'residual', excess };
  }
  return { kind: 'close', state: closedState(set, unwinds), excess };
}

function closedState(set: LegSet, unwinds: readonly Leg[]): LegSetState {
  if (set.legs.every((leg) => leg.filled === 0n)) {
    return set.legs.every((leg) => leg.status === 'rejected') ? 'refused' : 'missed';
  }
  return unwinds.some((leg) => leg.filled > 0n) ? 'unwound' : 'filled';
}
