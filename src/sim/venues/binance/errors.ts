/** Binance's error codes and words (https://developers.binance.com/docs/binance-spot-api-docs/errors). */
import type { PlaceRequest, Refusal } from '../../port.ts';

/** A refusal on its way to the client; caught where a request is answered. */
export class BinanceRefusal extends Error {
  readonly status: number;
  readonly code: number;
  /** When to come back (wall ms), for rate limits. */
  readonly retryAt: number | undefined;

  constructor(status: number, code: number, message: string, retryAt?: number) {
    super(message);
    this.name = 'BinanceRefusal';
    this.status = status;
    this.code = code;
    this.retryAt = retryAt;
  }
}

const bad = (code: number, message: string): BinanceRefusal => new BinanceRefusal(400, code, message);

export const missing = (name: string): BinanceRefusal =>
  bad(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const illegal = (name: string, range: string): BinanceRefusal =>
  bad(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
export const notRequired = (name: string): BinanceRefusal => bad(-1106, `Parameter '${name}' sent when not required.`);
export const empty = (name: string): BinanceRefusal => bad(-1105, `Parameter '${name}' was empty.`);
export const tooPrecise = (name: string): BinanceRefusal => bad(-1111, `Parameter '${name}' has too much precision.`);
export const unread = (read: number, sent: number): BinanceRefusal =>
  bad(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`);
export const duplicateParameter = (): BinanceRefusal => bad(-1101, 'Duplicate values for a parameter detected.');
export const badCombination = (): BinanceRefusal => bad(-1128, 'Combination of optional parameters invalid.');
export const badSymbol = (): BinanceRefusal => bad(-1121, 'Invalid symbol.');
export const badSide = (): BinanceRefusal => bad(-1117, 'Invalid side.');
export const badType = (): BinanceRefusal => bad(-1116, 'Invalid orderType.');
export const badTimeInForce = (): BinanceRefusal => bad(-1115, 'Invalid timeInForce.');
export const badParameter = (name: string): BinanceRefusal =>
  bad(-1130, `Data sent for parameter '${name}' is not valid.`);
export const badSignature = (): BinanceRefusal => bad(-1022, 'Signature for this request is not valid.');
export const badRecvWindow = (): BinanceRefusal => bad(-1131, 'recvWindow must be less than 60000.');
export const tooLate = (): BinanceRefusal => bad(-1021, 'Timestamp for this request is outside of the recvWindow.');
export const tooEarly = (): BinanceRefusal =>
  bad(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
export const malformedKey = (): BinanceRefusal => new BinanceRefusal(401, -2014, 'API-key format invalid.');
export const unknownKey = (): BinanceRefusal =>
  new BinanceRefusal(401, -2015, 'Invalid API-key, IP, or permissions for action.');
export const unknownOrder = (): BinanceRefusal => bad(-2013, 'Order does not exist.');
export const cancelRejected = (): BinanceRefusal => bad(-2011, 'Unknown order sent.');
export const orderRejected = (message: string): BinanceRefusal => bad(-2010, message);
export const filterFailure = (filter: string): BinanceRefusal => bad(-1013, `Filter failure: ${filter}`);
export const subscribed = (): BinanceRefusal => bad(-2035, 'User Data Stream subscription already active.');
export const notSubscribed = (): BinanceRefusal => bad(-2036, 'User Data Stream subscription not active.');
export const unsupported = (): BinanceRefusal => bad(-1020, 'This operation is not supported.');

export const overloaded = (): BinanceRefusal =>
  new BinanceRefusal(
    503,
    -1008,
    'Server is currently overloaded with other requests. Please try again in a few minutes.',
  );
/** What goes on after 429 is banned (IP), in the same code: `418` and the time until which. */
export const banned = (until: number): BinanceRefusal =>
  new BinanceRefusal(
    418,
    -1003,
    `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
    until,
  );

/** Documented as SERVICE_SHUTTING_DOWN. */
export const shutDown = (): BinanceRefusal => new BinanceRefusal(503, -1016, 'This service is no longer available.');

export const tooMuchWeight = (limit: number, retryAt: number): BinanceRefusal =>
  new BinanceRefusal(
    429,
    -1003,
    `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. ` +
      'Please use WebSocket Streams for live updates to avoid polling the API.',
    retryAt,
  );
export const tooManyOrders = (limit: number, interval: string, retryAt: number): BinanceRefusal =>
  new BinanceRefusal(429, -1015, `Too many new orders; current limit is ${limit} orders per ${interval}.`, retryAt);

/** The exchange core's reasons in Binance's words. */
export function refusalOf(refusal: Refusal, request: PlaceRequest): BinanceRefusal {
  switch (refusal) {
    case 'malformed':
      return badParameter('quantity');
    case 'price-off-tick':
      return filterFailure('PRICE_FILTER');
    case 'price-out-of-range':
      return filterFailure('PERCENT_PRICE_BY_SIDE');
    case 'size-off-lot':
    case 'size-too-small':
      return filterFailure('LOT_SIZE');
    case 'size-too-large':
      return filterFailure(request.type === 'market' ? 'MARKET_LOT_SIZE' : 'LOT_SIZE');
    case 'notional-too-small':
    case 'notional-too-large':
      return filterFailure('NOTIONAL');
    case 'insufficient-balance':
      return orderRejected('Account has insufficient balance for requested action.');
    case 'duplicate-client-id':
      return orderRejected('Duplicate order sent.');
    case 'would-take':
      return orderRejected('Order would immediately match and take.');
    case 'no-liquidity':
      return orderRejected('Order book liquidity is less than symbol minimum quantity.');
    case 'rate-limit':
      return tooManyOrders(100, '10 SECOND', Date.now() + 10_000);
    case 'unavailable':
      return overloaded();
  }
}
