/** Records on their way to the journal. What finds the journal behind waits here, in order, until it is tried again. */
import type { JournalRecord, RecordSink } from '../core/records.ts';

export class RecordOutbox {
  readonly #sink: RecordSink;
  readonly #capacity: number;
  readonly #onDropped: () => void;
  #waiting: JournalRecord[] = [];

  /** Past `capacity` waiting records the newest is dropped and told. */
  constructor(sink: RecordSink, capacity = Number.POSITIVE_INFINITY, onDropped: () => void = () => {}) {
    this.#sink = sink;
    this.#capacity = capacity;
    this.#onDropped = onDropped;
  }

  get isBehind(): boolean {
    return this.#waiting.length > 0;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  write(record: JournalRecord): void {
    if (!this.isBehind && this.#sink.tryWrite(record)) return;
    if (this.#waiting.length < this.#capacity) this.#waiting.push(record);
    else this.#onDropped();
  }

  /** Tries again what waits. */
  flush(): void {
    if (!this.isBehind) return;
    let written = 0;
    for (const record of this.#waiting) {
      if (!this.#sink.tryWrite(record)) break;
      written++;
    }
    this.#waiting = this.#waiting.slice(written);
  }
}
