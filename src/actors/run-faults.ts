/** The faults of a run: kept for the status and the summary, logged, and written down, none of it with a key in it.
 *  Thread: main. */
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { type Redact, redactValue } from '../core/redact.ts';
import type { RunRecords } from './run-records.ts';

export class RunFaults {
  readonly list: { readonly at: number; readonly code: string; readonly message: string }[] = [];
  readonly #log: Log;
  readonly #records: RunRecords;
  readonly #redact: Redact;

  constructor(log: Log, records: RunRecords, redact: Redact) {
    this.#log = log;
    this.#records = records;
    this.#redact = redact;
  }

  raise(raised: Fault, actor: string): void {
    const at = Date.now();
    const fault = new Fault(raised.code, this.#redact(raised.message), redactValue(this.#redact, raised.details));
    this.list.push({ at, code: fault.code, message: fault.message });
    this.#log.error({ actor, code: fault.code, details: fault.details }, fault.message);
    this.#records.fault(fault, actor, at);
  }

  /** By code. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { code } of this.list) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  }
}
