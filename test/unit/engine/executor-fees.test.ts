/** Fees that are paid in an asset of the venue's own: what is sold for what was bought, and what is told when they end. */
import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../../src/engine/amounts.ts';
import { feesApartWords } from '../../../src/memory/shared-words.ts';
import { Desk } from './desk.ts';

/** Alpha's account pays in BNB, of which it has 1. */
const start = (floor = '0.5'): Desk =>
  new Desk({}, { feeAssets: [{ asset: 'BNB', floor: parseAmount(floor) }, undefined] });

/** One whole leg set; alpha takes so much of a fee, in BNB unless it says another asset. */
function trade(desk: Desk, fee: string, feeAsset = 'BNB'): string {
  desk.intend();
  const sold = desk.last(1).order.size ?? '';
  desk.fill(0, '1', fee, 'filled', { feeAsset });
  desk.fill(1, sold, '0.1');
  return sold;
}

const words = ({ world: { buffer, layout } }: Desk): number[] => [...feesApartWords(buffer, layout)];

describe('fees paid apart', () => {
  it('are counted on from the first fill that shows it: the whole buy is sold, and nothing is left over', () => {
    const desk = start();
    desk.intend();
    expect(words(desk)).toEqual([0, 0]);
    desk.fill(0, '1', '0.0001', 'filled', { feeAsset: 'BNB' });
    expect(words(desk)).toEqual([1, 0]);
    expect(desk.last(1).order.size).toBe('0.999');
    desk.fill(1, '0.999', '0.1');
    expect(desk.executor.report().dust).toEqual({ BTC: '0.001' });
    expect(trade(desk, '0.0001')).toBe('1');
    expect(desk.executor.report()).toMatchObject({
      openSets: 0,
      dust: { BTC: '0.001' },
      fees: { BNB: '0.0002', USDT: '0.2' },
      pnl: { BNB: '-0.0002', BTC: '0.001', USDT: '1.699' },
    });
    expect(desk.inventory.total(0, 'BNB')).toBe(parseAmount('0.9998'));
    expect(desk.setRecords.map(({ state, residual }) => [state, residual])).toEqual([
      ['filled', '0'],
      ['filled', '0'],
    ]);
    expect(desk.faults).toEqual([]);
  });

  it('still cost the set: what gains only without them is refused', () => {
    const desk = start();
    trade(desk, '0.0001');
    // 100 and 0.1 each way: at 100.2 it gains nothing.
    desk.world.write(desk.world.row('beta'), { bids: [[10_020, 100_000]], asks: [[10_110, 100_000]] });
    const { legs } = new Desk().intend();
    desk.intend({ legs: legs.map((leg) => (leg.side === 'sell' ? { ...leg, limit: 10_020 as never } : leg)) });
    expect(desk.refusals()).toMatchObject({ 'below-fees': 1 });
  });

  it('are not counted on below the floor, which is told once', () => {
    const desk = start('0.5');
    trade(desk, '0.0001');
    expect(trade(desk, '0.6')).toBe('1');
    expect(words(desk)).toEqual([0, 0]);
    expect(trade(desk, '0.0001')).toBe('0.999');
    expect(trade(desk, '0.001', 'BTC')).toBe('0.999');
    expect(desk.faults.map(({ code, details }) => [code, details])).toEqual([
      ['execution/fee-asset', { venue: 'alpha', asset: 'BNB', free: '0.3999', floor: '0.5', paidIn: 'BNB' }],
    ]);
    expect(desk.count()).toMatchObject({ feeAssetLapses: 1 });
    const give = (amount: string) => desk.inventory.apply(0, new Map([['BNB', parseAmount(amount)]]));
    // A little more of it: counted on again after the next fill, and not told again when that ends.
    give('0.2');
    trade(desk, '0.0001');
    expect(trade(desk, '0.2')).toBe('1');
    expect(desk.faults.length).toBe(1);
    // Twice the floor: told again.
    give('1');
    trade(desk, '0.0001');
    expect(trade(desk, '1')).toBe('1');
    expect(desk.faults.length).toBe(2);
  });

  it('are not counted on once the venue takes them elsewhere; what was sold too much is made good to the last digit', () => {
    const desk = start();
    trade(desk, '0.0001');
    expect(trade(desk, '0.001', 'BTC')).toBe('1');
    expect(desk.faults.map(({ message }) => message)).toEqual([
      'alpha took a fee in BTC, not in BNB (of which 0.9999 is free); what is bought there counts as less by its fee until fees are paid in BNB again',
    ]);
    // 0.001 left over by the first set, 0.001 short by the second.
    expect(desk.executor.report()).toMatchObject({ dust: {}, openSets: 0 });
    expect(trade(desk, '0.001', 'BTC')).toBe('0.999');
  });

  it('are told of by no trade of the asset itself', () => {
    const desk = new Desk({}, { feeAssets: [{ asset: 'BTC', floor: parseAmount('0.5') }] });
    expect(trade(desk, '0.001', 'BTC')).toBe('0.999');
    expect(trade(desk, '0.001', 'BTC')).toBe('0.999');
    expect(words(desk)).toEqual([0, 0]);
    expect(desk.faults).toEqual([]);
  });

  it('are told of for no other instrument by one that trades the asset', () => {
    const options = { instruments: ['BTC-USDT', 'BNB-USDT'] };
    const desk = new Desk(options, { feeAssets: [{ asset: 'BNB', floor: parseAmount('0.5') }] });
    const { world } = desk;
    const [buyRow, sellRow] = [world.row('alpha', 'BNB-USDT'), world.row('beta', 'BNB-USDT')];
    world.write(buyRow, { bids: [[9_990, 100_000]], asks: [[10_000, 100_000]] });
    world.write(sellRow, { bids: [[10_100, 100_000]], asks: [[10_110, 100_000]] });
    const { legs } = new Desk().intend();
    const rows = { buy: buyRow, sell: sellRow };
    const of = { instrumentIndex: 1, pair: 5, legs: legs.map((leg) => ({ ...leg, row: rows[leg.side] })) };
    desk.intend(of);
    desk.fill(0, '1', '0.001', 'filled', { feeAsset: 'BNB' });
    desk.fill(1, '0.999', '0.1');
    expect(desk.setRecords).toMatchObject([{ state: 'filled', instrument: 'BNB-USDT' }]);
    expect(words(desk)).toEqual([0, 0, 0, 0]);
    // A fill of another instrument tells, and tells nothing of trades of the asset.
    trade(desk, '0.0001');
    expect(words(desk).filter((word) => word === 1).length).toBe(1);
    expect(words(desk)[world.row('alpha')]).toBe(1);
  });

  it('leave a hedge that buys no larger than what is missing', async () => {
    const desk = start();
    trade(desk, '0.0001');
    desk.intend();
    desk.miss(0);
    desk.fill(1, '1', '0.1');
    // Beta asks 101.10, alpha 100: it is bought back at alpha.
    expect(desk.last(0).order).toMatchObject({ side: 'buy', size: '1' });
    const other = new Desk();
    other.intend();
    other.miss(0);
    other.fill(1, '0.999', '0.1');
    expect(other.last(0).order).toMatchObject({ side: 'buy', size: '1' });
  });

  it('are a matter of each executor: its successor has seen no fill yet', () => {
    const desk = start();
    trade(desk, '0.0001');
    expect(words(desk)).toEqual([1, 0]);
    desk.start({ feeAssets: [{ asset: 'BNB', floor: parseAmount('0.5') }, undefined] });
    expect(words(desk)).toEqual([0, 0]);
  });
});

describe('the inventory', () => {
  it('keeps account of a fee asset that nobody trades, and publishes it nowhere', () => {
    const desk = start();
    const published = [...desk.world.inventory];
    desk.inventory.apply(0, new Map([['BNB', parseAmount('-0.25')]]));
    expect(desk.inventory.free(0, 'BNB')).toBe(parseAmount('0.75'));
    expect([...desk.world.inventory]).toEqual(published);
    expect(desk.inventory.view()).toContainEqual(
      expect.objectContaining({ venue: 'alpha', asset: 'BNB', free: '0.75', reserved: '0' }),
    );
  });
});
