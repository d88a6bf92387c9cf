import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairIndex } from '../../../src/core/intent.ts';
import type { ErrorClass } from '../../../src/core/order.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { stateOf } from '../../../src/engine/breaker.ts';
import { breakerWords } from '../../../src/memory/shared-words.ts';
import { Desk } from './desk.ts';

const THREE = { venues: ['alpha', 'beta', 'gamma'] };

const stateOfVenue = (desk: Desk, venue: number) => {
  const { buffer, layout, clock } = desk.world;
  return stateOf(breakerWords(buffer, layout).venues[venue] as Float64Array, clock.monotonicNs() / 1e6);
};

const rejectAs = (desk: Desk, venue: number, name: ErrorClass): Promise<void> => {
  const now = desk.world.clock.monotonicNs();
  const error = { class: name, code: 'x', message: 'x' };
  return desk.last(venue).answer({ kind: 'rejected', error, sentAt: now, ackedAt: now });
};

/** Sets of which beta refuses every order for being away, until its breaker is open. */
async function breakBeta(desk: Desk): Promise<void> {
  for (let i = 0; i < 3; i++) {
    desk.intend();
    desk.miss(0);
    await rejectAs(desk, 1, 'maintenance');
  }
  expect(stateOfVenue(desk, 1)).toBe('open');
}

