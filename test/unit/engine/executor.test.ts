import { describe, expect, it } from 'vitest';
import type { WalEntry } from '../../../src/core/records.ts';
import { Leftovers } from '../../../src/engine/leftovers.ts';
import { adoptable, Replay } from '../../../src/engine/replay.ts';
import { Desk, heard } from './desk.ts';

const PAIR = 1;
const FEEDBACK = (desk: Desk): number => desk.world.feedback[PAIR] as number;

/** Bought 1 BTC for 100, fee 0.001 BTC; sold 0.999 BTC for 100.899, fee 0.100899. */
const PROFIT = { USDT: '0.798101' };

describe('executor, opening', () => {
  it('logs the set, then sends both legs before either is answered', () => {
    const desk = new Desk();
    desk.intend();
    expect(desk.steps).toEqual(['log LegSetOpened', 'place test000010000000' + '1', 'place test0000100000002']);
    expect(desk.last(0).order).toMatchObject({ side: 'buy', price: '100', size: '1', type: 'limit', tif: 'ioc' });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', price: '101', size: '0.999' });
    expect(desk.executor.openSets).toBe(1);
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * 10n ** 18n);
    expect(desk.inventory.free(1, 'BTC')).toBe(9_001n * 10n ** 15n);
    expect(FEEDBACK(desk)).toBe(0);
  });

  it('sends the second leg when the first gateway throws, and asks for the first', async () => {
    const desk = new Desk();
    const [alpha] = desk.gateways;
    if (alpha !== undefined) alpha.bug = new Error('a bug');
    desk.intend();
    expect(desk.gateways[1]?.sent.length).toBe(1);
    await heard();
    await desk.pass(100);
    expect(alpha?.asked.map(({ clientId }) => clientId)).toEqual(['test0000100000001']);
  });

  it('refuses what may not be done now, says why, and settles the intent', () => {
    const refuse = (reason: string, prepare: (desk: Desk) => Parameters<Desk['intend']>[0] | undefined) => {
      const desk = new Desk();
      const intent = desk.intend(prepare(desk) ?? {});
      expect(desk.refusals(), reason).toEqual({ [reason]: 1 });
      expect(desk.steps, reason).toEqual([]);
      expect(FEEDBACK(desk), reason).toBe(intent.id);
      expect(desk.inventory.free(0, 'USDT'), reason).toBe(100_000n * 10n ** 18n);
      expect(desk.count(), reason).toMatchObject({ intents: 1, setsRefused: 1, setsOpened: 0 });
    };
    const quote = (desk: Desk, venue: string, bid: number, ask: number, trust?: number): undefined => {
      desk.world.write(desk.world.row(venue), { bids: [[bid, 1]], asks: [[ask, 1]], ...(trust ? { trust } : {}) });
    };
    refuse('halted', (desk) => void desk.world.control.setHalt('api', true));
    refuse('paused', (desk) => void desk.world.control.setPause('supervisor', true));
    refuse('expired', (desk) => ({ decidedAt: (desk.world.clock.monotonicNs() - 251e6) as never }));
    refuse('gateway-down', (desk) => {
      (desk.gateways[1] as { isUp: boolean }).isUp = false;
      return undefined;
    });
    refuse('price-moved', (desk) => quote(desk, 'alpha', 9_990, 10_001));
    refuse('price-moved', (desk) => quote(desk, 'beta', 10_099, 10_110));
    refuse('row-not-live', (desk) => quote(desk, 'beta', 10_100, 10_110, 2));
    refuse('row-not-live', (desk) => void desk.world.control.setIncarnation(0, 2));
    refuse('row-not-live', (desk) => void desk.world.clock.advanceMs(2e9));
    refuse('below-fees', (desk) => {
      const { legs } = new Desk().intend();
      expect(desk.steps).toEqual([]);
      return { legs: legs.map((leg) => ({ ...leg, limit: 10_000 as never })) };
    });
    refuse('limit-notional', () => {
      const { legs } = new Desk().intend();
      return { legs: legs.map((leg) => ({ ...leg, size: 200_001 as never })) };
    });
    refuse('no-inventory', (desk) => {
      desk.inventory.setTotals(1, [{ asset: 'BTC', free: '0.9989', locked: '0' }]);
      return undefined;
    });
  });

  it('has one set a pair, and so many sets in all', () => {
    const desk = new Desk({ instruments: ['BTC-USDT', 'ETH-USDT'] });
    desk.start({ maxOpenLegSets: 1 });
    desk.intend();
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'in-flight': 1 });
    desk.intend({ pair: 6, instrumentIndex: 1 });
    expect(desk.refusals()).toEqual({ ok: 1, 'in-flight': 1, 'limit-open-sets': 1 });
  });

  it('settles the intent that it dies of', () => {
    const desk = new Desk();
    desk.wal.push = () => {
      throw new Error('disk full');
    };
    expect(() => desk.intend()).toThrow('disk full');
    expect(FEEDBACK(desk)).toBe(1);
  });
});

