/** What the venues say of a key, read. Bodies are those of their documentation, with other values. */
import { describe, expect, it } from 'vitest';
import { type KeyPermissions, UNKNOWN_PERMISSIONS } from '../../../src/core/permissions.ts';
import * as binance from '../../../src/venues/binance/permissions.ts';
import * as bitget from '../../../src/venues/bitget/permissions.ts';
import * as bybit from '../../../src/venues/bybit/permissions.ts';
import * as coinbase from '../../../src/venues/coinbase/permissions.ts';
import * as gate from '../../../src/venues/gate/permissions.ts';
import * as kraken from '../../../src/venues/kraken/permissions.ts';
import * as kucoin from '../../../src/venues/kucoin/permissions.ts';
import * as okx from '../../../src/venues/okx/permissions.ts';

/** Read, trade, withdraw, bound to addresses. */
type Expected = readonly [boolean | undefined, boolean | undefined, boolean | undefined, boolean | undefined];

const permissions = ([canRead, canTrade, canWithdraw, ipRestricted]: Expected): KeyPermissions => ({
  canRead,
  canTrade,
  canWithdraw,
  ipRestricted,
});

describe('binance', () => {
  const body = {
    ...{ ipRestrict: false, createTime: 1_698_645_219_000, enableReading: true, enableWithdrawals: false },
    ...{ enableInternalTransfer: true, enableMargin: true, enableFutures: true, permitsUniversalTransfer: true },
    ...{ enableVanillaOptions: true, enableSpotAndMarginTrading: false, enablePortfolioMarginTrading: true },
  };

  it.each<[string, object, Expected]>([
    ['reads alone', {}, [true, false, false, false]],
    ['trades spot', { enableSpotAndMarginTrading: true, ipRestrict: true }, [true, true, false, true]],
    ['withdraws', { enableWithdrawals: true }, [true, false, true, false]],
  ])('a key that %s', (_, change, expected) => {
    expect(binance.readPermissions({ ...body, ...change })).toEqual(permissions(expected));
  });

  it('what says nothing of withdrawing is unreadable', () => {
    expect(binance.readPermissions({ ...body, enableWithdrawals: undefined })).toBeUndefined();
    expect(binance.readPermissions([])).toBeUndefined();
  });

  it('an environment without the wallet API knows nothing of keys; another refusal is one', () => {
    const refused = (code: string) =>
      binance.whereMissing({
        kind: 'refused',
        error: { class: 'other', code, message: '' },
        sentAt: 0 as never,
        receivedAt: 0 as never,
      });
    expect(refused('HTTP 404')).toEqual(UNKNOWN_PERMISSIONS);
    expect(refused('-2015')).toBeUndefined();
    expect(binance.whereMissing({ kind: 'unsent', reason: '' })).toBeUndefined();
  });
});

describe('okx', () => {
  it.each<[string, string, Expected]>([
    ['read_only', '', [true, false, false, false]],
    ['read_only,trade', '10.0.0.1', [true, true, false, true]],
    ['read_only, withdraw,trade', '10.0.0.1,10.0.0.2', [true, true, true, true]],
  ])('%s', (perm, ip, expected) => {
    expect(okx.readPermissions([{ uid: '1', perm, ip }])).toEqual(permissions(expected));
  });

  it('without a word of permissions it is unreadable', () => {
    for (const rows of [[], [{}], [{ perm: '' }]]) expect(okx.readPermissions(rows)).toBeUndefined();
  });
});

describe('bybit', () => {
  const body = { readOnly: 0, ips: ['*'], permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] } };

  it.each<[string, object, Expected]>([
    ['trades spot', {}, [true, true, false, false]],
    ['is bound to addresses', { ips: ['10.0.0.1'] }, [true, true, false, true]],
    ['withdraws', { permissions: { Spot: [], Wallet: ['AccountTransfer', 'Withdraw'] } }, [true, false, true, false]],
    ['may only look', { readOnly: 1 }, [true, false, false, false]],
    ['trades derivatives alone', { permissions: { ContractTrade: ['Order'] } }, [true, false, false, false]],
  ])('a key that %s', (_, change, expected) => {
    expect(bybit.readPermissions({ ...body, ...change })).toEqual(permissions(expected));
  });

  it('without lists, or without a word of writing, it is unreadable', () => {
    expect(bybit.readPermissions({ ...body, permissions: null })).toBeUndefined();
    expect(bybit.readPermissions({ ...body, readOnly: '0' })).toBeUndefined();
  });
});

describe('kucoin', () => {
  it.each<[string, object, Expected]>([
    ['General', {}, [true, false, false, false]],
    ['General,Spot', { ipWhitelist: '10.0.0.1,10.0.0.2' }, [true, true, false, true]],
    ['General, Trade', { ipWhitelist: '' }, [true, true, false, false]],
    ['General,Spot,InnerTransfer', {}, [true, true, false, false]],
    ['General,Spot,InnerTransfer,Transfer', {}, [true, true, true, false]],
    ['General,Spot,Withdrawal', {}, [true, true, true, false]],
    ['General,Futures,Margin', {}, [true, false, false, false]],
  ])('%s', (permission, more, expected) => {
    expect(kucoin.readPermissions({ apiKey: 'k', permission, ...more })).toEqual(permissions(expected));
  });

  it('without a word of permissions it is unreadable', () => {
    for (const data of [null, {}, { permission: '' }]) expect(kucoin.readPermissions(data)).toBeUndefined();
  });
});

