/** Errors of ccxt, classed once, by the names of their classes, the nearest first.
 *  https://docs.ccxt.com/#/README?id=exception-hierarchy */
import { messageOf } from '../../core/faults.ts';
import type { ErrorClass, VenueError } from '../../core/order.ts';
import type { Redact } from '../../core/redact.ts';

/** What stands in no line is classed by its parent: every chain ends in `BaseError`. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  InsufficientFunds: 'insufficient-funds',
  OrderImmediatelyFillable: 'other',
  OrderNotFillable: 'other',
  InvalidOrder: 'filter',
  OrderNotFound: 'unknown-order',
  OrderNotCached: 'unknown-order',
  DuplicateOrderId: 'duplicate-client-id',
  RateLimitExceeded: 'rate-limit',
  DDoSProtection: 'rate-limit',
  OnMaintenance: 'maintenance',
  ExchangeNotAvailable: 'unknown-outcome',
  AuthenticationError: 'auth',
  InvalidNonce: 'clock',
  ChecksumError: 'other',
  // No answer, half an answer, or one that ccxt cannot read: the venue may have acted.
  OperationFailed: 'unknown-outcome',
  ExchangeError: 'other',
  BaseError: 'other',
};

const MESSAGE_LENGTH = 300;

/** Names of the error's class and of its parents. */
export function classNames(thrown: unknown): readonly string[] {
  const names: string[] = [];
  for (let at: unknown = thrown; at instanceof Error; at = Object.getPrototypeOf(at)) {
    const { name } = at.constructor;
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}

export const isA = (thrown: unknown, name: string): boolean => classNames(thrown).includes(name);

export function classOf(thrown: unknown): ErrorClass {
  for (const name of classNames(thrown)) {
    const found = CLASSES[name];
    if (found !== undefined) return found;
  }
  // A bug of ccxt's, or a word of Node's: what was sent before it may have arrived.
  return 'unknown-outcome';
}

export const venueErrorOf = (thrown: unknown, redact: Redact): VenueError => ({
  class: classOf(thrown),
  code: classNames(thrown)[0] ?? 'Error',
  message: redact(messageOf(thrown)).slice(0, MESSAGE_LENGTH),
});

/** An answer that did not come in time. ccxt has no such error for its sockets. */
export class Overdue extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'Overdue';
  }
}
