/** When an executor may tell the outside that it is well: the rules behind the venues' dead-man timers, and how it notices
 *  that it stood still. Pure. */
import type { DeadMan } from '../core/venue.ts';

/** Whether more time than `boundNs` went by between two rounds of one thread: it was stopped, or something held it up.
 *  What the venues said meanwhile may be lost, and what was open may have been cancelled by others. */
export const hasFrozen = (lastRoundNs: number, nowNs: number, boundNs: number): boolean =>
  nowNs - lastRoundNs > boundNs;

/** The timer that a venue is given for a wanted time, ms: within what it takes, in whole seconds, never shorter. */
export const timerMs = ({ minMs, maxMs }: DeadMan, wantedMs: number): number =>
  Math.min(maxMs, Math.max(minMs, Math.ceil(wantedMs / 1000) * 1000));

export interface TimerView {
  readonly nowNs: number;
  /** The round before this one. */
  readonly lastRoundNs: number;
  /** See `hasFrozen`. */
  readonly boundNs: number;
  readonly isGatewayUp: boolean;
  /** When the timer was last set, or that was tried; undefined: never. */
  readonly lastSetNs: number | undefined;
  readonly refreshNs: number;
}

/** Whether the venue's timer is to be set now. Only by a healthy executor: one that makes progress, and that could cancel
 *  by itself. After a freeze the first round does not set it: what is open has to be asked for before. */
export function shouldSetTimer({ nowNs, lastRoundNs, boundNs, isGatewayUp, lastSetNs, refreshNs }: TimerView): boolean {
  if (!isGatewayUp || hasFrozen(lastRoundNs, nowNs, boundNs)) return false;
  return lastSetNs === undefined || nowNs - lastSetNs >= refreshNs;
}