describe('executor with breakers', () => {
  it('refuses sets through a venue that refused three, with a reason, and settles the intent', async () => {
    const desk = new Desk();
    await breakBeta(desk);
    const sent = desk.steps.length;
    const intent = desk.intend();
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-venue': 1 });
    expect(desk.steps.length).toBe(sent);
    expect(desk.world.feedback[1]).toBe(intent.id);
    expect(desk.inventory.free(0, 'USDT')).toBe(100_000n * 10n ** 18n);
  });

  it('refuses sets through an instrument that a venue refuses, and lets another through', async () => {
    const desk = new Desk({ instruments: ['BTC-USDT', 'ETH-USDT'] });
    for (let i = 0; i < 3; i++) {
      desk.intend();
      desk.miss(0);
      await desk.reject(1);
    }
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-instrument': 1 });
    const { world } = desk;
    for (const [venue, bid, ask] of [
      ['alpha', 9_990, 10_000],
      ['beta', 10_100, 10_110],
    ] as const) {
      world.write(world.row(venue, 'ETH-USDT'), { bids: [[bid, 100_000]], asks: [[ask, 100_000]] });
    }
    desk.inventory.setTotals(1, [{ asset: 'ETH', free: '10', locked: '0' }]);
    desk.intend({
      instrumentIndex: 1,
      pair: pairIndex(1, 0, 1, 2),
      legs: (['alpha', 'beta'] as const).map((venue, leg) => ({
        row: world.row(venue, 'ETH-USDT'),
        side: leg === 0 ? ('buy' as const) : ('sell' as const),
        limit: (leg === 0 ? 10_000 : 10_100) as Ticks,
        size: 10_000 as Lots,
        rowVersion: 2,
      })),
    });
    expect(desk.refusals()).toEqual({ ok: 4, 'breaker-instrument': 1 });
  });

  it('goes on with the other venues', async () => {
    const desk = new Desk(THREE);
    desk.world.write(desk.world.row('gamma'), { bids: [[10_100, 100_000]], asks: [[10_110, 100_000]] });
    await breakBeta(desk);
    const [buy, sell] = desk.intend().legs;
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-venue': 1 });
    if (buy === undefined || sell === undefined) throw new Error('an intent has two legs');
    desk.intend({ pair: pairIndex(0, 0, 2, 3), legs: [buy, { ...sell, row: desk.world.row('gamma') }] });
    expect(desk.refusals()).toEqual({ ok: 4, 'breaker-venue': 1 });
    expect(desk.gateways[2]?.sent.length).toBe(1);
  });

  it('probes with one set at a time after a second, and is whole again after three that were answered', async () => {
    const desk = new Desk();
    await breakBeta(desk);
    await desk.pass(999);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-venue': 1 });
    await desk.pass(1);
    for (let probe = 1; probe <= 3; probe++) {
      desk.intend();
      desk.intend({ pair: pairIndex(0, 1, 0, 2) });
      expect(desk.refusals()).toEqual({ ok: 3 + probe, 'breaker-venue': 1 + probe });
      await desk.ack(1);
      desk.miss(0);
      desk.miss(1);
    }
    expect(stateOfVenue(desk, 1)).toBe('closed');
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 7, 'breaker-venue': 4 });
    expect(desk.faults).toEqual([]);
  });

  it('is silent for longer when the probe fails, and tells a person once', async () => {
    const desk = new Desk();
    await breakBeta(desk);
    await desk.pass(1_000);
    for (const openMs of [2_000, 4_000, 8_000]) {
      desk.intend();
      desk.miss(0);
      await rejectAs(desk, 1, 'maintenance');
      await desk.pass(openMs - 1);
      expect(stateOfVenue(desk, 1)).toBe('open');
      await desk.pass(1);
      expect(stateOfVenue(desk, 1)).toBe('half-open');
    }
    expect(desk.faults.map(({ code, details }) => [code, details.venue, details.openMs])).toEqual([
      ['execution/breaker', 'beta', 2_000],
    ]);
  });

  it('takes orders without an answer for trouble, once each', async () => {
    const desk = new Desk();
    for (let i = 0; i < 3; i++) {
      desk.intend();
      desk.miss(0);
      await desk.lose(1);
      // Late too: two seconds without a last word.
      await desk.pass(2_000);
      if (i < 2) expect(stateOfVenue(desk, 1), `order ${i}`).toBe('closed');
      const asked = desk.gateways[1]?.asked.at(-1);
      const report = desk.reportOf(desk.last(1), 'expired', '0');
      await asked?.answer({ kind: 'found', report, fills: [] });
    }
    expect([stateOfVenue(desk, 0), stateOfVenue(desk, 1)]).toEqual(['closed', 'half-open']);
  });

  it('sends an unwind to a venue whose breaker is open', async () => {
    const desk = new Desk();
    await breakBeta(desk);
    // A late fill of the last set: alpha bought after all, and only beta bids 101.
    desk.fill(0, '1', '0.001');
    expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999' });
    expect(stateOfVenue(desk, 1)).toBe('open');
  });

  it('unwinds, asks and cancels in whatever state the breakers are', async () => {
    const troubles = fc.array(
      fc.record({
        row: fc.nat(1),
        trouble: fc.constantFrom('maintenance' as const, 'filter' as const, 'late' as const),
        wait: fc.integer({ min: 0, max: 3_000 }),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(troubles, async (list) => {
        const desk = new Desk();
        desk.intend();
        for (const { row, trouble, wait } of list) {
          desk.breakers.onTrouble(row, trouble);
          desk.world.clock.advanceMs(wait / 30);
        }
        desk.quoteAll();
        const lost = desk.last(1);
        await desk.lose(1);
        await desk.pass(100);
        const asked = desk.gateways[1]?.asked.at(-1);
        expect(asked?.clientId).toBe(lost.order.clientId);
        await asked?.answer({ kind: 'found', report: desk.reportOf(lost, 'open', '0'), fills: [] });
        expect(desk.gateways[1]?.cancelled).toEqual([lost.order.clientId]);
        desk.miss(1);
        desk.fill(0, '1', '0.001');
        expect(desk.last(1)).not.toBe(lost);
        expect(desk.last(1).order).toMatchObject({ side: 'sell', size: '0.999' });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a breaker open over the death of an executor', async () => {
    const desk = new Desk();
    await breakBeta(desk);
    desk.executor.stop();
    desk.start().takeOver(desk.wal, new Set());
    desk.executor.resume();
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-venue': 1 });
    await desk.pass(1_000);
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 4, 'breaker-venue': 1 });
  });
});

describe('breakers, asking', () => {
  const quiet = async (): Promise<Desk> => {
    const desk = new Desk();
    await breakBeta(desk);
    await desk.pass(1_000);
    return desk;
  };

  it('ask a half-open venue about an order that never was, once no order came for a second', async () => {
    const desk = await quiet();
    await desk.pass(999);
    desk.queries.look();
    expect(desk.gateways[1]?.asked.length).toBe(0);
    await desk.pass(1);
    desk.queries.look();
    desk.queries.look();
    const asked = desk.gateways[1]?.asked ?? [];
    expect(asked.length).toBe(1);
    const sent = desk.gateways.flatMap((gateway) => gateway.sent.map(({ order }) => order.clientId));
    expect(sent).not.toContain(asked[0]?.clientId);
    // While it is being asked, no order is let through.
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 3, 'breaker-venue': 1 });
    await asked[0]?.answer({ kind: 'absent' });
    desk.intend();
    expect(desk.refusals()).toEqual({ ok: 4, 'breaker-venue': 1 });
    expect(desk.last(1).order.clientId).not.toBe(asked[0]?.clientId);
  });

  it('close a breaker by three answers, without any order', async () => {
    const desk = await quiet();
    for (let i = 0; i < 3; i++) {
      await desk.pass(1_000);
      desk.queries.look();
      await desk.gateways[1]?.asked[i]?.answer({ kind: 'absent' });
    }
    expect(stateOfVenue(desk, 1)).toBe('closed');
    await desk.pass(5_000);
    desk.queries.look();
    expect(desk.gateways.map((gateway) => gateway.asked.length)).toEqual([0, 3]);
  });

  it('open it again when the venue is still away, and take a refusal of the question for neither', async () => {
    const desk = await quiet();
    const fail = async (name: ErrorClass): Promise<void> => {
      await desk.pass(1_000);
      desk.queries.look();
      const error = { class: name, code: 'x', message: 'x' };
      await desk.gateways[1]?.asked.at(-1)?.answer({ kind: 'failed', error });
    };
    await fail('other');
    expect(stateOfVenue(desk, 1)).toBe('half-open');
    await fail('unknown-outcome');
    expect(stateOfVenue(desk, 1)).toBe('open');
    expect(desk.gateways[1]?.asked.length).toBe(2);
  });

  it('do not hear what comes after the end', async () => {
    const desk = await quiet();
    await desk.pass(1_000);
    desk.queries.look();
    desk.queries.stop();
    const error = { class: 'unknown-outcome' as const, code: 'lost', message: 'closed' };
    await desk.gateways[1]?.asked[0]?.answer({ kind: 'failed', error });
    expect(stateOfVenue(desk, 1)).toBe('half-open');
    expect(desk.faults).toEqual([]);
  });

  it('wait for an answer, however slow the venue is', async () => {
    const desk = await quiet();
    for (let second = 0; second < 10; second++) {
      await desk.pass(1_000);
      desk.queries.look();
    }
    expect(desk.gateways[1]?.asked.length).toBe(1);
    await desk.gateways[1]?.asked[0]?.answer({ kind: 'absent' });
    await desk.pass(1_000);
    desk.queries.look();
    expect(desk.gateways[1]?.asked.length).toBe(2);
  });

  it('ask nobody whose order entry is down', async () => {
    const desk = await quiet();
    for (const gateway of desk.gateways) gateway.isUp = false;
    await desk.pass(2_000);
    desk.queries.look();
    expect(desk.gateways[1]?.asked.length).toBe(0);
  });
});
