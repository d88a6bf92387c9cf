/** Bitget's error codes as this wire uses them: REST codes with their HTTP status and words, and socket codes.
 *  Source: https://www.bitget.com/api-doc/spot/error-code/restapi and …/websocket. Where recorded words differ from the
 *  table (429, 30001, 30004, 30015), the recorded ones stand. */
import type { Side } from '../../../core/units.ts';
import { filledWords } from '../../filled-words.ts';
import type { Refusal } from '../../port.ts';

interface ErrorRow {
  readonly http: number;
  readonly text: string;
}

/** Nearly every refusal comes with HTTP 400. */
const refused = (text: string, http = 400): ErrorRow => ({ http, text });

export const ERRORS = {
  '429': refused('Too Many Requests', 429),
  '40001': refused('ACCESS_KEY cannot be empty'),
  '40002': refused('ACCESS_SIGN cannot be empty'),
  '40005': refused('Invalid ACCESS_TIMESTAMP'),
  '40006': refused('Invalid ACCESS_KEY'),
  '40007': refused('Invalid Content_Type'),
  '40008': refused('Request timestamp expired'),
  '40009': refused('sign signature error'),
  '40011': refused('ACCESS_PASSPHRASE cannot be empty'),
  '40012': refused('apikey/password is incorrect'),
  '40018': refused('Invalid IP', 403),
  '40019': refused('Parameter {0} cannot be empty'),
  '40020': refused('Parameter {0} error'),
  '40034': refused('Parameter {0} does not exist'),
  '40078': refused('Timestamp for this request is outside of the ME receiveWindow.'),
  '40079': refused('receiveWindow timestamp must be less than 60s'),
  '40084': refused('You are in Classic Account mode, and the Unified Account API is not supported at this time'),
  '40200': refused('Server upgrade, please try again later'),
  '40305': refused('clientOid or clientOrderId length cannot greater than 64, and cannot be Martian characters'),
  '40404': refused('Request URL NOT FOUND'),
  '40409': refused('wrong format'),
  '40725': refused('service return an error', 503),
  '40805': refused('Unsupported operation'),
  '40808': refused('Parameter verification exception {0}'),
  '40924': refused('orderId and clientOid must have one'),
  '42016': refused('symbol {0} is Invalid or not supported spot trade'),
  '43001': refused('The order does not exist'),
  '43006': refused('The order quantity is less than the minimum transaction quantity'),
  '43007': refused('The order quantity is greater than the maximum transaction quantity'),
  '43008': refused('The current order price cannot be less than {0}{1}'),
  '43009': refused('The current order price exceeds the limit {0}{1}'),
  '43011': refused('The parameter does not meet the specification {0}'),
  '43012': refused('Insufficient balance'),
  '43118': refused('clientOrderId duplicate'),
  '43120': refused('symbol is not open trade'),
  '43128': refused('Exceeded the limit of the maximum number of orders for the total transaction pair {0}'),
  '45110': refused('less than the minimum amount {0} USDT'),
  '45113': refused('Maximum order value limit triggered'),
  '70220': refused('Insufficient liquidity in the market, please operate later'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with its words filled in. */
export interface WireError {
  readonly code: ErrorCode;
  readonly msg: string;
}

export function wireError(code: ErrorCode, ...params: readonly string[]): WireError {
  return { code, msg: filledWords(ERRORS[code].text, params) };
}

/** A number with more decimals than its parameter may have. */
export const scaleError = (name: string, value: string, decimals: number): WireError =>
  wireError('40808', `${name} checkBDScale error value=${value} checkScale=${decimals}`);

/** What a refused order asked for and what bounds it, for the words of its refusal. */
export interface RefusedOrder {
  readonly side: Side;
  readonly price: string;
  readonly size: string;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  /** The price that it would have to stay within, and the asset that it is counted in. */
  readonly priceLimit: string;
  readonly quote: string;
  readonly minimum: string;
}

/** The core's refusals in Bitget's words. */
export function refusalError(refusal: Refusal, order: RefusedOrder): WireError {
  switch (refusal) {
    case 'malformed':
      return wireError('40020', 'size');
    case 'price-off-tick':
      return scaleError('price', order.price, order.priceDecimals);
    case 'price-out-of-range':
      return wireError(order.side === 'buy' ? '43009' : '43008', order.priceLimit, order.quote);
    case 'size-off-lot':
      return scaleError('size', order.size, order.sizeDecimals);
    case 'size-too-small':
      return wireError('43006');
    case 'size-too-large':
      return wireError('43007');
    case 'notional-too-small':
      return wireError('45110', order.minimum);
    case 'notional-too-large':
      return wireError('45113');
    case 'insufficient-balance':
      return wireError('43012');
    case 'duplicate-client-id':
      return wireError('43118');
    // A post-only order that would take is accepted, then cancelled; this is for a planted refusal.
    case 'would-take':
    case 'no-liquidity':
      return wireError('70220');
    case 'rate-limit':
      return wireError('429');
    case 'unavailable':
      return wireError('43120');
  }
}

/** Codes of `event: "error"`: numbers on the wire (documented as texts). */
export const SOCKET_ERRORS = {
  30001: "{0} doesn't exist",
  30002: 'illegal request',
  30003: 'invalid op',
  30004: 'User not logged in/User must be logged in',
  30005: 'login failed',
  30006: 'too many requests',
  30007: 'request over limit,connection close',
  30011: 'invalid ACCESS_KEY',
  30012: 'invalid ACCESS_PASSPHRASE',
  30013: 'invalid ACCESS_TIMESTAMP',
  30014: 'Request timestamp expired',
  30015: 'Invalid sign',
  30016: 'Param error',
} as const;

export interface SocketError {
  readonly code: keyof typeof SOCKET_ERRORS;
  readonly msg: string;
}

export const socketError = (code: keyof typeof SOCKET_ERRORS, what = ''): SocketError => ({
  code,
  msg: SOCKET_ERRORS[code].replace('{0}', what),
});
