/** One run of the engine, from configuration to summary. Thread: main. Composes; decides nothing about trading. */

import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { Balance } from '../core/order.ts';
import type { RecordSink } from '../core/records.ts';
import type { EngineControl, EngineState } from '../core/status.ts';
import { buildUniverse } from '../core/universe.ts';
import { toTexts } from '../engine/amounts.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import { allocate, planLayout } from '../memory/layout.ts';
import { httpClient } from '../net/http-client.ts';
import { referenceFolder } from '../record/journal-store.ts';
import { ReferenceCache } from '../record/reference-cache.ts';
import { ringSink } from '../record/ring-sink.ts';
import { BalanceSheet, isSameAmounts, valueAt } from './balance-sheet.ts';
import { bellOf, SharedViews, shapeOf } from './context.ts';
import { type EngineFacts, LiveView } from './engine-view.ts';
import { openIdentity } from './identity.ts';
import type { ActorSpec, EngineContext, FromThread } from './messages.ts';
import { loadReference } from './reference.ts';
import { type RunSummary, summarise } from './summary.ts';
import { Supervisor } from './supervisor.ts';
import { DETECTOR, EXECUTOR, feedName, planThreads, resolveTopology } from './topology.ts';
import type { VenueSetup } from './venue-setup.ts';

export interface EngineOptions {
  readonly config: Config;
  readonly setups: readonly VenueSetup[];
  readonly dataDir: string;
  readonly log: Log;
}

const REPORT_EVERY_MS = 250;
/** Open leg sets get this long to finish once a run is to end; SIGINT has to be done within 5 s. */
const DRAIN_MS = 3_000;
const SETTLE_MS = 1_500;

