/** The simulated venues' dead-man timers, in each venue's own words. */
import { describe, expect, it } from 'vitest';
import { startGate, signed as toGate } from './gate-harness.ts';
import { newKraken } from './kraken-harness.ts';
import { manualKucoin } from './kucoin-harness.ts';
import { manualOkx } from './okx-harness.ts';
import { type ManualBench, settle } from './venue-bench.ts';

/** An order that rests, straight in the engine. */
function rest(bench: ManualBench, id = 'BTC-USDT', note: Readonly<Record<string, string>> = {}): string {
  const instrument = bench.instrument(id);
  const terms = { side: 'buy', type: 'limit', tif: 'gtc', price: id === 'BTC-USDT' ? '90000' : '3000', size: '0.01' };
  const result = bench.exchange.place(bench.account, { ...terms, instrument, note } as never);
  if (!result.ok) throw new Error(result.refusal);
  return String(result.order.id);
}
const open = (bench: ManualBench): string[] => bench.exchange.openOrders(bench.account).map(({ id }) => String(id));
const openAfter = async (bench: ManualBench, ms: number): Promise<string[]> => {
  bench.clock.advanceMs(ms);
  await settle();
  return open(bench);
};
const quoted = <Bench extends ManualBench>(bench: Bench): Bench => {
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  bench.quote('ETH-USDT', '3500', '3500.1', '0.5');
  return bench;
};
/** The second that a time of the bench's clock is in. */
const second = (bench: ManualBench, aheadMs = 0): number => Math.floor((bench.clock.wallMs() + aheadMs) / 1000);

describe("OKX's cancel-all-after", () => {
  const PATH = '/api/v5/trade/cancel-all-after';

  it('cancels the orders of its tag alone, and once', async () => {
    const okx = quoted(manualOkx());
    const [tagged, other] = [rest(okx, 'BTC-USDT', { tag: 'parallax' }), rest(okx, 'BTC-USDT', { tag: '' })];
    const reply = await okx.signed('POST', PATH, { timeOut: '10', tag: 'parallax' });
    const [now, trigger] = [second(okx), second(okx, 10_000)].map(String);
    expect(reply.body).toEqual({ code: '0', data: [{ triggerTime: trigger, tag: 'parallax', ts: now }], msg: '' });
    expect(await openAfter(okx, 9_999)).toEqual([tagged, other]);
    expect(await openAfter(okx, 1)).toEqual([other]);
    const later = rest(okx, 'BTC-USDT', { tag: 'parallax' });
    expect(await openAfter(okx, 60_000)).toEqual([other, later]);
  });

  it('means all orders without a tag, waits when it is set again, and is taken away with 0', async () => {
    const okx = quoted(manualOkx());
    const ids = [rest(okx, 'BTC-USDT', { tag: 'parallax' }), rest(okx)];
    await okx.signed('POST', PATH, { timeOut: '10' });
    expect(await openAfter(okx, 9_000)).toEqual(ids);
    await okx.signed('POST', PATH, { timeOut: '10' });
    expect(await openAfter(okx, 9_000)).toEqual(ids);
    const off = await okx.signed('POST', PATH, { timeOut: '0' });
    expect(off.body).toMatchObject({ code: '0', data: [{ triggerTime: '0', tag: '' }] });
    expect(await openAfter(okx, 60_000)).toEqual(ids);
    await okx.signed('POST', PATH, { timeOut: '10' });
    expect(await openAfter(okx, 10_000)).toEqual([]);
  });

  it('refuses what it does not take, and more than one request a second for a tag', async () => {
    const okx = quoted(manualOkx());
    for (const [body, code] of [
      [{}, '50014'],
      [{ timeOut: '9' }, '51000'],
      [{ timeOut: '121' }, '51000'],
      [{ timeOut: 30 }, '51000'],
      [{ timeOut: '30', tag: 'not a tag' }, '51000'],
    ] as const) {
      expect((await okx.signed('POST', PATH, body)).body, JSON.stringify(body)).toMatchObject({ code });
      okx.clock.advanceMs(1_001);
    }
    const codes: unknown[] = [];
    for (const tag of ['a', 'b', 'a']) codes.push((await okx.signed('POST', PATH, { timeOut: '30', tag })).body.code);
    expect(codes).toEqual(['0', '0', '50011']);
    expect((await okx.signed('POST', PATH, { timeOut: '30' }, { 'ok-access-sign': 'x' })).body.code).toBe('50113');
    expect((await okx.get(PATH)).body.code).toBe('50115');
  });
});

