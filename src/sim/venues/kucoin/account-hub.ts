/** The private channels: orders (`/spotMarket/tradeOrdersV2`, `/spotMarket/tradeOrders`) and balances
 *  (`/account/balance`). Source: https://www.kucoin.com/docs-new/3470073w0, 3470074w0, 3470075w0. */
import { amountText } from '../../amounts.ts';
import type { ExchangeEvent, SimAccount, SimFill, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { accountIdText, orderIdText, tradeIdText, userIdText } from './ids.ts';
import { ORDER_TOPICS, type OrderPushType, pushData } from './order-pushes.ts';

export const PRIVATE_TOPICS = [...ORDER_TOPICS, '/account/balance'] as const;
export type PrivateTopic = (typeof PRIVATE_TOPICS)[number];

interface Held {
  readonly free: bigint;
  readonly locked: bigint;
}
const NOTHING: Held = { free: 0n, locked: 0n };

export class AccountHub {
  readonly #context: WireContext;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** Balances as they were last told, by account and currency. */
  readonly #told = new Map<string, Held>();
  /** What moved an account's balances last. */
  readonly #causes = new Map<SimAccount, { readonly order: SimOrder; readonly fill: SimFill | undefined }>();
  #nextEvent = 354_689_988_084_000;
  readonly #queue = new PushQueue();

  constructor(context: WireContext) {
    this.#context = context;
  }

  add(account: SimAccount, topic: PrivateTopic, subscriber: Subscriber): void {
    this.#of(account, topic).add(subscriber);
  }

  remove(account: SimAccount, topic: PrivateTopic, subscriber: Subscriber): void {
    this.#of(account, topic).delete(subscriber);
  }

  close(): void {
    this.#subscribers.clear();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BalancesChanged') this.#tellBalances(event.account, event.assets, event.at);
    if (event.kind !== 'OrderChanged') return;
    const { order, fill, cause } = event;
    this.#causes.set(order.account, { order, fill: fill ?? this.#causeOf(order)?.fill });
    switch (cause) {
      case 'new':
        this.#tellOrder('received', order);
        break;
      case 'trade':
        this.#tellOrder('match', order, fill);
        if (order.quoteAmount === 0n && order.filled === order.size) this.#tellOrder('filled', order);
        break;
      case 'canceled':
      case 'expired':
        this.#tellOrder('canceled', order);
        break;
    }
  }

  /** An order was placed and matched, in this task. */
  onPlaced(order: SimOrder): void {
    if (order.status === 'new' || order.status === 'partial') this.#tellOrder('open', order);
    // By funds the end is known only now; change that bought no lot is canceled, as recorded.
    else if (order.status === 'filled' && order.quoteAmount > 0n) {
      this.#tellOrder(order.quoteAmount > order.filledQuote ? 'canceled' : 'filled', order);
    }
  }

  #causeOf(order: SimOrder) {
    const cause = this.#causes.get(order.account);
    return cause?.order.id === order.id ? cause : undefined;
  }

  #of(account: SimAccount, topic: PrivateTopic): Set<Subscriber> {
    const name = `${account.index}${topic}`;
    const known = this.#subscribers.get(name) ?? new Set();
    this.#subscribers.set(name, known);
    return known;
  }

  // — orders —

  #tellOrder(type: OrderPushType, order: SimOrder, fill?: SimFill): void {
    const { clock, faults } = this.#context;
    const at = clock.wallMs();
    const frames = ORDER_TOPICS.flatMap((topic) => {
      const subscribers = this.#of(order.account, topic);
      const data = pushData(topic, { type, order, at, ...(fill === undefined ? {} : { fill }) });
      if (subscribers.size === 0 || data === undefined) return [];
      return [{ subscribers, text: this.#frame(order.account, topic, 'orderChange', data) }];
    });
    if (frames.length === 0) return;
    this.#queue.add(() => {
      const where = { instrument: order.instrument.id, scope: 'private' } as const;
      const times = faults.take('duplicate', where) === undefined ? 1 : 2;
      for (const { subscribers, text } of frames) {
        for (const one of subscribers) for (let n = 0; n < times; n++) one.push(text);
      }
    });
  }

  // — balances —

  #tellBalances(account: SimAccount, currencies: readonly string[], at: number): void {
    const cause = this.#causes.get(account);
    this.#causes.delete(account);
    for (const currency of currencies) {
      const now: Held = { ...(account.holdings.get(currency) ?? NOTHING) };
      const name = `${account.index}/${currency}`;
      const before = this.#told.get(name) ?? { free: account.initial.get(currency) ?? 0n, locked: 0n };
      this.#told.set(name, now);
      if (now.free === before.free && now.locked === before.locked) continue;
      const subscribers = this.#of(account, '/account/balance');
      if (subscribers.size === 0) continue;
      const id = String(this.#nextEvent++);
      const text = this.#frame(
        account,
        '/account/balance',
        'account.balance',
        {
          accountId: accountIdText(account, currency),
          currency,
          total: amountText(now.free + now.locked),
          available: amountText(now.free),
          hold: amountText(now.locked),
          availableChange: amountText(now.free - before.free),
          holdChange: amountText(now.locked - before.locked),
          relationContext: cause === undefined ? {} : contextOf(cause.order, cause.fill),
          relationEvent: cause?.fill === undefined ? 'trade.hold' : 'trade.setted',
          relationEventId: id,
          time: String(at),
        },
        id,
      );
      this.#queue.add(() => {
        for (const one of subscribers) one.push(text);
      });
    }
  }

  #frame(account: SimAccount, topic: PrivateTopic, subject: string, data: object, id?: string): string {
    const envelope = { topic, type: 'message', subject, ...(id === undefined ? {} : { id }) };
    return JSON.stringify({ ...envelope, userId: userIdText(account), channelType: 'private', data });
  }
}

const contextOf = (order: SimOrder, fill: SimFill | undefined): object => ({
  symbol: order.instrument.symbol,
  orderId: orderIdText(order.id),
  ...(fill === undefined ? {} : { tradeId: tradeIdText(fill.instrument, fill.tradeId) }),
});
