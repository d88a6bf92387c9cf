/** OKX's error codes as this wire uses them, with their HTTP status and words.
 *  Source: https://www.okx.com/docs-v5/en/#error-code (REST and WebSocket tables). Where a recorded reply differs from
 *  the table (51000 has two spaces, 50014 no full stop), the recorded words stand. */
import type { Side } from '../../../core/units.ts';
import { filledWords } from '../../filled-words.ts';
import type { Refusal } from '../../port.ts';

interface ErrorRow {
  readonly http: number;
  readonly text: string;
}

const rest = (http: number, text: string): ErrorRow => ({ http, text });
const socket = (text: string): ErrorRow => ({ http: 200, text });

export const ERRORS = {
  '1': rest(200, 'All operations failed'),
  '2': rest(200, 'Bulk operation partially succeeded.'),
  '50000': rest(400, 'Body for POST request cannot be empty.'),
  '50001': rest(503, 'Service temporarily unavailable. Try again later.'),
  '50002': rest(400, 'JSON syntax error'),
  '50006': rest(400, 'Invalid Content-Type. Please use "application/JSON".'),
  '50011': rest(200, 'Rate limit reached. Please refer to API documentation and throttle requests accordingly.'),
  '50013': rest(429, 'Systems are busy. Please try again later.'),
  '50014': rest(400, 'Parameter {0} can not be empty'),
  '50015': rest(400, 'Either parameter {0} or {1} is required'),
  '50061': rest(200, "You've reached the maximum order rate limit for this account."),
  '50102': rest(401, 'Timestamp request expired'),
  '50103': rest(401, 'Request header "OK-ACCESS-KEY" cannot be empty.'),
  '50104': rest(401, 'Request header "OK-ACCESS-PASSPHRASE" cannot be empty.'),
  '50105': rest(401, 'Request header "OK-ACCESS-PASSPHRASE" incorrect.'),
  '50106': rest(401, 'Request header "OK-ACCESS-SIGN" cannot be empty.'),
  '50107': rest(401, 'Request header "OK-ACCESS-TIMESTAMP" cannot be empty.'),
  '50111': rest(401, 'Invalid OK-ACCESS-KEY.'),
  '50112': rest(401, 'Invalid OK-ACCESS-TIMESTAMP.'),
  '50113': rest(401, 'Invalid signature.'),
  '50115': rest(405, 'Invalid request method.'),
  '51000': rest(400, 'Parameter {0}  error'),
  '51001': rest(200, "Instrument ID, Instrument ID code or Spread ID doesn't exist."),
  '51005': rest(200, 'Your order amount exceeds the max order amount.'),
  '51008': rest(200, 'Order failed. Insufficient {0} balance in account'),
  '51010': rest(200, 'Request unsupported under current account mode'),
  '51016': rest(200, 'Client order ID already exists.'),
  '51020': rest(200, 'Your order should meet or exceed the minimum order amount.'),
  '51054': rest(500, 'Request timed out. Please try again.'),
  '51109': rest(200, 'No available offers.'),
  '51111': rest(200, 'Maximum {0} orders can be placed in bulk.'),
  '51121': rest(200, 'Order quantity must be a multiple of the lot size.'),
  '51137': rest(200, 'The highest price limit for buy orders is {0}.'),
  '51138': rest(200, 'The lowest price limit for sell orders is {0}.'),
  '51139': rest(200, 'Reduce-only feature is unavailable for the spot transactions by spot mode.'),
  '51150': rest(200, 'The precision of the number of trades or the price exceeds the limit.'),
  '51185': rest(200, 'The maximum value allowed per order is {0} USD'),
  '51201': rest(200, "The value of a market order can't exceed {0}."),
  '51202': rest(200, 'Market order amount exceeds the maximum amount.'),
  '51204': rest(200, 'The price for the limit order cannot be empty.'),
  '51400': rest(200, 'Order cancellation failed as the order has been filled, canceled or does not exist.'),
  '51506': rest(200, 'Order modification unavailable for the order type.'),
  '51603': rest(200, 'Order does not exist'),
  '60004': socket('Invalid timestamp'),
  '60005': socket('Invalid apiKey'),
  '60006': socket('Timestamp request expired'),
  '60007': socket('Invalid sign'),
  '60011': socket('Please log in'),
  '60012': socket('Illegal request: {0}'),
  '60013': socket('Invalid args'),
  '60014': socket('Requests too frequent'),
  '60018': socket(
    "{0} failed, wrong URL or {1} doesn't exist. Please use the correct URL, channel and parameters referring to API document.",
  ),
  '60019': socket('Invalid op: {0}'),
  '60024': socket('Wrong passphrase'),
  '60027': socket('Parameter {0} can not be empty.'),
  '60028': socket(
    'The current operation is not supported by this URL. Please use the correct WebSocket URL for the operation.',
  ),
  '60029': socket('Only users who are VIP5 and above in trading fee tier are allowed to subscribe to this channel.'),
  '60031': socket('The WebSocket endpoint does not allow multiple or repeated logins.'),
  '64003': socket("Your trading fee tier doesn't meet the requirement to access this channel"),
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

/** What a refused order's own asset and limits are, for the words of its refusal. */
export interface RefusedOrder {
  readonly side: Side;
  readonly market: boolean;
  /** The asset that the order would pay with. */
  readonly paysWith: string;
  /** The price that it would have to stay within. */
  readonly priceLimit: string;
}

/** The core's refusals in OKX's words; they stand in the order's own `sCode` and `sMsg`. */
export function refusalError(refusal: Refusal, order: RefusedOrder): WireError {
  switch (refusal) {
    case 'malformed':
      return wireError('51000', order.market ? 'sz' : 'px');
    case 'price-off-tick':
      return wireError('51150');
    case 'price-out-of-range':
      return wireError(order.side === 'buy' ? '51137' : '51138', order.priceLimit);
    case 'size-off-lot':
      return wireError('51121');
    case 'size-too-small':
    case 'notional-too-small':
      return wireError('51020');
    case 'notional-too-large':
    case 'size-too-large':
      return wireError(order.market ? '51202' : '51005');
    case 'insufficient-balance':
      return wireError('51008', order.paysWith);
    case 'duplicate-client-id':
      return wireError('51016');
    // A post-only order that would take is accepted and then canceled (cancelSource 31); this is for a planted refusal.
    case 'would-take':
    case 'no-liquidity':
      return wireError('51109');
    case 'rate-limit':
      return wireError('50061');
    case 'unavailable':
      return wireError('50013');
  }
}
