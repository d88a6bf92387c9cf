/** The one ledger of what open orders may still use: balance, depth that they aim at, open notional, a place in the venue's
 *  rate limit. An order gets all four or none, and so do the orders of a set; each is given back once, a part with each
 *  fill and the rest when the order is settled.
 *  Thread: executor, alone. Writes: inventory words. */
import { divideCeil, pow10 } from '../core/decimal.ts';
import type { Instrument, Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import type { RateBudget } from '../core/rate-budget.ts';
import type { Lane } from '../core/rate-limits.ts';
import { type Amounts, ASSET_SCALE } from './amounts.ts';
import { DepthClaims, type RowWords } from './depth-claims.ts';
import type { Inventory } from './inventory.ts';
import type { Leg, LegEvent } from './leg.ts';
import { type NotionalLimits, OpenNotional } from './open-notional.ts';
import { OrderBudget } from './order-budget.ts';
import type { PlannedOrder } from './plan.ts';

/** What one order still holds. */
export interface Reservation {
  readonly order: PlannedOrder;
  /** Of the order's asset, at ASSET_SCALE. */
  amount: bigint;
  /** Of the depth of its row. */
  lots: number;
  /** Whether a place in the rate limit is held: until the order is sent. */
  isWaiting: boolean;
  isOver: boolean;
}

export interface ReservationDeps {
  readonly universe: Universe;
  readonly rows: RowWords;
  readonly inventory: Inventory;
  /** By venue index; a venue without one is not limited. */
  readonly budgets: readonly RateBudget[];
  readonly limits: NotionalLimits;
}

/** An order before and after a fill. */
export interface FillStep {
  readonly before: Leg;
  readonly after: Leg;
  readonly event: Extract<LegEvent, { kind: 'Filled' }>;
}

export class Reservations {
  readonly #universe: Universe;
  readonly #inventory: Inventory;
  readonly #depth: DepthClaims;
  readonly #notional: OpenNotional;
  readonly #budget: OrderBudget;

  constructor({ universe, rows, inventory, budgets, limits }: ReservationDeps) {
    this.#universe = universe;
    this.#inventory = inventory;
    this.#depth = new DepthClaims(rows, universe.rows.length);
    this.#notional = new OpenNotional(universe, limits);
    this.#budget = new OrderBudget(budgets);
  }

  /** Reservations in the order of `orders`, or the reason code of what was lacking, and nothing taken. Depth and open
   *  notional hold back new sets (lane `open`) alone: what reduces a risk only counts. */
  tryReserve(orders: readonly PlannedOrder[], lane: Lane): readonly Reservation[] | number {
    const reserved: Reservation[] = [];
    for (const order of orders) {
      const reason = this.#tryTake(order, lane);
      if (reason === REASON.ok) {
        reserved.push(this.#count(order, order.amount, true));
        continue;
      }
      for (const done of reserved) this.release(done);
      return reason;
    }
    return reserved;
  }

  /** For an order that is out already, of a predecessor or one that was taken for settled: it takes what balance there is,
   *  and is never refused. */
  adopt(order: PlannedOrder): Reservation {
    const { venueIndex } = order.row;
    const free = this.#inventory.free(venueIndex, order.asset);
    const most = free < order.amount ? free : order.amount;
    const amount = most > 0n && this.#inventory.tryReserve(venueIndex, order.asset, most) ? most : 0n;
    return this.#count(order, amount, false);
  }

  /** The order goes to its gateway now, which takes its place in the rate limit itself. */
  onSending(reservation: Reservation): void {
    if (!reservation.isWaiting) throw new Error(`an order at ${reservation.order.row.venue} is sent twice`);
    reservation.isWaiting = false;
    this.#budget.letGo(reservation.order);
  }

  /** A fill was booked, and the balance has moved by it: what it used is no longer reserved, and the levels that it took are
   *  discounted until the venue's book shows it. `reservation` is absent where the order was settled before. */
  onFill({ before, after, event }: FillStep, reservation: Reservation | undefined): void {
    const row = this.#universe.rows[after.row];
    if (row === undefined) return;
    const { grid } = this.#universe.instruments[row.instrumentIndex] as Instrument;
    const lots = Number(divideCeil(after.filled - before.filled, pow10(ASSET_SCALE - grid.sizeDecimals)));
    const { maker, venueAt } = event.fill;
    // What stood in the book itself took nothing from it. A time that is still to come may not hold a discount for ever.
    if (!maker) this.#depth.take(row.row, after.side, lots, Math.min(venueAt, event.at));
    if (reservation === undefined || reservation.isOver) return;
    const { order } = reservation;
    this.#giveBackDepth(reservation, Math.min(reservation.lots, lots));
    const used = changeOf(before.changes, order.asset) - changeOf(after.changes, order.asset);
    this.#giveBackBalance(reservation, used < 0n ? 0n : used);
  }

  /** The order is settled, or was never sent: everything that it still holds is free again. */
  release(reservation: Reservation): void {
    const { order } = reservation;
    if (reservation.isOver) throw new Error(`a reservation at ${order.row.venue} is released twice`);
    reservation.isOver = true;
    if (reservation.isWaiting) this.onSending(reservation);
    this.#giveBackDepth(reservation, reservation.lots);
    this.#giveBackBalance(reservation, reservation.amount);
    this.#notional.add(order.row.row, -order.value);
  }

  /** What all open orders are worth at their limits, by quote asset. */
  openNotional(): Amounts {
    return this.#notional.totals();
  }

  /** Lots of a row that open orders aim at. */
  aimedAt(row: number, side: PlannedOrder['side']): number {
    return this.#depth.aimedAt(row, side);
  }

  /** Reason code. Where it is ok, balance and place are taken; `#count` takes the rest. */
  #tryTake(order: PlannedOrder, lane: Lane): number {
    const { row, side, asset, amount } = order;
    if (lane === 'open') {
      const hasDepth = this.#depth.hasRoom(row.row, side, Number(order.limitTicks), Number(order.lots));
      if (!hasDepth) return REASON['depth-taken'];
      const notional = this.#notional.check(row.row, order.value);
      if (notional !== REASON.ok) return notional;
    }
    if (!this.#budget.tryHold(order, lane)) return REASON['limit-order-rate'];
    if (this.#inventory.tryReserve(row.venueIndex, asset, amount)) return REASON.ok;
    this.#budget.letGo(order);
    return REASON['no-inventory'];
  }

  #count(order: PlannedOrder, amount: bigint, isWaiting: boolean): Reservation {
    const { row, side, lots, value } = order;
    this.#notional.add(row.row, value);
    return { order, amount, lots: this.#depth.aim(row.row, side, Number(lots)), isWaiting, isOver: false };
  }

  #giveBackDepth(reservation: Reservation, lots: number): void {
    const { row, side } = reservation.order;
    reservation.lots -= lots;
    this.#depth.giveBack(row.row, side, lots);
  }

  /** At most what is left of it: a fee may have been dearer than was reserved for. */
  #giveBackBalance(reservation: Reservation, used: bigint): void {
    const { row, asset } = reservation.order;
    const amount = used < reservation.amount ? used : reservation.amount;
    reservation.amount -= amount;
    this.#inventory.release(row.venueIndex, asset, amount);
  }
}

const changeOf = (changes: Amounts, asset: string): bigint => changes.get(asset) ?? 0n;
