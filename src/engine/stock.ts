/** Base that leg sets left unmatched, at what it cost: what it brings more or less when it is traded later is a gain or a
 *  loss of that day. Amounts at ASSET_SCALE. */
import { divideFloor } from '../core/decimal.ts';

export interface Holding {
  /** Signed: negative was sold and not bought. */
  readonly base: bigint;
  readonly worth: bigint;
}

const NOTHING: Holding = { base: 0n, worth: 0n };

/** A holding after so much more base, `worth` being its price. What goes out goes at the mean cost of what is there; past
 *  nothing the rest is at its own price. Rounded against us. Pure. */
export function moved({ base, worth }: Holding, change: bigint, changeWorth: bigint): Holding {
  const left = base + change;
  if (left === 0n) return NOTHING;
  if (signOf(change) !== -signOf(base)) return { base: left, worth: worth + changeWorth };
  const isTurned = signOf(left) !== signOf(base);
  const of = isTurned ? changeWorth : worth;
  return { base: left, worth: divideFloor(of * magnitude(left), magnitude(isTurned ? change : base)) };
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const signOf = (amount: bigint): number => (amount > 0n ? 1 : amount < 0n ? -1 : 0);

export class Stock {
  readonly #holdings = new Map<string, Holding>();

  /** Returns how much more the holding is worth by it. */
  move(instrument: string, change: bigint, changeWorth: bigint): bigint {
    const before = this.#holdings.get(instrument) ?? NOTHING;
    const after = moved(before, change, changeWorth);
    this.put(instrument, after);
    return after.worth - before.worth;
  }

  put(instrument: string, holding: Holding): void {
    if (holding.base === 0n) this.#holdings.delete(instrument);
    else this.#holdings.set(instrument, holding);
  }

  clear(): void {
    this.#holdings.clear();
  }

  entries(): readonly (readonly [instrument: string, holding: Holding])[] {
    return [...this.#holdings].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
