/** As much of three venues' order sockets as a log-on and an order that ends unfilled take.
 *  Shapes: https://developers.binance.com/docs/binance-spot-api-docs/websocket-api,
 *  https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline, https://www.okx.com/docs-v5/en/ */
import { binanceExpired, okxCancelled } from '../order-replies.ts';
import type { VenueWords } from './venue-stub.ts';

type Fields = Readonly<Record<string, string>>;

export const PRIVATE_URL = 'ws://venue.bench/private';
export const TRADE_URL = 'ws://venue.bench/trade';

/** Binance: every request of an HMAC key is signed, an order too. */
export function binanceWords(): VenueWords {
  let orders = 0;
  return {
    onRequest: (text) => {
      const { id, method } = JSON.parse(text) as { id: number; method: string };
      const result = method === 'time' ? { serverTime: Date.now() } : { subscriptionId: 0 };
      return [JSON.stringify({ id, status: 200, result })];
    },
    onOrder: (text) => {
      const { id, params } = JSON.parse(text) as { id: number; params: Fields };
      const result = binanceExpired(params, ++orders);
      return [{ to: 'asker', text: JSON.stringify({ id, status: 200, result }) }];
    },
    timeBody: () => JSON.stringify({ serverTime: Date.now() }),
  };
}

/** Bybit: both sockets are logged on, and an order is not signed. */
export function bybitWords(): VenueWords {
  let orders = 0;
  return {
    onRequest: (text) => {
      const { op } = JSON.parse(text) as { op: string };
      return [JSON.stringify(op === 'auth' ? { op, retCode: 0, success: true } : { op, success: true })];
    },
    onOrder: (text) => {
      const { reqId, op, args } = JSON.parse(text) as { reqId: string; op: string; args: readonly [Fields] };
      const [order] = args;
      const orderId = String(++orders);
      const now = String(Date.now());
      const ended = {
        category: 'spot',
        symbol: order.symbol,
        orderId,
        orderLinkId: order.orderLinkId,
        side: order.side,
        orderStatus: 'Cancelled',
        cumExecQty: '0',
        createdTime: now,
        updatedTime: now,
      };
      const data = { orderId, orderLinkId: order.orderLinkId };
      return [
        { to: 'asker', text: JSON.stringify({ reqId, op, retCode: 0, retMsg: 'OK', data, header: {} }) },
        { to: { url: PRIVATE_URL }, text: JSON.stringify({ topic: 'order', data: [ended] }) },
      ];
    },
    timeBody: () =>
      JSON.stringify({ retCode: 0, retMsg: 'OK', result: { timeNano: String(Date.now() * 1e6) }, time: Date.now() }),
  };
}

/** OKX: one socket, logged on, and an order is not signed. */
export function okxWords(symbol: string): VenueWords {
  let orders = 0;
  return {
    onRequest: (text) => {
      const { op, args } = JSON.parse(text) as { op: string; args: readonly Fields[] };
      if (op === 'login') return [JSON.stringify({ event: 'login', code: '0', msg: '' })];
      return args.map((arg) => JSON.stringify({ event: 'subscribe', arg }));
    },
    onOrder: (text) => {
      const { id, args } = JSON.parse(text) as { id: string; args: readonly [Fields] };
      const { taken, ended } = okxCancelled(args[0], symbol, String(++orders));
      return [
        { to: 'asker', text: JSON.stringify({ id, op: 'order', code: '0', msg: '', data: [taken] }) },
        { to: 'asker', text: JSON.stringify({ arg: { channel: 'orders', instType: 'SPOT' }, data: [ended] }) },
      ];
    },
    timeBody: () => JSON.stringify({ code: '0', msg: '', data: [{ ts: String(Date.now()) }] }),
  };
}
