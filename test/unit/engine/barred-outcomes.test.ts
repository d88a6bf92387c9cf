/** Outcomes that are not known while their venue may not be asked: a ban, a closed lane, order entry that is down. */
import { describe, expect, it } from 'vitest';
import type { QueryOutcome, VenueError } from '../../../src/core/order.ts';
import { NOT_SENT } from '../../../src/core/order.ts';
import { Desk } from './desk.ts';

type Failed = Extract<QueryOutcome, { kind: 'failed' }>;
const failed = (error: Partial<VenueError>): Failed => ({
  kind: 'failed',
  error: { class: 'other', code: 'x', message: 'x', ...error },
});

/** Each with what the engine is told of it. */
const BARS: readonly (readonly [string, Partial<VenueError>])[] = [
  ['a ban', { class: 'rate-limit', code: 'http-418', isBan: true, retryAfterMs: 60_000 }],
  ['a lane that is closed', { class: 'rate-limit', code: NOT_SENT, retryAfterMs: 1_500 }],
  ['a venue in maintenance', { class: 'maintenance' }],
];

const PROFIT = { USDT: '0.798101' };
const STEP_MS = 500;

/** One leg filled, of the other nobody says anything. */
async function lostLeg(): Promise<Desk> {
  const desk = new Desk();
  desk.intend();
  desk.fill(1, '0.999', '0.100899');
  await desk.lose(0);
  return desk;
}

/** Time goes by, and every question is answered so. */
async function answeredFor(desk: Desk, ms: number, outcome: QueryOutcome): Promise<number> {
  const gateway = desk.gateways[0];
  const before = gateway?.asked.length ?? 0;
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    const known = gateway?.asked.length ?? 0;
    await desk.pass(STEP_MS);
    for (const asked of gateway?.asked.slice(known) ?? []) await asked.answer(outcome);
  }
  return (gateway?.asked.length ?? 0) - before;
}

const found = async (desk: Desk): Promise<void> => {
  const known = desk.gateways[0]?.asked.length ?? 0;
  for (let i = 0; i < 40 && desk.gateways[0]?.asked.length === known; i++) await desk.pass(STEP_MS);
  const sent = desk.last(0);
  const fills = [desk.fillOf(sent, '1', '0.001')];
  await desk.gateways[0]?.asked.at(-1)?.answer({ kind: 'found', report: desk.reportOf(sent, 'filled', '1'), fills });
};

const codes = (desk: Desk): string[] => desk.faults.map(({ code }) => code);

