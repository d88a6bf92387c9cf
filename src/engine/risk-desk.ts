/** Watches what is lost and what is left unmatched, and says whether new sets may be opened and excesses hedged. A loss
 *  limit that is reached halts: it stands in the log, so that no crash and no restart lifts it.
 *  Thread: executor. Writes: its halt word, write-ahead log, counters. */
import { Fault } from '../core/faults.ts';
import type { LossCount, LossHalt } from '../core/loss-record.ts';
import type { WalEntry } from '../core/records.ts';
import type { RiskView } from '../core/status.ts';
import { parseAmount } from './amounts.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { LossBook } from './loss-book.ts';
import { ACTIVE, checkRisk, nextRisk, type Risk, type RiskEvent } from './risk-state.ts';
import type { LegSet } from './saga.ts';

export type RiskDeps = Pick<
  ExecutorDeps,
  'universe' | 'control' | 'clock' | 'settings' | 'wal' | 'counters' | 'log' | 'onFault' | 'onLossHalt'
>;

export interface ExposureView {
  /** Undefined: it cannot be said now. */
  isOver(instrumentIndex: number): boolean | undefined;
}

export class RiskDesk {
  readonly #deps: RiskDeps;
  readonly #exposure: ExposureView;
  readonly #losses: LossBook;
  /** Instruments whose unmatched base is past the limit. */
  readonly #over = new Set<number>();
  #risk: Risk = ACTIVE;

  constructor(deps: RiskDeps, exposure: ExposureView) {
    this.#deps = deps;
    this.#exposure = exposure;
    this.#losses = new LossBook((row) => parseAmount(deps.universe.rows[row]?.fees.taker ?? '0'));
  }

  /** Reason code against a new leg set. */
  check(): number {
    return checkRisk(this.#risk);
  }

  /** Sets that are open are finished under a loss limit, too: a half of one is what a halt should not leave. Only a
   *  person's halt, and the supervisor's, keep hedges back. */
  get mayHedge(): boolean {
    const { control } = this.#deps;
    return !control.isHaltedBy('api') && !control.isHaltedBy('supervisor');
  }

  /** Takes an entry that an earlier executor wrote, and its set as it stood after it. */
  recall(entry: WalEntry, set: LegSet | undefined): void {
    switch (entry.kind) {
      case 'RunOpened':
        if (entry.losses !== undefined) this.#losses.restore(entry.losses);
        return;
      case 'LegSetClosed':
        if (set !== undefined) this.#losses.book(set, entry.at);
        return;
      case 'LossLimitReached':
        this.#losses.halt = { limit: entry.limit, reason: entry.reason };
        return;
      case 'LossLimitLifted':
        return this.#losses.lift(entry.at);
      default:
        return;
    }
  }

  /** The whole log was recalled. `alive`: ids of the sets that may still change. What it does not say itself is judged by
   *  the first look: the log of this executor has no beginning yet. */
  takeOver(alive: ReadonlySet<string>): void {
    this.#losses.retain(alive);
    if (this.#losses.halt !== undefined) this.#raise(this.#losses.halt);
  }

  /** Counts what a closed set came to. */
  book(set: LegSet): void {
    this.#losses.book(set, this.#deps.clock.wallMs());
    this.#checkLosses();
    if (set.state === 'held') this.#measure(set.instrumentIndex);
    this.#noteExposure();
  }

  forget(legSet: string): void {
    this.#losses.forget(legSet);
  }

  /** What nobody calls for: prices that move what is held past its limit, and halts of others. */
  look(): void {
    const { control, universe } = this.#deps;
    this.#step({ kind: control.isHalted ? 'Halted' : 'Lifted' });
    this.#checkLosses();
    for (const { index } of universe.instruments) this.#measure(index);
    this.#noteExposure();
  }

  /** Instruments whose unmatched base has to be brought back now. */
  get toReduce(): ReadonlySet<number> {
    return this.#over;
  }

  /** A person lifted the halt. Losses count anew, or the same ones would halt again at once. */
  lift(): void {
    const { clock, control, wal, log } = this.#deps;
    if (this.#losses.halt === undefined) return;
    const at = clock.wallMs();
    wal.append({ kind: 'LossLimitLifted', at });
    this.#losses.lift(at);
    control.setHalt('executor', false);
    this.#step({ kind: 'Lifted' });
    if (control.isHalted) this.#step({ kind: 'Halted' });
    this.#deps.onLossHalt(undefined);
    log.warn({}, 'losses are counted anew');
  }

  /** What the next run starts from. */
  count(): LossCount {
    return this.#losses.count(this.#deps.clock.wallMs());
  }

  view(): RiskView {
    const { universe, clock } = this.#deps;
    return {
      state: this.#risk.state,
      dayGains: this.#losses.gains(clock.wallMs()),
      lossStreak: this.#losses.streak,
      overExposed: [...this.#over].map((index) => universe.instruments[index]?.id ?? ''),
    };
  }

  #checkLosses(): void {
    const { clock, settings, wal, counters, onFault } = this.#deps;
    if (this.#losses.halt !== undefined) return;
    const at = clock.wallMs();
    const halt = this.#losses.reached(settings.risk, at);
    if (halt === undefined) return;
    this.#losses.halt = halt;
    wal.append({ kind: 'LossLimitReached', ...halt, at });
    counters.add(counters.slot('lossHalts'));
    this.#raise(halt);
    onFault(new Fault('execution/loss-limit', `the engine is halted: ${halt.reason}`, { ...this.count() }));
  }

  #raise({ limit, reason }: LossHalt): void {
    this.#deps.control.setHalt('executor', true);
    this.#step({ kind: 'LossLimitReached', limit });
    this.#deps.onLossHalt(reason);
  }

  #measure(instrumentIndex: number): void {
    const isOver = this.#exposure.isOver(instrumentIndex);
    if (isOver === true) this.#over.add(instrumentIndex);
    // While nobody quotes it, it is as it was.
    else if (isOver === false) this.#over.delete(instrumentIndex);
  }

  #noteExposure(): void {
    this.#step({ kind: 'ExposureMeasured', isOver: this.#over.size > 0 });
  }

  #step(event: RiskEvent): void {
    const before = this.#risk;
    this.#risk = nextRisk(before, event);
    if (this.#risk.state === before.state) return;
    const { log, counters } = this.#deps;
    log.warn({ from: before.state, to: this.#risk.state, overExposed: this.view().overExposed }, 'risk state changed');
    if (this.#risk.state === 'reducing') counters.add(counters.slot('exposureStops'));
  }
}
