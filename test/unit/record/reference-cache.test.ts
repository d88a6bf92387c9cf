import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { VenueListings } from '../../../src/core/universe.ts';
import { ReferenceCache } from '../../../src/record/reference-cache.ts';
import { temporaryFolder } from './samples.ts';

const okx: VenueListings = {
  venue: 'okx',
  fees: { taker: '0.001', maker: '0.0008' },
  listings: [
    {
      venue: 'okx',
      instrument: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      symbol: 'BTC-USDT',
      trading: true,
      priceTick: '0.1',
      sizeLot: '0.00000001',
      minSize: '0.00001',
      orderCode: '10',
    },
  ],
};

describe('reference cache', () => {
  it('gives back what was saved, with its age', () => {
    const folder = join(temporaryFolder(), 'reference');
    const clock = new ManualClock();
    const cache = new ReferenceCache(folder, clock);
    expect(cache.load('okx')).toBeUndefined();
    const savedAt = clock.wallMs();
    cache.save(okx);
    clock.advanceMs(90_000);
    expect(new ReferenceCache(folder, clock).load('okx')).toStrictEqual({ ...okx, savedAt, ageMs: 90_000 });
    expect(cache.load('binance')).toBeUndefined();
    cache.save({ ...okx, listings: [] });
    expect(cache.load('okx')).toMatchObject({ listings: [], ageMs: 0 });
    expect(readdirSync(folder)).toStrictEqual(['okx.json']);
  });

  it('keeps no word on deposits and withdrawals, which is worth nothing once it is old', () => {
    const cache = new ReferenceCache(temporaryFolder(), new ManualClock());
    const transfers = { deposit: true, withdraw: false };
    const [plain] = okx.listings;
    if (plain === undefined) throw new Error('no listing');
    cache.save({ ...okx, listings: [{ ...plain, transfers, native: { ...plain, transfers } }] });
    expect(cache.load('okx')?.listings).toStrictEqual([{ ...plain, native: plain }]);
  });

  it.each([
    ['half a file', '{"version":1,"savedAt":17'],
    ['no object', '3'],
    ['no listings', JSON.stringify({ version: 1, savedAt: 1, venue: 'okx', fees: okx.fees })],
    [
      'a listing without tick',
      JSON.stringify({ version: 1, savedAt: 1, ...okx, listings: [{ ...okx.listings[0], priceTick: 1 }] }),
    ],
    ['no fees', JSON.stringify({ version: 1, savedAt: 1, ...okx, fees: { taker: 0.001 } })],
    ['another venue', JSON.stringify({ version: 1, savedAt: 1, ...okx, venue: 'binance' })],
  ])('refuses %s', (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'okx.json'), text);
    const cache = new ReferenceCache(folder, new ManualClock());
    expect(() => cache.load('okx')).toThrow(expect.objectContaining({ code: 'record/corrupt' }));
  });

  it('takes a file of another version for none', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'okx.json'), JSON.stringify({ version: 2 }));
    expect(new ReferenceCache(folder, new ManualClock()).load('okx')).toBeUndefined();
  });

  it('refuses a venue id that would leave the folder', () => {
    expect(() => new ReferenceCache(temporaryFolder(), new ManualClock()).load('../okx')).toThrow(RangeError);
  });
});
