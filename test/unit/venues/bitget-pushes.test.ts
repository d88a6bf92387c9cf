import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { GatewayEvent } from '../../../src/core/order.ts';
import { PushReader } from '../../../src/venues/bitget/pushes.ts';
import { fill, fillPush, orderPush, report } from './bitget-fakes.ts';

function reader() {
  const events: GatewayEvent[] = [];
  const warned: string[] = [];
  const warn = (_: object, message: string): void => void warned.push(message);
  const pushes = new PushReader((event) => events.push(event), { ...silentLog, warn });
  const push = (frame: { arg: { channel: string }; data: readonly object[] }): void =>
    pushes.read(frame.arg.channel, frame.data as readonly Json[]);
  return { events, warned, pushes, push };
}
const fills = (events: readonly GatewayEvent[]) =>
  events.flatMap((event) => (event.kind === 'LegFilled' ? [event.fill] : []));

const FILLED = { kind: 'LegFilled', fill };
const UPDATED = { kind: 'OrderUpdated', report };

describe('bitget pushes', () => {
  it('of an order become a fill and then its report', () => {
    const { events, push } = reader();
    push(orderPush({}));
    expect(events).toEqual([FILLED, UPDATED]);
  });

  it('of a fill say the same once more, which is told once', () => {
    const { events, push } = reader();
    push(orderPush({}));
    push(fillPush({}));
    expect(events).toEqual([FILLED, UPDATED]);
  });

  it('of a fill wait for the order that names the client id, and come before its report', () => {
    const { events, push } = reader();
    push(fillPush({}));
    expect(events).toEqual([]);
    push(orderPush({}));
    expect(events).toEqual([FILLED, UPDATED]);
  });

  it('of a fill wait for the acknowledgement of their order as well', () => {
    const { events, pushes, push } = reader();
    push(fillPush({}, { tradeId: '502' }));
    pushes.learn('9', 'p1e1s1');
    expect(fills(events)).toEqual([fill, { ...fill, tradeId: '502' }]);
    pushes.learn('9', 'p1e1s1');
    expect(fills(events)).toHaveLength(2);
  });

  it('tell all fills of an order of which the orders channel tells the last', () => {
    const { events, push } = reader();
    const last = { tradeId: '503', baseVolume: '0.001', accBaseVolume: '0.01', status: 'filled' };
    push(orderPush(last));
    push(fillPush({}, { tradeId: '502', size: '0.005' }, { tradeId: '503', size: '0.001' }));
    expect(fills(events).map(({ tradeId, size }) => [tradeId, size])).toEqual([
      ['503', '0.001'],
      ['501', '0.004'],
      ['502', '0.005'],
    ]);
    expect(fills(events).every(({ clientId }) => clientId === 'p1e1s1')).toBe(true);
  });

  it('tell a fill that comes after the end of its order', () => {
    const { events, push } = reader();
    push(orderPush({ status: 'cancelled', tradeId: '', baseVolume: '0', accBaseVolume: '0' }));
    push(fillPush({}));
    expect(events.map(({ kind }) => kind)).toEqual(['OrderUpdated', 'LegFilled']);
  });

  it('keep equal trade ids of two symbols apart', () => {
    const { events, push } = reader();
    push(orderPush({}, { instId: 'ETHUSDT', orderId: '10' }));
    expect(fills(events).map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  it.each([
    ['live', 'open'],
    ['partially_filled', 'open'],
    ['filled', 'filled'],
    ['cancelled', 'cancelled'],
  ])('call %s %s', (status, ours) => {
    const { events, push } = reader();
    push(orderPush({ status, tradeId: undefined, accBaseVolume: '' }));
    expect(events).toEqual([{ kind: 'OrderUpdated', report: { ...report, status: ours, filled: '0' } }]);
  });

  it('know a rebate, a maker, and a fee of which nothing was paid', () => {
    const { events, push } = reader();
    push(orderPush({ fillFee: '0.00001', tradeScope: 'M' }));
    push(orderPush({ fillFee: '0', tradeId: '502' }));
    push(orderPush({ fillFee: '-1.5E-7', tradeId: '503' }));
    push(fillPush({ tradeId: '504', tradeScope: 'marker', feeDetail: [{ feeCoin: 'BGB', totalFee: '0.0041' }] }));
    expect(fills(events).map(({ fee, feeAsset, maker }) => `${fee} ${feeAsset} ${maker}`)).toEqual([
      '-0.00001 BTC true',
      '0 BTC false',
      '0.00000015 BTC false',
      '0.0041 BGB true',
    ]);
  });

  it('leave a fill whose fee the order does not tell to the fill channel', () => {
    const { events, push } = reader();
    push(orderPush({ fillFee: '', fillFeeCoin: '' }));
    expect(events).toEqual([UPDATED]);
    push(fillPush({}));
    expect(events).toEqual([UPDATED, FILLED]);
  });

  it('add up parts of a fee in one asset; what cannot be told is told to be missing', () => {
    const { events, push, warned } = reader();
    push(orderPush({ tradeId: '' }));
    const part = (feeCoin: string, totalFee: string) => ({ feeCoin, totalFee });
    push(fillPush({ feeDetail: [part('BTC', '0.1'), part('BTC', '0.02'), part('BGB', '0')] }));
    push(fillPush({ tradeId: '502', feeDetail: [part('BTC', '0.1'), part('BGB', '0.02')] }));
    push(fillPush({ tradeId: '503', feeDetail: [] }));
    push(fillPush({ tradeId: '504', feeDetail: [part('BTC', 'some')] }));
    expect(fills(events).map(({ fee, feeAsset }) => `${fee} ${feeAsset}`)).toEqual(['0.12 BTC']);
    expect(warned).toEqual(Array(3).fill('unreadable fill; it has to be asked for'));
  });

  it('of the account become balances', () => {
    const { events, pushes } = reader();
    pushes.read('account', [
      { coin: 'USDT', available: '100000', frozen: '1.5', locked: '0', limitAvailable: '0' },
      { coin: 'btc', available: '2', frozen: '0', locked: '0.25' },
      { coin: 'ETH', available: 'many' },
    ]);
    const balances = [
      { asset: 'USDT', free: '100000', locked: '1.5' },
      { asset: 'BTC', free: '2', locked: '0.25' },
    ];
    expect(events).toEqual([{ kind: 'BalancesChanged', balances }]);
  });

  it('say aloud that an order cannot be read', () => {
    const { events, push, warned } = reader();
    push(orderPush({ status: 'upside_down' }));
    expect([events, warned]).toEqual([[], ['unreadable order']]);
  });

  it('remember some thousands of orders and trades, not all', () => {
    const { events, pushes, push } = reader();
    push(orderPush({}));
    for (let order = 1000; order < 6000; order++) pushes.learn(String(order), `c${order}`);
    expect(pushes.clientIdOf('9')).toBeUndefined();
    expect(pushes.clientIdOf('5999')).toBe('c5999');
    for (let trade = 1000; trade < 6000; trade++) push(fillPush({ orderId: '5999', tradeId: String(trade) }));
    expect(fills(events)).toHaveLength(5001);
    push(fillPush({ orderId: '5999', tradeId: '5999' }));
    expect(fills(events)).toHaveLength(5001);
  });
});
