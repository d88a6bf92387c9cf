/** The executor with its venues' order entry. The only actor that is handed secrets. */
import { type Clock, systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Gateway, GatewayEvent } from '../core/order.ts';
import { redactor } from '../core/redact.ts';
import { parseAmount, toTexts } from '../engine/amounts.ts';
import { BreakerQueries } from '../engine/breaker-queries.ts';
import { Breakers } from '../engine/breakers.ts';
import { clientIds } from '../engine/client-ids.ts';
import type { TakenOver } from '../engine/executor.ts';
import { Executor } from '../engine/executor.ts';
import { Inventory } from '../engine/inventory.ts';
import { Reconciler } from '../engine/reconciler.ts';
import { recover } from '../engine/recovery.ts';
import { riskLimitsOf } from '../engine/risk-limits.ts';
import { assetsOf } from '../engine/terms.ts';
import { inventoryWords } from '../memory/shared-words.ts';
import { httpClient } from '../net/http-client.ts';
import { wsSockets } from '../net/ws-socket.ts';
import { walFolder } from '../record/journal-store.ts';
import { meteredLog } from '../record/metered-log.ts';
import { ringSink } from '../record/ring-sink.ts';
import { WriteAheadLog } from '../record/wal.ts';
import { entriesOf, readWalFolder } from '../record/wal-files.ts';
import { WAL_FORMAT } from '../record/wal-format.ts';
import { descriptorOf } from '../venues/registry.ts';
import type { Actor, ActorCommand } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import { crashingEvents, crashingGateway, crashingLog } from './crash-point.ts';
import { ExecutorSafety } from './executor-safety.ts';
import { feeAssetsOf } from './fee-settings.ts';
import { createLog } from './log.ts';
import type { ActorSpec } from './messages.ts';
import { accessTo } from './venue-access.ts';
import { VenueAccounts } from './venue-accounts.ts';

const FLUSH_EVERY_MS = 200;

export class ExecutorActor implements Actor {
  readonly #host: ActorHost;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #wal: WriteAheadLog;
  readonly #gateways: readonly Gateway[];
  readonly #accounts: VenueAccounts;
  readonly #executor: Executor;
  readonly #breakers: Breakers;
  readonly #queries: BreakerQueries;
  readonly #safety: ExecutorSafety;
  readonly #reconciler: Reconciler;
  readonly #instance: string;
  readonly #taken: TakenOver;
  #isStopped = false;