describe('executor, settling', () => {
  it('closes a set whose legs both filled, and books it to the last digit', async () => {
    const desk = new Desk();
    const intent = desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    desk.fill(0, '1', '0.001');
    expect(desk.executor.report()).toMatchObject({ openSets: 1, pnl: {} });
    desk.fill(1, '0.999', '0.100899');
    const report = desk.executor.report();
    expect(report).toMatchObject({ openSets: 0, pnl: PROFIT, fees: { BTC: '0.001', USDT: '0.100899' }, dust: {} });
    expect(FEEDBACK(desk)).toBe(intent.id);
    expect(desk.count()).toMatchObject({
      setsOpened: 1,
      setsFilled: 1,
      ordersSent: 2,
      ordersAcked: 2,
      ordersFilled: 2,
      ordersUnknown: 0,
      fills: 2,
    });
    expect(desk.setRecords).toMatchObject([
      { state: 'filled', pnl: PROFIT, residual: '0', opportunity: 'run-000000007' },
    ]);
    expect(desk.inventory.view()).toEqual([
      { venue: 'alpha', asset: 'BTC', free: '10.999', locked: '0', reserved: '0' },
      { venue: 'alpha', asset: 'USDT', free: '99900', locked: '0', reserved: '0' },
      { venue: 'beta', asset: 'BTC', free: '9.001', locked: '0', reserved: '0' },
      { venue: 'beta', asset: 'USDT', free: '100100.798101', locked: '0', reserved: '0' },
    ]);
    desk.intend();
    expect(desk.executor.openSets).toBe(1);
  });

  it('takes nothing for news twice: no second closing, no second record', () => {
    const desk = new Desk();
    desk.intend();
    const fill = desk.fill(0, '1', '0.001');
    desk.fill(1, '0.999', '0.100899');
    const entries = desk.wal.length;
    const records = desk.records.length;
    desk.tell(0, { kind: 'LegFilled', fill });
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(desk.last(0), 'filled', '1') });
    desk.tell(1, { kind: 'OrderUpdated', report: desk.reportOf(desk.last(1), 'open', '0') });
    expect(desk.wal.length).toBe(entries);
    expect(desk.records.length).toBe(records);
    expect(desk.count()).toMatchObject({ duplicateFills: 1, fills: 2, setsFilled: 1 });
    desk.tell(0, { kind: 'LegFilled', fill: { ...fill, clientId: 'somebodyelse', tradeId: '99' } });
    expect(desk.count().strayEvents).toBe(1);
  });

  it('keeps the word of an old set from freeing the pair of a new one', () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.fill(1, '0.999', '0.100899');
    const old = desk.last(0);
    desk.intend();
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(old, 'filled', '1') });
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 2, 'in-flight': 1 });
  });

  it('closes missed what nothing filled of, and refused what both venues refused', async () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(0);
    desk.miss(1);
    expect(desk.count()).toMatchObject({ setsMissed: 1, ordersCancelled: 2 });
    desk.intend();
    await desk.reject(0);
    await desk.reject(1);
    expect(desk.count()).toMatchObject({ setsRefused: 1, ordersRejected: 2 });
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'refused', reason: '-1013: too small; -1013: too small' });
    expect(desk.executor.report()).toMatchObject({ pnl: {}, fees: {} });
    expect(desk.inventory.free(0, 'USDT')).toBe(100_000n * 10n ** 18n);
  });

  it('waits for the other leg, then unwinds what one leg has too much, at the best venue after fees', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    expect(desk.gateways.map((gateway) => gateway.sent.length)).toEqual([1, 1]);
    desk.miss(1);
    // Beta bids 101, 50 bps below is 100.495: 100.50 on the tick.
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999', price: '100.5' });
    expect(desk.steps.at(-2)).toBe('log OrderAdded');
    await desk.ack(1);
    desk.fill(1, '0.999', '0.1003995');
    expect(desk.count()).toMatchObject({ setsUnwound: 1, setsOpened: 1, ordersSent: 3 });
    // -100 + 100.3995 - 0.1003995
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: { USDT: '0.2991005' }, dust: {} });
    expect(desk.faults).toEqual([]);
  });

  it('buys back what was sold too much, and its fee on top: what is left over is dust', async () => {
    const desk = new Desk();
    desk.intend();
    await desk.reject(0);
    desk.fill(1, '0.999', '0.100899');
    // 0.999 / 0.999 = 1.0 at alpha, whose ask of 100 is the best.
    expect(desk.last(0).order).toMatchObject({ side: 'buy', size: '1', price: '100.5' });
    desk.fill(0, '1', '0.00099995');
    expect(desk.executor.report()).toMatchObject({
      dust: { BTC: '0.00000005' },
      pnl: { BTC: '0.00000005', USDT: '0.298101' },
    });
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'unwound', residual: '0' });
  });

  it('gives up after eight paced unwinds: residual, told, and the instrument is paused', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    for (let unwind = 1; unwind <= 8; unwind++) {
      expect(desk.count()).toMatchObject({ setsResidual: 0, ordersSent: 2 + unwind });
      desk.missNewest();
      // A book shows what was taken from it only a moment later: the next try waits for that, and then ever longer.
      await desk.pass(Math.min(2_000, 100 * 2 ** (unwind - 1)) - 1);
      expect(desk.count()).toMatchObject({ ordersSent: 2 + unwind });
      await desk.pass(1);
    }
    expect(desk.count()).toMatchObject({ setsResidual: 1, ordersSent: 10 });
    expect(desk.faults.map(({ code, details }) => [code, details.residual])).toEqual([['execution/residual', '0.999']]);
    expect(desk.executor.report()).toMatchObject({ pausedInstruments: ['BTC-USDT'], dust: {}, pnl: { BTC: '0.999' } });
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'limit-instrument-paused': 1 });
  });

  it('tells of every set that the end of the run left open', () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    expect(desk.executor.openSets).toBe(1);
    desk.executor.abandonOpen();
    expect(desk.executor.openSets).toBe(0);
    expect(desk.count()).toMatchObject({ setsUnknown: 1 });
    expect(desk.faults.map(({ code, details }) => [code, details.residual])).toEqual([['execution/unknown', '0.999']]);
    expect(desk.executor.report()).toMatchObject({ pnl: { BTC: '0.999' } });
  });

  it('waits for a venue that can take an excess, and gives up when none ever can', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    for (const gateway of desk.gateways) gateway.isUp = false;
    desk.miss(1);
    expect(desk.executor.openSets).toBe(1);
    await desk.pass(5_000);
    for (const gateway of desk.gateways) gateway.isUp = true;
    await desk.pass(100);
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999' });
    for (const gateway of desk.gateways) gateway.isUp = false;
    desk.miss(1);
    await desk.pass(4_800);
    expect(desk.faults).toEqual([]);
    await desk.pass(100);
    expect(desk.faults.map(({ code }) => code)).toEqual(['execution/residual']);
    expect(desk.executor.openSets).toBe(0);
  });
});

