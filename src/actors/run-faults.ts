/** The faults of a run: kept for the status and the summary, logged, and written down. Thread: main. */
import type { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { RunRecords } from './run-records.ts';

export class RunFaults {
  readonly list: { readonly at: number; readonly code: string; readonly message: string }[] = [];
  readonly #log: Log;
  readonly #records: RunRecords;

  constructor(log: Log, records: RunRecords) {
    this.#log = log;
    this.#records = records;
  }

  raise(fault: Fault, actor: string): void {
    const at = Date.now();
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
