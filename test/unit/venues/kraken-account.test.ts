import { describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/core/order.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import {
  accepted,
  answer,
  calls,
  connected,
  type FakeSocket,
  type FakeVenue,
  fakeVenue,
  limitOrder,
  listing,
  refusal,
  result,
  settled,
} from './kraken-fakes.ts';

const order = { clientId: 'p1e1s1', listing };
const row = (change: object) => ({
  refid: null,
  userref: null,
  cl_ord_id: 'p1e1s1',
  status: 'closed',
  opentm: 1_688_583_840.8648,
  closetm: 1_688_583_841.25,
  descr: { pair: 'XBTUSDT', type: 'buy', ordertype: 'limit', price: '60000.1' },
  vol: '0.50000000',
  vol_exec: '0.50000000',
  ...change,
});
const trade = (change: object) => ({
  ordertxid: 'O1',
  pair: 'XBTUSDT',
  time: 1_688_583_841.2049,
  type: 'buy',
  price: '60000.10000',
  vol: '0.20000000',
  fee: '48.00008',
  maker: false,
  ...change,
});
const report = (status: string, filled: string, venueAt = 1_688_583_841_250) => ({
  clientId: 'p1e1s1',
  venueOrderId: 'O1',
  symbol: 'BTC/USDT',
  side: 'buy',
  status,
  filled,
  venueAt,
});
const fill = (tradeId: string, size: string): Fill => ({
  clientId: 'p1e1s1',
  venueOrderId: 'O1',
  tradeId,
  symbol: 'BTC/USDT',
  side: 'buy',
  price: '60000.10000',
  size,
  fee: '48.00008',
  feeAsset: 'USDT',
  maker: false,
  venueAt: 1_688_583_841_204,
});

function asking(open: object, closed: object): FakeVenue {
  const venue = fakeVenue();
  venue.replies.set('OpenOrders', result({ open }));
  venue.replies.set('ClosedOrders', result({ closed, count: 1 }));
  return venue;
}

describe('kraken gateway, asking for an order', () => {
  it('looks among the open and the closed ones, and brings the fills', async () => {
    const venue = asking({}, { O1: row({ trades: ['T1', 'T2'] }) });
    venue.replies.set('QueryTrades', result({ T1: trade({}), T2: trade({ vol: '0.30000000' }) }));
    expect(await kraken.createGateway(venue.deps).query(order)).toEqual({
      kind: 'found',
      report: report('filled', '0.50000000'),
      fills: [fill('T1', '0.20000000'), fill('T2', '0.30000000')],
    });
    expect(calls(venue, 'OpenOrders')[0]).toMatchObject({ cl_ord_id: 'p1e1s1', trades: 'true' });
    expect(calls(venue, 'QueryTrades')[0]).toMatchObject({ txid: 'T1,T2' });
    const nonces = venue.requests.flatMap(({ body }) => new URLSearchParams(body).get('nonce') ?? []).map(Number);
    expect(nonces).toEqual([...new Set(nonces)].sort((a, b) => a - b));
  });

  it.each([
    ['open', {}, 'open', '0.00000000'],
    ['canceled', { vol_exec: '0.10000000' }, 'cancelled', '0.10000000'],
    ['expired', {}, 'expired', '0.00000000'],
    // Closed with less than all of it.
    ['closed', {}, 'cancelled', '0.00000000'],
    ['pending', {}, 'open', '0.00000000'],
  ])('reads the state %s', async (status, change, ours, filled) => {
    const venue = asking({ O1: row({ status, vol_exec: '0.00000000', trades: ['T1'], ...change }) }, {});
    venue.replies.set('QueryTrades', result({ T1: trade({ vol: filled }) }));
    expect(await kraken.createGateway(venue.deps).query(order)).toMatchObject({
      kind: 'found',
      report: { status: ours, filled },
    });
    expect(calls(venue, 'ClosedOrders')).toEqual([]);
  });

  it('takes only the order of that name', async () => {
    const venue = asking({ O9: row({ cl_ord_id: 'other' }) }, { O8: row({ cl_ord_id: null }) });
    const askedAt = venue.clock.wallMs();
    expect(await kraken.createGateway(venue.deps).query(order)).toEqual({ kind: 'absent', askedAt });
  });

  it('fails while the venue does not say', async () => {
    for (const reply of [refusal('EService:Unavailable'), 'unreachable' as const, { status: 503, body: '' }]) {
      const venue = asking({}, {});
      venue.replies.set('ClosedOrders', reply);
      expect(await kraken.createGateway(venue.deps).query(order)).toMatchObject({
        kind: 'failed',
        error: { class: 'unknown-outcome' },
      });
    }
    const venue = asking({ O1: row({ vol_exec: 'x' }) }, {});
    expect(await kraken.createGateway(venue.deps).query(order)).toMatchObject({ kind: 'failed' });
    venue.replies.set('AssetPairs', 'unreachable');
    expect(await kraken.createGateway(venue.deps).query(order)).toMatchObject({ kind: 'failed' });
  });

  it('waits for fills that are listed a moment later', async () => {
    const venue = asking({}, { O1: row({ trades: ['T1', 'T2'] }) });
    let asked = 0;
    venue.replies.set('QueryTrades', () => {
      const listed = { T1: trade({}), T2: trade({ vol: '0.30000000' }) };
      return result(++asked === 1 ? { T1: listed.T1 } : listed);
    });
    const querying = kraken.createGateway(venue.deps).query(order);
    for (let turn = 0; turn < 40; turn++) {
      await settled();
      venue.clock.advanceMs(50);
    }
    expect(await querying).toMatchObject({ kind: 'found', fills: [{ tradeId: 'T1' }, { tradeId: 'T2' }] });
  });

  it('asks by the venue’s id, and not for fills, once pushes have told', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'add_order', accepted('O1'));
    await placing;
    pushTrade(socket, {});
    venue.replies.set('QueryOrders', result({ O1: row({ vol_exec: '0.2', vol: '0.2', trades: ['T1'] }) }));
    expect(await gateway.query(order)).toMatchObject({ kind: 'found', fills: [{ tradeId: 'T1', size: '0.2' }] });
    expect(calls(venue, 'QueryOrders')[0]).toMatchObject({ txid: 'O1', trades: 'true' });
    expect([calls(venue, 'OpenOrders'), calls(venue, 'QueryTrades')]).toEqual([[], []]);
  });
});

