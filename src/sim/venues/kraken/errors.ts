/** Kraken's errors: texts without codes, the same by REST (in a list) and on the sockets.
 *  Source: https://docs.kraken.com/api/docs/guides/spot-errors; where a recording of 2026 differs (a volume below the
 *  minimum, a client id in use, an order that is gone), its words stand. */
import type { Refusal, SimInstrument } from '../../port.ts';

export const ERRORS = {
  invalidKey: 'EAPI:Invalid key',
  invalidSignature: 'EAPI:Invalid signature',
  invalidNonce: 'EAPI:Invalid nonce',
  apiRate: 'EAPI:Rate limit exceeded',
  tooMany: 'EGeneral:Too many requests',
  lockout: 'EGeneral:Temporary lockout',
  invalidArguments: 'EGeneral:Invalid arguments',
  unknownMethod: 'EGeneral:Unknown method',
  unknownPair: 'EQuery:Unknown asset pair',
  unknownAsset: 'EQuery:Unknown asset',
  unavailable: 'EService:Unavailable',
  deadline: 'EService:Deadline elapsed',
  invalidSession: 'ESession:Invalid session',
  /** An id that Kraken never gave out. */
  invalidOrder: 'EOrder:Invalid order',
  /** An order that is filled, canceled or expired. */
  unknownOrder: 'EOrder:Unknown order',
  orderRate: 'EOrder:Rate limit exceeded',
  tooManyOrders: 'EOrder:Orders limit exceeded',
  malformed: 'Malformed request',
  unsupportedEvent: 'Unsupported event',
  noToken: 'Token(s) not found',
  tooFast: 'Exceeded msg rate',
  alreadySubscribed: 'Already subscribed',
  notSubscribed: 'Subscription Not Found',
  depth: 'Subscription depth not supported',
  privateElsewhere: 'Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com',
  publicElsewhere: 'Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com',
} as const;

/** `EGeneral:Invalid arguments:volume`. */
export const invalidArgument = (name: string): string => `${ERRORS.invalidArguments}:${name}`;

export const unsupportedPair = (name: string): string => `Currency pair not supported ${name}`;

export const unsupportedField = (field: string, method: string): string =>
  `Unsupported field: '${field}' for the given msg type: ${method}`;

/** `Limit_price field must be a number_float`. */
export const wrongType = (field: string, type: string): string =>
  `${field.charAt(0).toUpperCase()}${field.slice(1)} field must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;

/** The core's refusals in Kraken's words. */
export function refusalText(refusal: Refusal, instrument: SimInstrument): string {
  switch (refusal) {
    case 'malformed':
      return ERRORS.invalidArguments;
    case 'price-off-tick':
      return `EOrder:Invalid price:${instrument.symbol} price can only be specified up to ${instrument.priceDecimals} decimals.`;
    case 'price-out-of-range':
      return 'EOrder:Invalid price';
    case 'size-off-lot':
    case 'size-too-large':
    case 'notional-too-large':
      return invalidArgument('volume');
    case 'size-too-small':
      return invalidArgument('volume minimum not met');
    case 'notional-too-small':
      return 'EOrder:Cost minimum not met';
    case 'insufficient-balance':
      return 'EOrder:Insufficient funds';
    case 'duplicate-client-id':
      return invalidArgument('cl_ord_id not unique');
    case 'would-take':
      return 'EOrder:Post only order';
    case 'no-liquidity':
      return ERRORS.invalidOrder;
    case 'rate-limit':
      return ERRORS.orderRate;
    case 'unavailable':
      return ERRORS.unavailable;
  }
}
