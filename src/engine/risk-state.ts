/** What the executor may send: active (everything), reducing (what brings unmatched base back), halted (no new leg sets
 *  until a person lifts it). Cancels and questions are no matter of it. Pure; docs/LIMITS.md has the picture. */
import { REASON } from '../core/intent.ts';
import type { LossLimit } from '../core/loss-record.ts';
import type { RiskState } from '../core/status.ts';
import { assertNever } from '../core/units.ts';

export interface Risk {
  readonly state: RiskState;
  /** Some instrument's unmatched base is past its limit; known while halted, too, for what comes after. */
  readonly isOverExposed: boolean;
  /** The loss limit that halts. Absent while halted: a person or the supervisor did it. */
  readonly limit?: LossLimit;
}

export type RiskEvent =
  | { readonly kind: 'ExposureMeasured'; readonly isOver: boolean }
  | { readonly kind: 'LossLimitReached'; readonly limit: LossLimit }
  /** By a person or the supervisor. */
  | { readonly kind: 'Halted' }
  /** Every halt. */
  | { readonly kind: 'Lifted' };

export const ACTIVE: Risk = { state: 'active', isOverExposed: false };

/** The same object when nothing changes. */
export function nextRisk(risk: Risk, event: RiskEvent): Risk {
  switch (event.kind) {
    case 'ExposureMeasured':
      if (event.isOver === risk.isOverExposed) return risk;
      return risk.state === 'halted' ? { ...risk, isOverExposed: event.isOver } : unhalted(event.isOver);
    case 'LossLimitReached':
      // The first limit that was reached is what a person is told.
      return risk.limit === undefined ? { ...risk, state: 'halted', limit: event.limit } : risk;
    case 'Halted':
      return risk.state === 'halted' ? risk : { ...risk, state: 'halted' };
    case 'Lifted':
      // Never from halted to active past what is still too much.
      return risk.state === 'halted' ? unhalted(risk.isOverExposed) : risk;
    default:
      return assertNever(event);
  }
}

const unhalted = (isOverExposed: boolean): Risk => ({ state: isOverExposed ? 'reducing' : 'active', isOverExposed });

/** Reason code against a new leg set. */
export function checkRisk({ state, limit }: Risk): number {
  if (state === 'active') return REASON.ok;
  return state === 'reducing' ? REASON['limit-exposure'] : REASON[limit ?? 'halted'];
}
