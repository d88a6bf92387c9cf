/** Accounts and their holdings. Every movement goes through here, so that no holding can turn negative unnoticed. */
import { ORDINARY_PERMISSIONS } from './permissions.ts';
import type { Holding, SimAccount } from './port.ts';

export interface AccountKeys {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

export function newAccount(index: number, keys: AccountKeys, initial: ReadonlyMap<string, bigint>): SimAccount {
  return {
    index,
    ...keys,
    initial: new Map(initial),
    holdings: new Map([...initial].map(([asset, amount]) => [asset, { free: amount, locked: 0n }])),
    permissions: ORDINARY_PERMISSIONS,
    paysWithToken: false,
  };
}

export function holdingOf(account: SimAccount, asset: string): Holding {
  const known = account.holdings.get(asset);
  if (known !== undefined) return known;
  const holding = { free: 0n, locked: 0n };
  account.holdings.set(asset, holding);
  return holding;
}

/** Puts so much in from outside; it counts as there from the start. */
export function deposit(account: SimAccount, asset: string, amount: bigint): void {
  account.initial.set(asset, (account.initial.get(asset) ?? 0n) + amount);
  holdingOf(account, asset).free += amount;
}

/** Moves between free and used; a negative result is a bug of the exchange and stops it. */
export function move(account: SimAccount, asset: string, free: bigint, locked: bigint): void {
  const holding = holdingOf(account, asset);
  holding.free += free;
  holding.locked += locked;
  if (holding.free < 0n || holding.locked < 0n) {
    throw new Error(`simulated account ${account.index} would hold ${holding.free}/${holding.locked} ${asset}`);
  }
}
