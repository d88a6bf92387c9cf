/** The venue's ids of our latest orders: by them an order is found and cancelled at any time, by our own name only while
 *  the venue remembers it. */
import { dropOldest } from '../../core/oldest.ts';
import type { OrderReport } from '../../core/order.ts';

const REMEMBERED = 4096;

export class OrderIds {
  readonly #ids = new Map<string, string>();

  note({ clientId, venueOrderId }: Pick<OrderReport, 'clientId' | 'venueOrderId'>): void {
    if (clientId === '') return;
    this.#ids.set(clientId, venueOrderId);
    dropOldest(this.#ids, REMEMBERED);
  }

  of(clientId: string): string | undefined {
    return this.#ids.get(clientId);
  }
}