describe('kraken gateway, lists', () => {
  it('gives open orders', async () => {
    const venue = asking({ O1: row({ status: 'open', vol_exec: '0.1' }) }, {});
    expect(await kraken.createGateway(venue.deps).openOrders()).toEqual([report('open', '0.1')]);
    venue.replies.set('OpenOrders', result({ open: { O1: {} } }));
    await expect(kraken.createGateway(venue.deps).openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('gives recent fills of one instrument, page by page, under our names', async () => {
    const venue = fakeVenue();
    const page = (from: number) =>
      Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`T${from + at}`, trade({ ordertxid: `O${at % 2}` })]));
    const pages: Record<string, object> = {
      0: page(0),
      // The page before was pushed on by one trade, and another pair traded.
      50: { T49: trade({ ordertxid: 'O1' }), T50: trade({ ordertxid: 'O0' }), T51: trade({ pair: 'ETHUSDT' }) },
    };
    venue.replies.set('TradesHistory', ({ body }) =>
      result({ trades: pages[new URLSearchParams(body).get('ofs') ?? ''] ?? {}, count: 51 }),
    );
    venue.replies.set('QueryOrders', result({ O0: row({ cl_ord_id: 'a' }), O1: row({ cl_ord_id: 'b' }) }));
    const fills = await kraken.createGateway(venue.deps).recentFills(listing, 1_688_583_841_204);
    expect(fills).toHaveLength(51);
    expect(new Set(fills.map(({ tradeId }) => tradeId)).size).toBe(51);
    expect(fills.map(({ clientId }) => clientId).slice(0, 3)).toEqual(['a', 'b', 'a']);
    expect(calls(venue, 'TradesHistory').map(({ start, ofs }) => [start, ofs])).toEqual([
      ['1688583840', '0'],
      ['1688583840', '50'],
    ]);
    expect(calls(venue, 'QueryOrders').map(({ txid }) => txid)).toEqual(['O0,O1']);
    expect(await kraken.createGateway(venue.deps).recentFills(listing, 1_688_583_841_205)).toEqual([]);
  });

  it('reads recent fills once for all who ask at a time', async () => {
    const venue = fakeVenue();
    venue.replies.set('TradesHistory', result({ trades: { T1: trade({}) }, count: 1 }));
    venue.replies.set('QueryOrders', result({ O1: row({ cl_ord_id: 'a' }) }));
    const gateway = kraken.createGateway(venue.deps);
    const other = { ...listing, symbol: 'ETH/USDT' };
    const [own, none] = await Promise.all([listing, other].map((each) => gateway.recentFills(each, 1_688_583_841_000)));
    expect([own?.map(({ clientId }) => clientId), none]).toEqual([['a'], []]);
    expect([calls(venue, 'TradesHistory').length, calls(venue, 'QueryOrders').length]).toEqual([1, 1]);
    await gateway.recentFills(listing, 1_688_583_841_000);
    expect(calls(venue, 'TradesHistory')).toHaveLength(2);
    venue.replies.set('TradesHistory', refusal('EGeneral:Permission denied'));
    const refused = [listing, other].map((each) => gateway.recentFills(each, 1_688_583_841_000));
    for (const each of refused) await expect(each).rejects.toMatchObject({ code: 'venue/auth' });
  });

  it('gives balances under canonical names, with what is held and lent', async () => {
    const venue = fakeVenue();
    const body =
      '{"error":[],"result":{"XXBT":{"balance":"1.5000000000","hold_trade":"0.5"},"USDT":{"balance":1e-7,"hold_trade":0},' +
      '"ZUSD":{"balance":"10","credit":"5","credit_used":"2","hold_trade":"1"},"USDT.F":{"balance":"7"}}}';
    venue.replies.set('BalanceEx', { body });
    expect(await kraken.createGateway(venue.deps).balances()).toEqual([
      { asset: 'BTC', free: '1', locked: '0.5' },
      { asset: 'USDT', free: '0.0000001', locked: '0' },
      { asset: 'ZUSD', free: '12', locked: '1' },
      { asset: 'USDT.F', free: '7', locked: '0' },
    ]);
    venue.replies.set('BalanceEx', refusal('EAPI:Invalid key'));
    await expect(kraken.createGateway(venue.deps).balances()).rejects.toMatchObject({ code: 'venue/auth' });
  });

  it('gives the account’s rates, or the usual ones with a warning', async () => {
    const venue = fakeVenue();
    const gateway = kraken.createGateway(venue.deps);
    venue.replies.set(
      'TradeVolume',
      result({ fees: { XBTUSDT: { fee: '0.2600' } }, fees_maker: { XBTUSDT: { fee: '0.16' } } }),
    );
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0026', maker: '0.0016' });
    expect(calls(venue, 'TradeVolume')[0]).toMatchObject({ pair: 'XBTUSDT' });
    // Held for whoever asks for the next pair.
    venue.replies.set('TradeVolume', result({ fees: { XBTUSDT: { fee: '0.2000' } } }));
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0026', maker: '0.0016' });
    venue.clock.advanceMs(5_001);
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.002', maker: '0.002' });
    venue.replies.set('TradeVolume', refusal('EGeneral:Permission denied'));
    venue.clock.advanceMs(5_001);
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.004', maker: '0.0025' });
    expect(venue.logged.join('\n')).toContain('fee rates not read');
  });
});

