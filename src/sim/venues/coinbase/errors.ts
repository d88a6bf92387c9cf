/** Coinbase's refusals as this wire uses them.
 *  Orders are refused with HTTP 200, `success: false` and an `error_response`; its codes are those of
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order, its words those of replies
 *  that clients have published. Everything else is refused with an HTTP status and `error`, `error_details`, `message`. */
import type { Refusal } from '../../port.ts';

export interface OrderError {
  readonly error: string;
  readonly message: string;
  readonly error_details: string;
  readonly preview_failure_reason: string;
}

/** @param reason after `PREVIEW_`; most checks fail in the preview that every order goes through */
const orderError = (error: string, message: string, reason: string, details = ''): OrderError => ({
  error,
  message,
  error_details: details,
  preview_failure_reason: reason === '' ? 'UNKNOWN_PREVIEW_FAILURE_REASON' : `PREVIEW_${reason}`,
});

/** Most limits of size have no word of their own beside the preview's reason. */
const unnamed = (reason: string): OrderError => orderError('UNKNOWN_FAILURE_REASON', '', reason);

export const ORDER_ERRORS = {
  product: orderError('INVALID_PRODUCT_ID', 'Invalid product_id', 'INVALID_PRODUCT_ID'),
  configuration: orderError(
    'UNSUPPORTED_ORDER_CONFIGURATION',
    'The order configuration was invalid',
    'INVALID_ORDER_CONFIG',
  ),
  emptySize: orderError(
    'UNSUPPORTED_ORDER_CONFIGURATION',
    'The order configuration was invalid',
    'INVALID_ORDER_CONFIG',
    'Market orders cannot be placed with empty order sizes',
  ),
  side: orderError('INVALID_SIDE', 'Invalid side', 'INVALID_SIDE'),
  sizeText: unnamed('NON_NUMERIC_ORDER_SIZE'),
  quotePrecision: orderError(
    'INVALID_SIZE_PRECISION',
    'Too many decimals in order amount',
    'INVALID_QUOTE_SIZE_PRECISION',
  ),
  quoteTooLarge: unnamed('INVALID_QUOTE_SIZE_TOO_LARGE'),
} as const;

/** The core's refusals in Coinbase's words. */
export const REFUSAL_ERRORS: Readonly<Record<Refusal, OrderError>> = {
  malformed: ORDER_ERRORS.sizeText,
  'price-off-tick': orderError(
    'INVALID_PRICE_PRECISION',
    'Too many decimals in order price',
    'INVALID_PRICE_PRECISION',
  ),
  'price-out-of-range': orderError('INVALID_LIMIT_PRICE', 'Invalid limit price', 'INVALID_LIMIT_PRICE'),
  'size-off-lot': orderError('INVALID_SIZE_PRECISION', 'Too many decimals in order amount', 'INVALID_SIZE_PRECISION'),
  'size-too-small': unnamed('INVALID_BASE_SIZE_TOO_SMALL'),
  'size-too-large': unnamed('INVALID_BASE_SIZE_TOO_LARGE'),
  'notional-too-small': unnamed('INVALID_QUOTE_SIZE_TOO_SMALL'),
  'notional-too-large': ORDER_ERRORS.quoteTooLarge,
  'insufficient-balance': orderError(
    'INSUFFICIENT_FUND',
    'Insufficient balance in source account',
    'INSUFFICIENT_FUND',
  ),
  // An id that is known returns its order; this is for a planted refusal.
  'duplicate-client-id': orderError('DUPLICATE_CLIENT_ORDER_ID', 'client_order_id already exists', ''),
  'would-take': orderError(
    'INVALID_LIMIT_PRICE_POST_ONLY',
    'Invalid limit price for post-only order',
    'INVALID_LIMIT_PRICE_POST_ONLY',
  ),
  'no-liquidity': orderError('INVALID_NO_LIQUIDITY', 'No liquidity', 'INVALID_NO_LIQUIDITY'),
  'rate-limit': orderError('UNKNOWN_FAILURE_REASON', 'Too many requests', ''),
  unavailable: orderError('ORDER_ENTRY_DISABLED', 'Order entry is disabled', 'TRADING_DISABLED'),
};

/** Why one order of a cancel request stays. */
export type CancelFailure =
  | 'UNKNOWN_CANCEL_FAILURE_REASON'
  | 'UNKNOWN_CANCEL_ORDER'
  | 'DUPLICATE_CANCEL_REQUEST'
  | 'ORDER_IS_FULLY_FILLED';

export interface RestError {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

export const restError = (status: number, error: string, message: string): RestError => ({ status, error, message });

export const REST_ERRORS = {
  product: restError(404, 'NOT_FOUND', 'valid product_id is required'),
  order: restError(404, 'NOT_FOUND', 'order with this orderID was not found'),
  account: restError(404, 'NOT_FOUND', 'account not found'),
  path: restError(404, 'NOT_FOUND', 'Not Found'),
  method: restError(405, 'UNIMPLEMENTED', 'Method Not Allowed'),
  unavailable: restError(503, 'UNAVAILABLE', 'Service Unavailable'),
} as const;

export const invalidArgument = (message: string): RestError => restError(400, 'INVALID_ARGUMENT', message);

/** The one word of the WebSocket for a bad token, and for a channel that it does not have (both published by clients). */
export const AUTHENTICATION_FAILURE = 'authentication failure';