/** Sorts by time and is unique: base-36 milliseconds and four random characters. */
const newRunId = (): string => `${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;

export class Engine implements EngineControl {
  readonly context: EngineContext;
  readonly view: LiveView;
  readonly views: SharedViews;
  readonly supervisor: Supervisor;
  readonly #log: Log;
  readonly #records: RecordSink;
  readonly #sheet = new BalanceSheet();
  readonly #faults: { at: number; code: string; message: string }[] = [];
  readonly #startedAt = Date.now();
  readonly #incarnations: number[];
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
    const { config, setups, dataDir, log } = options;
    const clock = systemClock();
    const early: Fault[] = [];
    const http = httpClient();
    const reference = await loadReference(setups, config.instruments, {
      http,
      cache: new ReferenceCache(referenceFolder(dataDir), clock),
      clock,
      log,
      onFault: (fault) => early.push(fault),
    });
    http.close();
    const tradable = reference.filter((venue) => venue.listings.some((listing) => listing.trading));
    if (tradable.length < 2) {
      const why = early.map((fault) => fault.message).join('; ');
      throw new Fault('venue/unreachable', `fewer than two venues can be traded: ${why}`, { venues: tradable.length });
    }
    const universe = buildUniverse(config.instruments, tradable);
    const topology = resolveTopology(config.topology, universe.venues.length, availableParallelism());
    const shape = shapeOf(universe);
    const context: EngineContext = {
      run: newRunId(),
      dataDir,
      // Keys go to the executor alone, in its spec.
      config: { ...config, topology, venues: config.venues.map(({ credentials: _, ...venue }) => venue) },
      universe,
      shape,
      buffer: allocate(planLayout(shape)),
    };
    const used = setups.filter((setup) => universe.venues.includes(setup.descriptor.id));
    const engine = new Engine(context, used, options);
    for (const fault of early) engine.#raise(fault, 'reference');
    await engine.#begin();
    return engine;
  }

  private constructor(context: EngineContext, setups: readonly VenueSetup[], { log, dataDir }: EngineOptions) {
    const clock = systemClock();
    this.context = context;
    this.#log = log;
    this.views = new SharedViews(context.buffer, context.shape);
    this.#records = ringSink(this.views.recordRing('supervisor'), bellOf(context, this.views, 'journal', false), clock);
    this.view = new LiveView(
      context,
      this.views,
      () => this.#facts(),
      () => clock.monotonicNs(),
    );
    this.#incarnations = context.universe.venues.map(() => 0);
    const identity = openIdentity(dataDir);
    this.supervisor = new Supervisor({
      context,
      layout: this.views.layout,
      plans: planThreads(
        context.config.topology as 'dedicated' | 'fused',
        context.universe.venues,
        context.config.idle,
      ),
      log,
      specOf: (name, life) => this.#specOf(name, life, setups, identity),
      onDown: (name) => this.#onDown(name),
      onUp: (name) => this.#onUp(name),
      onFault: (fault, actor) => this.#raise(fault, actor),
      onBudgetSpent: (name, why) => this.#onBudgetSpent(name, why),
      onMessage: (message) => this.#onMessage(message),
    });
  }

  async #begin(): Promise<void> {
    // Nothing is traded before everything is up.
    this.views.control.setPause('supervisor', true);
    this.#writeRun();
    await this.supervisor.start();
    this.#reportTimer = setInterval(() => this.#askReport(), REPORT_EVERY_MS);
    this.#askReport();
    if (this.#state === 'starting') this.#state = 'running';
    this.#releasePause();
  }

  /** Finishes what is open, stops every actor, and says what the run was. May be called more than once. */
  finish(): Promise<RunSummary> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<RunSummary> {
    if (this.#state !== 'halted') this.#state = 'draining';
    this.views.control.setPause('supervisor', true);
    const isDrained = await this.#drained();
    this.supervisor.command(DETECTOR, { kind: 'CloseLives' });
    clearInterval(this.#reportTimer);
    const reconciled = this.supervisor.isUp(EXECUTOR) && (await this.#reconcile());
    const status = this.view.status();
    const clean = isDrained && reconciled && this.#faults.length === 0 && !this.views.control.isHalted;
    const report = this.#report;
    const pnl = toTexts(this.#sheet.change());
    const valued = valueAt(pnl, this.context.universe, (instrument) => this.view.mid(instrument));
    this.#writeRun(clean);
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
      this.#raise(new Fault('execution/reconcile', message, { byVenues, byFills, missing }), EXECUTOR);
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
    const counts: Record<string, number> = {};
    for (const { code } of this.#faults) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
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
      faults: this.#faults,
      actors: this.supervisor.status(),
    };
  }

  #specOf(
    name: string,
    life: number,
    setups: readonly VenueSetup[],
    identity: ReturnType<typeof openIdentity>,
  ): ActorSpec {
    const { venues } = this.context.universe;
    if (name === DETECTOR) return { kind: 'detector', name, life };
    if (name === EXECUTOR) {
      return {
        kind: 'executor',
        name,
        ...identity.next(),
        venues: venues.map((venue) => {
          const setup = setupOf(setups, venue);
          return { venue, endpoints: setup.endpoints, credentials: setup.credentials };
        }),
        isSuccessor: life > 0,
      };
    }
    const venueIndex = venues.findIndex((venue) => feedName(venue) === name);
    const venue = venues[venueIndex];
    if (venue === undefined) return { kind: 'journal', name };
    // The detector drops every row of the former life before the new one may publish.
    const incarnation = (this.#incarnations[venueIndex] ?? 0) + 1;
    this.#incarnations[venueIndex] = incarnation;
    this.views.control.setIncarnation(venueIndex, incarnation);
    return { kind: 'feed', name, venueIndex, venue, endpoints: setupOf(setups, venue).endpoints, incarnation };
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
    this.#raise(new Fault('actor/budget', `the engine is halted: ${this.#haltReason}`, { actor: name }), name);
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
        return this.#writeBalances(message.venue, message.moment, message.balances);
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

  #raise(fault: Fault, actor: string): void {
    const at = Date.now();
    this.#faults.push({ at, code: fault.code, message: fault.message });
    this.#log.error({ actor, code: fault.code, details: fault.details }, fault.message);
    this.#records.tryWrite({
      kind: 'Fault',
      id: `${this.context.run}-${String(this.#faults.length).padStart(6, '0')}`,
      run: this.context.run,
      at,
      actor,
      code: fault.code,
      message: fault.message,
      details: fault.details,
    });
  }

  #writeRun(clean?: boolean): void {
    const { run, config, universe } = this.context;
    this.#records.tryWrite({
      kind: 'Run',
      id: run,
      startedAt: this.#startedAt,
      ...(clean === undefined ? {} : { endedAt: Date.now(), clean }),
      mode: config.mode,
      topology: config.topology,
      venues: universe.venues,
      instruments: universe.instruments.map((instrument) => instrument.id),
    });
  }

  #writeBalances(venue: string, reason: 'start' | 'end', balances: readonly Balance[]): void {
    const { run } = this.context;
    this.#records.tryWrite({
      kind: 'Balance',
      id: `${run}-${venue}-${reason}`,
      run,
      at: Date.now(),
      venue,
      reason,
      balances,
    });
  }
}

function setupOf(setups: readonly VenueSetup[], venue: string): VenueSetup {
  const setup = setups.find((entry) => entry.descriptor.id === venue);
  if (setup === undefined) throw new RangeError(`venue "${venue}" is not set up`);
  return setup;
}

const timeout = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
