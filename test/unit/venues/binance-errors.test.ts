import { describe, expect, it } from 'vitest';
import { classify, readRestError, readSocketError } from '../../../src/venues/binance/errors.ts';

describe('binance errors', () => {
  it.each([
    ['Account has insufficient balance for requested action.', 'insufficient-funds'],
    ['Duplicate order sent.', 'duplicate-client-id'],
    ['Market is closed.', 'maintenance'],
    ['Order would immediately match and take.', 'other'],
    ['This symbol is not permitted for this account.', 'auth'],
    ['WebSocket API trading is not enabled.', 'auth'],
    ['Order book liquidity is less than LOT_SIZE filter minimum quantity.', 'filter'],
  ] as const)('-2010 "%s" is %s', (message, class_) => {
    expect(classify(-2010, message, 400)).toBe(class_);
  });

  it('a 5xx is an unknown outcome whatever it says', () => {
    for (const code of [0, -1000, -1008, -2010])
      expect(classify(code, 'Duplicate order sent.', 503)).toBe('unknown-outcome');
  });

  it('a code that nobody documents is other', () => {
    expect(classify(-9999, 'new', 400)).toBe('other');
  });

  it('a wait comes from Retry-After, from retryAfter or from the words', () => {
    expect(readRestError(429, { 'retry-after': '13' }, '{"code":-1003,"msg":"Too much."}', 0).retryAfterMs).toBe(
      13_000,
    );
    const data = { serverTime: 1_000_000, retryAfter: 1_004_000 };
    expect(readSocketError(418, { code: -1003, msg: 'banned', data }, 0).retryAfterMs).toBe(4_000);
    const words = 'Way too much request weight used; IP banned until 1660801715830. Please use WebSocket Streams.';
    expect(readSocketError(418, { code: -1003, msg: words }, 1_660_801_715_000).retryAfterMs).toBe(830);
    expect(
      readRestError(400, { 'retry-after': '13' }, '{"code":-1013,"msg":"Filter failure"}', 0).retryAfterMs,
    ).toBeUndefined();
  });

  it('410 explains itself', () => {
    const error = readRestError(410, {}, '', 0);
    expect(error).toMatchObject({ class: 'other', code: 'HTTP 410' });
    expect(error.message).toMatch(/removed this endpoint.*WebSocket API/);
  });

  it('pages of HTML and nonsense still give an error', () => {
    expect(readRestError(403, {}, '<html>WAF</html>', 0)).toMatchObject({ class: 'rate-limit', code: 'HTTP 403' });
    expect(readRestError(502, {}, '', 0)).toMatchObject({ class: 'unknown-outcome', code: 'HTTP 502' });
    expect(readSocketError(400, null, 0)).toMatchObject({ class: 'other', code: 'HTTP 400' });
    expect(readSocketError(400, { code: 'x', msg: 7 }, 0)).toMatchObject({ class: 'other' });
  });
});
