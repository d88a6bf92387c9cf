/** A venue with open orders, as the watchdog sees one. */
import type { ManualClock } from '../../../src/core/clock.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { CancelOutcome, OrderReport } from '../../../src/core/order.ts';
import type { OpenVenue } from '../../../src/watchdog/venues.ts';

export const report = (clientId: string): OrderReport => ({
  clientId,
  venueOrderId: `v-${clientId}`,
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'open',
  filled: '0',
  venueAt: 1,
});

const LISTING = { symbol: 'BTCUSDT' } as Listing;

export class FakeVenue implements OpenVenue {
  readonly open: OrderReport[];
  looks = 0;
  connects = 0;
  isClosed = false;
  /** Thrown by the next looks, first in first out. */
  readonly failures: Error[] = [];
  onCancel: (clientId: string) => CancelOutcome = () => ({ kind: 'cancelled' });

  constructor(...clientIds: readonly string[]) {
    this.open = clientIds.map(report);
  }

  readonly gateway: OpenVenue['gateway'] = {
    connect: () => {
      this.connects++;
      return Promise.reject(new Error('no socket here'));
    },
    openOrders: () => {
      this.looks++;
      const failure = this.failures.shift();
      return failure === undefined ? Promise.resolve([...this.open]) : Promise.reject(failure);
    },
    cancel: ({ clientId }) => {
      const outcome = this.onCancel(clientId);
      if (outcome.kind === 'cancelled') {
        const at = this.open.findIndex((order) => order.clientId === clientId);
        if (at >= 0) this.open.splice(at, 1);
      }
      return Promise.resolve(outcome);
    },
  };

  listingOf(): Promise<Listing> {
    return Promise.resolve(LISTING);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** Moves the clock on, and lets what waits for it and for promises go on. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    clock.advanceMs(Math.min(50, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
