/** Watches over what the executor does: reads its log as it grows, and holds every order against what was told until then. */
import type { OrderRequest } from '../../../src/core/order.ts';
import type { WalEntry, WalOrder } from '../../../src/core/records.ts';
import type { Desk } from '../../unit/engine/desk.ts';
import { demand, magnitude, ONE, text, times, units } from './plain.ts';
import type { Rules, Setting } from './setting.ts';
import { ToldOrder, ToldSet } from './told.ts';

const AMISS: readonly string[] = ['residual', 'unknown'];
const MAX_HEDGES = 16;
const TICK = ONE / 100n;
const BPS = 10_000n;

export class Watcher {
  readonly sets = new Map<string, ToldSet>();
  isHalted = false;
  /** A set was closed with something amiss, whatever was learned of it later. */
  hasGoneAmiss = false;
  readonly #desk: Desk;
  readonly #setting: Setting;
  readonly #orders = new Map<string, { readonly told: ToldOrder; readonly set: ToldSet }>();
  /** By set: its alarms when it closed last. */
  readonly #answered = new Map<unknown, number>();
  readonly #placed = new Set<string>();
  /** By venue: best prices of rows that are live. */
  readonly #quotes = new Map<number, { readonly bid: bigint; readonly ask: bigint }>();
  #read = 0;

  constructor(desk: Desk, setting: Setting) {
    this.#desk = desk;
    this.#setting = setting;
  }

  get placed(): number {
    return this.#placed.size;
  }

  order(clientId: string): ToldOrder | undefined {
    return this.#orders.get(clientId)?.told;
  }

  /** Alarms of the settlement; what the circuit breakers say is their own. */
  get alarms(): readonly { readonly code: string; readonly legSet: unknown }[] {
    return this.#desk.faults
      .filter(({ code }) => code === 'execution/residual' || code === 'execution/unknown')
      .map(({ code, details }) => ({ code, legSet: details.legSet }));
  }

  /** Whether a person has to look, or an alarm waits for a venue that could not be asked: its set has not closed since. */
  get isAlarmed(): boolean {
    const isAwaited = ({ legSet }: { readonly legSet: unknown }): boolean =>
      this.#alarmsOf(legSet) > (this.#answered.get(legSet) ?? 0);
    return this.hasGoneAmiss || this.alarms.some(isAwaited);
  }