describe('executor, not knowing', () => {
  it('asks for an order without an answer until it is found, and never sends it again', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(1, '0.999', '0.100899');
    const sent = desk.last(0);
    await desk.lose(0);
    expect(desk.count().ordersUnknown).toBe(1);
    await desk.pass(100);
    const [alpha] = desk.gateways;
    await alpha?.asked[0]?.answer({ kind: 'failed', error: { class: 'other', code: 'x', message: 'x' } });
    await desk.pass(200);
    expect(alpha?.asked.length).toBe(2);
    const fill = desk.fillOf(sent, '1', '0.001');
    await alpha?.asked[1]?.answer({ kind: 'found', report: desk.reportOf(sent, 'filled', '1'), fills: [fill] });
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT });
    await desk.pass(60_000);
    expect([alpha?.asked.length, alpha?.sent.length, desk.gateways[1]?.sent.length]).toEqual([2, 1, 1]);
  });

  it('takes a venue by its word that it does not know an order only once the order cannot arrive any more', async () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(1);
    await desk.lose(0);
    const alpha = desk.gateways[0];
    let answered = 0;
    const answers: number[] = [];
    const start = desk.world.clock.wallMs();
    while (desk.executor.openSets > 0 && answered < 50) {
      await desk.pass(100);
      const next = alpha?.asked[answered];
      if (next === undefined) continue;
      answered++;
      answers.push(desk.world.clock.wallMs() - start);
      await next.answer({ kind: 'absent' });
    }
    expect(answers.at(-1)).toBeGreaterThanOrEqual(6_000);
    expect(answers.at(-2)).toBeLessThan(6_000);
    expect(desk.setRecords.at(-1)).toMatchObject({ state: 'missed' });
    expect(alpha?.sent.length).toBe(1);
  });

  it('judges an answer as a whole, however little was claimed before and whichever part of it is newer', async () => {
    for (const filled of ['1', '0.5']) {
      const desk = new Desk();
      desk.intend();
      desk.fill(1, '0.999', '0.100899');
      const sent = desk.last(0);
      desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'cancelled', '0.5') });
      await desk.pass(2_000);
      await desk.pass(100);
      const fills = [desk.fillOf(sent, '0.5', '0.0005'), desk.fillOf(sent, '0.5', '0.0005')];
      await desk.gateways[0]?.asked[0]?.answer({ kind: 'found', report: desk.reportOf(sent, 'filled', filled), fills });
      expect(desk.gateways.map((gateway) => gateway.sent.length)).toEqual([1, 1]);
      expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT });
    }
  });

  it('counts the fills that it holds into what an older answer claims', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(1, '0.999', '0.100899');
    const sent = desk.last(0);
    await desk.pass(2_000);
    await desk.pass(100);
    const fill = desk.fillOf(sent, '0.5', '0.0005');
    desk.tell(0, { kind: 'LegFilled', fill: desk.fillOf(sent, '0.5', '0.0005') });
    const report = desk.reportOf(sent, 'cancelled', '0.5');
    await desk.gateways[0]?.asked[0]?.answer({ kind: 'found', report, fills: [fill] });
    expect(desk.gateways.map((gateway) => gateway.sent.length)).toEqual([1, 1]);
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT });
  });

  it('hears an answer to the end, though the order was settled by another word meanwhile', async () => {
    const desk = new Desk();
    desk.intend();
    const sent = desk.last(0);
    await desk.pass(2_000);
    await desk.pass(100);
    await desk.reject(0);
    const fill = desk.fillOf(sent, '1', '0.001');
    await desk.gateways[0]?.asked[0]?.answer({
      kind: 'found',
      report: desk.reportOf(sent, 'filled', '1'),
      fills: [fill],
    });
    desk.fill(1, '0.999', '0.100899');
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT });
    expect(desk.gateways.map((gateway) => gateway.sent.length)).toEqual([1, 1]);
  });

  it('asks when the answer is late, and cancels an IOC order that still stands', async () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(1);
    await desk.pass(2_000);
    await desk.pass(100);
    const [asked] = desk.gateways[0]?.asked ?? [];
    const report = desk.reportOf(desk.last(0), 'open', '0');
    await asked?.answer({ kind: 'found', report, fills: [] });
    expect(desk.gateways[0]?.cancelled).toEqual([desk.last(0).order.clientId]);
    desk.tell(0, { kind: 'OrderUpdated', report: { ...report, status: 'cancelled' } });
    expect(desk.count()).toMatchObject({ setsMissed: 1 });
  });

  it('takes a duplicate client id, and a throw, for an order that may have arrived', async () => {
    const desk = new Desk();
    desk.intend();
    const now = desk.world.clock.monotonicNs();
    const error = { class: 'duplicate-client-id' as const, code: '-2010', message: 'Duplicate order sent.' };
    await desk.last(0).answer({ kind: 'rejected', error, sentAt: now, ackedAt: now });
    await desk.last(1).answer(new Error('a bug'));
    expect(desk.count()).toMatchObject({ ordersUnknown: 2, ordersRejected: 0 });
    await desk.pass(100);
    expect(desk.gateways.map((gateway) => gateway.asked.length)).toEqual([1, 1]);
  });

  it('closes unknown when nobody says in time, and goes on when somebody says later', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(1, '0.999', '0.100899');
    await desk.lose(0);
    const failed = { kind: 'failed' as const, error: { class: 'other' as const, code: 'x', message: 'x' } };
    for (let i = 0; i < 30; i++) {
      await desk.pass(2_000);
      await desk.gateways[0]?.asked[i]?.answer(failed);
    }
    expect(desk.count()).toMatchObject({ setsUnknown: 1 });
    expect(desk.faults.map(({ code }) => code)).toEqual(['execution/unknown']);
    // What the order may have taken stays reserved.
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * 10n ** 18n);
    desk.fill(0, '1', '0.001');
    expect(desk.count()).toMatchObject({ setsUnknown: 0, setsFilled: 1 });
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT, pausedInstruments: ['BTC-USDT'] });
    expect(desk.setRecords.map(({ state }) => state)).toEqual(['unknown', 'filled']);
  });

  it('asks for everything open at a venue whose connection is lost', async () => {
    const desk = new Desk();
    desk.intend();
    desk.tell(0, { kind: 'GatewayDown', reason: 'closed' });
    expect(desk.world.control.isGatewayUp(0)).toBe(false);
    await desk.pass(100);
    expect(desk.gateways.map((gateway) => gateway.asked.length)).toEqual([1, 0]);
    desk.tell(0, { kind: 'GatewayUp' });
    expect(desk.world.control.isGatewayUp(0)).toBe(true);
  });
});

