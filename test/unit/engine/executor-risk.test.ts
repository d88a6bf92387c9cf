/** The executor under limits of loss and of exposure: what it refuses, what it still does, and what outlives it. */
import { describe, expect, it } from 'vitest';
import type { WalEntry } from '../../../src/core/records.ts';
import { parseAmount } from '../../../src/engine/amounts.ts';
import type { ExecutorSettings } from '../../../src/engine/executor-port.ts';
import type { RiskLimits } from '../../../src/engine/risk-limits.ts';
import { Desk, RISK } from './desk.ts';

const under = (risk: Partial<RiskLimits>): Partial<ExecutorSettings> => ({ risk: { ...RISK, ...risk } });
const DAILY = under({ maxDailyLoss: parseAmount('8') });
const STREAK = under({ maxLossStreak: 2 });

/** Opens a set and fills it; `fee` in USDT decides what it brings: 0.899 without one. */
const trade = (desk: Desk, fee: string): void => {
  desk.intend();
  desk.fill(0, '1', '0.001');
  desk.fill(1, '0.999', fee);
};
const lose = (desk: Desk): void => trade(desk, '5');

/** Another executor on the same log, in memory of its own as far as halts go. */
const succeed = (desk: Desk, settings: Partial<ExecutorSettings>, log: readonly WalEntry[] = desk.wal): void => {
  desk.executor.stop();
  desk.world.control.setHalt('executor', false);
  const next = desk.start({ run: 'next', ...settings });
  next.takeOver([...log], new Set());
  desk.wal.push({ kind: 'RunOpened', run: 'next', epoch: 2, at: 0, ...next.carriedOver() });
  next.resume();
};

const isHalted = (desk: Desk): boolean => desk.world.control.isHaltedBy('executor');
const kinds = (desk: Desk, kind: WalEntry['kind']): number => desk.wal.filter((entry) => entry.kind === kind).length;

describe.each([
  ['limit-daily-loss', DAILY, '8.202 USDT lost today (UTC), limits.maxDailyLoss is 8'],
  ['limit-loss-streak', STREAK, '2 leg sets lost one after the other, limits.maxLossStreak is 2'],
] as const)('%s', (limit, settings, reason) => {
  it('halts when it is reached, says so once, and refuses what comes', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    expect([isHalted(desk), desk.executor.report().risk.state]).toEqual([false, 'active']);
    lose(desk);
    expect([isHalted(desk), desk.executor.report().risk.state]).toEqual([true, 'halted']);
    expect(desk.wal.slice(-2)).toMatchObject([{ kind: 'LegSetClosed' }, { kind: 'LossLimitReached', limit, reason }]);
    expect(desk.lossHalts).toEqual([reason]);
    expect(desk.faults).toMatchObject([{ code: 'execution/loss-limit' }]);
    desk.intend();
    desk.executor.lookAround();
    expect(desk.refusals()).toEqual({ ok: 2, [limit]: 1 });
    expect(desk.count()).toMatchObject({ lossHalts: 1, setsOpened: 2 });
  });

  it('does not halt what gains in between', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    for (let sets = 0; sets < 5; sets++) trade(desk, '0');
    lose(desk);
    expect([isHalted(desk), desk.lossHalts]).toEqual([false, []]);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 8 });
  });

  it('outlives the executor, and is not reached anew', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    lose(desk);
    succeed(desk, settings);
    expect([isHalted(desk), desk.lossHalts]).toEqual([true, [reason, reason]]);
    expect([kinds(desk, 'LossLimitReached'), desk.faults.length]).toEqual([1, 1]);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 2, [limit]: 1 });
  });

  it('counts over restarts, also where the log broke off before it said so', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    succeed(desk, settings);
    expect(isHalted(desk)).toBe(false);
    lose(desk);
    expect(isHalted(desk)).toBe(true);
    const broken = desk.wal.filter(({ kind }) => kind !== 'LossLimitReached');
    succeed(desk, settings, broken);
    expect(isHalted(desk)).toBe(true);
    expect(desk.wal.slice(-2)).toMatchObject([{ kind: 'RunOpened' }, { kind: 'LossLimitReached', limit }]);
  });

  it('counts anew once a person lifts it, in this run and the next', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    lose(desk);
    desk.executor.liftLossHalt();
    expect([isHalted(desk), desk.lossHalts]).toEqual([false, [reason, undefined]]);
    expect(desk.executor.report().risk).toMatchObject({ state: 'active', dayGains: {}, lossStreak: 0 });
    desk.executor.lookAround();
    lose(desk);
    expect([isHalted(desk), desk.executor.report().risk.lossStreak]).toEqual([false, 1]);
    succeed(desk, settings);
    expect([isHalted(desk), desk.executor.report().risk.lossStreak]).toEqual([false, 1]);
    lose(desk);
    expect(isHalted(desk)).toBe(true);
    expect([kinds(desk, 'LossLimitReached'), kinds(desk, 'LossLimitLifted')]).toEqual([2, 1]);
  });

  it('is found in what a run starts its log with, where older files are gone', () => {
    const desk = new Desk({}, settings);
    lose(desk);
    lose(desk);
    succeed(desk, settings);
    succeed(desk, settings, desk.wal.slice(-1));
    expect([isHalted(desk), desk.lossHalts.at(-1)]).toEqual([true, reason]);
  });
});

