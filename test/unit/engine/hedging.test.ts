import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../../src/engine/amounts.ts';
import { worstTicks } from '../../../src/engine/hedge.ts';
import { Desk } from './desk.ts';
import { universeOf } from './world.ts';

const RETRY = { hedge: { policy: 'retry', retryNs: 500e6, unwindNs: 1_000e6 }, retryBudgetBps: 100 } as const;
const HOLD = { hedge: { policy: 'hold', retryNs: 0, unwindNs: 1_000e6 } } as const;

/** Bought 1 BTC at alpha for 100, and nothing of it was sold. */
const oneLegged = (desk: Desk): void => {
  desk.intend();
  desk.fill(0, '1', '0.001');
};

describe('an unwind', () => {
  it('goes to the other venue after one that did not have what it showed, and back when there is none', async () => {
    const desk = new Desk();
    oneLegged(desk);
    desk.miss(1);
    const venues: number[] = [];
    for (let unwind = 0; unwind < 3; unwind++) {
      const newest = desk.gateways.map(({ sent }) => sent.at(-1)?.order.clientId ?? '');
      venues.push(newest.indexOf(newest.toSorted().at(-1) ?? ''));
      desk.missNewest();
      await desk.passSlowly(2_000);
    }
    // Beta pays more all the while.
    expect(venues).toEqual([1, 0, 1]);
    const kinds = desk.wal.flatMap((entry) => (entry.kind === 'OrderAdded' ? entry.order.role : []));
    expect(new Set(kinds)).toEqual(new Set(['unwind']));
  });
});

describe('a retry', () => {
  it('sends the missing side again, no worse than the budget allows', () => {
    const desk = new Desk({}, RETRY);
    oneLegged(desk);
    // 0.999 BTC have to bring 99, a hundredth of 100 being the budget: 99.099 each, and 99.1982 with the fee of 0.1 %.
    desk.world.write(desk.world.row('beta'), { bids: [[9_921, 10_000]], asks: [[10_110, 10_000]] });
    desk.world.write(desk.world.row('alpha'), { bids: [[9_920, 10_000]], asks: [[10_000, 10_000]] });
    desk.miss(1);
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999', price: '99.2' });
    expect(desk.wal.at(-1)).toMatchObject({ kind: 'OrderAdded', order: { role: 'retry' } });
    desk.fill(1, '0.999', '0.099');
    expect(desk.count()).toMatchObject({ setsFilled: 1, setsUnwound: 0 });
  });

  it('waits while every price is beyond the budget, and gives way to an unwind when its time is up', async () => {
    const desk = new Desk({}, RETRY);
    oneLegged(desk);
    for (const venue of ['alpha', 'beta'])
      desk.world.write(desk.world.row(venue), { bids: [[9_900, 10_000]], asks: [[9_905, 10_000]] });
    desk.miss(1);
    await desk.pass(400);
    expect(desk.gateways.map(({ sent }) => sent.length)).toEqual([1, 1]);
    await desk.pass(100);
    expect(desk.last(0).order).toMatchObject({ side: 'sell', size: '0.999', price: '98.51' });
    expect(desk.wal.at(-1)).toMatchObject({ order: { role: 'unwind' } });
  });

  it('has a price that keeps the set within its budget, whichever side and fee', () => {
    const [row] = universeOf({ taker: '0.002' }).rows;
    const [instrument] = universeOf().instruments;
    if (row === undefined || instrument === undefined) throw new Error('no row');
    const one = parseAmount('1');
    const budget = (change: string, mayLose: string) => ({
      change: change.startsWith('-') ? -parseAmount(change.slice(1)) : parseAmount(change),
      mayLose: parseAmount(mayLose),
    });
    // 99 / 0.998 = 99.1984, up; what is already won needs no price; 101 / (1 + fee), down; nothing left to spend.
    expect(worstTicks('sell', one, instrument, row, budget('-100', '1'))).toBe(9_920n);
    expect(worstTicks('sell', one, instrument, row, budget('1', '0'))).toBeUndefined();
    expect(worstTicks('buy', one, instrument, row, budget('100', '1'))).toBe(10_079n);
    expect(worstTicks('buy', one, instrument, row, budget('-2', '1'))).toBe(0n);
    expect(worstTicks('buy', one, instrument, row, undefined)).toBeUndefined();
  });
});

