/** Kraken's REST side: keys and nonces, orders and their queries, accounts, limits, planted troubles. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orderIdOf, orderNumberOf } from '../../../src/sim/venues/kraken/ids.ts';
import { signatureOf } from '../../../src/sim/venues/kraken/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { type KrakenBench, newKraken, sign } from './kraken-harness.ts';
import type { Json } from './venue-bench.ts';

const LIMIT = { pair: 'XBTUSDT', type: 'buy', ordertype: 'limit', volume: '0.01', price: '90000' };

function quoted(): KrakenBench {
  const bench = newKraken();
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  return bench;
}

const txidOf = (result: Json): string => String((result.txid as readonly string[])[0]);
const errorOf = async (answer: Promise<{ readonly body: Json }>): Promise<unknown> => (await answer).body.error;

describe('keys of the simulated Kraken', () => {
  it('are known, sign, and count up', async () => {
    const bench = quoted();
    expect(await errorOf(bench.post('Balance', {}, { apiKey: 'stranger' }))).toEqual(['EAPI:Invalid key']);
    expect(await errorOf(bench.post('Balance', {}, { secret: 'c3RyYW5nZXI=' }))).toEqual(['EAPI:Invalid signature']);
    expect(await errorOf(bench.post('Balance', {}, { nonce: '5000000' }))).toEqual([]);
    expect(await errorOf(bench.post('Balance', {}, { nonce: '5000000' }))).toEqual(['EAPI:Invalid nonce']);
    expect(await errorOf(bench.post('Balance', {}, { nonce: '4999999' }))).toEqual(['EAPI:Invalid nonce']);
    expect(await errorOf(bench.post('Balance', {}, { nonce: '5000001' }))).toEqual([]);
    expect(await errorOf(bench.post('Balance', {}, { nonce: 'x' }))).toEqual(['EAPI:Invalid nonce']);
    // A refused signature does not use the nonce up.
    expect(await errorOf(bench.post('Balance', {}, { nonce: '9000000', secret: 'c3RyYW5nZXI=' }))).toEqual([
      'EAPI:Invalid signature',
    ]);
    expect(await errorOf(bench.post('Balance', {}, { nonce: '5000002' }))).toEqual([]);
  });

  it('sign JSON bodies too', async () => {
    const bench = quoted();
    const body = JSON.stringify({ nonce: 2_000_000, ...LIMIT });
    const path = '/0/private/AddOrder';
    const headers = {
      'api-key': bench.account.apiKey,
      'api-sign': sign(bench.account.secret, path, '2000000', body),
      'content-type': 'application/json',
    };
    const { body: answer } = await bench.request('POST', path, headers, body);
    expect(answer).toMatchObject({ error: [], result: { descr: { order: 'buy 0.01000000 XBTUSDT @ limit 90000.0' } } });
    for (const wrong of ['{', '[]', 'null', '']) {
      expect(await errorOf(bench.request('POST', path, headers, wrong))).toEqual(['EAPI:Invalid nonce']);
    }
  });
});

describe('order ids of the simulated Kraken', () => {
  it('are read back, rise, and name nothing when a digit is wrong', () => {
    let before = '';
    for (const number of [0, 1, 9_999_999, 10_000_000, 10_000_001, 2 ** 40]) {
      const id = orderIdOf(number);
      expect(id).toMatch(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/);
      expect(orderNumberOf(id)).toBe(number);
      expect(id > before).toBe(true);
      before = id;
      const other = id.endsWith('A') ? 'B' : 'A';
      expect(orderNumberOf(id.slice(0, -1) + other)).toBeUndefined();
    }
    for (const id of ['', 'OZZZZZ-ZZZZZ-ZZZZZZ', 'constructor', '10000000']) expect(orderNumberOf(id)).toBeUndefined();
  });
});

describe('orders of the simulated Kraken by REST', () => {
  it('are found by their id and by the client’s, open and closed', async () => {
    const bench = quoted();
    const placed = await bench.result('AddOrder', { ...LIMIT, cl_ord_id: 'mine-1' });
    expect(placed.descr).toEqual({ order: 'buy 0.01000000 XBTUSDT @ limit 90000.0' });
    const txid = txidOf(placed);
    const open = { status: 'open', cl_ord_id: 'mine-1', vol: '0.01000000', vol_exec: '0.00000000', oflags: 'fciq' };
    expect(await bench.result('QueryOrders', { txid })).toMatchObject({ [txid]: open });
    expect(await bench.result('QueryOrders', { cl_ord_id: 'mine-1' })).toMatchObject({ [txid]: open });
    expect(await bench.result('QueryOrders', { txid, cl_ord_id: 'other' })).toEqual({});
    expect(await bench.result('OpenOrders', { cl_ord_id: 'mine-1' })).toMatchObject({ open: { [txid]: open } });
    expect(await bench.result('OpenOrders', { cl_ord_id: 'other' })).toEqual({ open: {} });
    expect(await bench.result('BalanceEx')).toMatchObject({
      USDT: { balance: '1000000.00000000', hold_trade: '903.60000000' },
      XXBT: { balance: '10.0000000000', hold_trade: '0.0000000000' },
    });
    expect(await bench.result('CancelOrder', { cl_ord_id: 'mine-1' })).toEqual({ count: 1 });
    const gone = { status: 'canceled', reason: 'User requested', closetm: expect.any(Number) };
    expect(await bench.result('QueryOrders', { txid })).toMatchObject({ [txid]: gone });
    expect(await bench.result('ClosedOrders', { cl_ord_id: 'mine-1' })).toMatchObject({
      closed: { [txid]: gone },
      count: 1,
    });
    expect(await errorOf(bench.post('CancelOrder', { txid }))).toEqual(['EOrder:Unknown order']);
    expect(await errorOf(bench.post('CancelOrder', { txid: 'OZZZZZ-ZZZZZ-ZZZZZZ' }))).toEqual(['EOrder:Invalid order']);
    expect(await errorOf(bench.post('QueryOrders', { txid: 'OZZZZZ-ZZZZZ-ZZZZZZ' }))).toEqual(['EOrder:Invalid order']);
  });

  it('trade, with their trades by id and in history', async () => {
    const bench = quoted();
    const txid = txidOf(
      await bench.result('AddOrder', { ...LIMIT, price: '96400.2', volume: '0.7', timeinforce: 'IOC' }),
    );
    const row = (await bench.result('QueryOrders', { txid, trades: 'true' }))[txid] as Json;
    expect(row).toMatchObject({
      status: 'closed',
      vol_exec: '0.70000000',
      cost: '67480.09000',
      fee: '269.92036',
      price: '96400.12857',
      time_in_force: 'ioc',
    });
    const [first = '', second = ''] = row.trades as readonly string[];
    const trade = {
      ordertxid: txid,
      pair: 'XBTUSDT',
      price: '96400.10000',
      vol: '0.50000000',
      cost: '48200.05000',
      fee: '192.80020',
      maker: false,
    };
    expect(await bench.result('QueryTrades', { txid: `${first},${second}` })).toMatchObject({ [first]: trade });
    const history = await bench.result('TradesHistory');
    expect(Object.keys(history.trades as Json)).toEqual([second, first]);
    expect(history.count).toBe(2);
    expect(await bench.result('TradesHistory', { ofs: '1' })).toMatchObject({ trades: { [first]: trade } });
    expect(await bench.result('Balance')).toMatchObject({ XXBT: '10.7000000000', USDT: '932249.98964000' });
  });

  it('buy by quote amount with viqc', async () => {
    const bench = quoted();
    const order = { pair: 'XBTUSDT', type: 'buy', ordertype: 'market', volume: '1000', oflags: 'viqc' };
    const txid = txidOf(await bench.result('AddOrder', order));
    expect(await bench.result('QueryOrders', { txid })).toMatchObject({
      [txid]: { status: 'closed', vol_exec: '0.01037343', oflags: 'fciq,viqc' },
    });
    expect(await errorOf(bench.post('AddOrder', { ...order, type: 'sell' }))).toEqual([
      'EGeneral:Invalid arguments:viqc',
    ]);
  });

  it('are refused word for word', async () => {
    const bench = quoted();
    const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ pair: 'XBTUSDC' }, 'EQuery:Unknown asset pair'],
      [{ pair: 'XBT/USDT' }, 'EQuery:Unknown asset pair'],
      [{ volume: '200' }, 'EOrder:Insufficient funds'],
      [{ price: '90000.01' }, 'EOrder:Invalid price:XBTUSDT price can only be specified up to 1 decimals.'],
      [{ volume: '0.00001' }, 'EGeneral:Invalid arguments:volume minimum not met'],
      [{ volume: '0.0001', price: '1' }, 'EOrder:Cost minimum not met'],
      [{ volume: 'x' }, 'EGeneral:Invalid arguments:volume'],
      [{ price: '' }, 'EGeneral:Invalid arguments:price'],
      [{ type: '' }, 'EGeneral:Invalid arguments:type'],
      [{ ordertype: 'iceberg' }, 'EGeneral:Invalid arguments:ordertype'],
      [{ leverage: '2' }, 'EGeneral:Invalid arguments:leverage'],
      [{ oflags: 'fcib' }, 'EGeneral:Invalid arguments:oflags'],
      [{ oflags: 'post', price: '97000' }, 'EOrder:Post only order'],
      [{ userref: '7', cl_ord_id: 'mine' }, 'EGeneral:Invalid arguments:userref'],
      [{ deadline: 'x' }, 'EGeneral:Invalid arguments:deadline'],
      [{ deadline: '2020-01-01T00:00:00Z' }, 'EService:Deadline elapsed'],
    ];
    for (const [change, error] of cases) {
      expect([change, await errorOf(bench.post('AddOrder', { ...LIMIT, ...change }))]).toEqual([change, [error]]);
    }
    expect(bench.exchange.allOrders(bench.account)).toEqual([]);
    expect(await bench.result('AddOrder', { ...LIMIT, validate: 'true' })).toEqual({
      descr: { order: 'buy 0.01000000 XBTUSDT @ limit 90000.0' },
    });
    expect(await bench.result('AddOrder', { ...LIMIT, pair: 'BTC/USDT' })).toMatchObject({
      txid: [expect.any(String)],
    });
  });

  it('are cancelled all, or by their userref', async () => {
    const bench = quoted();
    for (const userref of ['7', '7', '8']) await bench.result('AddOrder', { ...LIMIT, userref });
    expect(await bench.result('CancelOrder', { txid: '7' })).toEqual({ count: 2 });
    expect(await bench.result('CancelAll')).toEqual({ count: 1 });
  });
});

describe('public REST of the simulated Kraken', () => {
  it('answers under the name that was asked for; the new names too, the legacy socket names not', async () => {
    const bench = quoted();
    expect((await bench.get('Depth?pair=XBTUSDT&count=2')).body).toMatchObject({
      error: [],
      result: { XBTUSDT: { asks: [['96400.10000', '0.50000000', 1_750_000_000], expect.anything()] } },
    });
    expect((await bench.get('Depth?pair=BTC/USDT')).body).toMatchObject({ result: { 'BTC/USDT': expect.anything() } });
    expect((await bench.get('Depth?pair=XBT/USDT')).body).toEqual({ error: ['EQuery:Unknown asset pair'] });
    expect((await bench.get('Depth')).body).toEqual({ error: ['EGeneral:Invalid arguments'] });
    expect((await bench.get('Depth?pair=XBTUSDT&count=0')).body).toEqual({
      error: ['EGeneral:Invalid arguments:count'],
    });
    expect((await bench.get('AssetPairs?pair=XDGUSDT')).body).toMatchObject({
      result: { XDGUSDT: { wsname: 'XDG/USDT', base: 'XXDG', ordermin: '50', fees: [] } },
    });
    expect(Object.keys((await bench.get('Assets')).body.result as Json)).toEqual([
      'XXBT',
      'USDT',
      'XETH',
      'SOL',
      'XXRP',
      'XXDG',
    ]);
    expect((await bench.get('constructor')).body).toEqual({ error: ['EGeneral:Unknown method'] });
    expect((await bench.request('GET', '/0/private/Balance')).body).toEqual({ error: ['EGeneral:Unknown method'] });
  });

  it('tells its own, skewed time and its trades', async () => {
    const bench = quoted();
    bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 100_000);
    const { body } = await bench.get('Trades?pair=XBTUSDT');
    expect((body.result as Json).XBTUSDT).toEqual([
      ['96400.10000', '0.00100000', 1_750_000_000, 'b', 'l', '', 1_000_001],
    ]);
    bench.plant({ kind: 'clock-skew', ms: 5_000, durationMs: 60_000 });
    expect((await bench.get('Time')).body.result).toEqual({
      unixtime: 1_750_000_005,
      rfc1123: 'Sun, 15 Jun 25 15:06:45 +0000',
    });
  });
});

describe('limits and troubles of the simulated Kraken by REST', () => {
  it('counts calls up and down; orders do not count', async () => {
    const bench = quoted();
    for (let n = 0; n < 9; n++) await bench.result('TradesHistory');
    await bench.result('Balance');
    await bench.result('Balance');
    expect(await errorOf(bench.post('Balance'))).toEqual(['EAPI:Rate limit exceeded']);
    expect(await bench.result('AddOrder', LIMIT)).toMatchObject({ txid: [expect.any(String)] });
    // Half a call a second.
    bench.clock.advanceMs(2_100);
    expect(await errorOf(bench.post('Balance'))).toEqual([]);
    expect(await errorOf(bench.post('Balance'))).toEqual(['EAPI:Rate limit exceeded']);
  });

  it('counts public calls of an address', async () => {
    const bench = quoted();
    for (let n = 0; n < 30; n++) expect((await bench.get('Time')).body.error).toEqual([]);
    expect((await bench.get('Time')).body.error).toEqual(['EGeneral:Too many requests']);
    bench.clock.advanceMs(1_000);
    expect((await bench.get('Time')).body.error).toEqual([]);
  });

  it('fails as planted', async () => {
    const bench = quoted();
    const troubles = [
      ['http-503', 503, 'EService:Unavailable'],
      ['http-429', 429, 'EGeneral:Too many requests'],
      ['http-418', 200, 'EGeneral:Temporary lockout'],
    ] as const;
    for (const [kind, status, error] of troubles) {
      bench.plant({ kind, count: 1 });
      expect(await bench.post('Balance')).toMatchObject({ status, body: { error: [error] } });
    }
    bench.plant({ kind: 'maintenance', durationMs: 1_000 });
    expect(await errorOf(bench.post('AddOrder', LIMIT))).toEqual(['EService:Unavailable']);
    expect(await errorOf(bench.get('Depth?pair=XBTUSDT'))).toEqual(['EService:Unavailable']);
    expect((await bench.get('SystemStatus')).body).toMatchObject({ result: { status: 'maintenance' } });
    bench.clock.advanceMs(1_001);
    expect((await bench.get('SystemStatus')).body).toMatchObject({ result: { status: 'online' } });
    bench.plant({ kind: 'timeout-before-accept', count: 1 });
    expect(await bench.post('AddOrder', LIMIT)).toMatchObject({ silence: 'hang' });
    expect(bench.exchange.openOrders(bench.account)).toEqual([]);
    bench.plant({ kind: 'timeout-after-accept', count: 1 });
    expect(await bench.post('AddOrder', LIMIT)).toMatchObject({ silence: 'hang' });
    expect(bench.exchange.openOrders(bench.account)).toHaveLength(1);
    bench.plant({ kind: 'reject', reason: 'rate-limit', count: 1 });
    expect(await errorOf(bench.post('AddOrder', LIMIT))).toEqual(['EOrder:Rate limit exceeded']);
  });
});

describeWithFixtures('the published signature of Kraken', (root) => {
  it('is made here and in the simulator', () => {
    const vectors = readJson<
      { name: string; secret: string; expected: string; prehash: { path: string; nonce: string; postdata: string } }[]
    >(join(root, 'kraken/signatures/vectors.json'));
    const vector = vectors.find(({ name }) => name === 'rest_add_order_docs');
    if (vector === undefined) throw new Error('no vector');
    const { path, nonce, postdata } = vector.prehash;
    for (const make of [sign, signatureOf]) expect(make(vector.secret, path, nonce, postdata)).toBe(vector.expected);
  });
});