describe('a loss halt', () => {
  it('is nothing to lift when there is none', () => {
    const desk = new Desk();
    desk.world.control.setHalt('api', true);
    desk.executor.liftLossHalt();
    expect([desk.wal, desk.lossHalts]).toEqual([[], []]);
  });

  it('leaves a halt of a person standing when it is lifted', () => {
    const desk = new Desk({}, STREAK);
    lose(desk);
    lose(desk);
    desk.world.control.setHalt('api', true);
    desk.executor.liftLossHalt();
    expect(desk.executor.report().risk.state).toBe('halted');
    desk.intend();
    desk.world.control.setHalt('api', false);
    desk.executor.lookAround();
    expect(desk.executor.report().risk.state).toBe('active');
    expect(desk.refusals()).toEqual({ ok: 2, halted: 1 });
  });

  it('lets sets that are open be finished, hedges included; a halt of a person does not', () => {
    for (const by of ['limit', 'person'] as const) {
      const desk = new Desk({ venues: ['alpha', 'beta', 'gamma'] }, under({ maxLossStreak: 1 }));
      desk.world.write(desk.world.row('gamma'), { bids: [[10_100, 100_000]], asks: [[10_110, 100_000]] });
      const { legs } = desk.intend();
      const [buy, sell] = legs;
      if (buy === undefined || sell === undefined) throw new Error('two legs');
      const first = [desk.last(0), desk.last(1)] as const;
      desk.intend({ pair: 2, legs: [buy, { ...sell, row: desk.world.row('gamma') }] });
      expect(desk.executor.openSets).toBe(2);
      if (by === 'person') desk.world.control.setHalt('api', true);
      for (const [venue, sent, size, fee] of [
        [0, first[0], '1', '0.001'],
        [1, first[1], '0.999', '5'],
      ] as const) {
        desk.tell(venue, { kind: 'LegFilled', fill: desk.fillOf(sent, size, fee) });
        desk.tell(venue, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'filled', size) });
      }
      expect(isHalted(desk)).toBe(true);
      desk.fill(0, '1', '0.001');
      desk.miss(2);
      const hedges = desk.gateways.flatMap(({ sent }) => sent).length - 4;
      expect(hedges, by).toBe(by === 'limit' ? 1 : 0);
    }
  });
});

