import { describe, expect, it } from 'vitest';
import { reportLines, reportOf } from '../../../src/cli/checks.ts';
import { renderLine } from '../../../src/cli/lines.ts';
import {
  clockVerdict,
  feesVerdict,
  milliseconds,
  permissionsVerdict,
  roundTripVerdict,
} from '../../../src/cli/verdicts.ts';
import { UNKNOWN_PERMISSIONS } from '../../../src/core/permissions.ts';

describe('a clock', () => {
  const read = (offsetMs: number, errorMs = 1) => clockVerdict({ offsetMs, errorMs, tripsMs: [2 * errorMs] }, 2_000);

  it.each([
    [3, 1, 'pass'],
    [-250, 1, 'pass'],
    [-252, 1, 'warn'],
    [2_000, 1, 'warn'],
    [2_002, 1, 'fail'],
    [-20_000, 100, 'fail'],
    // In whole seconds nobody can say more.
    [489, 510, 'pass'],
    // What may be as well within the limit is no failure.
    [2_400, 500, 'warn'],
    [10, 2_500, 'warn'],
  ] as const)('%d ms off, give or take %d, is a %s', (offsetMs, errorMs, status) => {
    expect(read(offsetMs, errorMs).status).toBe(status);
  });

  it('is said with its direction, its error and what to do', () => {
    expect(read(-20_000)).toEqual({
      status: 'fail',
      message:
        "the venue's clock is 20.0 s behind ours (± 1.00 ms): prices that are 2000 ms off are not traded " +
        "(limits.maxVenueSkewMs); set this machine's clock (chrony)",
      details: { offsetMs: -20_000, errorMs: 1, limitMs: 2_000 },
    });
    expect(read(12.3456).message).toBe("the venue's clock is 12.3 ms ahead of ours (± 1.00 ms)");
  });
});

describe('a round trip', () => {
  const address = 'wss://example.org/ws';

  it('is told by its least and its median', () => {
    expect(roundTripVerdict({ address, openMs: 20, tripsMs: [9, 1, 3, 2, 8] }, 500)).toEqual({
      status: 'pass',
      message: `${address}: opens in 20.0 ms, round trip 1.00 ms at least, 3.00 ms at the median`,
      details: { address, openMs: 20, minMs: 1, medianMs: 3, samples: 5 },
    });
    expect(roundTripVerdict({ address, tripsMs: [1.23456] }, 500).details).toEqual({
      address,
      minMs: 1.235,
      medianMs: 1.235,
      samples: 1,
    });
  });

  it('that is too long, or was never answered, is a warning', () => {
    expect(roundTripVerdict({ address, tripsMs: [1, 501, 502] }, 500).status).toBe('warn');
    expect(roundTripVerdict({ address, openMs: 7, tripsMs: [] }, 500)).toMatchObject({
      status: 'warn',
      message: `${address}: opens in 7.00 ms, pings are not answered`,
    });
  });
});

describe('permissions', () => {
  const fit = { canRead: true, canTrade: true, canWithdraw: false, ipRestricted: true };

  it.each([
    [fit, false, 'pass', 'reads and trades, does not withdraw, from named addresses alone'],
    [{ ...fit, ipRestricted: undefined }, false, 'pass', 'is not told'],
    [{ ...fit, ipRestricted: false }, false, 'warn', 'any address'],
    [{ ...fit, canWithdraw: true }, false, 'fail', 'security.allowWithdrawalKeys'],
    [{ ...fit, canWithdraw: true }, true, 'warn', 'allowed here'],
    [{ ...fit, canTrade: false }, true, 'fail', 'may not trade'],
    [{ ...fit, canTrade: false, canWithdraw: true }, false, 'fail', '; the key may not trade'],
    [UNKNOWN_PERMISSIONS, false, 'warn', 'whether it may withdraw is not told'],
    [undefined, false, 'warn', 'no way to ask'],
  ] as const)('%j, withdrawal allowed: %s, is a %s', (permissions, allow, status, words) => {
    const verdict = permissionsVerdict(permissions, allow);
    expect(verdict.status).toBe(status);
    expect(verdict.message).toContain(words);
  });
});

describe('fees', () => {
  const account = { taker: '0.001', maker: '0.0008' };

  it.each([
    [true, undefined, 'pass', "the account's own"],
    // The same in other digits.
    [true, { taker: '0.0010', maker: '0.00080' }, 'pass', 'as the configuration says'],
    [true, { taker: '0.0009', maker: '0.0008' }, 'fail', 'leave fees out'],
    [true, { taker: '0.0011', maker: '0.0008' }, 'warn', 'other fees'],
    [true, { taker: '0.001', maker: '0.001' }, 'warn', 'other fees'],
    [false, undefined, 'warn', "an ordinary account's count: taker 0.001"],
    [false, { taker: '0.0001', maker: '0.0001' }, 'warn', 'those of the configuration count'],
  ] as const)('said: %s, configured: %j, is a %s', (isSaid, configured, status, words) => {
    const verdict = feesVerdict({ account, isSaid, configured });
    expect(verdict.status).toBe(status);
    expect(verdict.message).toContain(words);
  });
});

describe('a report', () => {
  const checks = [
    { check: 'clock', venue: 'okx', status: 'pass', message: 'good' },
    { check: 'data folder', status: 'warn', message: 'so so' },
    { check: 'key', venue: 'okx', status: 'fail', message: 'bad' },
  ] as const;

  it('is in order unless something failed', () => {
    expect(reportOf(checks)).toEqual({ ok: false, passed: 1, warnings: 1, failed: 1, checks });
    expect(reportOf(checks.slice(0, 2)).ok).toBe(true);
  });

  it('is a table with a sum below it', () => {
    const text = reportLines(reportOf(checks)).map((line) => renderLine(line, 200, false).trimEnd());
    expect(text).toEqual([
      'STATUS  venue  check        found',
      'pass    okx    clock        good',
      'warn    -      data folder  so so',
      'fail    okx    key          bad',
      '',
      '1 passed, 1 warning, 1 failed',
    ]);
  });
});

it.each([
  [0.41234, '0.412 ms'],
  [23.14, '23.1 ms'],
  [512.7, '513 ms'],
  [12_345, '12.3 s'],
])('%d ms is written %s', (ms, text) => {
  expect(milliseconds(ms)).toBe(text);
});
