/** Bybit's error codes as this wire uses them. Source: https://bybit-exchange.github.io/docs/v5/error; where answers seen
 *  in public logs have other words than the table, those stand here (10002, 10004, 170131, 170134, 170136, 170137).
 *  All of them come with HTTP status 200. */
import { filledWords } from '../../filled-words.ts';
import type { Refusal } from '../../port.ts';

export const ERRORS = {
  '10001': '{0}',
  '10002':
    'invalid request, please check your server timestamp or recv_window param. req_timestamp[{0}],server_timestamp[{1}],recv_window[{2}]',
  '10003': 'API key is invalid.',
  '10004': 'error sign! origin_string[{0}]',
  '10006': 'Too many visits. Exceeded the API Rate Limit.',
  '10007': 'User authentication failed.',
  '10016': 'Server error.',
  '10017': 'Route not found.',
  '10019':
    'ws trade service is restarting, do not accept new request, but the request in the process is not affected. You can build new connection to be routed to normal service',
  '10403': 'exceed IP rate limit. 3000 requests per second per IP',
  '10404': 'op type is not found',
  '10429': 'System level frequency protection',
  '20001': 'Repeat auth',
  '20006': 'Duplicate reqId',
  '170036':
    "You haven't enabled Cross Margin Trading yet. To do so, please head to the PC trading site or the Bybit app",
  '170105': "Parameter '{0}' was empty.",
  '170115': 'Invalid timeInForce.',
  '170116': 'Invalid orderType.',
  '170117': 'Invalid side.',
  '170121': 'Invalid symbol.',
  '170124': 'Order amount too large.',
  '170130': "Data sent for paramter '{0}' is not valid.",
  '170131': 'Insufficient balance.',
  '170133': 'Order price lower than the minimum.',
  '170134': 'Order price has too many decimals.',
  '170136': 'Order quantity exceeded lower limit.',
  '170137': 'Order quantity has too many decimals.',
  '170140': 'Order value exceeded lower limit.',
  '170141': 'Duplicate clientOrderId.',
  '170148': 'Market order amount decimal too long',
  '170201': 'Invalid orderFilter parameter',
  '170210': 'New order rejected.',
  '170213': 'Order does not exist.',
  '170218': 'The LIMIT-MAKER order is rejected due to invalid price.',
  '170227': 'This feature is not supported.',
  '170312': 'The current order does not support modification',
  '170355': 'RPI orders are restricted to approved market makers only',
  '170382': 'Order quantity too large.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error with its words filled in. */
export interface WireError {
  readonly code: number;
  readonly msg: string;
}

export const wireError = (code: ErrorCode, ...params: readonly string[]): WireError => ({
  code: Number(code),
  msg: filledWords(ERRORS[code], params),
});

export const paramsError = (what: string): WireError => wireError('10001', `params error: ${what}`);

/** The core's refusals in Bybit's words. */
const REFUSED: Readonly<Record<Exclude<Refusal, 'malformed'>, ErrorCode>> = {
  'price-off-tick': '170134',
  'price-out-of-range': '170133',
  'size-off-lot': '170137',
  'size-too-small': '170136',
  'size-too-large': '170382',
  'notional-too-small': '170140',
  'notional-too-large': '170124',
  'insufficient-balance': '170131',
  'duplicate-client-id': '170141',
  // A post-only order that would take is accepted and then canceled; this is for a planted refusal.
  'would-take': '170218',
  'no-liquidity': '170210',
  'rate-limit': '10006',
  unavailable: '10016',
};

export const refusalError = (refusal: Refusal): WireError =>
  refusal === 'malformed' ? wireError('10001', 'Request parameter error.') : wireError(REFUSED[refusal]);
