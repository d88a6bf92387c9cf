/** Which buys bring all of their base, as the venues' accounts are configured, as their balances stand and as their fills
 *  say. When fees can no longer be counted on to be paid apart it is told, once.
 *  Thread: executor. Writes: the rows' fee words (→ detector), a counter. */
import { Fault } from '../core/faults.ts';
import type { Row, Universe } from '../core/instrument.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { Fill } from '../core/order.ts';
import type { Counters } from '../memory/counters.ts';
import type { Layout } from '../memory/layout.ts';
import { feesApartWords } from '../memory/shared-words.ts';
import { amountText } from './amounts.ts';
import { type FeeAssetSetting, type FeeStanding, feeStanding, isOutside, nextFeeAsset } from './fee-assets.ts';

export interface FeeAccountsDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly inventory: { free(venue: number, asset: string): bigint };
  readonly counters: Counters<keyof typeof EXECUTOR_COUNTERS>;
  readonly onFault: (fault: Fault) => void;
}

interface Account {
  readonly venueIndex: number;
  readonly setting: FeeAssetSetting;
  /** Rows whose fees the setting is about. */
  readonly rows: readonly number[];
  lastPaidIn: string | undefined;
  standing: FeeStanding;
  isTold: boolean;
}

export class FeeAccounts {
  readonly #deps: FeeAccountsDeps;
  /** By venue index. */
  readonly #accounts: readonly (Account | undefined)[];
  readonly #words: Float64Array;

  /** `settings` by venue index: what is configured, where something is. What an account pays in only its fills say, so
   *  nothing is counted on before the first one of this executor. */
  constructor(deps: FeeAccountsDeps, settings: readonly (FeeAssetSetting | undefined)[]) {
    this.#deps = deps;
    this.#words = feesApartWords(deps.buffer, deps.layout).fill(0);
    this.#accounts = deps.universe.venues.map((_, venueIndex) => {
      const setting = settings[venueIndex];
      return setting && accountOf(venueIndex, setting, deps.universe.rows);
    });
  }

  /** Whether the fee of a buy here is counted on to leave its base whole. */
  isApart(row: Row): boolean {
    const account = this.#accounts[row.venueIndex];
    if (account === undefined) return false;
    this.#look(account);
    return this.#words[row.row] === 1;
  }

  /** A fill says what the account pays in. `leg`: what it traded. */
  hear(venueIndex: number, leg: { readonly base: string; readonly quote: string }, fill: Fill): void {
    const account = this.#accounts[venueIndex];
    if (account === undefined || !isOutside(account.setting, leg)) return;
    account.lastPaidIn = nextFeeAsset(account.lastPaidIn, fill);
  }

  /** The venue's balances have changed. */
  look(venueIndex: number): void {
    const account = this.#accounts[venueIndex];
    if (account !== undefined) this.#look(account);
  }

  #look(account: Account): void {
    const { venueIndex, setting, lastPaidIn, rows } = account;
    const free = this.#deps.inventory.free(venueIndex, setting.asset);
    const standing = feeStanding(setting, { lastPaidIn, free });
    // A balance that goes to and fro about its floor is one trouble.
    if (account.isTold && standing === 'apart' && free >= 2n * setting.floor) account.isTold = false;
    if (standing === account.standing) return;
    account.standing = standing;
    for (const row of rows) this.#words[row] = standing === 'apart' ? 1 : 0;
    if (standing === 'low' || standing === 'elsewhere') this.#tellOnce(account, free);
  }

  #tellOnce(account: Account, free: bigint): void {
    if (account.isTold) return;
    account.isTold = true;
    const { counters, universe, onFault } = this.#deps;
    counters.add(counters.slot('feeAssetLapses'));
    const { standing, lastPaidIn, setting } = account;
    const venue = universe.venues[account.venueIndex] ?? '';
    const [asset, floor, left] = [setting.asset, amountText(setting.floor), amountText(free)];
    const why =
      standing === 'low'
        ? `${venue} has ${left} ${asset} left for fees, less than the floor of ${floor}`
        : `${venue} took a fee in ${lastPaidIn}, not in ${asset} (of which ${left} is free)`;
    const message = `${why}; what is bought there counts as less by its fee until fees are paid in ${asset} again`;
    onFault(new Fault('execution/fee-asset', message, { venue, asset, free: left, floor, paidIn: lastPaidIn }));
  }
}

function accountOf(venueIndex: number, setting: FeeAssetSetting, rows: readonly Row[]): Account {
  const own = rows.filter((row) => row.venueIndex === venueIndex && isOutside(setting, row.listing));
  return {
    venueIndex,
    setting,
    rows: own.map(({ row }) => row),
    lastPaidIn: undefined,
    standing: 'untold',
    isTold: false,
  };
}
