/** Where a set's excess could be traded right now: its instrument's rows, gateways and balances. */
import type { Universe } from '../core/instrument.ts';
import type { Gateway } from '../core/order.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, parseAmount } from './amounts.ts';
import type { Inventory } from './inventory.ts';
import type { PlannedOrder } from './plan.ts';
import type { LiveRows } from './rows.ts';
import type { LegSet } from './saga.ts';
import { isTradable, planUnwind, type UnwindRow } from './unwind.ts';

export interface UnwindMarketDeps {
  readonly universe: Universe;
  readonly gateways: readonly Gateway[];
  readonly inventory: Inventory;
  readonly settings: { readonly unwindSlippageBps: number };
}

export class UnwindMarket {
  readonly #deps: UnwindMarketDeps;
  readonly #rows: LiveRows;

  constructor(deps: UnwindMarketDeps, rows: LiveRows) {
    this.#deps = deps;
    this.#rows = rows;
  }

  /** `excess` > 0, base at ASSET_SCALE. */
  isTradable(set: LegSet, side: Side, excess: bigint): boolean {
    const { universe, settings } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return false;
    const sent = parseAmount(set.legs[0]?.price ?? '0');
    const fallback = Number(sent) / 10 ** (ASSET_SCALE - instrument.grid.priceDecimals);
    const terms = { slippageBps: settings.unwindSlippageBps, rows: this.#rowsOf(set) };
    return isTradable(side, excess, instrument, terms, fallback);
  }

  /** The unwinding order, or undefined when no venue can take it now. `excess` > 0, base at ASSET_SCALE. */
  plan(set: LegSet, side: Side, excess: bigint): PlannedOrder | undefined {
    const { universe, inventory, settings } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return undefined;
    return planUnwind(side, excess, instrument, {
      slippageBps: settings.unwindSlippageBps,
      rows: this.#rowsOf(set),
      free: (venue, asset) => inventory.free(venue, asset),
    });
  }

  #rowsOf(set: LegSet): UnwindRow[] {
    const { universe, gateways } = this.#deps;
    return universe.rows
      .filter((row) => row.instrumentIndex === set.instrumentIndex)
      .map((row) => ({ row, top: this.#rows.top(row.row), isUp: gateways[row.venueIndex]?.isUp === true }));
  }
}