describe('executor, late and behind', () => {
  it('opens a closed set again for a late fill and unwinds it', () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(0);
    desk.miss(1);
    expect(desk.count()).toMatchObject({ setsMissed: 1 });
    const late = desk.fillOf(desk.last(0), '0.5', '0.0005');
    desk.tell(0, { kind: 'LegFilled', fill: late });
    expect(desk.executor.openSets).toBe(1);
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.4995' });
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'in-flight': 1 });
    desk.fill(1, '0.4995', '0.05019975');
    expect(desk.count()).toMatchObject({ setsMissed: 0, setsUnwound: 1, setsOpened: 1, ordersCancelled: 2 });
    // -50 + 0.4995 × 100.5 - 0.05019975
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: { USDT: '0.14955025' }, dust: {} });
    const order = desk.records.filter((record) => record.kind === 'Order' && record.id === late.clientId).at(-1);
    expect(order).toMatchObject({ status: 'expired', filled: '0.5' });
  });

  it('asks for an order that says late that it traded', async () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(0);
    desk.miss(1);
    const sent = desk.last(0);
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'cancelled', '0.5') });
    expect(desk.executor.openSets).toBe(1);
    await desk.pass(100);
    expect(desk.gateways[0]?.asked.map(({ clientId }) => clientId)).toEqual([sent.order.clientId]);
  });

  it('opens nothing while the journal is behind, and still logs what fills', () => {
    const desk = new Desk();
    desk.intend();
    desk.isJournalBehind = true;
    desk.fill(0, '1', '0.001');
    desk.fill(1, '0.999', '0.100899');
    expect(desk.wal.map(({ kind }) => kind)).toEqual([
      'LegSetOpened',
      'Filled',
      'OrderUpdated',
      'Filled',
      'OrderUpdated',
      'LegSetClosed',
    ]);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'journal-behind': 1 });
    desk.isJournalBehind = false;
    desk.executor.doWork();
    expect(desk.records.map(({ kind }) => kind)).toEqual(['Fill', 'Order', 'Fill', 'Order', 'LegSet']);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 2, 'journal-behind': 1 });
  });

  it('finishes what is open while it is paused', () => {
    const desk = new Desk();
    desk.intend();
    desk.world.control.setPause('supervisor', true);
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    desk.fill(1, '0.999', '0.1');
    expect(desk.executor.openSets).toBe(0);
    expect(desk.count()).toMatchObject({ setsUnwound: 1 });
  });
});

