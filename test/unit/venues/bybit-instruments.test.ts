import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';

const entry = {
  symbolId: 13,
  symbol: 'ETHBTC',
  baseCoin: 'ETH',
  quoteCoin: 'BTC',
  status: 'Trading',
  stTag: '0',
  lotSizeFilter: {
    basePrecision: '0.00001',
    quotePrecision: '0.00000000001',
    minOrderQty: '0.00001',
    maxOrderQty: '1542.6000000000001',
    minOrderAmt: '0.000065',
    maxOrderAmt: '10',
    maxLimitOrderQty: '1500.5',
    maxMarketOrderQty: '514.2',
  },
  priceFilter: { tickSize: '0.000001' },
};
const listing = {
  venue: 'bybit',
  instrument: 'ETH-BTC',
  base: 'ETH',
  quote: 'BTC',
  symbol: 'ETHBTC',
  trading: true,
  priceTick: '0.000001',
  sizeLot: '0.00001',
  minSize: '0.00001',
  maxSize: '1500.5',
  minNotional: '0.000065',
};

const load = (body: object | string | 'unreachable', status = 200) => {
  const urls: string[] = [];
  const http: HttpPort = {
    async request({ url }) {
      urls.push(url);
      if (body === 'unreachable') throw new Fault('venue/unreachable', 'reset');
      return { status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
    },
    close() {},
  };
  const { live } = bybit.environments;
  if (live === undefined) throw new Error('no live environment');
  return { urls, loading: bybit.loadListings(live, http) };
};
const answer = (...list: unknown[]) => ({ retCode: 0, retMsg: 'OK', result: { category: 'spot', list }, time: 1 });
const lots = (change: object) => ({ ...entry, lotSizeFilter: { ...entry.lotSizeFilter, ...change } });

describe('bybit instruments', () => {
  it('become listings', async () => {
    const { urls, loading } = load(answer(entry));
    expect(await loading).toEqual([listing]);
    expect(urls).toEqual(['https://api.bybit.com/v5/market/instruments-info?category=spot']);
  });

  it('keep what does not trade, and do without limits that the list no longer has', async () => {
    const closed = { ...entry, status: 'PreLaunch' };
    const { loading } = load(answer(closed, lots({ maxLimitOrderQty: undefined }), lots({ minOrderQty: '' })));
    const read = await loading;
    expect(read.map((each) => each.trading)).toEqual([false, true, true]);
    expect(read.map((each) => [each.minSize, each.maxSize])).toEqual([
      ['0.00001', '1500.5'],
      ['0.00001', '1542.6000000000001'],
      ['0.00001', '1500.5'],
    ]);
    const [bare] = await load(answer(lots({ maxLimitOrderQty: '', maxOrderQty: '', minOrderAmt: '' }))).loading;
    expect(bare).not.toHaveProperty('maxSize');
    expect(bare).not.toHaveProperty('minNotional');
  });

  it.each([
    ['nothing', 'unreachable' as const, 'venue/unreachable', 'reset'],
    ['a refusal', { retCode: 10006, retMsg: 'Too many visits!' }, 'venue/refused', '10006 Too many visits!'],
    ['no list', { retCode: 0, retMsg: 'OK', result: {} }, 'venue/protocol', 'list of instruments'],
    ['no JSON', '<html>', 'venue/protocol', 'list of instruments'],
    ['a list of contracts', { retCode: 0, result: { category: 'linear', list: [] } }, 'venue/protocol', 'list'],
    ['no object', answer(null), 'venue/protocol', 'not an object'],
    ['no name', answer({ ...entry, baseCoin: '' }), 'venue/protocol', 'ETHBTC is malformed: a name is missing'],
    ['no tick', answer({ ...entry, priceFilter: {} }), 'venue/protocol', 'ETHBTC is malformed: tickSize'],
    ['no filter', answer({ ...entry, lotSizeFilter: 1 }), 'venue/protocol', 'no lotSizeFilter'],
    ['a lot of nothing', answer(lots({ basePrecision: '0' })), 'venue/protocol', 'is not positive'],
  ])('reject %s', async (_, body, code, words) => {
    await expect(load(body).loading).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('reject an error page', async () => {
    await expect(load('<html>', 403).loading).rejects.toMatchObject({ code: 'venue/refused' });
  });
});

describe('bybit environments', () => {
  it('are addresses without a slash at their end, live among them', () => {
    for (const [name, { rest, wsPublic, wsPrivate, wsTrade }] of Object.entries(bybit.environments)) {
      expect(rest, name).toMatch(/^https:\/\/api[a-z-]*\.[a-z.]+$/);
      expect(wsPublic, name).toMatch(/^wss:\/\/stream[a-z-]*\.[a-z.]+\/v5\/public\/spot$/);
      expect(wsPrivate, name).toMatch(/^wss:\/\/stream[a-z-]*\.[a-z.]+\/v5\/private$/);
      // Demo trading takes no orders over sockets.
      expect(wsTrade, name).toMatch(name === 'demo' ? /^$/ : /^wss:\/\/stream[a-z-]*\.[a-z.]+\/v5\/trade$/);
    }
    expect(bybit.environments.live?.wsTrade).toBe('wss://stream.bybit.com/v5/trade');
    expect(bybit.environments['jp-testnet']?.wsPublic).toBe('wss://stream-testnet.manepa.jp/v5/public/spot');
  });
});
