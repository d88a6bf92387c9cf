/** Sets and orders counted under their last outcome: a late word moves them. Those of earlier runs are not counted among
 *  this run's. */
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { LegSetState } from '../core/records.ts';
import type { Counters } from '../memory/counters.ts';
import { isSettled, type Leg } from './leg.ts';
import { runOf } from './saga.ts';
import type { Work } from './set-register.ts';

type Name = keyof typeof EXECUTOR_COUNTERS;

const CLOSED: Readonly<Record<LegSetState, Name>> = {
  filled: 'setsFilled',
  unwound: 'setsUnwound',
  missed: 'setsMissed',
  refused: 'setsRefused',
  unknown: 'setsUnknown',
  held: 'setsHeld',
  residual: 'setsResidual',
};

function outcomeOf(leg: Leg): Name {
  if (leg.status === 'filled') return 'ordersFilled';
  return leg.status === 'rejected' || leg.status === 'absent' ? 'ordersRejected' : 'ordersCancelled';
}

export class OutcomeCounts {
  readonly #counters: Counters<Name>;
  readonly #run: string;

  constructor(counters: Counters<Name>, run: string) {
    this.#counters = counters;
    this.#run = run;
  }

  add(name: Name): void {
    this.#counters.add(this.#counters.slot(name));
  }

  closed(work: Work, state: LegSetState): void {
    if (runOf(work.set) === this.#run) this.#move(work, work.set.id, CLOSED[state]);
  }

  settled(work: Work, leg: Leg): void {
    if (leg.run === this.#run) this.#move(work, leg.clientId, outcomeOf(leg));
  }

  /** The counters are shared memory and outlive an executor: what a predecessor counted is only noted. */
  recall({ counted }: Work, leg: Leg): void {
    counted.set(leg.clientId, outcomeOf(leg));
  }

  recallClosed(work: Work): void {
    const { set, counted } = work;
    if (set.state !== 'working') counted.set(set.id, CLOSED[set.state]);
    for (const leg of set.legs) if (isSettled(leg)) this.recall(work, leg);
  }

  #move({ counted }: Work, id: string, name: Name): void {
    const before = counted.get(id);
    if (before === name) return;
    if (before !== undefined) this.#counters.add(this.#counters.slot(before), -1);
    this.add(name);
    counted.set(id, name);
  }
}
