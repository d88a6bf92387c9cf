/** The executor's accounts: logs on to every venue, again while one is away, and takes its balances.
 *  Thread: executor. Writes: inventory, the gateways' control words. */
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Balance, Gateway } from '../core/order.ts';
import { checkPermissions, KEY_REFUSALS } from '../core/permissions.ts';
import type { Inventory } from '../engine/inventory.ts';
import type { Control } from '../memory/control.ts';
import type { FromThread } from './messages.ts';

const CONNECT_RETRY_MS = 2_000;

export interface VenueAccountsDeps {
  readonly venues: readonly string[];
  readonly gateways: readonly Gateway[];
  readonly inventory: Inventory;
  readonly control: Control;
  /** Of keys that are asked what they may do; absent: none is. */
  readonly keyRules?: { readonly allowWithdrawal: boolean };
  readonly clock: Clock;
  readonly post: (message: FromThread) => void;
  readonly onFault: (fault: Fault) => void;
  readonly onCrash: (thrown: unknown) => void;
}

export class VenueAccounts {
  readonly #deps: VenueAccountsDeps;
  /** Resolves when balances may be taken: what moves them before is somebody else's business. */
  #settled: Promise<void> = Promise.resolve();
  /** Venues that were logged on to: their gateways come back by themselves. */
  readonly #loggedOn = new Set<number>();
  /** By venue: why it is away, as it was told; it is tried more often than that is news. */
  readonly #told = new Map<number, string>();
  /** Venues whose balances were taken. */
  readonly #heard = new Set<number>();
  #isStopped = false;

  constructor(deps: VenueAccountsDeps) {
    this.#deps = deps;
  }

  /** Logs on to all, lets `settle` run, then takes the balances; resolves when every venue that answers was heard. A venue
   *  that refuses or is away keeps no other from trading: it is tried again. */
  async open(settle: () => Promise<void>): Promise<void> {
    let release = (): void => {};
    this.#settled = new Promise((resolve) => {
      release = resolve;
    });
    const all = this.#deps.gateways.map((_, venueIndex) => venueIndex);
    const isOn = await Promise.all(all.map((venueIndex) => this.#logOn(venueIndex)));
    await settle();
    release();
    await Promise.all(all.filter((_, at) => isOn[at]).map((venueIndex) => this.#takeBalances(venueIndex)));
  }

  /** Whether the inventory has a venue's balances. */
  hasBalances(venueIndex: number): boolean {
    return this.#heard.has(venueIndex);
  }

  /** Reads every venue's balances for the end of the run. */
  async close(): Promise<void> {
    await Promise.all(this.#deps.gateways.map((_, venueIndex) => this.#readFinal(venueIndex)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #logOn(venueIndex: number): Promise<boolean> {
    const gateway = this.#deps.gateways[venueIndex];
    if (gateway === undefined || this.#isStopped) return false;
    this.#deps.control.setGatewayUp(venueIndex, false);
    return this.#tried(venueIndex, async () => {
      if (!this.#loggedOn.has(venueIndex)) await gateway.connect();
      this.#loggedOn.add(venueIndex);
      await this.#checkKey(venueIndex, gateway);
    });
  }

  /** Real money is not traded with a key that could carry it away, nor with one that may not trade. */
  async #checkKey(venueIndex: number, gateway: Gateway): Promise<void> {
    const { venues, keyRules } = this.#deps;
    const permissions = keyRules === undefined ? undefined : await gateway.permissions?.();
    if (keyRules === undefined || permissions === undefined) return;
    const refusals = checkPermissions(permissions, keyRules.allowWithdrawal);
    if (refusals.length === 0) return;
    const venue = venues[venueIndex] ?? '';
    const why = refusals.map((code) => KEY_REFUSALS[code]).join('; ');
    throw new Fault('venue/unfit-key', `${venue} is not traded: ${why}`, { venue, refusals });
  }

  async #takeBalances(venueIndex: number): Promise<void> {
    const { gateways, inventory, control } = this.#deps;
    const gateway = gateways[venueIndex];
    if (gateway === undefined) return;
    await this.#tried(venueIndex, async () => {
      const balances = await gateway.balances();
      inventory.setTotals(venueIndex, balances);
      this.#heard.add(venueIndex);
      this.#post(venueIndex, 'start', balances);
      control.setGatewayUp(venueIndex, gateway.isUp);
    });
  }

  async #readFinal(venueIndex: number): Promise<void> {
    const { gateways, venues, post } = this.#deps;
    try {
      this.#post(venueIndex, 'end', (await gateways[venueIndex]?.balances()) ?? []);
    } catch (thrown) {
      post({ kind: 'BalancesFailed', venue: venues[venueIndex] ?? '', message: messageOf(thrown) });
    }
  }

  #post(venueIndex: number, moment: 'start' | 'end', balances: readonly Balance[]): void {
    this.#deps.post({ kind: 'BalancesFetched', venue: this.#deps.venues[venueIndex] ?? '', moment, balances });
  }

  /** False when it failed: what is missing is tried again, but for a refused key, which stays refused. */
  async #tried(venueIndex: number, step: () => Promise<void>): Promise<boolean> {
    const { clock, onCrash } = this.#deps;
    try {
      await step();
      return true;
    } catch (thrown) {
      const fault =
        thrown instanceof Fault ? thrown : new Fault('venue/unreachable', messageOf(thrown), { venueIndex });
      this.#tell(venueIndex, fault);
      if (fault.code !== 'venue/auth' && fault.code !== 'venue/unfit-key')
        clock.after(CONNECT_RETRY_MS, () => this.#again(venueIndex).catch(onCrash));
      return false;
    }
  }

  #tell(venueIndex: number, fault: Fault): void {
    const why = `${fault.code} ${fault.message}`;
    if (this.#told.get(venueIndex) === why) return;
    this.#told.set(venueIndex, why);
    this.#deps.onFault(fault);
  }

  async #again(venueIndex: number): Promise<void> {
    if (!(await this.#logOn(venueIndex))) return;
    await this.#settled;
    await this.#takeBalances(venueIndex);
  }
}
