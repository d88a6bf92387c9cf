/** Base that closed sets left over, by instrument: crumbs that no venue takes, until they add up to what one does; and
 *  what is held within the exposure limit. Exact. Thread: executor, alone. */
import type { Universe } from '../core/instrument.ts';
import type { LegSetState } from '../core/records.ts';
import { type Amounts, amountText, parseAmount, plus } from './amounts.ts';

export type LeftoverKind = 'dust' | 'held';
type Texts = Readonly<Record<string, string>>;

const HAS_CRUMBS: ReadonlySet<string> = new Set(['filled', 'unwound', 'missed', 'refused']);

/** Where the excess of a set that closed so is booked; a residual is nobody's to keep, and an unknown is not known. */
export const leftoverOf = (state: LegSetState | 'working'): LeftoverKind | undefined =>
  state === 'held' ? 'held' : HAS_CRUMBS.has(state) ? 'dust' : undefined;

export class Leftovers {
  /** By instrument id, at ASSET_SCALE. */
  readonly #amounts: Readonly<Record<LeftoverKind, Map<string, bigint>>> = { dust: new Map(), held: new Map() };
  /** By leg set: what is booked of it, so that one that closes again is booked by its difference. */
  readonly #booked = new Map<
    string,
    { readonly kind: LeftoverKind; readonly instrument: string; readonly amount: bigint }
  >();

  of(kind: LeftoverKind, instrument: string): bigint {
    return this.#amounts[kind].get(instrument) ?? 0n;
  }

  /** The same without what is booked of these sets: they were opened again, and theirs is being judged anew. */
  ofOthers(kind: LeftoverKind, instrument: string, openSets: Iterable<string>): bigint {
    let sum = this.of(kind, instrument);
    for (const legSet of openSets) {
      const booked = this.#booked.get(legSet);
      if (booked?.kind === kind && booked.instrument === instrument) sum -= booked.amount;
    }
    return sum;
  }

  /** Books what a set left over when it closed, in place of what was booked of it before. */
  book(legSet: string, instrument: string, state: LegSetState, excess: bigint): void {
    const before = this.#booked.get(legSet);
    if (before !== undefined) this.#add(before.kind, before.instrument, -before.amount);
    this.#booked.delete(legSet);
    const kind = leftoverOf(state);
    if (kind === undefined || excess === 0n) return;
    this.#booked.set(legSet, { kind, instrument, amount: excess });
    this.#add(kind, instrument, excess);
  }

  /** Hands an instrument's crumbs to a set that is to trade them, or all that it has left over. The amount alone says
   *  which: that is what the log has of it. */
  take(instrument: string, amount: bigint): void {
    const held = this.of('held', instrument);
    const isAll = held !== 0n && amount === this.of('dust', instrument) + held;
    this.#add('dust', instrument, isAll ? held - amount : -amount);
    if (isAll) this.#add('held', instrument, -held);
  }

  /** No late word comes of these sets any more. */
  forget(legSet: string): void {
    this.#booked.delete(legSet);
  }

  /** Starts from what an earlier run wrote down. What single sets had booked stays known. */
  restore(dust: Texts, held: Texts): void {
    for (const [kind, texts] of Object.entries({ dust, held }) as [LeftoverKind, Texts][]) {
      this.#amounts[kind].clear();
      for (const [instrument, text] of Object.entries(texts)) this.#add(kind, instrument, parseAmount(text));
    }
  }

  /** By instrument, decimal texts, as it goes to the log. */
  texts(kind: LeftoverKind): Record<string, string> {
    const entries = [...this.#amounts[kind]].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([instrument, amount]) => [instrument, amountText(amount)]));
  }

  /** By base asset. */
  byAsset(kind: LeftoverKind, universe: Universe): Amounts {
    let sum: Amounts = new Map();
    for (const [id, amount] of this.#amounts[kind]) {
      const base = universe.instruments.find((instrument) => instrument.id === id)?.base ?? id.split('-')[0] ?? id;
      sum = plus(sum, base, amount);
    }
    return sum;
  }

  #add(kind: LeftoverKind, instrument: string, change: bigint): void {
    const sum = this.of(kind, instrument) + change;
    if (sum === 0n) this.#amounts[kind].delete(instrument);
    else this.#amounts[kind].set(instrument, sum);
  }
}