describe('kraken gateway, its calls', () => {
  it('go out one at a time, in the order of their nonces', async () => {
    const venue = fakeVenue();
    let under = 0;
    let most = 0;
    venue.replies.set('BalanceEx', async () => {
      most = Math.max(most, ++under);
      await settled();
      under--;
      return result({});
    });
    const gateway = kraken.createGateway(venue.deps);
    await Promise.all(Array.from({ length: 5 }, () => gateway.balances()));
    expect([most, calls(venue, 'BalanceEx').length]).toEqual([1, 5]);
  });

  it('wait for the counter, and are not made where that would be long', async () => {
    const venue = fakeVenue();
    venue.replies.set('BalanceEx', result({}));
    const gateway = kraken.createGateway(venue.deps);
    // Three of twenty were made before, by others of the key, and some of one is kept.
    for (let call = 0; call < 16; call++) await gateway.balances();
    const waiting = Promise.allSettled(Array.from({ length: 8 }, () => gateway.balances()));
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(calls(venue, 'BalanceEx')).toHaveLength(16);
    venue.clock.advanceMs(10_000);
    const outcomes = (await waiting).map((outcome) => outcome.status);
    expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(5);
    expect(calls(venue, 'BalanceEx')).toHaveLength(21);
  });

  it('stop for a while when the venue says that there were too many', async () => {
    const venue = fakeVenue();
    venue.replies.set('BalanceEx', refusal('EAPI:Rate limit exceeded'));
    const gateway = kraken.createGateway(venue.deps);
    await expect(gateway.balances()).rejects.toMatchObject({ message: expect.stringContaining('Rate limit exceeded') });
    venue.replies.set('BalanceEx', result({}));
    const later = gateway.balances();
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(calls(venue, 'BalanceEx')).toHaveLength(1);
    venue.clock.advanceMs(2000);
    expect(await later).toEqual([]);
  });
});

