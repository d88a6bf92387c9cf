import { describe, expect, it } from 'vitest';
import type { FromThread } from '../../../src/actors/messages.ts';
import { VenueAccounts } from '../../../src/actors/venue-accounts.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Balance, Gateway } from '../../../src/core/order.ts';
import { UNKNOWN_PERMISSIONS } from '../../../src/core/permissions.ts';
import type { Inventory } from '../../../src/engine/inventory.ts';
import type { Control } from '../../../src/memory/control.ts';

const BALANCES: readonly Balance[] = [{ asset: 'USDT', free: '5', locked: '0' }];
const RETRY_MS = 2_000;
const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const busy = (): Fault => new Fault('venue/refused', 'asked too often');

/** One venue that answers each kind of question with what is next in its list, and well when that is used up. */
function begin(script: { connect?: Fault[]; balances?: Fault[]; permissions?: Fault[] }) {
  const asked: string[] = [];
  const answer = <T>(what: keyof typeof script, value: T): Promise<T> => {
    asked.push(what);
    const fault = script[what]?.shift();
    return fault === undefined ? Promise.resolve(value) : Promise.reject(fault);
  };
  let isConnected = false;
  const gateway = {
    get isUp() {
      return isConnected;
    },
    connect: async () => {
      // As the gateways that stand on a session do.
      if (isConnected) throw new Error('the session is already started');
      await answer('connect', undefined);
      isConnected = true;
    },
    balances: () => answer('balances', BALANCES),
    permissions: () => answer('permissions', UNKNOWN_PERMISSIONS),
  } as unknown as Gateway;
  const clock = new ManualClock();
  const posted: FromThread[] = [];
  const faults: string[] = [];
  const taken: (readonly Balance[])[] = [];
  let isUp = false;
  const accounts = new VenueAccounts({
    venues: ['kraken'],
    gateways: [gateway],
    inventory: {
      setTotals: (_: number, balances: readonly Balance[]) => void taken.push(balances),
    } as unknown as Inventory,
    control: {
      setGatewayUp: (_: number, on: boolean) => {
        isUp = on;
      },
    } as unknown as Control,
    keyRules: { allowWithdrawal: false },
    clock,
    post: (message) => void posted.push(message),
    onFault: (fault) => void faults.push(fault.message),
    onCrash: (thrown) => {
      throw thrown;
    },
  });
  const wait = async (): Promise<void> => {
    clock.advanceMs(RETRY_MS);
    await flush();
  };
  return { accounts, asked, faults, taken, wait, isUp: () => isUp };
}

describe('the accounts of a venue', () => {
  it('are logged on to, checked and taken', async () => {
    const { accounts, asked, taken, isUp } = begin({});
    await accounts.open(() => Promise.resolve());
    expect(asked).toEqual(['connect', 'permissions', 'balances']);
    expect(taken).toEqual([BALANCES]);
    expect(isUp()).toBe(true);
  });

  it('are logged on to again until that is not refused', async () => {
    const { accounts, asked, faults, wait, isUp } = begin({
      connect: [busy(), busy(), new Fault('venue/refused', 'in maintenance'), busy()],
    });
    await accounts.open(() => Promise.resolve());
    expect(isUp()).toBe(false);
    for (let n = 0; n < 4; n++) await wait();
    // That it is away is told once, and every new reason.
    expect(faults).toEqual(['asked too often', 'in maintenance', 'asked too often']);
    expect(asked.filter((each) => each === 'connect')).toHaveLength(5);
    expect(asked.slice(-2)).toEqual(['permissions', 'balances']);
    expect(isUp()).toBe(true);
  });

  it.each(['balances', 'permissions'] as const)(
    'are not logged on to twice when only the %s were refused',
    async (what) => {
      const { accounts, asked, faults, wait, isUp, taken } = begin({ [what]: [busy()] });
      await accounts.open(() => Promise.resolve());
      expect(isUp()).toBe(false);
      await wait();
      expect(faults).toEqual(['asked too often']);
      expect(asked.filter((each) => each === 'connect')).toHaveLength(1);
      expect(taken).toEqual([BALANCES]);
      expect(isUp()).toBe(true);
    },
  );

  it('of a key that is refused stay alone', async () => {
    const { accounts, asked, wait, isUp } = begin({ connect: [new Fault('venue/auth', 'no such key')] });
    await accounts.open(() => Promise.resolve());
    await wait();
    expect(asked).toEqual(['connect']);
    expect(isUp()).toBe(false);
  });
});