describe('a hold', () => {
  it('keeps the excess within the exposure limit, says so, and pauses nothing', () => {
    const desk = new Desk({}, { ...HOLD, maxExposure: parseAmount('150') });
    oneLegged(desk);
    desk.miss(1);
    expect(desk.executor.report()).toMatchObject({
      openSets: 0,
      held: { BTC: '0.999' },
      dust: {},
      pausedInstruments: [],
    });
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'held', residual: '0.999' });
    expect(desk.count()).toMatchObject({ setsHeld: 1, setsResidual: 0 });
    expect(desk.faults).toEqual([]);
  });

  it('unwinds what would exceed it, what is held already counted', () => {
    const desk = new Desk({}, { ...HOLD, maxExposure: parseAmount('150') });
    oneLegged(desk);
    desk.miss(1);
    oneLegged(desk);
    desk.miss(1);
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999' });
    expect(desk.executor.openSets).toBe(1);
  });

  it('does not count what a set held before it was opened again', () => {
    const desk = new Desk({}, { ...HOLD, maxExposure: parseAmount('60') });
    desk.intend();
    const late = desk.last(1);
    desk.fill(0, '0.5', '0', 'cancelled');
    desk.miss(1);
    desk.intend();
    desk.miss(0);
    desk.fill(1, '0.5', '0.05', 'cancelled');
    expect(desk.count()).toMatchObject({ setsHeld: 2 });
    // Held are 0.5 and -0.5. The first turns out to be -0.499: both together would be worth 100.
    desk.tell(1, { kind: 'LegFilled', fill: desk.fillOf(late, '0.999', '0.1') });
    expect(desk.last(0).order).toMatchObject({ side: 'buy', size: '0.4995' });
  });

  it('does not count what another set held that was opened again', () => {
    const desk = new Desk({}, { ...HOLD, maxExposure: parseAmount('60') });
    desk.intend();
    const late = desk.last(1);
    desk.fill(0, '0.5', '0', 'cancelled');
    desk.miss(1);
    // 0.5 is held, until it turns out that some of it was sold: how much is asked for.
    desk.tell(1, { kind: 'OrderUpdated', report: desk.reportOf(late, 'cancelled', '0.7') });
    expect(desk.executor.openSets).toBe(1);
    desk.intend({ pair: 2 });
    desk.miss(0);
    desk.fill(1, '0.999', '0.1');
    // Worth 100 alone, and 50 with what the other held once.
    expect(desk.count()).toMatchObject({ setsHeld: 1, ordersSent: 5 });
    expect(desk.wal.at(-1)).toMatchObject({ kind: 'OrderAdded', order: { side: 'buy', size: '1' } });
  });

  it('comes last for an unwind that found no venue in time', async () => {
    const desk = new Desk({}, { maxExposure: parseAmount('150'), hedge: { ...HOLD.hedge, policy: 'unwind' } });
    oneLegged(desk);
    for (const gateway of desk.gateways) gateway.isUp = false;
    desk.miss(1);
    await desk.pass(1_000);
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'held' });
  });
});

describe('an unwind', () => {
  it('whose outcome took longer to learn than there is time to unwind is not the last one', async () => {
    const desk = new Desk({}, { hedge: { policy: 'unwind', retryNs: 0, unwindNs: 1_000e6 } });
    oneLegged(desk);
    desk.miss(1);
    const hedging = desk.gateways.find(({ sent }) => sent.length === 2);
    // Nobody answers it, and that it never arrived is certain after 6 s only.
    for (const ms of [2_000, 100, 200, 400, 800, 1_600, 2_000]) {
      await desk.pass(ms);
      await hedging?.asked.at(-1)?.answer({ kind: 'absent' });
    }
    await desk.pass(100);
    expect(desk.gateways.reduce((sum, { sent }) => sum + sent.length, 0)).toBe(4);
    expect(desk.wal.at(-1)).toMatchObject({ kind: 'OrderAdded', order: { role: 'unwind' } });
    expect(desk.count()).toMatchObject({ setsResidual: 0 });
  });
});

