/** Gate's error labels as this wire uses them, with their HTTP status and words. REST bodies are `{label, message}`,
 *  answers of the WebSocket API have the same two in `data.errs`, subscriptions an `{code, message}` of their own.
 *  Sources: https://www.gate.com/docs/developers/apiv4/en/#label-list and
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#error. Where a recorded reply has other words than the table
 *  (REQUEST_EXPIRED, INVALID_KEY, INVALID_SIGNATURE, BALANCE_NOT_ENOUGH, CLIENT_ID_NOT_FOUND, sizes that are too
 *  small, everything about subscriptions), the recorded words stand. The docs give the statuses of classes of errors
 *  (400, 401, 404, 429, 5xx); those of REQUEST_EXPIRED and AUTHENTICATION_FAILED are
 *  recorded. */
import { filledWords } from '../../filled-words.ts';
import type { Refusal } from '../../port.ts';

interface ErrorRow {
  readonly http: number;
  readonly text: string;
}

const row = (http: number, text: string): ErrorRow => ({ http, text });

export const ERRORS = {
  INVALID_PARAM_VALUE: row(400, 'Invalid parameter `{0}` with value: {1}'),
  INVALID_REQUEST_BODY: row(400, 'Invalid request body'),
  MISSING_REQUIRED_PARAM: row(400, 'Missing required parameter: {0}'),
  INVALID_CONTENT_TYPE: row(400, 'Invalid `Content-Type` header'),
  METHOD_NOT_ALLOWED: row(405, 'Request method is not allowed'),
  NOT_FOUND: row(404, 'Request URL not exists'),
  FORBIDDEN: row(403, 'Account has no permission to request operation'),
  MISSING_REQUIRED_HEADER: row(401, 'Missing required header: {0}'),
  INVALID_KEY: row(401, 'Invalid key provided'),
  INVALID_SIGNATURE: row(401, 'Signature mismatch'),
  REQUEST_EXPIRED: row(403, 'gap between request Timestamp and server time exceeds 60'),
  AUTHENTICATION_FAILED: row(400, 'Not login'),
  INVALID_PRECISION: row(400, 'Invalid precision'),
  INVALID_CURRENCY: row(400, 'Invalid currency'),
  INVALID_CURRENCY_PAIR: row(400, 'Invalid currency pair'),
  POC_FILL_IMMEDIATELY: row(400, "Order would match and take immediately so it's cancelled"),
  FOK_NOT_FILL: row(400, 'FOK order cannot be filled completely'),
  ORDER_BOOK_NOT_FOUND: row(400, 'Insufficient liquidity'),
  ORDER_NOT_FOUND: row(404, 'Order not found'),
  CLIENT_ID_NOT_FOUND: row(404, 'Order with client ID {0} not found'),
  ORDER_CLOSED: row(400, 'Order already closed'),
  ORDER_CANCELLED: row(400, 'Order already cancelled'),
  BALANCE_NOT_ENOUGH: row(400, 'Not enough balance'),
  AMOUNT_TOO_MUCH: row(400, 'Amount exceeds maximum allowed'),
  REPEATED_CREATION: row(400, 'Repeated creation'),
  PRICE_THRESHOLD_EXCEEDED: row(400, ': {0}'),
  TOO_MANY_CURRENCY_PAIRS: row(400, 'Too many currency pairs in batch orders creation'),
  TOO_MANY_ORDERS: row(400, 'Too many orders in one currency pair in batch orders creation'),
  TOO_MANY_REQUESTS: row(429, 'Request Rate limit Exceeded ({0})'),
  SERVER_ERROR: row(503, 'Internal server error'),
  TOO_BUSY: row(503, 'Server is too busy at the moment'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorLabel = keyof typeof ERRORS;

/** An error with its words filled in. */
export interface WireError {
  readonly label: ErrorLabel;
  readonly message: string;
  readonly http: number;
}

export function wireError(label: ErrorLabel, ...params: readonly string[]): WireError {
  const { http, text } = ERRORS[label];
  return { label, http, message: filledWords(text, params) };
}

/** The documented code of the spot limit on orders. */
export const spotRateLimit = (): WireError => wireError('TOO_MANY_REQUESTS', '211');

/** An order that is worth or is too little. */
export const tooSmall = (size: string, unit: string, minimum: string): WireError => ({
  ...wireError('INVALID_PARAM_VALUE'),
  message: `Your order size ${size} ${unit} is too small. The minimum is ${minimum} ${unit}`,
});

/** An `x-gate-exptime` that has passed. Documented is that such a request is rejected, not in which words. */
export const pastDeadline = (): WireError => ({
  ...wireError('REQUEST_EXPIRED'),
  message: 'request time exceeds x-gate-exptime',
});

/** A refused subscription. */
export interface ChannelError {
  readonly code: 1 | 2 | 3 | 4;
  readonly message: string;
}

export const CHANNEL_ERRORS = {
  body: { code: 1, message: 'Invalid request body format' },
  schema: { code: 1, message: 'request payload does not follow json schema' },
  argument: { code: 2, message: 'Invalid argument provided' },
  authentication: { code: 4, message: 'Authentication fail' },
} as const satisfies Record<string, ChannelError>;

const argumentError = (message: string): ChannelError => ({ code: 2, message });
export const unknownChannel = (channel: string): ChannelError => argumentError(`Unknown channel ${channel}`);
export const unknownPair = (pair: string): ChannelError => argumentError(`unknown currency pair: ${pair}`);
export const unknownInterval = (interval: string): ChannelError =>
  argumentError(`incorrect update interval specified: ${interval}`);
export const unknownLevel = (level: string): ChannelError => argumentError(`provided level not supported: ${level}`);
/** The second subscription of a connection to one stream of `spot.obu`. */
export const subscribedTwice = (stream: string): ChannelError => argumentError(`Alert sub ${stream}`);

/** A refused `auth` object: the REST error, as JSON in the message. */
export const authError = ({ label, message }: WireError): ChannelError => ({
  code: 4,
  message: `${JSON.stringify({ label, message })}\n`,
});

/** What a refused order says of itself, for the words of its refusal. */
export interface RefusedOrder {
  readonly market: boolean;
  /** Size in base units and value in quote units, as far as they are known. */
  readonly size: string;
  readonly value: string;
  readonly base: string;
  readonly quote: string;
  readonly minSize: string;
  readonly minValue: string;
  /** The price that a limit order may not pass. */
  readonly priceLimit: string;
}

/** The core's refusals in Gate's words. */
export function refusalError(refusal: Refusal, order: RefusedOrder): WireError {
  switch (refusal) {
    case 'malformed':
      return wireError('INVALID_PARAM_VALUE', order.market ? 'amount' : 'price', '');
    case 'price-off-tick':
    case 'size-off-lot':
      return wireError('INVALID_PRECISION');
    case 'price-out-of-range':
      return wireError('PRICE_THRESHOLD_EXCEEDED', order.priceLimit);
    case 'size-too-small':
      return tooSmall(order.size, order.base, order.minSize);
    case 'notional-too-small':
      return tooSmall(order.value, order.quote, order.minValue);
    case 'size-too-large':
    case 'notional-too-large':
      return wireError('AMOUNT_TOO_MUCH');
    case 'insufficient-balance':
      return wireError('BALANCE_NOT_ENOUGH');
    case 'duplicate-client-id':
      return wireError('REPEATED_CREATION');
    case 'would-take':
      return wireError('POC_FILL_IMMEDIATELY');
    case 'no-liquidity':
      return wireError('ORDER_BOOK_NOT_FOUND');
    case 'rate-limit':
      return spotRateLimit();
    case 'unavailable':
      return wireError('TOO_BUSY');
  }
}