describe('executor, adopting', () => {
  /** What a life leaves behind that its successor must know. */
  const lifeOf = (desk: Desk) => {
    const { pnl, fees, dust, openSets, pausedInstruments } = desk.executor.report();
    return { pnl, fees, dust, openSets, pausedInstruments };
  };

  const openIn = (desk: Desk, entries: readonly WalEntry[] = desk.wal): number => {
    const replay = new Replay(desk.world.universe, new Leftovers());
    for (const entry of entries) replay.step(entry);
    return adoptable(replay.sets).open.length;
  };

  const succeed = (desk: Desk): void => {
    const before = desk.count();
    desk.executor.stop();
    const executor = desk.start();
    executor.takeOver(desk.wal, new Set());
    executor.inquire();
    executor.resume();
    const { ordersUnknown: _, setsAdopted: __, ...after } = desk.count();
    expect(before).toMatchObject(after);
  };

  it('is the same as living through it, at every point of a life', async () => {
    const steps: ((desk: Desk) => void | Promise<void>)[] = [
      (desk) => void desk.intend(),
      (desk) => void desk.fill(0, '0.6', '0.0006', 'cancelled'),
      (desk) => desk.miss(1),
      (desk) => void desk.fill(1, '0.5', '0.05', 'cancelled'),
      (desk) => void desk.fill(1, '0.0994', '0.01'),
      (desk) => void desk.intend(),
      (desk) => void desk.fill(0, '1', '0.0010001'),
      (desk) => void desk.fill(1, '0.999', '0.1'),
    ];
    for (let death = 1; death <= steps.length; death++) {
      const [lived, died] = [new Desk(), new Desk()];
      for (const [index, step] of steps.entries()) {
        await step(lived);
        if (index === death) succeed(died);
        await step(died);
      }
      if (death === steps.length) succeed(died);
      expect(lifeOf(died), `death ${death}`).toEqual(lifeOf(lived));
      expect(died.world.feedback).toEqual(lived.world.feedback);
      expect(died.inventory.total(0, 'BTC')).toBe(lived.inventory.total(0, 'BTC'));
      expect(lifeOf(lived).openSets).toBe(0);
    }
  });

  it('asks for orders in the log whose end is not, and never sends them', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(1, '0.999', '0.100899');
    const sent = desk.last(0);
    succeed(desk);
    await desk.pass(100);
    expect(desk.gateways.map((gateway) => gateway.asked.length)).toEqual([1, 0]);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 1, 'in-flight': 1 });
    const fill = desk.fillOf(sent, '1', '0.001');
    const report = desk.reportOf(sent, 'filled', '1');
    await desk.gateways[0]?.asked[0]?.answer({ kind: 'found', report, fills: [fill] });
    expect(lifeOf(desk)).toMatchObject({ openSets: 0, pnl: PROFIT });
    expect(desk.gateways.map((gateway) => gateway.sent.length)).toEqual([1, 1]);
    // The successor's own ids are of another epoch.
    desk.intend();
    expect(desk.last(0).order.clientId).toBe('test0000200000001');
  });

  it('books the late fill of a set that the predecessor closed', () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(0);
    desk.miss(1);
    const late = desk.fillOf(desk.last(0), '0.5', '0.0005');
    succeed(desk);
    desk.tell(0, { kind: 'LegFilled', fill: late });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.4995' });
    desk.fill(1, '0.4995', '0.05');
    expect(desk.count()).toMatchObject({ setsMissed: 0, setsUnwound: 1, strayEvents: 0 });
  });

  it('adopts a closed set that a late fill opened again, from any prefix of the log', () => {
    const desk = new Desk();
    desk.intend();
    desk.miss(0);
    desk.miss(1);
    desk.tell(0, { kind: 'LegFilled', fill: desk.fillOf(desk.last(0), '0.5', '0.0005') });
    desk.fill(1, '0.4995', '0.05');
    const open = desk.wal.map((entry, at) => [entry.kind, openIn(desk, desk.wal.slice(0, at + 1))]);
    expect(open).toEqual([
      ['LegSetOpened', 1],
      ['OrderUpdated', 1],
      ['OrderUpdated', 1],
      ['LegSetClosed', 0],
      ['Filled', 1],
      ['OrderUpdated', 1],
      ['OrderAdded', 1],
      ['Filled', 1],
      ['OrderUpdated', 1],
      ['LegSetClosed', 0],
    ]);
  });

  it('keeps an instrument paused that its predecessor paused', async () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    for (let unwind = 1; unwind <= 8; unwind++) {
      desk.missNewest();
      await desk.passSlowly(2_000);
    }
    succeed(desk);
    expect(lifeOf(desk)).toMatchObject({ pausedInstruments: ['BTC-USDT'], pnl: { BTC: '0.999' } });
    expect(desk.faults.length).toBe(1);
  });
});
