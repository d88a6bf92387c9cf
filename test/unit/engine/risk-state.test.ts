import { describe, expect, it } from 'vitest';
import { REASON } from '../../../src/core/intent.ts';
import { ACTIVE, checkRisk, nextRisk, type Risk, type RiskEvent } from '../../../src/engine/risk-state.ts';

const OVER: RiskEvent = { kind: 'ExposureMeasured', isOver: true };
const UNDER: RiskEvent = { kind: 'ExposureMeasured', isOver: false };
const HALTED: RiskEvent = { kind: 'Halted' };
const LIFTED: RiskEvent = { kind: 'Lifted' };
const LOST: RiskEvent = { kind: 'LossLimitReached', limit: 'limit-daily-loss' };
const STREAK: RiskEvent = { kind: 'LossLimitReached', limit: 'limit-loss-streak' };

const riskOf = (...events: RiskEvent[]): Risk => events.reduce(nextRisk, ACTIVE);

describe('the risk state', () => {
  it.each<[string, RiskEvent[], string, string]>([
    ['nothing', [], 'active', 'ok'],
    ['no exposure', [UNDER], 'active', 'ok'],
    ['too much exposure', [OVER], 'reducing', 'limit-exposure'],
    ['exposure that is back', [OVER, OVER, UNDER], 'active', 'ok'],
    ["a person's halt", [HALTED], 'halted', 'halted'],
    ["a day's loss", [LOST], 'halted', 'limit-daily-loss'],
    ['a streak', [STREAK], 'halted', 'limit-loss-streak'],
    ['two limits, of which the first is told', [STREAK, LOST, STREAK], 'halted', 'limit-loss-streak'],
    ['a limit while a person halts', [HALTED, LOST], 'halted', 'limit-daily-loss'],
    ['a person who halts beside a limit', [LOST, HALTED], 'halted', 'limit-daily-loss'],
    ['exposure that is back while halted', [OVER, LOST, UNDER], 'halted', 'limit-daily-loss'],
    ['a lift', [LOST, LIFTED], 'active', 'ok'],
    ['a lift with exposure from before', [OVER, HALTED, LIFTED], 'reducing', 'limit-exposure'],
    ['a lift with exposure that came meanwhile', [LOST, OVER, LIFTED], 'reducing', 'limit-exposure'],
    ['a lift with exposure that went meanwhile', [OVER, LOST, UNDER, LIFTED], 'active', 'ok'],
    ['a lift of nothing', [OVER, LIFTED], 'reducing', 'limit-exposure'],
  ])('after %s', (_, events, state, reason) => {
    const risk = riskOf(...events);
    expect(risk.state).toBe(state);
    expect(checkRisk(risk)).toBe(REASON[reason as keyof typeof REASON]);
  });

  it('is left only by a lift once it is halted, whatever else happens', () => {
    for (const first of [HALTED, LOST, STREAK]) {
      for (const second of [OVER, UNDER, HALTED, LOST, STREAK]) {
        for (const third of [OVER, UNDER, HALTED, LOST, STREAK]) {
          expect(riskOf(first, second, third).state).toBe('halted');
          expect(riskOf(first, second, third, LIFTED).state).not.toBe('halted');
        }
      }
    }
  });

  it('is the same object when an event says nothing new', () => {
    for (const events of [[UNDER], [OVER, OVER], [LOST, STREAK], [HALTED, HALTED], [LIFTED]]) {
      const before = riskOf(...events.slice(0, -1));
      expect(nextRisk(before, events.at(-1) as RiskEvent)).toBe(before);
    }
  });
});
