/** Rows that are live by their feed and may not be priced all the same: held by the detector, or suspended by the
 *  supervisor. Each word has one writer; everyone reads. */
import { type HoldReason, TRUST, type Trust } from '../core/quote.ts';
import type { Layout } from './layout.ts';
import { holdWords, suspensionWords } from './shared-words.ts';

export class RowHolds {
  readonly #holds: Float64Array;
  readonly #suspensions: Float64Array;

  constructor(buffer: SharedArrayBuffer, layout: Layout) {
    this.#holds = holdWords(buffer, layout);
    this.#suspensions = suspensionWords(buffer, layout);
  }

  isFree(row: number): boolean {
    return this.#holds[row] === 0 && this.#suspensions[row] === 0;
  }

  /** The trust that a row of this trust by its feed deserves. */
  trustOf(row: number, own: Trust): Trust {
    return own === TRUST.Live && !this.isFree(row) ? TRUST.Suspect : own;
  }

  /** Why it is not free. */
  reason(row: number): HoldReason | undefined {
    if (this.#suspensions[row] !== 0) return 'suspended';
    return this.#holds[row] === 0 ? undefined : 'identity';
  }
}