  constructor(spec: Extract<ActorSpec, { kind: 'executor' }>, host: ActorHost) {
    this.#host = host;
    const { context, views, guard } = host;
    const { config, run, universe } = context;
    this.#clock = guard.clock(systemClock());
    const redact = redactor(...spec.venues.map(({ credentials }) => credentials));
    this.#log = createLog(spec.name, config.log.level, context.logFile, redact);
    // Before the new file is opened: what others wrote is what there is to take over.
    const past = entriesOf(readWalFolder(walFolder(context.dataDir)));
    this.#wal = new WriteAheadLog({
      folder: walFolder(context.dataDir),
      run,
      syncEveryMs: config.journal.syncMs,
      onFault: host.onFault,
    });
    const sockets = guard.sockets(wsSockets(this.#clock));
    const http = httpClient();
    guard.atEnd(() => http.close());
    const crashPoint = views.crashPoint(context.crashAt);
    const access = spec.venues.map(({ venue, endpoints, credentials }, venueIndex) =>
      accessTo(
        descriptorOf(venue, config.venues),
        {
          endpoints,
          credentials,
          listings: universe.rows.filter((row) => row.venueIndex === venueIndex).map((row) => row.listing),
          sockets,
          http,
          clock: this.#clock,
          log: this.#log,
          onEvent: crashingEvents(
            (event) => guard.run(() => this.#onGatewayEvent(venueIndex, event), undefined),
            crashPoint,
          ),
        },
        config.assets,
        host.onFault,
      ),
    );
    this.#gateways = access.map(({ gateway }) => crashingGateway(gateway, crashPoint));
    const assets = assetsOf(universe);
    const feeAssets = feeAssetsOf(config.venues, universe.venues);
    const inventory = new Inventory(
      universe.venues,
      assets,
      inventoryWords(views.buffer, views.layout),
      feeAssets.flatMap((setting) => setting?.asset ?? []),
    );
    const ids = clientIds(spec.instance, spec.epoch);
    this.#breakers = new Breakers({
      universe,
      buffer: views.buffer,
      layout: views.layout,
      clock: this.#clock,
      settings: { ...config.breakers, probeMs: config.execution.orderTimeoutMs },
      log: this.#log,
      onFault: host.onFault,
    });
    this.#queries = new BreakerQueries({
      universe,
      gateways: this.#gateways,
      breakers: this.#breakers,
      clock: this.#clock,
      ids,
    });
    this.#executor = new Executor({
      universe,
      buffer: views.buffer,
      layout: views.layout,
      control: views.control,
      clock: this.#clock,
      settings: {
        run,
        maxOpenLegSets: config.limits.maxOpenLegSets,
        maxIntentAgeNs: config.limits.maxIntentAgeMs * 1e6,
        maxHeartbeatAgeNs: config.limits.maxHeartbeatAgeMs * 1e6,
        maxNotional: config.strategy.maxNotional,
        maxVenueNotional: config.limits.maxVenueNotional,
        maxInstrumentNotional: config.limits.maxInstrumentNotional,
        hedge: {
          policy: config.execution.hedge.policy,
          retryNs: config.execution.hedge.retryMs * 1e6,
          unwindNs: config.execution.hedge.unwindMs * 1e6,
        },
        retryBudgetBps: config.execution.hedge.retryBudgetBps,
        maxExposure: parseAmount(config.limits.maxExposure),
        risk: riskLimitsOf(config.limits),
        unwindSlippageBps: config.limits.unwindSlippageBps,
        orderTimeoutMs: config.execution.orderTimeoutMs,
        resolveTimeoutMs: config.execution.resolveTimeoutMs,
        orders: config.execution.orders,
        feeAssets,
      },
      budgets: access.map(({ budget }) => budget),
      gateways: this.#gateways,
      inventory,
      breakers: this.#breakers,
      ids,
      wal: meteredLog(crashingLog(this.#wal, crashPoint), this.#clock, views.latency('walAppend')),
      records: ringSink(views.recordRing('executor'), host.bell('journal'), this.#clock),
      counters: views.executorCounters(),
      reasons: views.reasonCounters('executor'),
      tickToTrade: views.latency('tickToTrade'),
      ackLatency: views.latency('ack'),
      log: this.#log,
      onFault: host.onFault,
      onLossHalt: (reason) => host.post({ kind: 'LossHaltChanged', reason }),
    });
    this.#safety = new ExecutorSafety({
      host,
      clock: this.#clock,
      log: this.#log,
      venues: universe.venues,
      gateways: this.#gateways,
      isSuccessor: spec.unended.includes(run),
      onGatewayEvent: (venueIndex, event) => this.#onGatewayEvent(venueIndex, event),
    });
    this.#accounts = new VenueAccounts({
      venues: universe.venues,
      gateways: this.#gateways,
      inventory,
      control: views.control,
      ...(config.mode === 'live' ? { keyRules: { allowWithdrawal: config.security.allowWithdrawalKeys } } : {}),
      clock: this.#clock,
      post: host.post,
      onFault: host.onFault,
      onCrash: (thrown) => guard.crash(thrown),
    });
    this.#reconciler = new Reconciler({
      universe,
      gateways: this.#gateways,
      budgets: access.map(({ budget }) => budget),
      instance: spec.instance,
      everyMs: config.execution.reconcileEveryMs,
      tolerance: parseAmount(config.execution.reconcileTolerance),
      assets,
      inventory,
      executor: this.#executor,
      hasBalances: (venueIndex) => this.#accounts.hasBalances(venueIndex),
      counters: views.executorCounters(),
      clock: this.#clock,
      log: this.#log,
      onDrift: (venueIndex, drifts, balances) => {
        const changes = toTexts(new Map(drifts.map(({ asset, ours, theirs }) => [asset, theirs - ours])));
        host.post({ kind: 'BalancesDrifted', venue: universe.venues[venueIndex] ?? '', changes, balances });
      },
      onFault: host.onFault,
      onCrash: (thrown) => guard.crash(thrown),
    });
    this.#instance = spec.instance;
    this.#taken = this.#executor.takeOver(past, new Set(spec.unended));
    const at = this.#clock.wallMs();
    const sums = this.#executor.carriedOver();
    this.#wal.append({ kind: 'RunOpened', run, epoch: spec.epoch, at, format: WAL_FORMAT, ...sums });
  }

  /** Up once every venue has been tried, and asked what became of what others left open: before that nothing is traded. */
  async start(): Promise<void> {
    this.#safety.start();
    this.#flushLater();
    await this.#accounts.open(() => this.#recover());
    this.#executor.resume();
    this.#reconciler.start();
  }

  doWork(): number {
    return this.#executor.doWork();
  }

  get hasWork(): boolean {
    return this.#executor.hasWork;
  }

  async onCommand(command: ActorCommand): Promise<void> {
    if (command.kind === 'Report') this.#host.post({ kind: 'Reported', report: this.#executor.report() });
    if (command.kind === 'LiftHalt') this.#executor.liftLossHalt();
    if (command.kind === 'Abandon') {
      if (this.#executor.openSets > 0) this.#safety.onAbandoned();
      this.#executor.abandonOpen();
    }
    if (command.kind === 'Settle') {
      // The balances are compared at the end anyway.
      this.#reconciler.stop();
      await this.#accounts.close();
      this.#host.post({ kind: 'Settled' });
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#accounts.stop();
    this.#reconciler.stop();
    this.#executor.stop();
    this.#queries.stop();
    await this.#safety.stop(this.#executor.openSets);
    await Promise.all(this.#gateways.map((gateway) => gateway.close()));
    await this.#wal.close();
  }

  /** A connection that we close ourselves is not lost. */
  #onGatewayEvent(venueIndex: number, event: GatewayEvent): void {
    if (this.#isStopped && event.kind === 'GatewayDown') return;
    this.#executor.onGatewayEvent(venueIndex, event);
  }

  async #recover(): Promise<void> {
    if (this.#taken.rows.length === 0 && this.#taken.stranded.length === 0) return;
    const { context, views, onFault } = this.#host;
    const counters = views.executorCounters();
    const found = await recover(
      {
        run: context.run,
        instance: this.#instance,
        universe: context.universe,
        gateways: this.#gateways,
        clock: this.#clock,
        patienceMs: context.config.execution.resolveTimeoutMs,
        log: this.#log,
        executor: this.#executor,
        fillsSoFar: () => counters.get('fills'),
        onFault,
      },
      this.#taken,
    );
    counters.add(counters.slot('orphans'), found.orphans.length);
    this.#executor.record(found);
    const { legSets, fills, cancelled, orphans, unknown, tookMs } = found;
    this.#log.info({ legSets, fills, cancelled, orphans, unknown, tookMs }, 'recovered');
  }

  /** What nobody calls for: records that found the ring full, feeds that lost trust, breakers that want to be probed. */
  #flushLater(): void {
    this.#clock.after(FLUSH_EVERY_MS, () => {
      this.#executor.doWork();
      this.#executor.lookAround();
      this.#breakers.lookAround();
      this.#queries.look();
      if (!this.#isStopped) this.#flushLater();
    });
  }
}
