/** Settlements with one thing wrong each, planted from outside: a rule of the saga replaced, or a method wrapped. */

import { HedgeMarket } from '../../../src/engine/hedge-market.ts';
import { Inventory } from '../../../src/engine/inventory.ts';
import { Leftovers, leftoverOf } from '../../../src/engine/leftovers.ts';
import { isSettled, type Leg, type LegEvent } from '../../../src/engine/leg.ts';
import { OrderDesk } from '../../../src/engine/order-desk.ts';
import type * as Saga from '../../../src/engine/saga.ts';
import { SetRegister } from '../../../src/engine/set-register.ts';
import { Control } from '../../../src/memory/control.ts';

export interface Rules {
  applyToSet: typeof Saga.applyToSet;
  judge: typeof Saga.judge;
}

/** Plants it; returns how to take it out. `rules` is what the settlement goes by; `real` is what stands there untouched. */
export type Mutant = (rules: Rules, real: Rules) => () => void;

/** Replaces how a set takes an event. */
const hearing =
  (apply: (real: Rules['applyToSet'], ...args: Parameters<Rules['applyToSet']>) => Saga.LegSet): Mutant =>
  (rules, real) => {
    rules.applyToSet = (...args) => apply(real.applyToSet, ...args);
    return () => {
      rules.applyToSet = real.applyToSet;
    };
  };

/** Replaces how a set is judged. */
const judging =
  (judge: (real: Rules['judge'], ...args: Parameters<Rules['judge']>) => Saga.Judgement): Mutant =>
  (rules, real) => {
    rules.judge = (...args) => judge(real.judge, ...args);
    return () => {
      rules.judge = real.judge;
    };
  };

/** Puts something between a method and its callers. */
const wrapping =
  <T extends object, K extends keyof T>(prototype: T, name: K, wrap: (real: T[K]) => T[K]): Mutant =>
  () => {
    const real = prototype[name];
    prototype[name] = wrap(real);
    return () => {
      prototype[name] = real;
    };
  };

const both =
  (...mutants: readonly Mutant[]): Mutant =>
  (rules, real) => {
    const undo = mutants.map((plant) => plant(rules, real));
    return () => {
      for (const each of undo) each();
    };
  };

const legOf = (set: Saga.LegSet, clientId: string): Leg | undefined =>
  set.legs.find((leg) => leg.clientId === clientId);