describe("KuCoin's dead-cancel-all", () => {
  const PATH = '/api/v1/hf/orders/dead-cancel-all';

  it('cancels after its seconds, of all symbols or of those that are named; -1 takes it away', async () => {
    const kucoin = quoted(manualKucoin());
    const [btc, eth] = [rest(kucoin), rest(kucoin, 'ETH-USDT')];
    const reply = await kucoin.signed('POST', PATH, { timeout: 5 });
    expect(reply.body).toEqual({
      code: '200000',
      data: { currentTime: second(kucoin), triggerTime: second(kucoin, 5_000) },
    });
    await kucoin.signed('POST', PATH, { timeout: -1 });
    expect(await openAfter(kucoin, 60_000)).toEqual([btc, eth]);
    await kucoin.signed('POST', PATH, { timeout: 5, symbols: 'ETH-USDT' });
    expect(await openAfter(kucoin, 5_000)).toEqual([btc]);
    await kucoin.signed('POST', PATH, { timeout: 5 });
    expect(await openAfter(kucoin, 4_999)).toEqual([btc]);
    expect(await openAfter(kucoin, 1)).toEqual([]);
  });

  it.each([
    {},
    { timeout: 4 },
    { timeout: '5' },
    { timeout: 86_401 },
    { timeout: 0 },
    { timeout: 5, symbols: 'NO-SUCH' },
  ])('refuses %o', async (body) => {
    const kucoin = quoted(manualKucoin());
    expect((await kucoin.signed('POST', PATH, body)).body.code).not.toBe('200000');
  });
});

describe("Gate's countdown_cancel_all", () => {
  const set = (bench: ManualBench, body: unknown) => toGate(bench, 'POST', '/spot/countdown_cancel_all', { body });

  it('cancels after its seconds, of all pairs or of one; 0 takes it away', async () => {
    const gate = quoted(startGate());
    const [btc, eth] = [rest(gate), rest(gate, 'ETH-USDT')];
    const reply = await set(gate, { timeout: 5 });
    expect(reply).toMatchObject({ status: 200, body: { triggerTime: gate.clock.wallMs() + 5_000 } });
    expect((await set(gate, { timeout: 0 })).body).toEqual({ triggerTime: 0 });
    expect(await openAfter(gate, 60_000)).toEqual([btc, eth]);
    await set(gate, { timeout: 5, currency_pair: 'ETH_USDT' });
    expect(await openAfter(gate, 5_000)).toEqual([btc]);
    await set(gate, { timeout: 5 });
    expect(await openAfter(gate, 4_999)).toEqual([btc]);
    expect(await openAfter(gate, 1)).toEqual([]);
  });

  it.each([
    [{}, 'MISSING_REQUIRED_PARAM'],
    [{ timeout: 4 }, 'INVALID_PARAM_VALUE'],
    [{ timeout: '5' }, 'INVALID_PARAM_VALUE'],
    [{ timeout: 5, currency_pair: 'NO_SUCH' }, 'INVALID_CURRENCY_PAIR'],
    [[], 'INVALID_REQUEST_BODY'],
  ])('refuses %o with %s', async (body, label) => {
    expect((await set(quoted(startGate()), body)).body).toMatchObject({ label });
  });
});

describe("Kraken's cancel_all_orders_after", () => {
  const text = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

  it('cancels after its seconds, on the socket; 0 takes it away', async () => {
    const kraken = quoted(newKraken());
    const [socket, token] = [kraken.privateSocket(), await kraken.token()];
    const set = (timeout: unknown) =>
      kraken.ask(socket, { method: 'cancel_all_orders_after', params: { timeout, token }, req_id: 9 });
    const id = rest(kraken);
    const now = kraken.clock.wallMs();
    expect(await set(20)).toMatchObject({
      method: 'cancel_all_orders_after',
      req_id: 9,
      success: true,
      result: { currentTime: text(now), triggerTime: text(now + 20_000) },
    });
    expect(await set(0)).toMatchObject({ success: true, result: { triggerTime: '0' } });
    expect(await openAfter(kraken, 30_000)).toEqual([id]);
    await set(20);
    expect(await openAfter(kraken, 19_999)).toEqual([id]);
    expect(await openAfter(kraken, 1)).toEqual([]);
    for (const wrong of ['60', 1.5, 90_000, undefined]) expect(await set(wrong)).toMatchObject({ success: false });
  });

  it('does so over REST', async () => {
    const kraken = quoted(newKraken());
    rest(kraken);
    const now = kraken.clock.wallMs();
    expect(await kraken.result('CancelAllOrdersAfter', { timeout: '60' })).toEqual({
      currentTime: text(now),
      triggerTime: text(now + 60_000),
    });
    expect(await openAfter(kraken, 60_000)).toEqual([]);
    expect((await kraken.post('CancelAllOrdersAfter', {})).body).toEqual({
      error: ['EGeneral:Invalid arguments:timeout'],
    });
  });
});
