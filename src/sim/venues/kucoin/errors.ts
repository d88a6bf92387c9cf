/** KuCoin's error codes as this wire uses them, with their HTTP status and words.
 *  Source: https://www.kucoin.com/docs-new/error-code. The gateway answers with an HTTP status of its own, the order
 *  system with 200 (as recorded). Recorded words win over the table's: "KC-API-KEY not exists" (with HTTP 401),
 *  "Price increment invalid.", "Order size increment invalid.", "order_not_exist_or_not_allow_to_cancel". */
import type { Refusal } from '../../port.ts';

export interface WireError {
  readonly code: string;
  readonly msg: string;
  readonly http: number;
}

const error = (http: number, code: string, msg: string): WireError => ({ code, msg, http });

export const ERRORS = {
  headersMissing: error(
    401,
    '400001',
    'Please check the header of your request for KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE',
  ),
  badTimestamp: error(401, '400002', 'Invalid KC-API-TIMESTAMP'),
  badKey: error(401, '400003', 'KC-API-KEY not exists'),
  badPassphrase: error(401, '400004', 'Invalid KC-API-PASSPHRASE'),
  badSign: error(401, '400005', 'Invalid KC-API-SIGN'),
  badKeyVersion: error(401, '400009', 'Invalid KC-API-KEY-VERSION'),
  sessionUnverified: error(401, '400011', 'Session verification failed.'),
  sessionTimeout: error(401, '400012', 'Session verification has timed out.'),
  notFound: error(404, '404000', 'Url Not Found'),
  notAllowed: error(405, '405000', 'Method Not Allowed'),
  mediaType: error(415, '415000', 'Unsupported Media Type'),
  tooMany: error(429, '429000', 'Too many requests in a short period, please retry later'),
  tooManyOnConnection: error(429, '429002', 'Too many requests in a short period. Please retry later.'),
  unavailable: error(503, '503000', 'Server is busy. Please retry later.'),
  parameter: error(200, '400100', 'Parameter Error'),
  unknownSymbol: error(200, '900001', 'symbol not exists'),
  unknownOrder: error(200, '400100', 'order not exist.'),
  notCancelable: error(200, '400100', 'order_not_exist_or_not_allow_to_cancel'),
  placingSuspended: error(200, '200001', 'Order creation for this pair suspended'),
  cancelSuspended: error(200, '200002', 'Order cancel for this pair suspended'),
  sizeIncrement: error(200, '600100', 'Order size increment invalid.'),
  fundsIncrement: error(200, '400100', 'Funds increment invalid.'),
  priceIncrement: error(200, '400100', 'Price increment invalid.'),
  tooSmall: error(200, '400100', 'Order size below the minimum requirement.'),
  tooLarge: error(200, '102434', 'Exceeds the maximum order size for the currency'),
  balance: error(200, '200004', 'Balance insufficient!'),
  // The documented meaning stands for the words, which no recording has.
  duplicate: error(200, '102426', 'Duplicate user-defined unique order ID'),
  forbidden: error(200, '400200', 'Forbidden to place an order'),
  busy: error(200, '230005', 'The system is busy, please try again later'),
} as const satisfies Record<string, WireError>;

/** A parameter that is missing or wrong, named in the manner of `validation.createOrder.clientOidIsRequired`. */
export const invalid = (operation: string, what: string): WireError =>
  error(200, '400100', `validation.${operation}.${what}`);

/** The Pro gateway's refusal of a malformed frame, as its documentation shows one. */
export const badFrame = (what: string): WireError =>
  error(400, '4001002', `Please check the param of your request: ${what}`);

/** The core's refusals in KuCoin's words. */
export function refusalError(refusal: Refusal, quote: string, minFunds: string, priceLimit: string): WireError {
  switch (refusal) {
    case 'malformed':
      return ERRORS.parameter;
    case 'price-off-tick':
      return ERRORS.priceIncrement;
    case 'price-out-of-range':
      return error(200, '400370', `Max. price: ${priceLimit}`);
    case 'size-off-lot':
      return ERRORS.sizeIncrement;
    case 'size-too-small':
      return ERRORS.tooSmall;
    case 'notional-too-small':
      return error(200, '600101', `The order funds should more then ${minFunds} ${quote}.`);
    case 'notional-too-large':
    case 'size-too-large':
      return ERRORS.tooLarge;
    case 'insufficient-balance':
      return ERRORS.balance;
    case 'duplicate-client-id':
      return ERRORS.duplicate;
    // A post-only order that would take is accepted and canceled at once; this is for a planted refusal.
    case 'would-take':
    case 'no-liquidity':
      return ERRORS.forbidden;
    case 'rate-limit':
      return ERRORS.tooMany;
    case 'unavailable':
      return ERRORS.busy;
  }
}

/** Error frames of the classic push sockets. */
export interface SocketError {
  readonly code: number;
  readonly data: string;
}
export const SOCKET_ERRORS = {
  badTopic: { code: 400, data: 'topic is invalid' },
  pingTimeout: { code: 400, data: 'ping timeout' },
  badToken: { code: 401, data: 'token is invalid' },
  loginRequired: { code: 403, data: 'login is required' },
  unknownTopic: { code: 404, data: 'topic does not exist' },
  noTopic: { code: 406, data: 'topic is required' },
  badCommand: { code: 415, data: 'command type is invalid' },
  perTime: { code: 509, data: 'exceed max subscription count limitation of 100 per time' },
  // The error table says 300; the newer page of limits 400.
  perSession: { code: 509, data: 'exceed max subscription count limitation of 400 per session' },
  tooFast: { code: 509, data: 'exceed max permits per second' },
  busy: { code: 509, data: 'service busy, please retry later' },
} as const satisfies Record<string, SocketError>;