describe('bitget', () => {
  it.each<[readonly string[], string, Expected]>([
    [['trade', 'readonly'], '127.0.0.1', [true, true, false, true]],
    [['stor', 'coor'], '', [true, false, false, false]],
    [['stow', 'wtow'], '', [true, true, false, false]],
    [['stow', 'wwow'], '10.0.0.1', [true, true, true, true]],
    [['coow', 'cpow'], '', [false, false, false, false]],
  ])('%j', (authorities, ips, expected) => {
    expect(bitget.readPermissions({ userId: '1', authorities, ips })).toEqual(permissions(expected));
  });

  it('without a list it is unreadable', () => {
    for (const data of [null, {}, { authorities: 'trade' }]) expect(bitget.readPermissions(data)).toBeUndefined();
  });
});

describe('kraken', () => {
  const trading = ['query-funds', 'query-open-trades', 'modify-trades', 'close-trades'];

  it.each<[string, object, Expected]>([
    ['trades', { permissions: trading, ip_allowlist: [] }, [true, true, false, false]],
    ['is bound to addresses', { permissions: trading, ip_allowlist: ['10.0.0.0/8'] }, [true, true, false, true]],
    ['is told in camel case', { permissions: trading, ipAllowlist: ['10.0.0.1'] }, [true, true, false, true]],
    ['has an empty address', { permissions: trading, ip_allowlist: [''] }, [true, true, false, false]],
    ['withdraws', { permissions: [...trading, 'withdraw-funds'] }, [true, true, true, undefined]],
    ['places and cannot cancel', { permissions: trading.slice(0, 3) }, [true, false, false, undefined]],
    ['may only look', { permissions: trading.slice(0, 2) }, [true, false, false, undefined]],
    ['cannot see balances', { permissions: trading.slice(1) }, [false, true, false, undefined]],
  ])('a key that %s', (_, body, expected) => {
    expect(kraken.readPermissions(body as never)).toEqual(permissions(expected));
  });

  it('without a list it is unreadable', () => {
    expect(kraken.readPermissions({ api_key: 'k' })).toBeUndefined();
  });
});

describe('coinbase', () => {
  const body = { can_view: true, can_trade: true, can_transfer: false, portfolio_uuid: 'u', portfolio_type: 'DEFAULT' };

  it('says what it may do, and nothing of addresses', () => {
    expect(coinbase.readPermissions(body)).toEqual(permissions([true, true, false, undefined]));
    expect(coinbase.readPermissions({ ...body, can_trade: false, can_transfer: true })).toEqual(
      permissions([true, false, true, undefined]),
    );
  });

  it.each(['can_view', 'can_trade', 'can_transfer'])('without %s it is unreadable', (name) => {
    expect(coinbase.readPermissions({ ...body, [name]: undefined })).toBeUndefined();
  });
});

describe('gate', () => {
  const KEY = 'c5dcfbf1f3a7d6c8e2b1a09f8e7d6c5b';
  const perm = (name: string, read_only = false): object => ({ name, read_only });
  const entry = (perms: readonly object[], more: object = {}): object => ({
    ...{ state: 1, mode: 1, name: 'one', perms, ip_whitelist: [], key: 'c5dcfbf1f3a7*****', ...more },
  });

  it.each<[string, readonly object[], Expected]>([
    ['trades spot', [perm('account', true), perm('spot')], [true, true, false, false]],
    ['may only look', [perm('spot', true), perm('wallet', true)], [true, false, false, false]],
    ['trades futures alone', [perm('futures')], [false, false, false, false]],
    ['withdraws', [perm('spot'), perm('withdraw')], [true, true, true, false]],
    ['may look at withdrawals', [perm('spot'), perm('withdraw', true)], [true, true, false, false]],
    ['writes to the wallet, whatever that includes', [perm('spot'), perm('wallet')], [true, true, undefined, false]],
  ])('a key that %s', (_, perms, expected) => {
    expect(gate.readPermissions([entry(perms)], KEY)).toEqual(permissions(expected));
  });

  it('is found among the keys of the account by what is shown of it', () => {
    const others = [entry([perm('withdraw')], { key: '52fd0035f665*****' }), entry([perm('spot')])];
    expect(gate.readPermissions(others, KEY)).toEqual(permissions([true, true, false, false]));
  });

  it('is unknown where none, or more than one, may be ours', () => {
    const stranger = entry([perm('withdraw')], { key: '52fd0035f665*****' });
    const vague = entry([perm('spot')], { key: 'c5d*****' });
    for (const list of [[], [stranger], [vague], [entry([]), entry([])]]) {
      expect(gate.readPermissions(list, KEY)).toEqual(UNKNOWN_PERMISSIONS);
    }
  });

  it('may be told alone, without a list', () => {
    const alone = { state: 1, key: { mode: 1 }, perms: [perm('spot')], ip_whitelist: ['10.0.0.1'] };
    expect(gate.readPermissions(alone, KEY)).toEqual(permissions([true, true, false, true]));
    expect(gate.readPermissions({ state: 1 }, KEY)).toBeUndefined();
    expect(gate.readPermissions('?', KEY)).toBeUndefined();
  });

  it('of a sub-account may not ask', () => {
    const refused = (code: string) => gate.mayNotAsk({ ok: false, error: { class: 'auth', code, message: '' } });
    expect(refused('FORBIDDEN')).toBe(true);
    expect(refused('INVALID_KEY')).toBe(false);
    expect(gate.mayNotAsk({ ok: true, value: [] })).toBe(false);
  });
});
