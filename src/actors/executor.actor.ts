/** The executor with its venues' order entry. The only actor that is handed secrets. */
import { type Clock, systemClock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { Gateway, GatewayEvent } from '../core/order.ts';
import { clientIds } from '../engine/client-ids.ts';
import { Executor } from '../engine/executor.ts';
import { Inventory } from '../engine/inventory.ts';
import { adoptable } from '../engine/recovery.ts';
import { assetsOf } from '../engine/terms.ts';
import { inventoryWords } from '../memory/shared-words.ts';
import { httpClient } from '../net/http-client.ts';
import { wsSockets } from '../net/ws-socket.ts';
import { walFolder } from '../record/journal-store.ts';
import { ringSink } from '../record/ring-sink.ts';
import { WriteAheadLog } from '../record/wal.ts';
import { entriesOf, readWalFolder } from '../record/wal-files.ts';
import { descriptorOf } from '../venues/registry.ts';
import type { Actor, ActorCommand } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import { createIdentifiedGateway } from './identified-gateway.ts';
import { createLog } from './log.ts';
import type { ActorSpec } from './messages.ts';

const CONNECT_RETRY_MS = 2_000;
const FLUSH_EVERY_MS = 200;
const RECOUNT_EVERY_MS = 100;

export class ExecutorActor implements Actor {
  readonly #host: ActorHost;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #wal: WriteAheadLog;
  readonly #gateways: readonly Gateway[];
  readonly #inventory: Inventory;
  readonly #executor: Executor;
  readonly #hasAdopted: boolean;
  #isStopped = false;

  constructor(spec: Extract<ActorSpec, { kind: 'executor' }>, host: ActorHost) {
    this.#host = host;
    const { context, views, guard } = host;
    const { config, run, universe } = context;
    this.#clock = guard.clock(systemClock());
    this.#log = createLog(spec.name, config.log.level, context.logFile);
    // Before the new file is opened: what a predecessor wrote is what there is to adopt.
    const past = spec.isSuccessor ? entriesOf(readWalFolder(walFolder(context.dataDir))) : [];
    this.#wal = new WriteAheadLog({
      folder: walFolder(context.dataDir),
      run,
      syncEveryMs: config.journal.syncMs,
      onFault: host.onFault,
    });
    this.#wal.append({ kind: 'RunOpened', run, epoch: spec.epoch, at: this.#clock.wallMs() });
    const sockets = guard.sockets(wsSockets(this.#clock));
    const http = httpClient();
    guard.atEnd(() => http.close());
    this.#gateways = spec.venues.map(({ venue, endpoints, credentials }, venueIndex) =>
      createIdentifiedGateway(
        descriptorOf(venue, config.venues),
        {
          endpoints,
          credentials,
          listings: universe.rows.filter((row) => row.venueIndex === venueIndex).map((row) => row.listing),
          sockets,
          http,
          clock: this.#clock,
          log: this.#log,
          onEvent: (event) => guard.run(() => this.#onGatewayEvent(venueIndex, event), undefined),
        },
        config.assets,
      ),
    );
    const assets = assetsOf(universe);
    this.#inventory = new Inventory(universe.venues, assets, inventoryWords(views.buffer, views.layout));
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
        unwindSlippageBps: config.limits.unwindSlippageBps,
        orderTimeoutMs: config.execution.orderTimeoutMs,
        resolveTimeoutMs: config.execution.resolveTimeoutMs,
      },
      orderRates: spec.venues.map(({ venue }) => descriptorOf(venue, config.venues).orderRate),
      gateways: this.#gateways,
      inventory: this.#inventory,
      ids: clientIds(spec.instance, spec.epoch),
      wal: this.#wal,
      records: ringSink(views.recordRing('executor'), host.bell('journal'), this.#clock),
      counters: views.executorCounters(),
      reasons: views.reasonCounters('executor'),
      tickToTrade: views.latency('tickToTrade'),
      ackLatency: views.latency('ack'),
      log: this.#log,
      onFault: host.onFault,
    });
    const adopted = adoptable(past, run, universe);
    this.#executor.takeOver(adopted);
    this.#hasAdopted = adopted.open.length > 0;
    if (this.#hasAdopted) this.#log.warn({ legSets: adopted.open.length }, 'adopted open leg sets');
  }

  /** Up once every venue has been tried; one that refuses or is away does not keep the others from trading. */
  async start(): Promise<void> {
    await Promise.all(this.#gateways.map((_, venueIndex) => this.#connect(venueIndex)));
    this.#flushLater();
    if (this.#hasAdopted) this.#recountLater();
  }

  doWork(): number {
    return this.#executor.doWork();
  }

  get hasWork(): boolean {
    return this.#executor.hasWork;
  }

  async onCommand(command: ActorCommand): Promise<void> {
    if (command.kind === 'Report') this.#host.post({ kind: 'Reported', report: this.#executor.report() });
    if (command.kind === 'Abandon') this.#executor.abandonOpen();
    if (command.kind === 'Settle') {
      await Promise.all(this.#gateways.map((_, venueIndex) => this.#fetchBalances(venueIndex, 'end')));
      this.#host.post({ kind: 'Settled' });
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#executor.stop();
    await Promise.all(this.#gateways.map((gateway) => gateway.close()));
    await this.#wal.close();
  }

  /** A connection that we close ourselves is not lost. */
  #onGatewayEvent(venueIndex: number, event: GatewayEvent): void {
    if (this.#isStopped && event.kind === 'GatewayDown') return;
    this.#executor.onGatewayEvent(venueIndex, event);
  }

  async #connect(venueIndex: number): Promise<void> {
    const gateway = this.#gateways[venueIndex];
    const { control } = this.#host.views;
    if (gateway === undefined || this.#isStopped) return;
    control.setGatewayUp(venueIndex, false);
    try {
      await gateway.connect();
      await this.#fetchBalances(venueIndex, 'start');
      control.setGatewayUp(venueIndex, gateway.isUp);
    } catch (thrown) {
      const fault =
        thrown instanceof Fault ? thrown : new Fault('venue/unreachable', messageOf(thrown), { venueIndex });
      this.#host.onFault(fault);
      // A refused key stays refused; everything else may pass.
      if (fault.code === 'venue/auth') return;
      this.#clock.after(CONNECT_RETRY_MS, () => {
        this.#connect(venueIndex).catch((error: unknown) => this.#host.guard.crash(error));
      });
    }
  }

  async #fetchBalances(venueIndex: number, moment: 'start' | 'end'): Promise<void> {
    const gateway = this.#gateways[venueIndex];
    const venue = this.#host.context.universe.venues[venueIndex] ?? '';
    if (gateway === undefined) return;
    try {
      const balances = await gateway.balances();
      if (moment === 'start') this.#inventory.setTotals(venueIndex, balances);
      this.#host.post({ kind: 'BalancesFetched', venue, moment, balances });
    } catch (thrown) {
      if (moment === 'start') throw thrown;
      this.#host.post({ kind: 'BalancesFailed', venue, message: messageOf(thrown) });
    }
  }

  /** Balances that were read while adopted orders were open may hold fills that were booked again when the venue told of
   *  them: once nothing is open, the venues' word is taken anew. */
  #recountLater(): void {
    this.#clock.after(RECOUNT_EVERY_MS, () => {
      if (this.#isStopped) return;
      if (this.#executor.openSets > 0) return this.#recountLater();
      Promise.all(this.#gateways.map((_, venueIndex) => this.#fetchBalances(venueIndex, 'start'))).catch(
        (thrown: unknown) => {
          this.#log.warn({ cause: messageOf(thrown) }, 'balances could not be read again');
          this.#recountLater();
        },
      );
    });
  }

  /** Records that found the ring full are tried again, also when no intent comes. */
  #flushLater(): void {
    this.#clock.after(FLUSH_EVERY_MS, () => {
      this.#executor.doWork();
      if (!this.#isStopped) this.#flushLater();
    });
  }
}
