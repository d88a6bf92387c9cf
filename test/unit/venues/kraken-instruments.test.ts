import { describe, expect, it } from 'vitest';
import type { HttpPort } from '../../../src/core/socket.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { toListing } from '../../../src/venues/kraken/instruments.ts';
import { assetOf, Names, pairNames } from '../../../src/venues/kraken/names.ts';

/** As parsed: numbers are texts. */
const entry = {
  altname: 'XBTUSDT',
  wsname: 'XBT/USDT',
  aclass_base: 'currency',
  base: 'XXBT',
  quote: 'USDT',
  pair_decimals: '1',
  lot_decimals: '8',
  ordermin: '0.000050',
  costmin: '0.5',
  tick_size: '0.10',
  status: 'online',
};
const endpoints = { rest: 'http://127.0.0.1:1', wsPublic: '', wsPrivate: '', wsTrade: '' };
const http = (status: number, body: string): HttpPort => ({
  request: async () => ({ status, headers: {}, body: Buffer.from(body) }),
  close() {},
});
const load = (status: number, body: string) => kraken.loadListings(endpoints, http(status, body));

describe('kraken pairs', () => {
  it('become listings in canonical texts, named as the sockets v2 name them', () => {
    expect(toListing('XBTUSDT', entry)).toEqual({
      venue: 'kraken',
      instrument: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      symbol: 'BTC/USDT',
      trading: true,
      priceTick: '0.1',
      sizeLot: '0.00000001',
      minSize: '0.00005',
      minNotional: '0.5',
      orderCode: 'XBTUSDT',
    });
  });

  it.each([
    ['online', true],
    [undefined, true],
    ['cancel_only', false],
    ['post_only', false],
    ['limit_only', false],
    ['reduce_only', false],
    ['maintenance', false],
    ['delisted', false],
  ])('with the state %s trade: %s', (status, trading) => {
    expect(toListing('XBTUSDT', { ...entry, status })?.trading).toBe(trading);
  });

  it('without tick, minimum and cost have those of their decimals', () => {
    const { tick_size: _, ordermin: __, costmin: ___, ...bare } = entry;
    const listing = toListing('XBTUSDT', { ...bare, pair_decimals: '0' });
    expect(listing).toMatchObject({ priceTick: '1', minSize: '0.00000001' });
    expect(listing).not.toHaveProperty('minNotional');
  });

  it.each([
    { wsname: undefined },
    { wsname: 'XBT' },
    { aclass_base: 'tokenized_asset' },
    { execution_venue: 'bitnomial_exchange' },
  ])('are none of ours with %o', (change) => {
    expect(toListing('X', { ...entry, ...change })).toBeUndefined();
  });

  it.each([
    [{ tick_size: 'x' }, 'tick_size'],
    [{ tick_size: '0' }, 'tick_size'],
    [{ ordermin: '-1' }, 'ordermin'],
    [{ lot_decimals: 'x' }, 'lot_decimals'],
  ])('are malformed with %o', (change, word) => {
    expect(() => toListing('XBTUSDT', { ...entry, ...change })).toThrow(new RegExp(`XBTUSDT.*${word}`));
  });

  it('are loaded, or the reason is told', async () => {
    const body = JSON.stringify({ error: [], result: { XBTUSDT: { ...entry, pair_decimals: 1, lot_decimals: 8 } } });
    expect((await load(200, body)).map((listing) => listing.instrument)).toEqual(['BTC-USDT']);
    await expect(load(200, '{"error":["EGeneral:Too many requests"]}')).rejects.toMatchObject({
      code: 'venue/refused',
      message: expect.stringContaining('Too many requests'),
    });
    await expect(load(503, '<html>')).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(load(200, '{"error":[]}')).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(load(200, '<html>')).rejects.toMatchObject({ code: 'venue/protocol' });
  });
});

describe('kraken names', () => {
  it.each([
    ['XBT', 'BTC'],
    ['BTC', 'BTC'],
    ['XDG', 'DOGE'],
    ['USDT', 'USDT'],
    // What is LUNA here is LUNC elsewhere.
    ['LUNA', 'LUNC'],
    ['LUNA2', 'LUNA'],
    ['UST', 'USTC'],
  ])('%s is %s', (name, asset) => expect(assetOf(name)).toBe(asset));

  it('lead from REST back to the sockets, and keep a symbol whose asset means another one elsewhere', () => {
    const old = pairNames('XXBTZUSD', { altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT', quote: 'ZUSD' });
    const luna = pairNames('LUNAUSD', { altname: 'LUNAUSD', wsname: 'LUNA/USD', base: 'LUNA', quote: 'ZUSD' });
    if (old === undefined || luna === undefined) throw new Error('no names');
    const names = new Names([old, luna]);
    for (const name of ['XXBTZUSD', 'XBTUSD', 'BTC/USD']) expect(names.pair(name)).toBe(old);
    expect([luna.symbol, luna.base]).toEqual(['LUNA/USD', 'LUNC']);
    expect(['XXBT', 'ZUSD', 'LUNA', 'XXDG', 'USDT.F'].map((asset) => names.asset(asset))).toEqual([
      'BTC',
      'USD',
      'LUNC',
      'XXDG',
      'USDT.F',
    ]);
    expect(names.pair('NONE')).toBeUndefined();
  });
});
