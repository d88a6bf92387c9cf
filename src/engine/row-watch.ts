/** What is noticed of rows beside their prices: changes of trust, for the journal, and prices that no asset of that name
 *  has. Thread: detector. Steady state: no allocation. */
import { RowHolds } from '../memory/row-holds.ts';
import { holdWords } from '../memory/shared-words.ts';
import type { DetectorDeps } from './detector-port.ts';
import { IdentityGate } from './identity-gate.ts';
import type { RecordOutbox } from './record-outbox.ts';
import type { RowMirror } from './row-mirror.ts';
import { TrustLog } from './trust-log.ts';

export class RowWatch {
  readonly #deps: DetectorDeps;
  readonly #trustLog: TrustLog;
  readonly #identity: IdentityGate;
  readonly #holdsSlot: number;

  constructor(deps: DetectorDeps, mirror: RowMirror, outbox: RecordOutbox) {
    const { universe, buffer, layout, settings, counters } = deps;
    const holds = holdWords(buffer, layout);
    this.#deps = deps;
    this.#identity = new IdentityGate(universe, mirror, holds, settings.maxPriceRatio);
    this.#trustLog = new TrustLog(deps, mirror, new RowHolds(buffer, layout), outbox);
    this.#holdsSlot = counters.slot('identityHolds');
  }

  /** The row was read, or dropped. One that turned live is compared before it is priced for the first time. */
  look(row: number): void {
    if (!this.#trustLog.look(row)) return;
    this.#judge(this.#deps.universe.rows[row]?.instrumentIndex as number);
  }

  /** Compares all rows. */
  sweep(): void {
    const { instruments, rows } = this.#deps.universe;
    for (let instrument = 0; instrument < instruments.length; instrument++) this.#judge(instrument);
    for (let row = 0; row < rows.length; row++) this.#trustLog.look(row);
  }

  #judge(instrument: number): void {
    const held = this.#identity.judge(instrument);
    if (held > 0) this.#deps.counters.add(this.#holdsSlot, held);
  }
}
