/** One run of the engine, from configuration to summary. Thread: main. Composes; decides nothing about trading. */
import { systemClock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { type Redact, redactor } from '../core/redact.ts';
import type { EngineControl, EngineState } from '../core/status.ts';
import { toTexts } from '../engine/amounts.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import { ringSink } from '../record/ring-sink.ts';
import { BalanceSheet, valueAt } from './balance-sheet.ts';
import { bellOf, SharedViews } from './context.ts';
import { type EngineFacts, LiveView } from './engine-view.ts';
import { Folding } from './folding.ts';
import { Halts } from './halts.ts';
import { openIdentity } from './identity.ts';
import { type ListingWatch, watchListings } from './listing-watch.ts';
import type { EngineContext, FromThread } from './messages.ts';
import { type EngineOptions, type PreparedRun, prepareRun } from './prepare.ts';
import { RunFaults } from './run-faults.ts';
import { RunRecords } from './run-records.ts';
import { Specs } from './specs.ts';
import { type RunSummary, summarise } from './summary.ts';
import { Supervisor } from './supervisor.ts';
import { timeout } from './timeout.ts';
import { DETECTOR, EXECUTOR, feedName, planThreads } from './topology.ts';
import { credentialsOf } from './venue-setup.ts';
import { Watchdog } from './watchdog.ts';

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
  readonly #redact: Redact;
  readonly #records: RunRecords;
  readonly #sheet = new BalanceSheet();
  readonly #faults: RunFaults;
  readonly #startedAt = Date.now();
  readonly #listings: ListingWatch;
  readonly #watchdog: Watchdog;
  readonly #halts: Halts;
  readonly #folding: Folding;
  #state: EngineState = 'starting';
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
    const engine = new Engine(prepared, options);
    for (const fault of prepared.faults) engine.#faults.raise(fault, 'reference');
    await engine.#begin();
    return engine;
  }

  private constructor({ context, setups, unended }: PreparedRun, { log, dataDir, ...rest }: EngineOptions) {
    const clock = systemClock();
    const { topology, idle } = context.config;
    this.context = context;
    this.#log = log;
    this.#redact = redactor(...rest.setups.flatMap(credentialsOf));
    this.views = new SharedViews(context.buffer, context.shape);
    const sink = ringSink(this.views.recordRing('supervisor'), bellOf(context, this.views, 'journal', false), clock);
    this.#records = new RunRecords(context, sink, this.#startedAt);
    this.#faults = new RunFaults(log, this.#records, this.#redact);
    this.view = new LiveView(
      context,
      this.views,
      () => this.#facts(),
      () => clock.monotonicNs(),
    );
    const liftLossHalt = (): void => this.supervisor.command(EXECUTOR, { kind: 'LiftHalt' });
    this.#halts = new Halts(this.views.control, dataDir, log, liftLossHalt);
    this.#folding = new Folding(this.#records, this.views.recordRing('executor'), unended);
    const runs = unended.map(({ id }) => id);
    this.#watchdog = new Watchdog({ context, setups, log, onFault: (fault) => this.#faults.raise(fault, 'watchdog') });
    const identity = this.#watchdog.following(openIdentity(dataDir));
    const specs = new Specs(context, setups, identity, this.views.control, runs);
    this.#listings = watchListings(context, setups, this.views, log);
    this.supervisor = new Supervisor({
      context,
      layout: this.views.layout,
      plans: planThreads(topology as 'dedicated' | 'fused', context.universe.venues, idle),
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
    await Promise.all([this.supervisor.start(), this.#watchdog.ready]);
    this.#halts.confirm();
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
    await this.#watchdog.endWith(async () => {
      await this.supervisor.stopChild(EXECUTOR);
      await this.#folding.end(clean);
      await this.supervisor.stop();
    });
    const journal = this.views.journalCounters();
    this.#state = 'stopped';
    return summarise({
      status: { ...status, journal: { records: journal.get('records'), maxLagMs: journal.get('maxLagMs') } },
      clean,
      pnl,
      valued,
      fees: report?.fees ?? {},
      dust: report?.dust ?? {},
      held: report?.held ?? {},
      halted: this.#halts.reason,
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
      const difference = this.#sheet.difference(this.#report?.pnl ?? {});
      if (answered && difference === undefined) return true;
      if (Date.now() < deadline) continue;
      if (difference !== undefined) this.#faults.raise(difference, EXECUTOR);
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
    this.#halts.byPerson(by, reason);
  }

  unhalt(by: string): Promise<void> {
    return this.#halts.lift(by);
  }

  drain(by: string): void {
    this.#log.info({ by }, 'draining');
    this.#drainAsked?.();
  }

  get faultCounts(): Record<string, number> {
    return this.#faults.counts();
  }

  get haltReason(): string | undefined {
    return this.#halts.reason;
  }

  #facts(): EngineFacts {
    const { control } = this.views;
    const pnl = this.#report?.pnl ?? {};
    const isPaused = control.isPaused && this.#state === 'running';
    const state = control.isHalted && this.#state !== 'stopped' ? 'halted' : isPaused ? 'paused' : this.#state;
    const reasons = control.isHalted ? [this.#halts.reason ?? 'halted'] : [];
    if (control.isPausedBy('api')) reasons.push('paused over the API');
    if (control.isPausedBy('supervisor') && isPaused) reasons.push('an actor is being restarted');
    return {
      state,
      reasons,
      startedAt: this.#startedAt,
      pnl,
      valued: valueAt(pnl, this.context.universe, (instrument) => this.view.mid(instrument)),
      report: this.#report,
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
    const reason = this.#redact(`${name} used up its restarts: ${why}`);
    this.#halts.bySupervisor(reason);
    this.#faults.raise(new Fault('actor/budget', `the engine is halted: ${reason}`, { actor: name }), name);
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'Reported':
        this.#report = message.report;
        this.#folding.onReport(message.report.waitingRecords);
        return this.#onReport?.();
      case 'Settled':
        return this.#onSettled?.();
      case 'BalancesFetched':
      case 'BalancesDrifted': {
        const reason = this.#sheet.hear(message);
        if (reason !== undefined) this.#records.balances(message.venue, reason, message.balances);
        return;
      }
      case 'Beat':
        return this.#watchdog.onBeat(message);
      case 'BalancesFailed':
        return this.#log.warn({ venue: message.venue }, `balances: ${message.message}`);
      default:
        return this.#halts.onMessage(message);
    }
  }

  #askReport(): void {
    if (this.supervisor.isUp(EXECUTOR)) this.supervisor.command(EXECUTOR, { kind: 'Report' });
  }
}
