import { describe, expect, it } from 'vitest';
import type { PlaceRequest, SelfTradeMode, SimOrder } from '../../../src/sim/port.ts';
import { type Bench, newBench } from './exchange-bench.ts';

/** Alice's own sale of 1 stands before the maker's of 2; her buy of `size` meets it. */
function meet(mode: SelfTradeMode, size: string, terms: Partial<PlaceRequest> = {}) {
  const bench = newBench();
  bench.quote([['99', '1']], [['101', '2']]);
  const resting = bench.placed(bench.alice, { side: 'sell', price: '100.5', size: '1' });
  const taker = bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '101', size, selfTrade: mode, ...terms });
  return { bench, resting, taker };
}

const nothingLocked = ({ exchange, alice, locked }: Bench): void => {
  if (exchange.openOrders(alice).length > 0) return;
  expect([locked(alice, 'BTC'), locked(alice, 'USDT')]).toEqual(['0', '0']);
};
const endOf = ({ status, selfTrade, filled }: SimOrder) => ({ status, selfTrade, filled });

describe('an order that meets one of its own account', () => {
  it('goes, and what rests stays', () => {
    const { bench, resting, taker } = meet('expire-taker', '2');
    expect(endOf(taker)).toEqual({ status: 'expired', selfTrade: true, filled: 0 });
    expect(endOf(resting)).toEqual({ status: 'new', selfTrade: false, filled: 0 });
    expect(bench.locked(bench.alice, 'USDT')).toBe('0');
    expect(bench.locked(bench.alice, 'BTC')).toBe('1');
  });

  it('goes with what it filled before', () => {
    const bench = newBench();
    bench.quote([['99', '1']], [['100.4', '1']]);
    bench.placed(bench.alice, { side: 'sell', price: '100.5', size: '1' });
    const taker = bench.placed(bench.alice, { side: 'buy', price: '101', size: '2', selfTrade: 'expire-taker' });
    expect(bench.fills(taker)).toEqual(['100.4×1']);
    // It would have rested: a buy above its own sale.
    expect(endOf(taker)).toEqual({ status: 'expired', selfTrade: true, filled: 1000 });
  });

  it('takes what rests with it', () => {
    const { bench, resting, taker } = meet('expire-both', '2');
    expect([taker, resting].map(endOf)).toEqual([
      { status: 'expired', selfTrade: true, filled: 0 },
      { status: 'expired', selfTrade: true, filled: 0 },
    ]);
    nothingLocked(bench);
  });

  it('goes on past what rests, which goes', () => {
    const { bench, resting, taker } = meet('expire-maker', '2');
    expect(endOf(resting)).toEqual({ status: 'expired', selfTrade: true, filled: 0 });
    expect(bench.fills(taker)).toEqual(['101×2']);
    nothingLocked(bench);
  });

  it('shrinks what rests by itself, and goes', () => {
    const { bench, resting, taker } = meet('decrement', '0.4');
    expect(endOf(taker)).toEqual({ status: 'expired', selfTrade: true, filled: 0 });
    expect(resting).toMatchObject({ status: 'new', size: 600 });
    expect(bench.locked(bench.alice, 'BTC')).toBe('0.6');
    expect(bench.locked(bench.alice, 'USDT')).toBe('0');
  });

  it('shrinks by what rests, which goes, and trades with the others', () => {
    const { bench, resting, taker } = meet('decrement', '1.5');
    expect(endOf(resting)).toEqual({ status: 'expired', selfTrade: true, filled: 0 });
    expect(bench.fills(taker)).toEqual(['101×0.5']);
    nothingLocked(bench);
  });

  it('shrinks by what rests, and rests itself with no more locked than what is left needs', () => {
    const bench = newBench();
    bench.placed(bench.alice, { side: 'buy', price: '98.1', size: '1' });
    const rest = bench.placed(bench.alice, { side: 'sell', price: '98', size: '1.5', selfTrade: 'decrement' });
    expect(rest).toMatchObject({ status: 'new', size: 500 });
    expect([bench.locked(bench.alice, 'BTC'), bench.locked(bench.alice, 'USDT')]).toEqual(['0.5', '0']);
  });

  it('trades with it where nothing keeps it from that', () => {
    const { bench, resting, taker } = meet('trade', '1');
    expect(bench.fills(taker)).toEqual(['100.5×1']);
    expect(bench.fills(resting)).toEqual(['100.5×1']);
    nothingLocked(bench);
  });

  it('is not filled whole or not at all past it', () => {
    const { taker } = meet('expire-taker', '2', { tif: 'fok' });
    expect(taker).toMatchObject({ status: 'expired', filled: 0 });
    expect(meet('expire-maker', '2', { tif: 'fok' }).taker).toMatchObject({ status: 'filled' });
  });
});

describe('an order with an end', () => {
  it('leaves the book then, and gives back what it held', () => {
    const bench = newBench();
    bench.quote([['99', '1']], [['101', '2']]);
    const expiresAt = bench.clock.wallMs() + 5000;
    const order = bench.placed(bench.alice, { side: 'buy', price: '100', size: '1', expiresAt });
    bench.clock.advanceMs(4999);
    expect(order.status).toBe('new');
    bench.clock.advanceMs(1);
    expect(order).toMatchObject({ status: 'expired', lapsed: true, selfTrade: false });
    expect(bench.exchange.top(bench.instrument).bid).toMatchObject({ price: 990 });
    nothingLocked(bench);
  });

  it('says nothing more when it was filled or canceled before', () => {
    const bench = newBench();
    bench.quote([['99', '1']], [['101', '2']]);
    const expiresAt = bench.clock.wallMs() + 5000;
    const canceled = bench.placed(bench.alice, { side: 'buy', price: '100', size: '1', expiresAt });
    bench.exchange.cancel(bench.alice, bench.instrument, { id: canceled.id });
    const filled = bench.placed(bench.alice, { side: 'buy', price: '101', size: '1', expiresAt });
    bench.clock.advanceMs(5000);
    expect([canceled, filled]).toMatchObject([
      { status: 'canceled', lapsed: false },
      { status: 'filled', lapsed: false },
    ]);
  });
});
