/** What we own where, exact. Totals move only by fills (and by the venue's word at start); reservations hold what open
 *  orders may still take. Published to the detector as plain doubles, rounded down.
 *  Thread: executor, alone. */
import type { Balance } from '../core/order.ts';
import type { InventoryView } from '../core/status.ts';
import { type Amounts, ASSET_SCALE, amountText, parseAmount } from './amounts.ts';

interface Holding {
  total: bigint;
  reserved: bigint;
}

export class Inventory {
  readonly #venues: readonly string[];
  readonly #assets: readonly string[];
  /** How many of them the detector sees. */
  readonly #published: number;
  readonly #words: Float64Array;
  readonly #holdings: Holding[];

  /** `words` is `inventoryWords` of the shared memory: venue-major, in the order of `assets`. `besides`: assets that are
   *  kept account of and not published, since no instrument trades them (fees are paid in them). */
  constructor(
    venues: readonly string[],
    assets: readonly string[],
    words: Float64Array,
    besides: readonly string[] = [],
  ) {
    this.#venues = venues;
    this.#assets = [...new Set([...assets, ...besides])];
    this.#published = assets.length;
    this.#words = words;
    this.#holdings = venues.flatMap(() => this.#assets.map(() => ({ total: 0n, reserved: 0n })));
  }

  /** Takes the venue's word for everything that it holds; reservations stay. */
  setTotals(venue: number, balances: readonly Balance[]): void {
    for (const asset of this.#assets) {
      const balance = balances.find((entry) => entry.asset === asset);
      const holding = this.#at(venue, asset);
      if (holding === undefined) continue;
      holding.total = balance === undefined ? 0n : parseAmount(balance.free) + parseAmount(balance.locked);
      this.#publish(venue, asset);
    }
  }

  apply(venue: number, changes: Amounts): void {
    for (const [asset, change] of changes) {
      const holding = this.#at(venue, asset);
      // A fee in an asset that is neither traded nor configured here: the venue's books hold it, ours need not.
      if (holding === undefined) continue;
      holding.total += change;
      this.#publish(venue, asset);
    }
  }

  /** False, and nothing reserved, when there is not enough. */
  tryReserve(venue: number, asset: string, amount: bigint): boolean {
    const holding = this.#at(venue, asset);
    if (holding === undefined || holding.total - holding.reserved < amount) return false;
    holding.reserved += amount;
    this.#publish(venue, asset);
    return true;
  }

  release(venue: number, asset: string, amount: bigint): void {
    const holding = this.#at(venue, asset);
    if (holding === undefined) return;
    if (holding.reserved < amount)
      throw new Error(`released more ${asset} at ${this.#venues[venue]} than was reserved`);
    holding.reserved -= amount;
    this.#publish(venue, asset);
  }

  free(venue: number, asset: string): bigint {
    const holding = this.#at(venue, asset);
    return holding === undefined ? 0n : holding.total - holding.reserved;
  }

  total(venue: number, asset: string): bigint {
    return this.#at(venue, asset)?.total ?? 0n;
  }

  view(): InventoryView[] {
    return this.#venues.flatMap((venue, index) =>
      this.#assets.map((asset) => {
        const holding = this.#at(index, asset) ?? { total: 0n, reserved: 0n };
        return {
          venue,
          asset,
          free: amountText(holding.total - holding.reserved),
          locked: '0',
          reserved: amountText(holding.reserved),
        };
      }),
    );
  }

  #at(venue: number, asset: string): Holding | undefined {
    const index = this.#assets.indexOf(asset);
    return index < 0 ? undefined : this.#holdings[venue * this.#assets.length + index];
  }

  #publish(venue: number, asset: string): void {
    const index = this.#assets.indexOf(asset);
    if (index >= this.#published) return;
    const slot = venue * this.#published + index;
    const free = this.free(venue, asset);
    // Conversion, division and product each round by at most 2^-53 of the value: 2^-51 less keeps the word below it.
    this.#words[slot] = Math.max(0, (Number(free) / 10 ** ASSET_SCALE) * (1 - 2 ** -51));
  }
}
