/** When the journal has everything that the executor had to say: then dead runs are marked folded, and a run may have its
 *  end. Thread: main. */
import type { RunRecord } from '../core/records.ts';
import type { ByteRing } from '../memory/byte-ring.ts';
import type { RunRecords } from './run-records.ts';
import { timeout } from './timeout.ts';

const END_WAIT_MS = 1_500;

export class Folding {
  readonly #records: RunRecords;
  readonly #ring: ByteRing;
  #unfolded: readonly RunRecord[];
  /** Records that waited in the executor when it last reported. */
  #waiting: number | undefined;

  /** `ring`: the executor's. `unended`: dead runs whose log the executor writes into the journal at its start. */
  constructor(records: RunRecords, ring: ByteRing, unended: readonly RunRecord[]) {
    this.#records = records;
    this.#ring = ring;
    this.#unfolded = unended;
  }

  onReport(waitingRecords: number): void {
    this.#waiting = waitingRecords;
    if (!this.#isWritten) return;
    for (const run of this.#unfolded) this.#records.folded(run);
    this.#unfolded = [];
  }

  /** The executor has stopped. A run that has an end needs no folding: it gets one only once the journal has the rest. */
  async end(clean: boolean): Promise<void> {
    const deadline = Date.now() + END_WAIT_MS;
    while (!this.#ring.isEmpty && Date.now() < deadline) await timeout(5, undefined);
    if (this.#isWritten) this.#records.ended(clean);
  }

  /** What is said from now on is written after it: the journal takes a ring's records before it commits them together. */
  get #isWritten(): boolean {
    return this.#waiting === 0 && this.#ring.isEmpty;
  }
}