describe('exposure', () => {
  const HOLD: Partial<ExecutorSettings> = {
    hedge: { policy: 'hold', retryNs: 0, unwindNs: 0 },
    maxExposure: parseAmount('60'),
  };

  /** Half a BTC is bought and not sold: 50 USDT. */
  const hold = (desk: Desk): void => {
    desk.intend();
    desk.fill(0, '0.5', '0', 'cancelled');
    desk.miss(1);
  };

  const quote = (desk: Desk, bid: number): void => {
    desk.world.write(desk.world.row('alpha'), { bids: [[bid, 1e6]], asks: [[bid + 10, 1e6]] });
    desk.world.write(desk.world.row('beta'), { bids: [[bid, 1e6]], asks: [[bid + 10, 1e6]] });
  };

  it('within its limit stops nothing', () => {
    const desk = new Desk({}, HOLD);
    hold(desk);
    desk.executor.lookAround();
    expect(desk.executor.report()).toMatchObject({ held: { BTC: '0.5' }, risk: { state: 'active', overExposed: [] } });
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 2 });
  });

  it('past its limit lets only pass what brings it back, and then everything again', () => {
    const desk = new Desk({}, { ...HOLD, hedge: { policy: 'hold', retryNs: 0, unwindNs: 1e9 } });
    hold(desk);
    quote(desk, 13_000);
    desk.executor.lookAround();
    expect(desk.executor.report()).toMatchObject({ openSets: 1, held: {}, dust: {}, risk: { state: 'reducing' } });
    expect(desk.wal.slice(-2)).toMatchObject([
      { kind: 'LegSetOpened', carried: '0.5' },
      { kind: 'OrderAdded', order: { role: 'unwind', side: 'sell', size: '0.5' } },
    ]);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'limit-exposure': 1 });
    desk.fill(desk.gateways[0]?.sent.length === 2 ? 0 : 1, '0.5', '0');
    desk.executor.lookAround();
    expect(desk.executor.report()).toMatchObject({ openSets: 0, held: {}, dust: {}, risk: { state: 'active' } });
    expect(desk.count()).toMatchObject({ exposureStops: 1, setsReducing: 1 });
    desk.quoteAll();
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 2, 'limit-exposure': 1 });
  });

  it('is tried again, and outlives the executor', async () => {
    const desk = new Desk({}, { ...HOLD, hedge: { policy: 'hold', retryNs: 0, unwindNs: 1 } });
    hold(desk);
    quote(desk, 13_000);
    desk.executor.lookAround();
    const taker = desk.gateways[0]?.sent.length === 2 ? 0 : 1;
    const miss = async (): Promise<void> => {
      desk.miss(taker);
      await desk.pass(100);
      desk.executor.lookAround();
    };
    // Under way, it is still there.
    desk.executor.lookAround();
    expect(desk.executor.report()).toMatchObject({ openSets: 1, held: {}, dust: {}, risk: { state: 'reducing' } });
    await miss();
    await miss();
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: { BTC: '0.5' }, risk: { state: 'reducing' } });
    const before = desk.executor.carriedOver();
    succeed(desk, { ...HOLD, hedge: { policy: 'hold', retryNs: 0, unwindNs: 1 } });
    expect(desk.executor.carriedOver()).toEqual(before);
    expect(desk.executor.report().risk).toMatchObject({ state: 'reducing', overExposed: ['BTC-USDT'] });
    desk.executor.lookAround();
    expect(desk.executor.openSets).toBe(1);
    await miss();
    await miss();
    expect(desk.count().setsReducing).toBe(2);
    await desk.pass(800);
    desk.executor.lookAround();
    expect(desk.count().setsReducing).toBe(3);
  });

  it('is not what a person has paused or halted', () => {
    for (const stop of ['setPause', 'setHalt'] as const) {
      const desk = new Desk({}, HOLD);
      hold(desk);
      quote(desk, 13_000);
      desk.world.control[stop]('api', true);
      desk.executor.lookAround();
      expect(desk.executor.report()).toMatchObject({ openSets: 0, held: { BTC: '0.5' } });
      expect(desk.executor.report().risk.overExposed).toEqual(['BTC-USDT']);
    }
  });

  it('does not change while nobody quotes it', () => {
    const desk = new Desk({}, HOLD);
    hold(desk);
    quote(desk, 13_000);
    desk.world.control.setPause('api', true);
    desk.executor.lookAround();
    for (const venue of ['alpha', 'beta']) desk.world.write(desk.world.row(venue), { bids: [], asks: [], trust: 2 });
    desk.executor.lookAround();
    expect(desk.executor.report().risk).toMatchObject({ state: 'reducing', overExposed: ['BTC-USDT'] });
  });

  it('counts crumbs once they are twice what some venue takes', async () => {
    // A crumb is worth 3 USDT, and 5 are asked for.
    const desk = new Desk({}, { hedge: { policy: 'unwind', retryNs: 0, unwindNs: 1 } });
    const crumb = async (): Promise<void> => {
      desk.intend();
      desk.fill(0, '0.5', '0', 'cancelled');
      desk.fill(1, '0.47', '0.05', 'cancelled');
      if (desk.executor.openSets > 0) desk.miss(1);
      await desk.pass(100);
      desk.executor.lookAround();
    };
    for (let crumbs = 0; crumbs < 3; crumbs++) await crumb();
    expect(desk.executor.report()).toMatchObject({ dust: { BTC: '0.09' }, risk: { state: 'active' } });
    await crumb();
    expect(desk.executor.report().risk).toMatchObject({ state: 'reducing', overExposed: ['BTC-USDT'] });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.12' });
  });
});
