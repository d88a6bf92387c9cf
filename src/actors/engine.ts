/** One run of the engine, from configuration to summary. Thread: main. Composes; decides nothing about trading. */

import { systemClock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { EngineControl, EngineState } from '../core/status.ts';
import { toTexts } from '../engine/amounts.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import { ringSink } from '../record/ring-sink.ts';
import { BalanceSheet, isSameAmounts, valueAt } from './balance-sheet.ts';
import { bellOf, SharedViews } from './context.ts';
import { type EngineFacts, LiveView } from './engine-view.ts';
import { openIdentity } from './identity.ts';
import { type ListingWatch, watchListings } from './listing-watch.ts';
import type { EngineContext, FromThread } from './messages.ts';
import { type EngineOptions, prepareRun } from './prepare.ts';
import { RunFaults } from './run-faults.ts';
import { RunRecords } from './run-records.ts';
import { Specs } from './specs.ts';
import { type RunSummary, summarise } from './summary.ts';
import { Supervisor } from './supervisor.ts';
import { DETECTOR, EXECUTOR, feedName, planThreads } from './topology.ts';
import type { VenueSetup } from './venue-setup.ts';

const REPORT_EVERY_MS = 250;
/** Open leg sets get this long to finish once a run is to end; SIGINT has to be done within 5 s. */
const DRAIN_MS = 3_000;
const SETTLE_MS = 1_500;

export class Engine implements EngineControl {
  readonly context: EngineContext;
  readonly view: LiveView;
  readonly views: SharedViews;
  readonly supervisor: Supervisor;
  readonly #log: Log;
  readonly #records: RunRecords;
  readonly #sheet = new BalanceSheet();
  readonly #faults: RunFaults;
  readonly #startedAt = Date.now();
  readonly #listings: ListingWatch;
  #state: EngineState = 'starting';
  #haltReason: string | undefined;
  #report: ExecutorReport | undefined;
  #reportTimer: NodeJS.Timeout | undefined;
  #onReport: (() => void) | undefined;
  #onSettled: (() => void) | undefined;
  #drainAsked: (() => void) | undefined;
  #finished: Promise<RunSummary> | undefined;

  /** Resolves when the engine is asked to drain over the API. */
  readonly drainRequested = new Promise<void>((resolve) => {
    this.#drainAsked = resolve;
  });

  /** Loads instruments, lays out memory and starts every actor. Rejects with a Fault when nothing can be traded. */
  static async start(options: EngineOptions): Promise<Engine> {
    const prepared = await prepareRun(options);
    const engine = new Engine(prepared.context, prepared.setups, options);
    for (const fault of prepared.faults) engine.#faults.raise(fault, 'reference');
    await engine.#begin();
    return engine;
  }

  private constructor(context: EngineContext, setups: readonly VenueSetup[], { log, dataDir }: EngineOptions) {
    const clock = systemClock();
    this.context = context;
    this.#log = log;
    this.views = new SharedViews(context.buffer, context.shape);
    const sink = ringSink(this.views.recordRing('supervisor'), bellOf(context, this.views, 'journal', false), clock);
    this.#records = new RunRecords(context, sink, this.#startedAt);
    this.#faults = new RunFaults(log, this.#records);
    this.view = new LiveView(
      context,
      this.views,
      () => this.#facts(),
      () => clock.monotonicNs(),
    );
    const specs = new Specs(context.universe.venues, setups, openIdentity(dataDir), this.views.control);
    this.#listings = watchListings(context, setups, this.views, log);
    this.supervisor = new Supervisor({
      context,
      layout: this.views.layout,
      plans: planThreads(
        context.config.topology as 'dedicated' | 'fused',
        context.universe.venues,
        context.config.idle,
      ),
      log,
      specOf: (name, life) => specs.next(name, life),
      onDown: (name) => this.#onDown(name),
      onUp: (name) => this.#onUp(name),
      onFault: (fault, actor) => this.#faults.raise(fault, actor),
      onBudgetSpent: (name, why) => this.#onBudgetSpent(name, why),
      onMessage: (message) => this.#onMessage(message),
    });
  }

  async #begin(): Promise<void> {
    // Nothing is traded before everything is up.
    this.views.control.setPause('supervisor', true);
    this.#records.started();
    await this.supervisor.start();
    this.#reportTimer = setInterval(() => this.#askReport(), REPORT_EVERY_MS);
    this.#askReport();
    if (this.#state === 'starting') this.#state = 'running';
    this.#releasePause();
    this.#listings.start();
  }

  /** Finishes what is open, stops every actor, and says what the run was. May be called more than once. */
  finish(): Promise<RunSummary> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<RunSummary> {
    if (this.#state !== 'halted') this.#state = 'draining';
    this.#listings.stop();
    this.views.control.setPause('supervisor', true);
    const isDrained = await this.#drained();
    if (!isDrained && this.supervisor.isUp(EXECUTOR)) this.supervisor.command(EXECUTOR, { kind: 'Abandon' });
    // Nothing is priced from here on: what the journal and the summary say of opportunities is the same.
    await this.supervisor.stopChild(DETECTOR);
    clearInterval(this.#reportTimer);
    const reconciled = this.supervisor.isUp(EXECUTOR) && (await this.#reconcile());
    const status = this.view.status();
    const clean = isDrained && reconciled && this.#faults.list.length === 0 && !this.views.control.isHalted;
    const report = this.#report;
    const pnl = toTexts(this.#sheet.change());
    const valued = valueAt(pnl, this.context.universe, (instrument) => this.view.mid(instrument));
    this.#records.ended(clean);
    await this.supervisor.stop();
    const journal = this.views.journalCounters();
    this.#state = 'stopped';
    return summarise({
      status: { ...status, journal: { records: journal.get('records'), maxLagMs: journal.get('maxLagMs') } },
      clean,
      pnl,
      valued,
      fees: report?.fees ?? {},
      dust: report?.dust ?? {},
      halted: this.#haltReason,
    });
  }

  /** True when no leg set is open any more. */
  async #drained(): Promise<boolean> {
    const deadline = Date.now() + DRAIN_MS;
    do {
      if (!(await this.#freshReport())) return false;
      if (this.#report?.openSets === 0) return true;
    } while (Date.now() < deadline);
    return false;
  }

  /** Asks the executor until it answers; false when it is down. */
  async #freshReport(): Promise<boolean> {
    if (!this.supervisor.isUp(EXECUTOR)) return false;
    const answered = new Promise<boolean>((resolve) => {
      this.#onReport = () => resolve(true);
    });
    this.#askReport();
    return Promise.race([answered, timeout(REPORT_EVERY_MS * 2, false)]);
  }

  /** Compares what the fills add up to with what the venues say; tells a difference once, with both figures. */
  async #reconcile(): Promise<boolean> {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const settled = new Promise<boolean>((resolve) => {
        this.#onSettled = () => resolve(true);
      });
      this.supervisor.command(EXECUTOR, { kind: 'Settle' });
      const answered = await Promise.race([settled, timeout(SETTLE_MS, false)]);
      await this.#freshReport();
      const missing = this.#sheet.unheard();
      const byFills = this.#report?.pnl ?? {};
      if (answered && missing.length === 0 && isSameAmounts(this.#sheet.change(), byFills)) return true;
      if (Date.now() < deadline) continue;
      const byVenues = toTexts(this.#sheet.change());
      const message =
        missing.length > 0
          ? `${missing.join(', ')} did not say its final balances`
          : `balances changed by ${JSON.stringify(byVenues)}, fills add up to ${JSON.stringify(byFills)}`;
      this.#faults.raise(new Fault('execution/reconcile', message, { byVenues, byFills, missing }), EXECUTOR);
      return false;
    }
  }

  pause(by: string): void {
    this.views.control.setPause('api', true);
    this.#log.info({ by }, 'paused');
  }

  resume(by: string): void {
    this.views.control.setPause('api', false);
    this.#log.info({ by }, 'resumed');
  }

  halt(by: string, reason: string): void {
    this.views.control.setHalt('api', true);
    this.#haltReason = reason;
    this.#log.warn({ by, reason }, 'halted');
  }

  unhalt(by: string): void {
    this.views.control.setHalt('api', false);
    // What a spent restart budget halted has no actor to go on with: only a new start mends it.
    if (!this.views.control.isHalted) this.#haltReason = undefined;
    this.#log.warn({ by }, 'unhalted');
  }

  drain(by: string): void {
    this.#log.info({ by }, 'draining');
    this.#drainAsked?.();
  }

  get faultCounts(): Record<string, number> {
    return this.#faults.counts();
  }

  get haltReason(): string | undefined {
    return this.#haltReason;
  }

  #facts(): EngineFacts {
    const { control } = this.views;
    const pnl = this.#report?.pnl ?? {};
    const isPaused = control.isPaused && this.#state === 'running';
    const state = control.isHalted && this.#state !== 'stopped' ? 'halted' : isPaused ? 'paused' : this.#state;
    const reasons = control.isHalted ? [this.#haltReason ?? 'halted'] : [];
    if (control.isPausedBy('api')) reasons.push('paused over the API');
    if (control.isPausedBy('supervisor') && isPaused) reasons.push('an actor is being restarted');
    return {
      state,
      reasons,
      startedAt: this.#startedAt,
      pnl,
      valued: valueAt(pnl, this.context.universe, (instrument) => this.view.mid(instrument)),
      fees: this.#report?.fees ?? {},
      inventory: this.#report?.inventory ?? [],
      faults: this.#faults.list,
      actors: this.supervisor.status(),
    };
  }

  #onDown(name: string): void {
    if (name === DETECTOR || name === EXECUTOR) this.views.control.setPause('supervisor', true);
    const venueIndex = this.context.universe.venues.findIndex((venue) => feedName(venue) === name);
    if (venueIndex >= 0) this.views.control.setIncarnation(venueIndex, -1);
  }

  #onUp(name: string): void {
    if (name === DETECTOR || name === EXECUTOR) this.#releasePause();
  }

  #releasePause(): void {
    if (this.#state !== 'running') return;
    if (this.supervisor.isUp(DETECTOR) && this.supervisor.isUp(EXECUTOR))
      this.views.control.setPause('supervisor', false);
  }

  #onBudgetSpent(name: string, why: string): void {
    this.#haltReason = `${name} used up its restarts: ${why}`;
    this.views.control.setHalt('supervisor', true);
    this.#faults.raise(new Fault('actor/budget', `the engine is halted: ${this.#haltReason}`, { actor: name }), name);
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'Reported':
        this.#report = message.report;
        this.#onReport?.();
        return;
      case 'Settled':
        this.#onSettled?.();
        return;
      case 'BalancesFetched':
        if (message.moment === 'end') this.#sheet.closed(message.venue, message.balances);
        else if (!this.#sheet.opened(message.venue, message.balances)) return;
        return this.#records.balances(message.venue, message.moment, message.balances);
      case 'BalancesFailed':
        this.#log.warn({ venue: message.venue }, `balances: ${message.message}`);
        return;
      default:
        return;
    }
  }

  #askReport(): void {
    if (this.supervisor.isUp(EXECUTOR)) this.supervisor.command(EXECUTOR, { kind: 'Report' });
  }
}

const timeout = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
