/** What the engine has been told so far, order by order and set by set: the model's own books, kept from the words alone. */
import type { Fill, OrderReport } from '../../../src/core/order.ts';
import type { LegSetState, OrderRole } from '../../../src/core/records.ts';
import { type Account, add, times, units } from './plain.ts';

export class ToldOrder {
  readonly clientId: string;
  readonly role: OrderRole;
  readonly isBuy: boolean;
  readonly size: bigint;
  readonly changes: Account = new Map();
  readonly fees: Account = new Map();
  /** Value of its fills, fees apart. */
  value = 0n;
  filled = 0n;
  readonly #tradeIds = new Set<string>();
  #claimed = 0n;
  #isOver = false;
  #isDenied = false;

  constructor(order: { clientId: string; role: OrderRole; side: string; size: string }) {
    this.clientId = order.clientId;
    this.role = order.role;
    this.isBuy = order.side === 'buy';
    this.size = units(order.size);
  }

  /** The outcome is known: its last word was heard, and every fill that the words speak of. */
  get isKnown(): boolean {
    if (this.filled >= this.size || this.#isDenied) return true;
    return this.#isOver && this.filled >= this.#claimed;
  }

  onFill(fill: Fill): void {
    if (this.#tradeIds.has(fill.tradeId)) return;
    this.#tradeIds.add(fill.tradeId);
    this.#isDenied = false;
    const amount = units(fill.size);
    const value = fill.value === undefined ? times(amount, units(fill.price)) : units(fill.value);
    this.filled += amount;
    this.value += value;
    add(this.changes, 'BTC', this.isBuy ? amount : -amount);
    add(this.changes, 'USDT', this.isBuy ? -value : value);
    add(this.changes, fill.feeAsset, -units(fill.fee));
    add(this.fees, fill.feeAsset, units(fill.fee));
  }

  onReport({ status, filled }: OrderReport): void {
    const said = units(filled);
    if (said > this.#claimed) this.#claimed = said;
    if (status === 'rejected') return this.onDenial();
    if (status !== 'open') this.#isOver = true;
    this.#isDenied = false;
  }

  onAck(): void {
    this.#isDenied = false;
  }

  /** The venue says that there is no such order, or not any more. What has traded, or is over, is not denied any more; and
   *  whatever shows later that it was there takes the denial back. */
  onDenial(): void {
    if (this.filled === 0n && this.#claimed === 0n && !this.#isOver) this.#isDenied = true;
  }
}

export class ToldSet {
  readonly id: string;
  readonly carried: bigint;
  readonly orders: ToldOrder[] = [];
  /** As the log closed it last, and whether it was opened again since. */
  state: LegSetState | 'working' = 'working';
  /** Base that the log said it left over. */
  excess = 0n;

  constructor(id: string, carried: bigint) {
    this.id = id;
    this.carried = carried;
  }

  sum(of: 'changes' | 'fees'): Account {
    const sum: Account = new Map();
    for (const order of this.orders) for (const [asset, change] of order[of]) add(sum, asset, change);
    return sum;
  }

  /** Base that it has too much (or too little) by what was told. */
  get owed(): bigint {
    return this.orders.reduce((sum, { changes }) => sum + (changes.get('BTC') ?? 0n), this.carried);
  }

  /** Nothing was heard of it since it was closed that would open it again. */
  get isClosed(): boolean {
    return this.state !== 'working' && this.excess === this.owed && this.orders.every(({ isKnown }) => isKnown);
  }

  /** Whether what it leaves over is crumbs, by the state that it was closed with. */
  get isCrumbs(): boolean {
    return !['working', 'held', 'residual', 'unknown'].includes(this.state);
  }

  get hasTraded(): boolean {
    return this.orders.some(({ filled }) => filled > 0n);
  }
}
