/** Planted faults in the matching of orders: filled in part, and filled after the venue said that it was over. */
import type { Clock } from '../core/clock.ts';
import { opposite } from '../core/units.ts';
import { crosses, type Ticket } from './checks.ts';
import type { VenueFaults } from './fault-port.ts';
import type { Market, Matching } from './matching.ts';
import type { OrderState } from './orders.ts';

export class OrderFaults {
  readonly #faults: VenueFaults;
  readonly #matching: Matching;
  readonly #clock: Clock;

  constructor(faults: VenueFaults, matching: Matching, clock: Clock) {
    this.#faults = faults;
    this.#matching = matching;
    this.#clock = clock;
  }

  /** A `late-fill` fault: the venue ends the order unfilled, and `ms` later says that it was filled after all, at its
   *  limit. Nothing comes of it when the funds are gone by then. False: no fault, the order goes its way. */
  tryFillLate(market: Market, order: OrderState, ticket: Ticket): boolean {
    const late = order.tif === 'gtc' ? undefined : this.#faults.take('late-fill', { instrument: order.instrument.id });
    if (late === undefined) return false;
    this.#matching.close(order, 'expired');
    this.#matching.announceChanges(market);
    this.#clock.after(late.ms, () => this.#fill(market, order, ticket));
    return true;
  }

  #fill(market: Market, order: OrderState, ticket: Ticket): void {
    const { asset, amount } = ticket.lock;
    if ((order.account.holdings.get(asset)?.free ?? 0n) < amount) return;
    const side = opposite(order.side);
    const price = order.type === 'limit' ? order.price : market.book.bestPrice(side);
    if (price === undefined) return;
    this.#matching.move(order.account, asset, -amount, amount);
    order.locked = amount;
    market.book.setMaker(side, price, market.book.makerSizeAt(side, price) + order.size);
    this.#matching.take(market, { side: order.side, order }, price, order.size);
    this.#matching.settle(market, order);
    this.#matching.announceChanges(market);
  }

  /** A `partial` fault: how much of this order may fill. For a limit order the synthetic maker withdraws the rest,
   *  so that no remainder is left standing across the book. */
  limitOf(market: Market, order: OrderState, ticket: Ticket): number {
    const fault = this.#faults.take('partial', { instrument: order.instrument.id });
    if (fault === undefined) return ticket.size;
    const { lot } = order.instrument;
    const share = Math.floor((ticket.size * fault.fraction) / lot) * lot;
    if (order.type === 'market') return share;
    const side = opposite(order.side);
    let left = share;
    for (const price of [...market.book.prices(side)]) {
      if (!crosses(order.side, order.price, price)) break;
      const standing = market.book.makerSizeAt(side, price);
      const kept = Math.min(left, standing);
      market.book.setMaker(side, price, kept);
      left -= kept;
    }
    return ticket.size;
  }
}
