import { describe, expect, it } from 'vitest';
import type { HttpPort } from '../../../src/core/socket.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { toListing } from '../../../src/venues/bitget/instruments.ts';

const entry = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  minTradeAmount: '0',
  maxTradeAmount: '900000000000000000000',
  takerFeeRate: '0.002',
  makerFeeRate: '0.002',
  pricePrecision: '2',
  quantityPrecision: '6',
  quotePrecision: '8',
  status: 'online',
  minTradeUSDT: '1',
};

const http = (status: number, body: string): HttpPort => ({
  request: async () => ({ status, headers: {}, body: Buffer.from(body) }),
  close() {},
});
const endpoints = { rest: 'http://127.0.0.1:1', wsPublic: '', wsPrivate: '', wsTrade: '' };
const load = (status: number, body: string) => bitget.loadListings(endpoints, http(status, body));

describe('bitget instruments', () => {
  it('become listings: decimals as steps, the obsolete limits left out', () => {
    expect(toListing(entry)).toEqual({
      venue: 'bitget',
      instrument: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      symbol: 'BTCUSDT',
      trading: true,
      priceTick: '0.01',
      sizeLot: '0.000001',
      minSize: '0.000001',
      minNotional: '1',
    });
    expect(toListing({ ...entry, quantityPrecision: '0' })).toMatchObject({ sizeLot: '1', minSize: '1' });
  });

  it('keep a smallest size that is not 0, in canonical text', () => {
    expect(toListing({ ...entry, minTradeAmount: '0.00010' })).toHaveProperty('minSize', '0.0001');
  });

  it('know the smallest value only of pairs in dollars, in which the venue says it', () => {
    expect(toListing({ ...entry, quoteCoin: 'USDC' })).toHaveProperty('minNotional', '1');
    for (const quoteCoin of ['BTC', 'ETH', 'EUR']) {
      expect(toListing({ ...entry, quoteCoin })).not.toHaveProperty('minNotional');
    }
    expect(toListing({ ...entry, minTradeUSDT: '0' })).not.toHaveProperty('minNotional');
    expect(toListing({ ...entry, minTradeUSDT: undefined })).not.toHaveProperty('minNotional');
  });

  it('are not trading unless online, and left out where their numbers make no sense then', () => {
    for (const status of ['offline', 'gray', 'halt']) {
      expect(toListing({ ...entry, status })?.trading).toBe(false);
      expect(toListing({ ...entry, status, pricePrecision: '' })).toBeUndefined();
    }
  });

  it.each([
    { pricePrecision: '' },
    { pricePrecision: '-1' },
    { quantityPrecision: '1.5' },
    { quantityPrecision: '31' },
    { minTradeAmount: '-1' },
    { minTradeAmount: '1e-8' },
    { minTradeUSDT: 'some' },
    { baseCoin: '' },
    { quoteCoin: undefined },
  ])('name the symbol when malformed: %o', (change) => {
    const attempt = () => toListing({ ...entry, ...change });
    expect(attempt).toThrow(expect.objectContaining({ code: 'venue/protocol' }));
    expect(attempt).toThrow(/BTCUSDT/);
  });

  it('are loaded in one request; refusals and nonsense are coded', async () => {
    await expect(load(200, JSON.stringify({ code: '00000', data: [entry], msg: '' }))).resolves.toHaveLength(1);
    await expect(load(400, '{"code":"40200","msg":"Server upgrade","data":null}')).rejects.toMatchObject({
      code: 'venue/refused',
      message: expect.stringContaining('40200 Server upgrade'),
    });
    await expect(load(503, '<html>')).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(load(200, '<html>')).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(load(200, '{"code":"00000"}')).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(load(200, '{"code":"00000","data":[7]}')).rejects.toMatchObject({ code: 'venue/protocol' });
  });
});
