/** The user data stream of Binance spot: frames → gateway events; pure.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream */

import { isZero } from '../../core/decimal-text.ts';
import type { Listing } from '../../core/instrument.ts';
import {
  isObject,
  type Json,
  needDecimal,
  needId,
  needList,
  needNumber,
  needObject,
  needText,
} from '../../core/json.ts';
import type { Fill, GatewayEvent, OrderReport } from '../../core/order.ts';
import { receivedAsset, sideOf, statusOf } from './orders.ts';

export type UserEvent =
  | { readonly kind: 'Events'; readonly events: readonly GatewayEvent[] }
  /** Known and of no use to us, with the reason. */
  | { readonly kind: 'Ignored'; readonly event: string; readonly reason: string }
  /** The subscription ended while the connection stands: subscribe again. */
  | { readonly kind: 'Terminated' }
  /** The server goes away soon: connect anew. */
  | { readonly kind: 'Goodbye' };

const IGNORED: Readonly<Record<string, string>> = {
  balanceUpdate: 'a deposit, withdrawal or transfer; outboundAccountPosition brings the new balances',
  listStatus: 'we place no order lists; their orders have execution reports of their own',
  externalLockUpdate: 'outboundAccountPosition brings the new balances',
};

/** The event inside its wrapping: `{subscriptionId, event}` of the WebSocket API, `{stream, data}` of the former
 *  listen-key streams, or bare. */
export function unwrap(frame: Json): Json {
  if (isObject(frame.event)) return frame.event;
  return isObject(frame.data) ? frame.data : frame;
}

/** Reads one event of the user data stream. Throws `venue/protocol` for one that cannot be read. */
export function readUserEvent(frame: Json, listingOf: (symbol: string) => Listing | undefined): UserEvent {
  const event = unwrap(frame);
  const name = needText(event, 'e');
  switch (name) {
    case 'executionReport':
      return { kind: 'Events', events: readExecution(event, listingOf) };
    case 'outboundAccountPosition':
      return { kind: 'Events', events: [readPosition(event)] };
    case 'eventStreamTerminated':
      return { kind: 'Terminated' };
    case 'serverShutdown':
      return { kind: 'Goodbye' };
    default:
      return { kind: 'Ignored', event: name, reason: IGNORED[name] ?? 'not an event of spot trading' };
  }
}

function readPosition(event: Json): GatewayEvent {
  const balances = needList(event.B, 'B').map((each) => {
    const balance = needObject(each, 'a balance');
    return { asset: needText(balance, 'a'), free: needDecimal(balance, 'f'), locked: needDecimal(balance, 'l') };
  });
  return { kind: 'BalancesChanged', balances };
}

/** An execution report: its fill, if it tells of one, and then the order's state. */
function readExecution(event: Json, listingOf: (symbol: string) => Listing | undefined): readonly GatewayEvent[] {
  const report: OrderReport = {
    clientId: clientIdOf(event),
    venueOrderId: needId(event, 'i'),
    symbol: needText(event, 's'),
    side: sideOf(event, 'S'),
    status: statusOf(event, 'X'),
    filled: needDecimal(event, 'z'),
    venueAt: needNumber(event, 'T'),
  };
  const fill = readFill(event, report, listingOf);
  const updated: GatewayEvent = { kind: 'OrderUpdated', report };
  return fill === undefined ? [updated] : [{ kind: 'LegFilled', fill }, updated];
}

/** On a cancellation `c` is the cancellation's own id and `C` the order's. */
function clientIdOf(event: Json): string {
  const original = event.C;
  return typeof original === 'string' && original !== '' && original !== 'null' ? original : needText(event, 'c');
}

/** TRADE, and CALCULATED for a forced settlement. A report without a trade id, a size or a price is no fill: should it
 *  belong to one, the cumulative size in the order's state shows what is missing and `myTrades` brings it. */
function readFill(
  event: Json,
  report: OrderReport,
  listingOf: (symbol: string) => Listing | undefined,
): Fill | undefined {
  const execution = needText(event, 'x');
  if (execution !== 'TRADE' && execution !== 'CALCULATED') return undefined;
  const tradeId = needId(event, 't');
  const size = needDecimal(event, 'l');
  const price = needDecimal(event, 'L');
  if (tradeId.startsWith('-') || isZero(size) || isZero(price)) return undefined;
  const feeAsset = event.N;
  return {
    clientId: report.clientId,
    venueOrderId: report.venueOrderId,
    tradeId,
    symbol: report.symbol,
    side: report.side,
    price,
    size,
    fee: needDecimal(event, 'n'),
    feeAsset: typeof feeAsset === 'string' ? feeAsset : receivedAsset(listingOf(report.symbol), report.side),
    maker: event.m === true,
    venueAt: report.venueAt,
  };
}
