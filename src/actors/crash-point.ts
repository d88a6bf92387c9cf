/** Where a crash test has the process killed: SIGKILL as it passes a stage of an order's way for the n-th time. Nothing of
 *  the configuration leads here, and without a point every port is handed through as it is. */
import type { Gateway, GatewayEvent } from '../core/order.ts';
import type { WriteAhead } from '../core/records.ts';

export const CRASH_STAGES = [
  'before-append',
  'after-append',
  'before-send',
  'after-send',
  'ack',
  'before-fill',
  'after-fill',
  'before-journal',
  'after-journal',
] as const;
export type CrashStage = (typeof CRASH_STAGES)[number];

export interface CrashAt {
  readonly stage: CrashStage;
  /** Which pass kills, from 1. */
  readonly pass: number;
  /** Counts only passes while a leg set is open. */
  readonly whileOpen: boolean;
}

export class CrashPoint {
  readonly #at: CrashAt;
  readonly #isOpen: () => boolean;
  #passes = 0;

  constructor(at: CrashAt, isOpen: () => boolean) {
    this.#at = at;
    this.#isOpen = isOpen;
  }

  pass(stage: CrashStage): void {
    if (stage !== this.#at.stage || (this.#at.whileOpen && !this.#isOpen())) return;
    // No thread gets to say another word: not this one, and none of the others.
    if (++this.#passes === this.#at.pass) process.kill(process.pid, 'SIGKILL');
  }
}

export const crashingLog = (log: WriteAhead, point: CrashPoint | undefined): WriteAhead =>
  point === undefined
    ? log
    : {
        append: (entry) => {
          point.pass('before-append');
          log.append(entry);
          point.pass('after-append');
        },
      };

export function crashingGateway(gateway: Gateway, point: CrashPoint | undefined): Gateway {
  if (point === undefined) return gateway;
  const place: Gateway['place'] = async (order) => {
    point.pass('before-send');
    const answer = gateway.place(order);
    point.pass('after-send');
    const outcome = await answer;
    point.pass('ack');
    return outcome;
  };
  return new Proxy(gateway, {
    get: (target, name) => {
      if (name === 'place') return place;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export const crashingEvents =
  (onEvent: (event: GatewayEvent) => void, point: CrashPoint | undefined): ((event: GatewayEvent) => void) =>
  (event) => {
    if (event.kind === 'LegFilled') point?.pass('before-fill');
    onEvent(event);
    if (event.kind === 'LegFilled') point?.pass('after-fill');
  };
