/** Where a set's excess could be traded right now: its instrument's rows, gateways and balances. */
import type { Instrument, Universe } from '../core/instrument.ts';
import type { Gateway } from '../core/order.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, parseAmount } from './amounts.ts';
import type { FeeAccounts } from './fee-accounts.ts';
import { type Budget, type HedgeRow, isTradable, planHedge } from './hedge.ts';
import type { Inventory } from './inventory.ts';
import type { PlannedOrder } from './plan.ts';
import type { LiveRows } from './rows.ts';
import { changesOf, type HedgeKind, hedgesOf, type LegSet } from './saga.ts';
import type { SetParts } from './set-register.ts';

export interface HedgeMarketDeps {
  readonly universe: Universe;
  readonly gateways: readonly Gateway[];
  readonly inventory: Inventory;
  readonly settings: { readonly unwindSlippageBps: number; readonly retryBudgetBps: number };
}

export class HedgeMarket {
  readonly #deps: HedgeMarketDeps;
  readonly #rows: LiveRows;
  readonly #fees: FeeAccounts;

  constructor(deps: HedgeMarketDeps, { rows, fees }: Pick<SetParts, 'rows' | 'fees'>) {
    this.#deps = deps;
    this.#rows = rows;
    this.#fees = fees;
  }

  /** `excess` > 0, base at ASSET_SCALE. */
  isTradable(set: LegSet, side: Side, excess: bigint): boolean {
    const { universe, settings } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return false;
    const fallback = this.#reference(set, instrument);
    const terms = { slippageBps: settings.unwindSlippageBps, rows: this.#rowsOf(set.instrumentIndex) };
    return isTradable(side, excess, instrument, terms, fallback);
  }

  /** The hedging order, or undefined when no venue can take it now. A row where a hedge of the set found nothing may show
   *  what is no longer there: it is left for last. `excess` > 0, base at ASSET_SCALE. */
  plan(set: LegSet, by: HedgeKind, side: Side, excess: bigint): PlannedOrder | undefined {
    const { universe, inventory, settings } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return undefined;
    const rows = this.#rowsOf(set.instrumentIndex);
    const planOn = (on: readonly HedgeRow[]): PlannedOrder | undefined =>
      planHedge(side, excess, instrument, {
        slippageBps: settings.unwindSlippageBps,
        rows: on,
        free: (venue, asset) => inventory.free(venue, asset),
        ...(by === 'retry' ? { budget: budgetOf(set, settings.retryBudgetBps) } : {}),
      });
    const missed = rowsMissed(set);
    const others = missed.size === 0 ? undefined : planOn(rows.filter(({ row }) => !missed.has(row.row)));
    return others ?? planOn(rows);
  }

  /** What base at ASSET_SCALE is worth in quote at ASSET_SCALE, by the mid of the live rows, else by what the set last
   *  sent; undefined when there is neither. Rounded up: it is held against a limit. */
  worth(set: LegSet, base: bigint): bigint | undefined {
    const instrument = this.#deps.universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return undefined;
    const ticks = this.#reference(set, instrument);
    if (!(ticks > 0)) return undefined;
    const magnitude = base < 0n ? -base : base;
    return (magnitude * BigInt(Math.ceil(ticks))) / 10n ** BigInt(instrument.grid.priceDecimals) + 1n;
  }

  /** Ticks: the mid of the live rows, else the price that the set last sent, else 0. */
  #reference(set: LegSet, { grid }: Instrument): number {
    const tops = this.#rowsOf(set.instrumentIndex).flatMap(({ top }) => top ?? []);
    if (tops.length > 0) return tops.reduce((sum, { bid, ask }) => sum + bid + ask, 0) / (2 * tops.length);
    return Number(parseAmount(set.legs.at(-1)?.price ?? '0')) / 10 ** (ASSET_SCALE - grid.priceDecimals);
  }

  #rowsOf(instrumentIndex: number): HedgeRow[] {
    const { universe, gateways } = this.#deps;
    return universe.rows
      .filter((row) => row.instrumentIndex === instrumentIndex)
      .map((row) => ({
        row,
        top: this.#rows.top(row.row),
        isUp: gateways[row.venueIndex]?.isUp === true,
        isApart: this.#fees.isApart(row),
      }));
  }
}

/** Rows where hedges of a settled set came to nothing. */
const rowsMissed = (set: LegSet): ReadonlySet<number> =>
  new Set(hedgesOf(set).flatMap((leg) => (leg.filled === 0n ? [leg.row] : [])));

/** A share of what its legs traded, the larger side. */
function budgetOf(set: LegSet, budgetBps: number): Budget {
  const traded = (side: Side): bigint =>
    set.legs.reduce((sum, leg) => (leg.role === 'leg' && leg.side === side ? sum + leg.value : sum), 0n);
  const bought = traded('buy');
  const sold = traded('sell');
  const notional = bought > sold ? bought : sold;
  return {
    change: changesOf(set).get(set.quote) ?? 0n,
    // The budget counts in hundredths of a basis point.
    mayLose: (notional * BigInt(Math.round(budgetBps * 100))) / 1_000_000n,
  };
}
