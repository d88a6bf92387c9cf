import { describe, expect, it } from 'vitest';
import { checkPermissions, type KeyPermissions, UNKNOWN_PERMISSIONS } from '../../../src/core/permissions.ts';

const FIT: KeyPermissions = { canRead: true, canTrade: true, canWithdraw: false, ipRestricted: true };

describe('a key', () => {
  it('that reads and trades alone is fit', () => {
    expect(checkPermissions(FIT, false)).toEqual([]);
    expect(checkPermissions({ ...FIT, ipRestricted: false }, false)).toEqual([]);
  });

  it('that may withdraw is refused unless that is allowed', () => {
    expect(checkPermissions({ ...FIT, canWithdraw: true }, false)).toEqual(['can-withdraw']);
    expect(checkPermissions({ ...FIT, canWithdraw: true }, true)).toEqual([]);
  });

  it('that may not trade or read is refused, whatever is allowed', () => {
    for (const allow of [true, false]) {
      expect(checkPermissions({ ...FIT, canTrade: false }, allow)).toEqual(['cannot-trade']);
      expect(checkPermissions({ ...FIT, canRead: false }, allow)).toEqual(['cannot-read']);
    }
  });

  it('is told everything that speaks against it at once', () => {
    const worst: KeyPermissions = { canRead: false, canTrade: false, canWithdraw: true, ipRestricted: false };
    expect(checkPermissions(worst, false)).toEqual(['can-withdraw', 'cannot-trade', 'cannot-read']);
  });

  it('of which nothing is known is not refused', () => {
    expect(checkPermissions(UNKNOWN_PERMISSIONS, false)).toEqual([]);
  });
});