describe('crumbs', () => {
  /** Leaves 0.03 BTC over, which is worth 3 USDT where 5 are asked for. */
  const crumb = (desk: Desk): void => {
    desk.intend();
    desk.fill(0, '0.5', '0', 'cancelled');
    desk.fill(1, '0.47', '0.05', 'cancelled');
  };

  it('are kept until some venue takes them, and then traded as a set of their own', () => {
    const desk = new Desk();
    crumb(desk);
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: { BTC: '0.03' } });
    crumb(desk);
    expect(desk.executor.report()).toMatchObject({ openSets: 1, dust: {} });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.06' });
    expect(desk.wal.slice(-2)).toMatchObject([
      { kind: 'LegSetOpened', carried: '0.06', orders: [] },
      { kind: 'OrderAdded', order: { role: 'unwind' } },
    ]);
    desk.fill(1, '0.06', '0.006');
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: {}, held: {} });
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'unwound', residual: '0' });
    expect(desk.faults).toEqual([]);
    // They were taken: the next ones need not wait.
    crumb(desk);
    crumb(desk);
    expect(desk.executor.report()).toMatchObject({ openSets: 1, dust: {} });
  });

  it('go back when nobody takes them, and are left alone for a while', async () => {
    const desk = new Desk({}, { hedge: { policy: 'unwind', retryNs: 0, unwindNs: 300e6 } });
    crumb(desk);
    crumb(desk);
    for (let tries = 0; tries < 2; tries++) {
      desk.missNewest();
      await desk.passSlowly(200);
    }
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: { BTC: '0.06' } });
    crumb(desk);
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: { BTC: '0.09' } });
    await desk.pass(60_000);
    crumb(desk);
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.12' });
    expect(desk.faults).toEqual([]);
  });

  it('are not traded while the set that left them is open again', () => {
    const desk = new Desk();
    crumb(desk);
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(desk.last(0), 'cancelled', '0.6') });
    expect(desk.executor.openSets).toBe(1);
    desk.intend({ pair: 2 });
    desk.fill(0, '0.5', '0', 'cancelled');
    desk.fill(1, '0.47', '0.05', 'cancelled');
    expect(desk.executor.openSets).toBe(1);
    expect(desk.executor.report()).toMatchObject({ dust: { BTC: '0.06' } });
  });

  it('are left alone once their instrument is paused', async () => {
    const desk = new Desk({}, { hedge: { policy: 'unwind', retryNs: 0, unwindNs: 300e6 } });
    crumb(desk);
    desk.intend({ pair: 2 });
    const other = [desk.last(0), desk.last(1)] as const;
    oneLegged(desk);
    desk.miss(1);
    for (let tries = 0; tries < 2; tries++) {
      desk.missNewest();
      await desk.passSlowly(200);
    }
    expect(desk.faults.map(({ code }) => code)).toEqual(['execution/residual']);
    for (const [venue, sent] of other.entries()) {
      const size = venue === 0 ? '0.5' : '0.47';
      desk.tell(venue, { kind: 'LegFilled', fill: desk.fillOf(sent, size, '0') });
      desk.tell(venue, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'cancelled', size) });
    }
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: { BTC: '0.06' } });
  });

  it('outlive the run, whether they were being traded or not', () => {
    for (const sets of [1, 2]) {
      const desk = new Desk();
      for (let n = 0; n < sets; n++) crumb(desk);
      const before = desk.executor.carriedOver();
      const open = desk.executor.openSets;
      desk.executor.stop();
      const next = desk.start({ run: 'next' });
      expect(next.takeOver(desk.wal, new Set()).open).toHaveLength(open);
      expect(next.carriedOver(), `${sets} sets`).toEqual(before);
      desk.wal.push({ kind: 'RunOpened', run: 'next', epoch: 2, at: 1, ...next.carriedOver() });
      const third = desk.start({ run: 'third' });
      third.takeOver(desk.wal, new Set());
      expect(third.carriedOver()).toEqual(before);
    }
  });
});

describe('a run that died', () => {
  it('has its records written again, equal to what it would have written', () => {
    const desk = new Desk();
    desk.wal.push({ kind: 'RunOpened', run: 'run', epoch: 1, at: 0 });
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    desk.fill(1, '0.999', '0.0999');
    const written = desk.records.splice(0);
    desk.executor.stop();
    const next = desk.start({ run: 'next' });
    next.takeOver(desk.wal, new Set(['run']));
    expect(desk.records).toEqual(written);
    desk.records.length = 0;
    desk.start({ run: 'later' }).takeOver(desk.wal, new Set());
    expect(desk.records).toEqual([]);
  });

  it('leaves its open set to the next one, whose own books it does not touch', () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    const sell = desk.last(1);
    desk.executor.stop();
    const next = desk.start({ run: 'next' });
    expect(next.takeOver(desk.wal, new Set(['run']))).toMatchObject({ open: ['run-0001-00000001'], stranded: [] });
    // The venue tells that nothing of it was sold: what follows is this run's, and only that.
    desk.tell(1, { kind: 'OrderUpdated', report: desk.reportOf(sell, 'expired', '0') });
    expect(desk.gateways[1]?.sent).toHaveLength(1);
    next.resume();
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999' });
    desk.fill(1, '0.999', '0.1');
    expect(next.report()).toMatchObject({ openSets: 0, pnl: { BTC: '-0.999' } });
    expect(desk.setRecords.at(-1)).toMatchObject({ run: 'run', state: 'unwound', residual: '0' });
    expect(desk.records.filter(({ kind }) => kind === 'Order').at(-1)).toMatchObject({ run: 'next', role: 'unwind' });
  });
});
