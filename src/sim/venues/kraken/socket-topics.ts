/** What a `subscribe` or `unsubscribe` asks for: one topic a symbol, each acknowledged or refused by itself.
 *  Sources: https://docs.kraken.com/api/docs/websocket-v2/book, …/ticker, …/trade, …/instrument, …/executions. */
import type { ExchangePort, SimAccount } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { PrivateSubscription } from './account-hub.ts';
import { DEPTHS } from './book-feed.ts';
import { ERRORS, unsupportedPair, wrongType } from './errors.ts';
import { bySocketName } from './names.ts';
import { type Fields, wrongField } from './order-terms.ts';
import type { PublicHub, PublicTopic } from './public-hub.ts';
import type { Refused } from './socket-orders.ts';

export interface TopicRequest {
  /** What makes two subscriptions of a connection the same. */
  readonly name: string;
  /** Named beside an error. */
  readonly symbol: { readonly symbol?: string };
  readonly result: object;
  readonly endResult: object;
  begin(): void;
  end(): void;
}

type FieldTypes = Parameters<typeof wrongField>[1];

const PUBLIC_FIELDS: Readonly<Record<string, FieldTypes>> = {
  book: { channel: 'string', symbol: 'array', depth: 'integer', snapshot: 'boolean' },
  ticker: { channel: 'string', symbol: 'array', event_trigger: 'string', snapshot: 'boolean' },
  trade: { channel: 'string', symbol: 'array', snapshot: 'boolean' },
  instrument: { channel: 'string', snapshot: 'boolean', include_tokenized_assets: 'boolean' },
};
const EXECUTION_WARNINGS = [
  'cancel_reason is deprecated, use reason',
  'stop_price is deprecated, use triggers.price',
  'trigger is deprecated use triggers.reference',
  'triggered_price is deprecated use triggers.last_price',
];
const PRIVATE_FIELDS: Readonly<Record<string, FieldTypes>> = {
  executions: {
    channel: 'string',
    token: 'string',
    snap_trades: 'boolean',
    snap_orders: 'boolean',
    order_status: 'boolean',
    ratecounter: 'boolean',
    snapshot: 'boolean',
    snapshot_trades: 'boolean',
    rebased: 'boolean',
    users: 'string',
  },
  balances: { channel: 'string', token: 'string', snapshot: 'boolean', rebased: 'boolean', users: 'string' },
};

interface PublicParts {
  readonly hub: PublicHub;
  readonly exchange: ExchangePort;
  readonly subscriber: Subscriber;
}

export function readPublicTopics(
  method: string,
  params: Fields,
  { hub, exchange, subscriber }: PublicParts,
): readonly (TopicRequest | Refused)[] {
  const channel = String(params.channel);
  const fields = Object.hasOwn(PUBLIC_FIELDS, channel) ? PUBLIC_FIELDS[channel] : undefined;
  if (fields === undefined) return [{ error: ERRORS.unsupportedEvent }];
  const wrong = wrongField(params, fields, method);
  if (wrong !== undefined) return [{ error: wrong }];
  // Trades of the past are told only when asked for.
  const snapshot = params.snapshot === undefined ? channel !== 'trade' : params.snapshot === true;
  if (channel === 'instrument') {
    const topic: PublicTopic = { channel: 'instrument' };
    const warnings = ['tick_size is deprecated, use price_increment'];
    return [
      {
        name: channel,
        symbol: {},
        result: { channel, snapshot, warnings },
        endResult: { channel },
        begin: () => hub.subscribe(topic, subscriber, snapshot),
        end: () => hub.unsubscribe(topic, subscriber),
      },
    ];
  }
  const depth = DEPTHS.find((one) => one === (params.depth ?? 10));
  if (channel === 'book' && depth === undefined) return [{ error: ERRORS.depth }];
  const trigger = (['bbo', 'trades'] as const).find((one) => one === (params.event_trigger ?? 'trades'));
  if (channel === 'ticker' && trigger === undefined) return [{ error: wrongType('event_trigger', 'bbo or trades') }];
  const { symbol: symbols } = params;
  if (!Array.isArray(symbols) || symbols.length === 0) return [{ error: wrongType('symbol', 'array') }];

  return symbols.map((one: unknown): TopicRequest | Refused => {
    const symbol = typeof one === 'string' ? one : String(one);
    const extra = channel === 'book' ? { depth } : channel === 'ticker' ? { event_trigger: trigger } : ({} as object);
    const shared = {
      name: `${channel}/${symbol}${channel === 'ticker' ? `/${trigger}` : ''}`,
      symbol: { symbol },
      result: { channel, ...extra, snapshot, symbol },
      endResult: { channel, ...extra, symbol },
    };
    if (hub.isRecorded) {
      return {
        ...shared,
        begin: () => hub.replay(channel, symbol, subscriber),
        end: () => hub.stopReplay(channel, symbol, subscriber),
      };
    }
    const instrument = bySocketName(exchange, symbol);
    if (instrument === undefined) return { error: unsupportedPair(symbol), symbol };
    const topic = { channel, instrument, depth, trigger } as PublicTopic;
    return {
      ...shared,
      begin: () => hub.subscribe(topic, subscriber, snapshot),
      end: () => hub.unsubscribe(topic, subscriber),
    };
  });
}

interface PrivateParts {
  readonly account: SimAccount;
  readonly subscriber: Subscriber;
  readonly maxRateCount: number;
  /** Starts a subscription; returns its end. */
  add(subscription: PrivateSubscription): () => void;
}

export function readPrivateTopic(method: string, params: Fields, parts: PrivateParts): TopicRequest | Refused {
  const channel = params.channel === 'balances' ? 'balances' : 'executions';
  const wrong = wrongField(params, PRIVATE_FIELDS[channel] ?? {}, method);
  if (wrong !== undefined) return { error: wrong };
  const flag = (name: string, standard: boolean): boolean =>
    typeof params[name] === 'boolean' ? params[name] === true : standard;
  const snapshot = flag('snapshot', true);
  const snapOrders = flag('snap_orders', snapshot);
  const snapTrades = flag('snap_trades', flag('snapshot_trades', false));
  const { account, subscriber } = parts;
  const subscription: PrivateSubscription = {
    account,
    channel,
    subscriber,
    snapshot,
    snapOrders,
    snapTrades,
    orderStatus: flag('order_status', true),
  };
  const result =
    channel === 'balances'
      ? { channel, snapshot }
      : {
          channel,
          maxratecount: parts.maxRateCount,
          snap_orders: snapOrders,
          snap_trades: snapTrades,
          snapshot: snapOrders || snapTrades,
          warnings: EXECUTION_WARNINGS,
        };
  let end = (): void => {};
  return {
    name: channel,
    symbol: {},
    result,
    endResult: { channel },
    begin: () => {
      end = parts.add(subscription);
    },
    end: () => end(),
  };
}
