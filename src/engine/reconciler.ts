/** Compares balances and open orders with the venues again and again while trading goes on. A venue is right about balances:
 *  after a drift the inventory takes its figure, and that is told with both. Asks only what there is room for in the query
 *  lane; a venue that is down or keeps us out is left for the next round.
 *  Thread: executor. Writes: inventory. */
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { Balance, Gateway, OrderReport } from '../core/order.ts';
import type { RateBudget } from '../core/rate-budget.ts';
import type { Counters } from '../memory/counters.ts';
import { type Amounts, amountText } from './amounts.ts';
import type { Inventory } from './inventory.ts';
import type { Leg } from './leg.ts';
import { cancelOrders, type OpenOrdersDeps, tellOrphans } from './open-orders.ts';
import { type Drift, judgeLook, type KnownOrders, lookAt, type Suspicions, strayOrders } from './reconcile.ts';

/** How soon what is suspected is looked at again (venues show a fill a moment late), and how often in one round. */
const LOOK_AGAIN_MS = 2_000;
const MAX_LOOKS = 5;

export interface ReconcilerDeps extends OpenOrdersDeps {
  /** 5 characters of [0-9a-z]: the installation's. */
  readonly instance: string;
  readonly everyMs: number;
  /** At ASSET_SCALE. */
  readonly tolerance: bigint;
  readonly clock: Clock;
  /** Those that the inventory holds. */
  readonly assets: readonly string[];
  readonly inventory: Pick<Inventory, 'total' | 'apply'>;
  /** By venue index; a venue without one is not limited. */
  readonly budgets: readonly Pick<RateBudget, 'hasRoom'>[];
  readonly executor: KnownOrders & {
    /** Orders without a last word. */
    inFlight(): readonly Leg[];
  };
  /** Whether the inventory has a venue's balances: before that there is nothing to compare. */
  readonly hasBalances: (venueIndex: number) => boolean;
  readonly counters: Counters<keyof typeof EXECUTOR_COUNTERS>;
  /** Hears of drift that was found, with all that the venue said then. */
  readonly onDrift: (venueIndex: number, drifts: readonly Drift[], balances: readonly Balance[]) => void;
  readonly onCrash: (thrown: unknown) => void;
}

interface Suspected {
  balances: Suspicions;
  /** Client ids of orders that are settled here and open there. */
  orders: ReadonlySet<string>;
}