/** A trade of order O1 as the executions channel tells it. */
function pushTrade(socket: FakeSocket, change: object): void {
  const item = {
    order_id: 'O1',
    cl_ord_id: 'p1e1s1',
    exec_id: 'T1',
    exec_type: 'trade',
    symbol: 'BTC/USDT',
    side: 'buy',
    last_qty: 0.2,
    last_price: 60000.1,
    liquidity_ind: 't',
    timestamp: '2026-08-02T03:35:51.302928Z',
    order_status: 'partially_filled',
    cum_qty: 0.2,
    fees: [{ asset: 'USDT', qty: 48.00008 }],
    ...change,
  };
  socket.push({ channel: 'executions', type: 'update', data: [item] });
}

describe('kraken gateway, pushes', () => {
  const execution = (socket: FakeSocket, item: object): void =>
    socket.push({ channel: 'executions', type: 'update', data: [item] });
  const at = Date.parse('2026-08-02T03:35:51.302Z');

  it('become a fill and then the report of its order, with exact texts', async () => {
    const { venue, socket } = await connected();
    socket.push(
      '{"channel":"executions","type":"update","data":[{"order_id":"O1","cl_ord_id":"p1e1s1","exec_id":"T1","exec_type":"trade",' +
        '"symbol":"DOGE/USDT","side":"sell","last_qty":1.00000000,"last_price":1e-05,"liquidity_ind":"m","cum_qty":1.0,' +
        '"order_status":"partially_filled","fees":[{"asset":"USDT","qty":-0.00000010}],"timestamp":"2026-08-02T03:35:51.302928Z"}]}',
    );
    const common = { clientId: 'p1e1s1', venueOrderId: 'O1', symbol: 'DOGE/USDT', side: 'sell', venueAt: at };
    expect(venue.events.slice(1)).toEqual([
      {
        kind: 'LegFilled',
        fill: {
          ...common,
          tradeId: 'T1',
          price: '0.00001',
          size: '1.00000000',
          fee: '-0.0000001',
          feeAsset: 'USDT',
          maker: true,
        },
      },
      { kind: 'OrderUpdated', report: { ...common, status: 'open', filled: '1.0' } },
    ]);
  });

  it('of an order that was told before go by its id', async () => {
    const { venue, socket } = await connected();
    execution(socket, {
      order_id: 'O1',
      cl_ord_id: 'p1e1s1',
      symbol: 'BTC/USDT',
      side: 'buy',
      order_qty: 0.3,
      exec_type: 'pending_new',
      order_status: 'pending_new',
      timestamp: '2026-08-02T03:35:51.302928Z',
    });
    execution(socket, { order_id: 'O1', exec_type: 'new', order_status: 'new', timestamp: '' });
    pushTrade(socket, { cl_ord_id: undefined, symbol: undefined, side: undefined });
    execution(socket, { order_id: 'O1', exec_type: 'canceled', order_status: 'canceled', reason: 'User requested' });
    const reports = venue.events.flatMap((event) => (event.kind === 'OrderUpdated' ? [event.report] : []));
    expect(reports.map(({ clientId, side, status, filled }) => [clientId, side, status, filled])).toEqual([
      ['p1e1s1', 'buy', 'open', '0'],
      ['p1e1s1', 'buy', 'open', '0'],
      ['p1e1s1', 'buy', 'open', '0.2'],
      ['p1e1s1', 'buy', 'cancelled', '0.2'],
    ]);
    // A fill after the end of its order is one all the same.
    pushTrade(socket, { exec_id: 'T2', symbol: undefined, side: undefined, cl_ord_id: undefined });
    expect(venue.events.filter((event) => event.kind === 'LegFilled')).toHaveLength(2);
  });

  it('take "filled" for all of it, where the number is left out', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'add_order', accepted('O1'));
    await placing;
    execution(socket, { order_id: 'O1', exec_type: 'filled', order_status: 'filled', timestamp: '' });
    expect(venue.events.at(-1)).toMatchObject({ report: { status: 'filled', filled: limitOrder.size } });
  });

  it('name what they cannot say', async () => {
    const { venue, socket } = await connected();
    execution(socket, { order_id: 'O7', exec_type: 'new', order_status: 'new' });
    pushTrade(socket, { fees: undefined });
    pushTrade(socket, {
      exec_id: 'T3',
      fees: [
        { asset: 'USDT', qty: 1 },
        { asset: 'BTC', qty: 1 },
      ],
    });
    pushTrade(socket, { exec_id: 'T4', last_qty: 'x' });
    expect(venue.events.filter((event) => event.kind === 'LegFilled')).toEqual([]);
    expect(venue.logged.filter((line) => line.includes('asked for'))).toHaveLength(4);
    pushTrade(socket, { exec_id: 'T5', fees: [] });
    pushTrade(socket, {
      exec_id: 'T6',
      fees: [
        { asset: 'USDT', qty: 0.5 },
        { asset: 'USDT', qty: 0.25 },
      ],
    });
    const fees = venue.events.flatMap((event) => (event.kind === 'LegFilled' ? [event.fill.fee] : []));
    expect(fees).toEqual(['0', '0.75']);
  });

  it('of balances are those of the wallet that trades', async () => {
    const { venue, socket } = await connected();
    const wallets = [
      { type: 'spot', id: 'main', balance: 300 },
      { type: 'earn', id: 'flex', balance: 200 },
    ];
    socket.push({
      channel: 'balances',
      type: 'snapshot',
      data: [{ asset: 'DOGE', balance: 500, wallets }],
      sequence: 1,
    });
    socket.push({
      channel: 'balances',
      type: 'update',
      data: [
        { asset: 'BTC', amount: -0.005, balance: 0.005, fee: 0, wallet_type: 'spot', wallet_id: 'main' },
        { asset: 'BTC', amount: 1, balance: 1, fee: 0, wallet_type: 'earn', wallet_id: 'liquid' },
      ],
      sequence: 2,
    });
    expect(venue.events.slice(1)).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'DOGE', free: '300', locked: '0' }] },
      { kind: 'BalancesChanged', balances: [{ asset: 'BTC', free: '0.005', locked: '0' }] },
    ]);
  });
});
