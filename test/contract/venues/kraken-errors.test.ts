import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorClass } from '../../../src/core/order.ts';
import { classOf, listedKeys, venueError } from '../../../src/venues/kraken/errors.ts';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';

describeWithFixtures('kraken errors', (root) => {
  it('are listed once each', () => {
    expect(new Set(listedKeys).size).toBe(listedKeys.length);
    for (const key of listedKeys) expect(key).toMatch(/^(E[A-Za-z]+:\S+|Exceeded_msg_rate)$/);
  });

  it('of the other client are all of Kraken Futures, whose codes are other words', () => {
    const rows = readJsonl<{ group: string; code: string }>(join(root, 'kraken/rest_errors/class_map_jkorf.jsonl'));
    expect(rows.length).toBeGreaterThan(10);
    for (const { group, code } of rows) expect([group, classOf(code)]).toEqual(['FuturesMapping', 'other']);
  });
});

describe('kraken errors of the documentation', () => {
  /** https://docs.kraken.com/api/docs/guides/spot-errors, every row of its table. */
  const documented: Readonly<Record<string, ErrorClass>> = {
    'EGeneral:Invalid arguments': 'other',
    'EGeneral:Invalid arguments:Index unavailable': 'other',
    'EGeneral:Temporary lockout': 'auth',
    'EService:Unavailable': 'unknown-outcome',
    'EService:Market in cancel_only mode': 'maintenance',
    'EService:Market in post_only mode': 'maintenance',
    'EService:Deadline elapsed': 'other',
    'EAPI:Invalid key': 'auth',
    'EAPI:Invalid signature': 'auth',
    'EAPI:Invalid nonce': 'clock',
    'EGeneral:Permission denied': 'auth',
    'EGeneral:Internal error': 'unknown-outcome',
    'EGeneral:Internal error:1234': 'unknown-outcome',
    'EOrder:Cannot open opposing position': 'other',
    'EOrder:Cannot open position': 'other',
    'EOrder:Margin allowance exceeded': 'insufficient-funds',
    'EOrder:Margin level too low': 'insufficient-funds',
    'EOrder:Margin position size exceeded': 'filter',
    'EOrder:Insufficient margin': 'insufficient-funds',
    'EOrder:Insufficient funds': 'insufficient-funds',
    'EOrder:Order minimum not met': 'filter',
    'EOrder:Cost minimum not met': 'filter',
    'EOrder:Tick size check failed': 'filter',
    'EOrder:Orders limit exceeded': 'filter',
    'EOrder:Rate limit exceeded': 'rate-limit',
    'EOrder:Invalid price': 'filter',
    'EOrder:Domain rate limit exceeded': 'rate-limit',
    'EOrder:Positions limit exceeded': 'filter',
    'EOrder:Reduce only:Non-PC': 'other',
    'EOrder:Reduce only:No position exists': 'other',
    'EOrder:Reduce only:Position is closed': 'other',
    'EOrder:Scheduled orders limit exceeded': 'filter',
    'EOrder:Unknown position': 'other',
    'EAccount:Invalid permissions': 'auth',
    'EAuth:Account temporary disabled': 'auth',
    'EAuth:Account unconfirmed': 'auth',
    'EAuth:Rate limit exceeded': 'rate-limit',
    'EAuth:Too many requests': 'rate-limit',
    'ETrade:Invalid request': 'other',
    'EBM:limit exceeded:CAL': 'other',
    'EFunding:Max fee exceeded': 'other',
    'EAPI:Rate limit exceeded': 'rate-limit',
    'EService: Throttled: 1616492376': 'rate-limit',
  };

  it.each(Object.entries(documented))('%s is %s', (text, errorClass) => {
    expect(classOf(text)).toBe(errorClass);
  });

  it.each<[string, ErrorClass]>([
    ['EOrder:Insufficient funds (insufficient user funds)', 'insufficient-funds'],
    ['EOrder:Order minimum not met (volume too low)', 'filter'],
    ['EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals.', 'filter'],
    ['EGeneral:Invalid arguments:volume minimum not met', 'filter'],
    ['EGeneral:Invalid arguments:cl_ord_id not unique', 'duplicate-client-id'],
    ['EGeneral:Invalid arguments:cl_ord_id', 'other'],
    ['EOrder:Unknown order', 'unknown-order'],
    ['EOrder:Invalid order', 'unknown-order'],
    ['ESession:Invalid session', 'auth'],
    ['EAPI:Invalid token abc', 'auth'],
    ['something new', 'other'],
    ['ENew:Thing', 'other'],
  ])('%s, as seen, is %s', (text, errorClass) => {
    expect(classOf(text)).toBe(errorClass);
  });

  it('say when to come back, where the venue does', () => {
    expect(venueError('EService: Throttled: 1616492376', 1_616_492_370_000)).toEqual({
      class: 'rate-limit',
      code: 'EService:Throttled',
      message: 'EService: Throttled: 1616492376',
      retryAfterMs: 6000,
    });
    expect(venueError('EService:Throttled:1', 1_616_492_370_000)).toMatchObject({ retryAfterMs: 0 });
    expect(venueError('EAPI:Rate limit exceeded', 0)).not.toHaveProperty('retryAfterMs');
  });

  it('keep the known part as their code, and all words as their message', () => {
    const text = 'EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals.';
    expect(venueError(text, 0)).toEqual({ class: 'filter', code: 'EOrder:Invalid price', message: text });
    expect(venueError('ENew:Thing: with detail', 0)).toMatchObject({ class: 'other', code: 'ENew' });
  });
});