export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #suspected: readonly Suspected[];
  /** Client ids that were told of: what cannot be cancelled is found again in every round. */
  readonly #told = new Set<string>();
  #isStopped = false;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    this.#suspected = deps.gateways.map(() => ({ balances: new Map(), orders: new Set() }));
  }

  /** The venues one after the other, spread over a round. */
  start(): void {
    const { gateways, everyMs } = this.#deps;
    gateways.forEach((_, venueIndex) => {
      this.#later((everyMs * (venueIndex + 1)) / gateways.length, venueIndex, 1);
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  #later(ms: number, venueIndex: number, look: number): void {
    const { clock, onCrash } = this.#deps;
    clock.after(ms, () => {
      if (!this.#isStopped) this.#round(venueIndex, look).catch(onCrash);
    });
  }

  async #round(venueIndex: number, look: number): Promise<void> {
    const hasLooked = await this.#tryLook(venueIndex);
    const { balances, orders } = this.#suspected[venueIndex] as Suspected;
    const wantsMore = hasLooked && balances.size + orders.size > 0 && look < MAX_LOOKS;
    if (wantsMore) this.#later(LOOK_AGAIN_MS, venueIndex, look + 1);
    else this.#later(this.#deps.everyMs, venueIndex, 1);
  }

  /** False: the venue was not asked, or did not answer. */
  async #tryLook(venueIndex: number): Promise<boolean> {
    const { gateways, hasBalances, log, universe } = this.#deps;
    const gateway = gateways[venueIndex];
    if (gateway === undefined || !hasBalances(venueIndex)) return false;
    try {
      if (this.#mayAsk(gateway, venueIndex)) {
        await this.#look(gateway, venueIndex);
        this.#count('reconciliations');
        return true;
      }
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      log.warn({ venue: universe.venues[venueIndex], cause: messageOf(thrown) }, 'not reconciled');
    }
    this.#count('reconciliationsSkipped');
    return false;
  }

  #mayAsk(gateway: Gateway, venueIndex: number): boolean {
    const budget = this.#deps.budgets[venueIndex];
    if (!gateway.isUp) return false;
    return budget === undefined || (budget.hasRoom('openOrders', 'query') && budget.hasRoom('balances', 'query'));
  }

  async #look(gateway: Gateway, venueIndex: number): Promise<void> {
    const open = await gateway.openOrders();
    if (this.#isStopped) return;
    await this.#judgeOrders(venueIndex, open);
    const before = this.#totals(venueIndex);
    const inMotion = this.#inMotion(venueIndex);
    const balances = await gateway.balances();
    if (this.#isStopped) return;
    for (const asset of this.#inMotion(venueIndex)) inMotion.add(asset);
    const sighting = { before, after: this.#totals(venueIndex), inMotion, theirs: balances };
    const suspected = this.#suspected[venueIndex] as Suspected;
    const judged = judgeLook(suspected.balances, lookAt(sighting, this.#deps.tolerance));
    suspected.balances = judged.suspected;
    if (judged.drifts.length > 0) this.#take(venueIndex, judged.drifts, balances);
  }

  /** Nothing was awaited since the figures were compared: they are still ours. */
  #take(venueIndex: number, drifts: readonly Drift[], balances: readonly Balance[]): void {
    const { inventory, universe, onDrift, onFault } = this.#deps;
    inventory.apply(venueIndex, new Map(drifts.map(({ asset, ours, theirs }) => [asset, theirs - ours])));
    this.#count('balanceDrifts', drifts.length);
    onDrift(venueIndex, drifts, balances);
    const venue = universe.venues[venueIndex] ?? '';
    const told = drifts.map(({ asset, ours, theirs }) => ({
      asset,
      ours: amountText(ours),
      theirs: amountText(theirs),
    }));
    const figures = told.map(({ asset, ours, theirs }) => `${theirs} ${asset} where we had ${ours}`).join(', ');
    const message = `${venue} says that it holds ${figures}; its word is taken`;
    onFault(new Fault('execution/reconcile', message, { venue, drifts: told }));
  }

  async #judgeOrders(venueIndex: number, open: readonly OrderReport[]): Promise<void> {
    const { instance, executor } = this.#deps;
    const { orphans, standing } = strayOrders(open, instance, executor);
    const suspected = this.#suspected[venueIndex] as Suspected;
    const stray = standing.filter(({ clientId }) => suspected.orders.has(clientId));
    suspected.orders = new Set(standing.filter((order) => !stray.includes(order)).map(({ clientId }) => clientId));
    const newOrphans = this.#untold(orphans);
    const newStanding = this.#untold(stray);
    await cancelOrders(this.#deps, venueIndex, [...orphans, ...stray]);
    this.#count('orphans', newOrphans.length);
    this.#count('standingOrders', newStanding.length);
    tellOrphans(this.#deps, venueIndex, newOrphans);
    this.#tellStanding(venueIndex, newStanding);
  }

  #tellStanding(venueIndex: number, orders: readonly string[]): void {
    if (orders.length === 0) return;
    const venue = this.#deps.universe.venues[venueIndex] ?? '';
    const message = `${venue} has ${orders.length} orders open that were settled here; they were cancelled`;
    this.#deps.onFault(new Fault('execution/standing', message, { venue, orders }));
  }

  /** Their client ids, each once in a run. */
  #untold(orders: readonly OrderReport[]): string[] {
    const ids = orders.map(({ clientId }) => clientId).filter((clientId) => !this.#told.has(clientId));
    for (const clientId of ids) this.#told.add(clientId);
    return ids;
  }

  #totals(venueIndex: number): Amounts {
    const { assets, inventory } = this.#deps;
    return new Map(assets.map((asset) => [asset, inventory.total(venueIndex, asset)]));
  }

  /** Fees may be taken in a third asset, which only the fills tell. */
  #inMotion(venueIndex: number): Set<string> {
    const { universe, executor } = this.#deps;
    const legs = executor.inFlight().filter(({ row }) => universe.rows[row]?.venueIndex === venueIndex);
    return new Set(legs.flatMap(({ base, quote, fees }) => [base, quote, ...fees.keys()]));
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS, by = 1): void {
    this.#deps.counters.add(this.#deps.counters.slot(name), by);
  }
}
