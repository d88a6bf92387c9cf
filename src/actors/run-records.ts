/** What the main thread itself has to say to the journal: the run, its balances, its faults. */
import type { Fault } from '../core/faults.ts';
import type { Balance } from '../core/order.ts';
import type { BalanceRecord, RecordSink, RunRecord } from '../core/records.ts';
import { canonicalText } from '../engine/amounts.ts';
import type { EngineContext } from './messages.ts';

export class RunRecords {
  readonly #context: EngineContext;
  readonly #sink: RecordSink;
  readonly #startedAt: number;
  #faults = 0;

  constructor(context: EngineContext, sink: RecordSink, startedAt: number) {
    this.#context = context;
    this.#sink = sink;
    this.#startedAt = startedAt;
  }

  started(): void {
    this.#run({});
  }

  ended(clean: boolean): void {
    this.#run({ endedAt: Date.now(), clean });
  }

  /** The rest of a dead run's log is in the journal now. */
  folded(run: RunRecord): void {
    this.#sink.tryWrite({ ...run, foldedAt: Date.now() });
  }

  fault({ code, message, details }: Fault, actor: string, at: number): void {
    const { run } = this.#context;
    const id = `${run}-${String(++this.#faults).padStart(6, '0')}`;
    this.#sink.tryWrite({ kind: 'Fault', id, run, at, actor, code, message, details });
  }

  balances(venue: string, reason: BalanceRecord['reason'], balances: readonly Balance[]): void {
    const { run } = this.#context;
    const at = Date.now();
    // A run has one start and one end at a venue.
    const id = `${run}-${venue}-${reason}${reason === 'reconcile' ? `-${at}` : ''}`;
    const canonical = balances.map(({ asset, free, locked }) => ({
      asset,
      free: canonicalText(free),
      locked: canonicalText(locked),
    }));
    this.#sink.tryWrite({ kind: 'Balance', id, run, at, venue, reason, balances: canonical });
  }

  #run(end: { endedAt?: number; clean?: boolean }): void {
    const { run, config, universe } = this.#context;
    this.#sink.tryWrite({
      kind: 'Run',
      id: run,
      startedAt: this.#startedAt,
      ...end,
      mode: config.mode,
      topology: config.topology,
      venues: universe.venues,
      instruments: universe.instruments.map((instrument) => instrument.id),
    });
  }
}
