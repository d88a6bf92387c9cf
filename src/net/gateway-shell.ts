/** The part of a gateway around another one that changes nothing. What a venue does not have, its shell has neither. */
import type { ClockReading } from '../core/clock.ts';
import type { Gateway } from '../core/order.ts';
import type { KeyPermissions } from '../core/permissions.ts';

type Unchanged = 'isUp' | 'connect' | 'close' | 'permissions' | 'venueClock' | 'cancelAllAfter';

export abstract class GatewayShell implements Pick<Gateway, Unchanged> {
  readonly #inner: Gateway;
  readonly permissions?: () => Promise<KeyPermissions>;
  readonly venueClock?: () => Promise<ClockReading>;
  readonly cancelAllAfter?: (ms: number) => Promise<void>;

  constructor(inner: Gateway) {
    this.#inner = inner;
    if (inner.permissions !== undefined) this.permissions = inner.permissions.bind(inner);
    if (inner.venueClock !== undefined) this.venueClock = inner.venueClock.bind(inner);
    if (inner.cancelAllAfter !== undefined) this.cancelAllAfter = inner.cancelAllAfter.bind(inner);
  }

  get isUp(): boolean {
    return this.#inner.isUp;
  }

  connect(): Promise<void> {
    return this.#inner.connect();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
