/** Writes one venue's rows into the quote table and marks them dirty.
 *  Thread: feed, the only writer of these rows. Steady state: no allocation. */
import type { Control } from '../memory/control.ts';
import { DirtyProducer } from '../memory/dirty-ring.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteWriter } from '../memory/quote-table.ts';

export interface PublisherDeps {
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly venueIndex: number;
  readonly incarnation: number;
  readonly doorbell: Doorbell;
}

export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #writer: QuoteWriter;
  readonly #dirty: DirtyProducer;
  #isOpen = false;
  #owesRing = false;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#writer = new QuoteWriter(deps.buffer, deps.layout);
    this.#dirty = new DirtyProducer(deps.buffer, deps.layout, deps.venueIndex);
  }

  /** Whether rows may be written. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens once the detector has cleared ring and flags for this incarnation. True the one time that it opens: the
   *  caller then publishes every row. */
  tryOpen(): boolean {
    const { control, venueIndex, incarnation, layout } = this.#deps;
    if (this.#isOpen || control.acknowledged(venueIndex) !== incarnation) return false;
    const first = layout.shape.rowsPerVenue.slice(0, venueIndex).reduce((sum, rows) => sum + rows, 0);
    const rows = layout.shape.rowsPerVenue[venueIndex] ?? 0;
    // A predecessor that died between its two marks left a row odd.
    for (let row = first; row < first + rows; row++) this.#writer.startEven(row);
    this.#isOpen = true;
    return true;
  }

  /** Publishes one version; `words` has QUOTE.STRIDE words, incarnation is filled in here. */
  publish(row: number, words: Float64Array): void {
    if (!this.#isOpen) return;
    words[QUOTE.INCARNATION] = this.#deps.incarnation;
    this.#writer.publish(row, words);
    this.#dirty.mark(row);
    this.#owesRing = true;
  }

  /** Whether something was published since the last flush. */
  get hasNews(): boolean {
    return this.#owesRing;
  }

  /** Rings once for all that was published since. Returns whether there was anything. */
  flush(): boolean {
    if (!this.#owesRing) return false;
    this.#owesRing = false;
    this.#deps.doorbell.ring();
    return true;
  }
}
