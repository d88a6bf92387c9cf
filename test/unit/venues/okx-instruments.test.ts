import { describe, expect, it } from 'vitest';
import type { HttpPort } from '../../../src/core/socket.ts';
import { okx } from '../../../src/venues/okx/index.ts';
import { toListing } from '../../../src/venues/okx/instruments.ts';

const entry = {
  instType: 'SPOT',
  instId: 'BTC-USDT',
  instIdCode: 38,
  baseCcy: 'BTC',
  quoteCcy: 'USDT',
  state: 'live',
  tickSz: '0.10',
  lotSz: '0.00000001',
  minSz: '0.000010',
  maxLmtSz: '9999999999.0000000000000000',
};

const http = (status: number, body: string): HttpPort => ({
  request: async () => ({ status, headers: {}, body: Buffer.from(body) }),
  close() {},
});
const endpoints = { rest: 'http://127.0.0.1:1', wsPublic: '', wsPrivate: '', wsTrade: '' };
const load = (status: number, body: string) => okx.loadListings(endpoints, http(status, body));

describe('okx instruments', () => {
  it('become listings in canonical texts, with the code that order entry wants', () => {
    expect(toListing(entry)).toEqual({
      venue: 'okx',
      instrument: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      symbol: 'BTC-USDT',
      trading: true,
      priceTick: '0.1',
      sizeLot: '0.00000001',
      minSize: '0.00001',
      maxSize: '9999999999',
      orderCode: '38',
    });
  });

  it('have no order code where the venue sends none', () => {
    const { instIdCode: _, ...older } = entry;
    expect(toListing(older)).not.toHaveProperty('orderCode');
    expect(toListing({ ...entry, instIdCode: null })).not.toHaveProperty('orderCode');
    expect(toListing({ ...entry, instIdCode: '38' })).toHaveProperty('orderCode', '38');
  });

  it('are not trading unless live, and left out while they have no numbers yet', () => {
    expect(toListing({ ...entry, state: 'suspend' })?.trading).toBe(false);
    expect(toListing({ ...entry, state: 'preopen', tickSz: '' })).toBeUndefined();
    expect(toListing({ ...entry, instType: 'SWAP' })).toBeUndefined();
  });

  it.each([
    { tickSz: '' },
    { tickSz: '0' },
    { lotSz: '1e-8' },
    { minSz: '-1' },
    { maxLmtSz: 'many' },
    { baseCcy: '' },
    { instIdCode: 1.5 },
    { instIdCode: {} },
  ])('name the instrument when malformed: %o', (change) => {
    const attempt = () => toListing({ ...entry, ...change });
    expect(attempt).toThrow(expect.objectContaining({ code: 'venue/protocol' }));
    expect(attempt).toThrow(/BTC-USDT/);
  });

  it('are loaded in one request; refusals and nonsense are coded', async () => {
    await expect(load(200, JSON.stringify({ code: '0', data: [entry], msg: '' }))).resolves.toHaveLength(1);
    await expect(load(200, '{"code":"50001","msg":"upgrading","data":[]}')).rejects.toMatchObject({
      code: 'venue/refused',
      message: expect.stringContaining('50001 upgrading'),
    });
    await expect(load(503, '<html>')).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(load(200, '<html>')).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(load(200, '{"code":"0"}')).rejects.toMatchObject({ code: 'venue/protocol' });
  });
});
