/** What the venues say that we own, at the start and at the end of a run, and what that makes of the run. Exact. */
import { parseDecimal } from '../core/decimal.ts';
import { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Balance } from '../core/order.ts';
import type { BalanceRecord } from '../core/records.ts';
import type { VenueId } from '../core/venue.ts';
import { type Amounts, ASSET_SCALE, amountText, difference, parseAmount, plus, toTexts } from '../engine/amounts.ts';
import type { FromThread } from './messages.ts';

type BalanceMessage = Extract<FromThread, { kind: 'BalancesFetched' | 'BalancesDrifted' }>;

export class BalanceSheet {
  readonly #start = new Map<VenueId, readonly Balance[]>();
  readonly #end = new Map<VenueId, readonly Balance[]>();
  /** What no fill accounts for, told when it was found. */
  #drift: Amounts = new Map();

  /** Takes what was heard of a venue; returns as what it is to be written down, undefined: not at all. */
  hear(message: BalanceMessage): BalanceRecord['reason'] | undefined {
    const { venue, balances } = message;
    if (message.kind === 'BalancesDrifted') {
      for (const [asset, text] of Object.entries(message.changes)) {
        this.#drift = plus(this.#drift, asset, parseAmount(text));
      }
      return 'reconcile';
    }
    if (message.moment === 'end') {
      this.#end.set(venue, balances);
      return 'end';
    }
    // The first word of the run counts: a venue that comes back later says what was already traded.
    if (this.#start.has(venue)) return undefined;
    this.#start.set(venue, balances);
    return 'start';
  }

  /** Change of every asset's total over all venues that were heard at both ends; zeros left out. */
  change(): Amounts {
    let change: Amounts = new Map();
    for (const [venue, start] of this.#start) {
      const end = this.#end.get(venue);
      if (end === undefined) continue;
      for (const { asset, free, locked } of start)
        change = plus(change, asset, -(parseAmount(free) + parseAmount(locked)));
      for (const { asset, free, locked } of end) change = plus(change, asset, parseAmount(free) + parseAmount(locked));
    }
    return change;
  }

  /** What the venues say and what the fills add up to, where that is not the same. Drift that was told is left out. */
  difference(byFills: Readonly<Record<string, string>>): Fault | undefined {
    const missing = this.#unheard();
    const change = difference(this.change(), this.#drift);
    if (missing.length === 0 && isSameAmounts(change, byFills)) return undefined;
    const byVenues = toTexts(change);
    const message =
      missing.length > 0
        ? `${missing.join(', ')} did not say its final balances`
        : `balances changed by ${JSON.stringify(byVenues)}, fills add up to ${JSON.stringify(byFills)}`;
    return new Fault('execution/reconcile', message, { byVenues, byFills, missing });
  }

  /** Venues that were heard at the start and not at the end. */
  #unheard(): VenueId[] {
    return [...this.#start.keys()].filter((venue) => !this.#end.has(venue));
  }
}

/** Sum of amounts in each quote asset, at mid prices. Assets without a price are left out. */
export function valueAt(
  amounts: Readonly<Record<string, string>>,
  universe: Universe,
  midOf: (instrumentIndex: number) => string | undefined,
): Record<string, string> {
  const quotes = new Set(universe.instruments.map((instrument) => instrument.quote));
  let values: Amounts = new Map();
  for (const [asset, text] of Object.entries(amounts)) {
    const amount = parseAmount(text);
    if (quotes.has(asset)) {
      values = plus(values, asset, amount);
      continue;
    }
    const instrument = universe.instruments.find((entry) => entry.base === asset);
    const mid = instrument === undefined ? undefined : midOf(instrument.index);
    if (instrument === undefined || mid === undefined) continue;
    // A valuation, not a booking: rounded to the asset scale.
    values = plus(values, instrument.quote, (amount * parseDecimal(mid, ASSET_SCALE)) / 10n ** BigInt(ASSET_SCALE));
  }
  return toTexts(values);
}

const isSameAmounts = (a: Amounts, b: Readonly<Record<string, string>>): boolean => {
  const texts = Object.fromEntries([...a].map(([asset, amount]) => [asset, amountText(amount)]));
  const assets = new Set([...Object.keys(texts), ...Object.keys(b)]);
  return [...assets].every((asset) => (texts[asset] ?? '0') === (b[asset] ?? '0'));
};
