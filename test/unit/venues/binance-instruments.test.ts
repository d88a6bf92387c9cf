import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/core/faults.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { loadListings, readListings } from '../../../src/venues/binance/instruments.ts';

const entry = (over: object = {}, filters: readonly object[] = FILTERS) => ({
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  isSpotTradingAllowed: true,
  filters,
  ...over,
});
const FILTERS = [
  { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
  { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
  { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '58.10000000', stepSize: '0.00000000' },
  { filterType: 'SOMETHING_NEW', limit: 3 },
  { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000' },
];

describe('binance listings', () => {
  it('are canonical', () => {
    expect(readListings({ symbols: [entry()] })).toEqual([
      {
        venue: 'binance',
        instrument: 'BTC-USDT',
        base: 'BTC',
        quote: 'USDT',
        symbol: 'BTCUSDT',
        trading: true,
        priceTick: '0.01',
        sizeLot: '0.00001',
        minSize: '0.00001',
        maxSize: '9000',
        minNotional: '5',
      },
    ]);
  });

  it('a halted or closed symbol is listed and not trading', () => {
    const [halted, closed] = readListings({
      symbols: [entry({ status: 'HALT' }), entry({ isSpotTradingAllowed: false })],
    });
    expect([halted?.trading, closed?.trading]).toEqual([false, false]);
  });

  it('disabled steps are the precision of the asset', () => {
    const filters = [
      { filterType: 'PRICE_FILTER', tickSize: '0.00000000' },
      { filterType: 'LOT_SIZE', minQty: '0.00000000', maxQty: '0.00000000', stepSize: '0.00000000' },
    ];
    const [listing] = readListings({ symbols: [entry({}, filters)] });
    expect(listing).toMatchObject({ priceTick: '0.00000001', sizeLot: '0.00000001', minSize: '0.00000001' });
    expect(listing).not.toHaveProperty('maxSize');
    expect(listing).not.toHaveProperty('minNotional');
  });

  it.each([
    ['no LOT_SIZE', entry({ symbol: 'BADONE' }, FILTERS.slice(0, 1))],
    [
      'a step that is no number',
      entry({ symbol: 'BADONE' }, [{ filterType: 'PRICE_FILTER', tickSize: '1e-8' }, ...FILTERS.slice(1)]),
    ],
    [
      'a negative step',
      entry({ symbol: 'BADONE' }, [{ filterType: 'PRICE_FILTER', tickSize: '-1' }, ...FILTERS.slice(1)]),
    ],
    ['no base', entry({ symbol: 'BADONE', baseAsset: 7 })],
    ['no filters', entry({ symbol: 'BADONE', filters: null })],
  ])('%s is a fault that names the symbol', (_name, bad) => {
    const heard: Fault[] = [];
    const good = entry();
    expect(readListings({ symbols: [good, bad] }, (fault) => heard.push(fault))).toEqual(
      readListings({ symbols: [good] }),
    );
    expect(heard).toMatchObject([
      { code: 'venue/protocol', message: expect.stringContaining('BADONE'), details: { symbol: 'BADONE' } },
    ]);
    expect(() => readListings({ symbols: [bad] })).toThrow('BADONE');
  });

  const http = (status: number, body: string): HttpPort => ({
    request: () => Promise.resolve({ status, headers: {}, body: Buffer.from(body) }),
    close() {},
  });
  const endpoints = { rest: 'http://r', wsPublic: '', wsPrivate: '', wsTrade: '' };

  it('loads, or says who refused', async () => {
    expect(await loadListings(endpoints, http(200, JSON.stringify({ symbols: [entry()] })))).toHaveLength(1);
    await expect(loadListings(endpoints, http(429, '{"code":-1003,"msg":"Too much"}'))).rejects.toMatchObject({
      code: 'venue/refused',
    });
    await expect(loadListings(endpoints, http(200, '<html>'))).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(loadListings(endpoints, http(200, '{}'))).rejects.toMatchObject({ code: 'venue/protocol' });
  });
});
