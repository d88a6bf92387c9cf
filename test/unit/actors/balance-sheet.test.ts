import { describe, expect, it } from 'vitest';
import { BalanceSheet } from '../../../src/actors/balance-sheet.ts';
import type { Balance } from '../../../src/core/order.ts';

const held = (BTC: string, USDT: string): Balance[] => [
  { asset: 'BTC', free: BTC, locked: '0' },
  { asset: 'USDT', free: USDT, locked: '0' },
];

function sheetOf(): BalanceSheet {
  const sheet = new BalanceSheet();
  expect(sheet.hear({ kind: 'BalancesFetched', venue: 'okx', moment: 'start', balances: held('1', '100') })).toBe(
    'start',
  );
  return sheet;
}

describe('the balance sheet of a run', () => {
  it('counts the first word and the last one of a venue', () => {
    const sheet = sheetOf();
    expect(sheet.hear({ kind: 'BalancesFetched', venue: 'okx', moment: 'start', balances: held('9', '9') })).toBe(
      undefined,
    );
    expect(sheet.hear({ kind: 'BalancesFetched', venue: 'okx', moment: 'end', balances: held('1.5', '70') })).toBe(
      'end',
    );
    expect(sheet.difference({ BTC: '0.5', USDT: '-30' })).toBe(undefined);
    expect(sheet.difference({ BTC: '0.5', USDT: '-29.99' })).toMatchObject({
      code: 'execution/reconcile',
      details: { byVenues: { BTC: '0.5', USDT: '-30' }, byFills: { BTC: '0.5', USDT: '-29.99' } },
    });
  });

  it('says nothing again of drift that was told when it was found, and yet counts it as what the run changed', () => {
    const sheet = sheetOf();
    const drift = { kind: 'BalancesDrifted', venue: 'okx', balances: held('2', '60') } as const;
    expect(sheet.hear({ ...drift, changes: { BTC: '1', USDT: '-40' } })).toBe('reconcile');
    expect(sheet.hear({ ...drift, changes: { USDT: '5' } })).toBe('reconcile');
    sheet.hear({ kind: 'BalancesFetched', venue: 'okx', moment: 'end', balances: held('2', '65') });
    expect(sheet.difference({})).toBe(undefined);
    expect(sheet.difference({ USDT: '1' })).toMatchObject({ code: 'execution/reconcile' });
    expect(Object.fromEntries(sheet.change())).toEqual({ BTC: 10n ** 18n, USDT: -35n * 10n ** 18n });
  });

  it('misses a venue that was heard at the start alone', () => {
    expect(sheetOf().difference({})?.details).toMatchObject({ missing: ['okx'] });
  });
});
