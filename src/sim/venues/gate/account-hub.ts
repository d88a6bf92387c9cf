/** The private channels: who listens, and what is pushed to them. Sources:
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#orders-channel, …/#user-trades-channel, …/#spot-balance-channel.
 *  Pushes follow the answer to the request that made them. */
import { amountText } from '../../amounts.ts';
import type { ExchangeEvent, SimAccount, SimFill, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { updateFrame } from './frames.ts';
import { type OrderEvent, orderPush, textOf, tradePush, userOf } from './order-rows.ts';
import { msText, secondsText } from './times.ts';

export const PRIVATE_CHANNELS = [
  'spot.orders',
  'spot.orders_v2',
  'spot.usertrades',
  'spot.usertrades_v2',
  'spot.balances',
] as const;
export type PrivateChannel = (typeof PRIVATE_CHANNELS)[number];

/** What a connection listens to: a channel of an account, for these pairs (`!all`: every one). */
interface Listening {
  readonly account: SimAccount;
  readonly channel: PrivateChannel;
  readonly subscriber: Subscriber;
  readonly pairs: Set<string>;
}

interface Held {
  free: bigint;
  locked: bigint;
  version: number;
}

type OrderChanged = Extract<ExchangeEvent, { readonly kind: 'OrderChanged' }>;

export class AccountHub {
  readonly #context: WireContext;
  readonly #listening = new Set<Listening>();
  /** What subscribers and `update_id` know of balances. */
  readonly #held = new Map<SimAccount, Map<string, Held>>();
  /** Market buys whose last fill said that they are done. */
  readonly #finished = new Set<number>();
  readonly #queue = new PushQueue();

  constructor(context: WireContext) {
    this.#context = context;
  }

  add(account: SimAccount, channel: PrivateChannel, pairs: readonly string[], subscriber: Subscriber): void {
    const known = this.#of(account, channel).find((one) => one.subscriber === subscriber);
    if (known !== undefined) for (const pair of pairs) known.pairs.add(pair);
    else this.#listening.add({ account, channel, subscriber, pairs: new Set(pairs) });
  }

  remove(account: SimAccount, channel: PrivateChannel, pairs: readonly string[], subscriber: Subscriber): void {
    for (const one of this.#of(account, channel)) {
      if (one.subscriber !== subscriber) continue;
      for (const pair of pairs) one.pairs.delete(pair);
      if (channel === 'spot.balances' || one.pairs.size === 0) this.#listening.delete(one);
    }
  }

  forget(subscriber: Subscriber): void {
    for (const one of this.#listening) if (one.subscriber === subscriber) this.#listening.delete(one);
  }

  close(): void {
    this.#listening.clear();
    this.#queue.clear();
  }

  /** How often a balance has changed: `update_id` of `GET /spot/accounts`. */
  version(account: SimAccount, asset: string): number {
    return this.#heldOf(account, asset).version;
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'OrderChanged') this.#onOrder(event);
    if (event.kind === 'BalancesChanged') this.#onBalances(event.account, event.assets, event.at);
  }

  /** A market buy by quote amount that is done, also where its last fill did not show it. */
  onCompleted(order: SimOrder): void {
    if (!this.#finished.delete(order.id)) this.#pushOrder(order, 'finish');
  }

  // — orders and fills —

  #onOrder({ cause, order, fill }: OrderChanged): void {
    const event = cause === 'new' ? 'put' : cause !== 'trade' || order.status === 'filled' ? 'finish' : 'update';
    if (event === 'finish' && cause === 'trade' && order.quoteAmount > 0n) this.#finished.add(order.id);
    this.#pushOrder(order, event);
    if (fill !== undefined) this.#pushFill(order, fill);
  }

  #pushOrder(order: SimOrder, event: OrderEvent): void {
    this.#push(order, 'spot.orders', () => orderPush(order, event, true));
    this.#push(order, 'spot.orders_v2', () => orderPush(order, event, false));
  }

  #pushFill(order: SimOrder, fill: SimFill): void {
    this.#push(order, 'spot.usertrades', () => tradePush(fill, textOf(order), true));
    this.#push(order, 'spot.usertrades_v2', () => tradePush(fill, textOf(order), false));
  }

  #push({ account, instrument }: SimOrder, channel: PrivateChannel, row: () => object): void {
    const meant = this.#of(account, channel).filter(({ pairs }) => pairs.has('!all') || pairs.has(instrument.symbol));
    if (meant.length === 0) return;
    const frame = updateFrame(channel, this.#context.clock.wallMs(), [row()]);
    this.#queue.add(() => {
      const where = { instrument: instrument.id, scope: 'private' } as const;
      const times = this.#context.faults.take('duplicate', where) === undefined ? 1 : 2;
      for (const { subscriber } of meant) for (let n = 0; n < times; n++) subscriber.push(frame);
    });
  }

  // — balances —

  #onBalances(account: SimAccount, assets: readonly string[], at: number): void {
    const rows = assets.flatMap((asset) => this.#balanceRow(account, asset, at) ?? []);
    const meant = this.#of(account, 'spot.balances');
    if (meant.length === 0 || rows.length === 0) return;
    const frame = updateFrame('spot.balances', this.#context.clock.wallMs(), rows);
    this.#queue.add(() => {
      for (const { subscriber } of meant) subscriber.push(frame);
    });
  }

  /** What changed since the last row of this asset; undefined when nothing did in the end. */
  #balanceRow(account: SimAccount, asset: string, at: number): object | undefined {
    const { free, locked } = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
    const held = this.#heldOf(account, asset);
    const change = free + locked - held.free - held.locked;
    const freezeChange = locked - held.locked;
    if (change === 0n && freezeChange === 0n) return undefined;
    Object.assign(held, { free, locked, version: held.version + 1 });
    return {
      timestamp: secondsText(at),
      timestamp_ms: msText(at),
      user: String(userOf(account)),
      currency: asset,
      change: amountText(change),
      total: amountText(free + locked),
      available: amountText(free),
      freeze: amountText(locked),
      freeze_change: amountText(freezeChange),
      change_type: change !== 0n ? 'order-match' : freezeChange > 0n ? 'order-create' : 'order-update',
    };
  }

  #heldOf(account: SimAccount, asset: string): Held {
    const assets = this.#held.get(account) ?? new Map<string, Held>();
    this.#held.set(account, assets);
    const held = assets.get(asset) ?? { free: account.initial.get(asset) ?? 0n, locked: 0n, version: 1 };
    assets.set(asset, held);
    return held;
  }

  #of(account: SimAccount, channel: PrivateChannel): Listening[] {
    return [...this.#listening].filter((one) => one.account === account && one.channel === channel);
  }
}