describe('an outcome that may not be asked for', () => {
  it.each(BARS)('is waited for through %s, and told once', async (_, error) => {
    const desk = await lostLeg();
    await answeredFor(desk, 9_000, failed(error));
    expect(codes(desk)).toEqual([]);
    await answeredFor(desk, 591_000, failed(error));
    expect(desk.executor.report()).toMatchObject({ openSets: 1, pausedInstruments: ['BTC-USDT'] });
    expect(desk.count()).toMatchObject({ setsUnknown: 0 });
    expect(codes(desk)).toEqual(['execution/unknown']);
    expect(desk.faults[0]?.details).toMatchObject({ unknown: [desk.last(0).order.clientId] });
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * 10n ** 18n);
    desk.intend({ pair: 2 });
    expect(desk.refusals()).toEqual({ ok: 1, 'limit-instrument-paused': 1 });
    await found(desk);
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pnl: PROFIT, pausedInstruments: [] });
    expect(desk.count()).toMatchObject({ setsUnknown: 0, setsFilled: 1, ordersUnknown: 1 });
    expect(desk.setRecords.map(({ state }) => state)).toEqual(['filled']);
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * 10n ** 18n);
    expect(codes(desk)).toEqual(['execution/unknown']);
    expect(desk.gateways[0]?.sent.length).toBe(1);
  });

  it('is waited for while order entry is down, whatever its questions fail with', async () => {
    const desk = await lostLeg();
    (desk.gateways[0] as { isUp: boolean }).isUp = false;
    await answeredFor(desk, 60_000, failed({ class: 'unknown-outcome', code: 'unreachable' }));
    expect(desk.executor.openSets).toBe(1);
    expect(codes(desk)).toEqual(['execution/unknown']);
    (desk.gateways[0] as { isUp: boolean }).isUp = true;
    await found(desk);
    expect(desk.count()).toMatchObject({ setsUnknown: 0, setsFilled: 1 });
  });

  it('is asked for at the pace that the venue names, and no slower than every ten seconds', async () => {
    const asked = async (retryAfterMs: number): Promise<number> => {
      const desk = await lostLeg();
      const error = failed({ class: 'rate-limit', isBan: true, retryAfterMs });
      return answeredFor(desk, 100_000, error);
    };
    expect(await asked(60_000)).toBe(10);
    expect(await asked(5_000)).toBe(20);
  });

  it('is given up after the time in which the venue could be asked, not counting the ban', async () => {
    const desk = await lostLeg();
    await answeredFor(desk, 5_000, failed({}));
    await answeredFor(desk, 60_000, failed({ isBan: true }));
    expect(desk.executor.openSets).toBe(1);
    await answeredFor(desk, 4_000, failed({}));
    expect(desk.executor.openSets).toBe(1);
    await answeredFor(desk, 6_000, failed({}));
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pausedInstruments: ['BTC-USDT'] });
    expect(desk.count()).toMatchObject({ setsUnknown: 1 });
    // A person was told when the waiting began.
    expect(codes(desk)).toEqual(['execution/unknown']);
  });

  it('is not given up for few slow answers, and told meanwhile', async () => {
    const desk = await lostLeg();
    const answered = async (): Promise<void> => {
      const known = desk.gateways[0]?.asked.length ?? 0;
      for (let i = 0; i < 40 && desk.gateways[0]?.asked.length === known; i++) await desk.pass(STEP_MS);
      await desk.pass(6_000);
      await desk.gateways[0]?.asked.at(-1)?.answer(failed({ class: 'unknown-outcome' }));
    };
    await answered();
    expect([desk.executor.openSets, codes(desk)]).toEqual([1, []]);
    await answered();
    await answered();
    await answered();
    expect([desk.executor.openSets, codes(desk)]).toEqual([1, ['execution/unknown']]);
    await answered();
    expect(desk.executor.report()).toMatchObject({ openSets: 0, pausedInstruments: ['BTC-USDT'] });
    expect(desk.count()).toMatchObject({ setsUnknown: 1 });
  });

  it('takes for absent what the venue was asked late enough, not what was asked for late enough', async () => {
    for (const [askedAfterMs, isSettled] of [
      [5_999, false],
      [6_000, true],
    ] as const) {
      const desk = await lostLeg();
      const sentAt = desk.world.clock.wallMs();
      await desk.pass(STEP_MS);
      await desk.gateways[0]?.asked.at(-1)?.answer({ kind: 'absent', askedAt: sentAt + askedAfterMs });
      expect(desk.count()).toMatchObject({ ordersRejected: isSettled ? 1 : 0 });
    }
  });

  it('does not hold up the end of a run', async () => {
    const desk = await lostLeg();
    await answeredFor(desk, 20_000, failed({ isBan: true }));
    desk.executor.abandonOpen();
    expect(desk.executor.openSets).toBe(0);
    expect(desk.count()).toMatchObject({ setsUnknown: 1 });
    expect(codes(desk)).toEqual(['execution/unknown']);
    const questions = desk.gateways[0]?.asked.length;
    await desk.pass(60_000);
    expect(desk.gateways[0]?.asked.length).toBe(questions);
  });

  it('keeps a successor from trading only as long as one that can be asked for', async () => {
    const desk = await lostLeg();
    const successor = desk.start();
    successor.takeOver(desk.wal, new Set());
    successor.inquire();
    expect(successor.unsettled()).toEqual([desk.last(0).order.clientId]);
    await answeredFor(desk, 20_000, failed({ isBan: true }));
    expect(successor.unsettled()).toEqual([]);
    expect(successor.openSets).toBe(1);
  });
});