  #alarmsOf(id: unknown): number {
    return this.alarms.filter(({ legSet }) => legSet === id).length;
  }

  quote(venue: number, bid: number, ask: number, isLive: boolean): void {
    if (isLive) this.#quotes.set(venue, { bid: BigInt(bid) * TICK, ask: BigInt(ask) * TICK });
    else this.#quotes.delete(venue);
  }

  readLog(): void {
    const { wal } = this.#desk;
    while (this.#read < wal.length) this.#onEntry(wal[this.#read++] as WalEntry);
  }

  #onEntry(entry: WalEntry): void {
    if (entry.kind === 'LegSetOpened') {
      demand(!this.isAlarmed, () => `${entry.legSet} was opened after an alarm`);
      const set = new ToldSet(entry.legSet, units(entry.carried ?? '0'));
      demand(!this.sets.has(set.id), () => `${set.id} was opened twice`);
      const dust = this.#dust;
      const takesAll = set.carried === 0n || set.carried === dust;
      demand(takesAll, () => `${set.id} trades crumbs of ${text(set.carried)}, and there are ${text(dust)}`);
      this.sets.set(set.id, set);
      for (const order of entry.orders) this.#add(set, order);
    } else if (entry.kind === 'OrderAdded') {
      const set = this.sets.get(entry.legSet) as ToldSet;
      set.state = 'working';
      this.#add(set, entry.order);
    } else if (entry.kind === 'LegSetClosed') {
      const set = this.sets.get(entry.legSet) as ToldSet;
      set.state = entry.state;
      set.excess = units(entry.excess ?? '0');
      if (set.state === 'held') this.#checkExposure(set);
      this.#answered.set(set.id, this.#alarmsOf(set.id));
      this.hasGoneAmiss ||= AMISS.includes(entry.state);
    }
  }

  #add(set: ToldSet, order: WalOrder): void {
    const told = new ToldOrder(order);
    set.orders.push(told);
    this.#orders.set(order.clientId, { told, set });
  }

  /** An order leaves: only what the log has, once, at a venue that is up; and a hedge only for what is known to be owed. */
  onSent(venue: number, request: OrderRequest, isUp: boolean): void {
    this.readLog();
    const { clientId } = request;
    demand(!this.#placed.has(clientId), () => `${clientId} was sent twice`);
    this.#placed.add(clientId);
    const known = this.#orders.get(clientId);
    if (known === undefined) return demand(false, () => `${clientId} was sent before it was logged`);
    demand(isUp, () => `${clientId} was sent to venue ${venue}, which is down`);
    demand(!this.isHalted, () => `${clientId} was sent in a halt`);
    demand(request.tif === 'ioc' && request.type === 'limit', () => `${clientId} is not IOC`);
    if (known.told.role !== 'leg') this.#checkHedge(known.told, known.set, venue, request);
  }

  #checkHedge(hedge: ToldOrder, set: ToldSet, venue: number, request: OrderRequest): void {
    const others = set.orders.filter((order) => order !== hedge);
    const open = others.find((order) => !order.isKnown);
    demand(open === undefined, () => `hedge ${hedge.clientId} was sent before ${open?.clientId} was known`);
    demand(others.filter(({ role }) => role !== 'leg').length < MAX_HEDGES, () => `${set.id} is hedged without end`);
    const { owed } = set;
    demand(hedge.isBuy === owed < 0n, () => `hedge ${hedge.clientId} adds to what is owed`);
    const { sizeLot, minSize, minNotional, maxSize = '1000' } = this.#setting.rules[venue] as Rules;
    const fee = units(this.#setting.fees[venue] ?? '0');
    const price = units(request.price ?? '0');
    // A buy brings less by its fee, and is rounded up to its lot.
    const most = hedge.isBuy ? (magnitude(owed) * ONE) / (ONE - fee) + units(sizeLot) : magnitude(owed);
    demand(hedge.size <= most, () => `hedge ${hedge.clientId} of ${text(hedge.size)} is for ${text(owed)}`);
    const isAllowed =
      hedge.size % units(sizeLot) === 0n &&
      hedge.size >= units(minSize) &&
      hedge.size <= units(maxSize) &&
      times(hedge.size, price) >= units(minNotional);
    demand(isAllowed, () => `hedge ${hedge.clientId} of ${text(hedge.size)} is not what venue ${venue} takes`);
    const quote = this.#quotes.get(venue);
    if (quote === undefined) return demand(false, () => `hedge ${hedge.clientId} is at a price that is not live`);
    const slip = hedge.isBuy ? price - quote.ask : quote.bid - price;
    const room = (quote.ask * BigInt(this.#setting.slippageBps)) / BPS;
    demand(slip <= room, () => `hedge ${hedge.clientId} at ${text(price)} is beyond the slippage`);
    if (hedge.role === 'retry') this.#checkBudget(set, price, fee);
  }

  /** At its limit a retry leaves the set within its budget. */
  #checkBudget(set: ToldSet, price: bigint, fee: bigint): void {
    const { owed } = set;
    const traded = (isBuy: boolean): bigint =>
      set.orders.reduce((sum, order) => (order.role === 'leg' && order.isBuy === isBuy ? sum + order.value : sum), 0n);
    const notional = traded(true) > traded(false) ? traded(true) : traded(false);
    const budget = (notional * BigInt(this.#setting.retryBudgetBps)) / BPS;
    const gross = owed < 0n ? (-owed * ONE) / (ONE - fee) : owed;
    const moved = times(gross, price);
    const after = (set.sum('changes').get('USDT') ?? 0n) + (owed < 0n ? -moved : moved - times(moved, fee));
    // Both sides round by a few units of the last place.
    demand(after + budget >= -1_000n, () => `a retry of ${set.id} at ${text(price)} may cost ${text(-after)}`);
  }

  /** Crumbs of closed sets that are not traded yet. */
  get #dust(): bigint {
    let dust = 0n;
    for (const { isCrumbs, isClosed, excess, carried } of this.sets.values()) {
      if (isCrumbs && isClosed) dust += excess;
      dust -= carried;
    }
    return dust;
  }

  /** All that is held, by the mid of the live rows. */
  #checkExposure(set: ToldSet): void {
    let held = 0n;
    for (const { state, isClosed, excess } of this.sets.values()) if (state === 'held' && isClosed) held += excess;
    const mids = [...this.#quotes.values()].map(({ bid, ask }) => (bid + ask) / 2n);
    if (mids.length === 0) return;
    const worth = times(magnitude(held), mids.reduce((sum, mid) => sum + mid, 0n) / BigInt(mids.length));
    const limit = this.#setting.maxExposure * ONE;
    demand(worth <= limit, () => `${set.id} was held, and all that is held is worth ${text(worth)}`);
  }

  /** Whether any venue takes so much, whatever its price is of all that it ever had here. */
  isTradable(amount: bigint): boolean {
    return this.#setting.rules.some(({ sizeLot, minSize, minNotional }) => {
      const lots = (magnitude(amount) / units(sizeLot)) * units(sizeLot);
      return lots >= units(minSize) && times(lots, LOWEST) >= units(minNotional);
    });
  }
}

/** Below any price of a play, slippage included. */
const LOWEST = 97n * ONE;
