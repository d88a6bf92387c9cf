/** Names of channels, as clients write them. */
import { lookup } from '../../lookup.ts';

/** Source: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook (spot). */
export const DEPTHS = [
  { depth: 50, everyMs: 20 },
  // Recorded in August 2026 and documented since: 100 ms, where older pages say 200 ms for spot.
  { depth: 200, everyMs: 100 },
  { depth: 1000, everyMs: 200 },
] as const;

export type PublicChannel =
  | 'orderbook.1'
  | 'orderbook.50'
  | 'orderbook.200'
  | 'orderbook.1000'
  | 'tickers'
  | 'publicTrade';

const PUBLIC: Readonly<Record<string, PublicChannel>> = {
  'orderbook.1': 'orderbook.1',
  'orderbook.50': 'orderbook.50',
  'orderbook.200': 'orderbook.200',
  'orderbook.1000': 'orderbook.1000',
  tickers: 'tickers',
  publicTrade: 'publicTrade',
};

/** `orderbook.50.BTCUSDT` → its channel and symbol; undefined: no such channel. */
export function publicTopic(topic: string): { readonly channel: PublicChannel; readonly symbol: string } | undefined {
  const dot = topic.lastIndexOf('.');
  const channel = lookup(PUBLIC, topic.slice(0, Math.max(dot, 0)));
  return channel === undefined ? undefined : { channel, symbol: topic.slice(dot + 1) };
}

export type PrivateStream = 'order' | 'execution' | 'execution.fast' | 'wallet' | 'nothing';

/** Topics of the private stream and what a spot account is told on them. An all-in-one topic and the same topic of one
 *  category exclude each other in one request. */
const PRIVATE: Readonly<Record<string, PrivateStream>> = {
  order: 'order',
  'order.spot': 'order',
  'order.linear': 'nothing',
  'order.inverse': 'nothing',
  'order.option': 'nothing',
  execution: 'execution',
  'execution.spot': 'execution',
  'execution.linear': 'nothing',
  'execution.inverse': 'nothing',
  'execution.option': 'nothing',
  'execution.fast': 'execution.fast',
  'execution.fast.spot': 'execution.fast',
  'execution.fast.linear': 'nothing',
  'execution.fast.inverse': 'nothing',
  'execution.fast.option': 'nothing',
  wallet: 'wallet',
  position: 'nothing',
  greeks: 'nothing',
  'dcp.spot': 'nothing',
};

export const privateStream = (topic: string): PrivateStream | undefined => lookup(PRIVATE, topic);

/** The all-in-one topic that this one is a part of; undefined for those that have no parts. */
export function familyOf(topic: string): { readonly name: string; readonly whole: boolean } | undefined {
  const name = ['execution.fast', 'execution', 'order'].find(
    (family) => topic === family || topic.startsWith(`${family}.`),
  );
  return name === undefined ? undefined : { name, whole: topic === name };
}