const withLegs = (set: Saga.LegSet, change: (leg: Leg) => Leg): Saga.LegSet => ({ ...set, legs: set.legs.map(change) });
const sendNow = OrderDesk.prototype.send;
const isFinal = new Set(['filled', 'cancelled', 'expired', 'rejected', 'absent']);

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'drops a late fill': hearing((real, set, clientId, event) => {
    const isLate = event.kind === 'Filled' && isFinal.has(legOf(set, clientId)?.status ?? '');
    return isLate ? set : real(set, clientId, event);
  }),
  'books a fill as often as it is told': (rules, real) => {
    let told = 0;
    const again = (event: LegEvent): LegEvent =>
      event.kind === 'Filled'
        ? { ...event, fill: { ...event.fill, tradeId: `${event.fill.tradeId}/${++told}` } }
        : event;
    return hearing((apply, set, clientId, event) => apply(set, clientId, again(event)))(rules, real);
  },
  'forgets the fees': hearing((real, set, clientId, event) =>
    real(set, clientId, event.kind === 'Filled' ? { ...event, fill: { ...event.fill, fee: '0' } } : event),
  ),
  'settles on the last word, whatever fills it speaks of': hearing((real, set, clientId, event) =>
    real(set, clientId, event.kind === 'Reported' ? { ...event, filled: '0' } : event),
  ),
  'takes an ack for news after the end': hearing((real, set, clientId, event) => {
    const next = real(set, clientId, event);
    if (event.kind !== 'Acked') return next;
    return withLegs(next, (leg) => (leg.clientId === clientId ? { ...leg, status: 'open' } : leg));
  }),
  'takes an unknown order for a rejected one': hearing((real, set, clientId, event) => {
    const error = { class: 'other', code: 'timeout', message: 'timeout' } as const;
    return real(set, clientId, event.kind === 'OutcomeUnknown' ? { kind: 'Rejected', error, at: 1 } : event);
  }),
  'judges before all orders are settled': judging((real, set, rules, prospects) =>
    real(
      withLegs(set, (leg) => (isSettled(leg) ? leg : { ...leg, status: 'cancelled', claimed: leg.filled })),
      rules,
      prospects,
    ),
  ),
  'hedges on the wrong side': judging((real, ...args) => {
    const judgement = real(...args);
    return judgement.kind === 'hedge' ? { ...judgement, side: judgement.side === 'buy' ? 'sell' : 'buy' } : judgement;
  }),
  'holds whatever is left': judging((real, set, rules, prospects) =>
    real(set, rules, { ...prospects, mayHold: () => true }),
  ),
  'closes for flat what nobody took': judging((real, ...args) => {
    const judgement = real(...args);
    return judgement.kind === 'close' && judgement.state === 'residual' ? { ...judgement, state: 'filled' } : judgement;
  }),
  'never stops hedging': judging((real, set, rules, prospects) =>
    real(
      { ...set, hedgedSince: prospects.nowNs, legs: set.legs.slice(0, 2).concat(set.legs.slice(-1)) },
      rules,
      prospects,
    ),
  ),
  'sends every hedge twice': wrapping(OrderDesk.prototype, 'send', (real) => {
    return function send(this: OrderDesk, ...args) {
      real.apply(this, args);
      if (args[0].role !== 'leg') real.apply(this, args);
    };
  }),
  'hedges twice as much': wrapping(HedgeMarket.prototype, 'plan', (real) => {
    return function plan(this: HedgeMarket, set, by, side, excess) {
      return real.call(this, set, by, side, excess * 2n);
    };
  }),
  'hedges in a halt': () => {
    const halted = Object.getOwnPropertyDescriptor(Control.prototype, 'isHalted') as PropertyDescriptor;
    Object.defineProperty(Control.prototype, 'isHalted', { ...halted, get: () => false });
    return () => {
      Object.defineProperty(Control.prototype, 'isHalted', halted);
    };
  },
  'sends again what it does not know': (rules, real) => {
    const sent = new Map<string, Parameters<OrderDesk['send']>>();
    return both(
      wrapping(OrderDesk.prototype, 'send', (send) => {
        return function remember(this: OrderDesk, ...args) {
          sent.set(args[0].clientId, args);
          send.apply(this, args);
        };
      }),
      wrapping(OrderDesk.prototype, 'ask', (ask) => {
        return function resend(this: OrderDesk, clientId) {
          const args = sent.get(clientId);
          if (args === undefined) ask.call(this, clientId);
          else this.send(...args);
        };
      }),
    )(rules, real);
  },
  'sends before it logs': both(
    wrapping(OrderDesk.prototype, 'prepare', (prepare) => {
      return function prepareAndSend(this: OrderDesk, order, ...rest) {
        const leg = prepare.call(this, order, ...rest);
        sendNow.call(this, leg, order);
        return leg;
      };
    }),
    wrapping(OrderDesk.prototype, 'send', () => () => {}),
  ),
  'believes at once that an order never came': wrapping(OrderDesk.prototype, 'prepare', (real) => {
    return function prepare(this: OrderDesk, order, role, now) {
      return { ...real.call(this, order, role, now), sentAt: now - 6_000 };
    };
  }),
  'clears the reference to an order at its ack': wrapping(SetRegister.prototype, 'find', (real) => {
    return function find(this: SetRegister, clientId) {
      const work = real.call(this, clientId);
      const leg = work === undefined ? undefined : legOf(work.set, clientId);
      return leg?.ackedAt !== undefined && !isSettled(leg) ? undefined : work;
    };
  }),
  'clears the references of a set that closes': wrapping(SetRegister.prototype, 'find', (real) => {
    return function find(this: SetRegister, clientId) {
      const work = real.call(this, clientId);
      return work === undefined || this.isOpen(work) ? work : undefined;
    };
  }),
  'forgets crumbs': wrapping(Leftovers.prototype, 'book', (real) => {
    return function book(this: Leftovers, legSet, instrument, state, excess) {
      real.call(this, legSet, instrument, state, leftoverOf(state) === 'dust' ? 0n : excess);
    };
  }),
  'counts crumbs again that it trades': wrapping(Leftovers.prototype, 'take', () => () => {}),
  'never frees what it reserved': wrapping(Inventory.prototype, 'release', () => () => {}),
};
