/** What a play starts from: listings, fees, funds, and the rules by which an excess is hedged. */
import type { Balance } from '../../../src/core/order.ts';
import type { ExecutorSettings } from '../../../src/engine/executor-port.ts';
import type { WorldOptions } from '../../unit/engine/world.ts';
import type { Tape } from './tape.ts';

/** Decimal texts of one venue's rules. */
export interface Rules {
  readonly sizeLot: string;
  readonly minSize: string;
  readonly minNotional: string;
  readonly maxSize?: string;
}

export interface Setting {
  readonly policy: 'unwind' | 'retry' | 'hold';
  /** Quote units, whole. */
  readonly maxExposure: bigint;
  readonly retryBudgetBps: number;
  readonly slippageBps: number;
  /** By venue: taker rates, and what an order has to be. */
  readonly fees: readonly string[];
  readonly rules: readonly Rules[];
  readonly funds: readonly Balance[];
  readonly world: WorldOptions;
  readonly settings: Partial<ExecutorSettings>;
}

const FEES = [
  ['0.001', '0.001', '0.001'],
  ['0.001', '0.0005', '0.002'],
  ['0', '0.001', '0'],
] as const;

const FINE: Rules = { sizeLot: '0.0001', minSize: '0.0001', minNotional: '5' };
/** What it takes is large: what it does not becomes crumbs. */
const COARSE: Rules = { ...FINE, minNotional: '25' };
const RULES: readonly (readonly Rules[])[] = [
  [FINE, FINE, FINE],
  [FINE, { ...FINE, sizeLot: '0.001', minSize: '0.01' }, FINE],
  // The venue that a hedge would like best takes it in small pieces only.
  [FINE, { ...FINE, maxSize: '1' }, { ...FINE, minNotional: '20', maxSize: '0.25' }],
  [COARSE, COARSE, COARSE],
  [COARSE, COARSE, COARSE],
  [FINE, FINE, { sizeLot: '0.01', minSize: '0.05', minNotional: '1' }],
];

const SCALE = 10n ** 18n;
const funds = (BTC: string, USDT: string): readonly Balance[] => [
  { asset: 'BTC', free: BTC, locked: '0' },
  { asset: 'USDT', free: USDT, locked: '0' },
];

export function settingOf(tape: Tape): Setting {
  const policy = tape.pick(['unwind', 'retry', 'hold'] as const);
  const maxExposure = tape.pick([0n, 60n, 12n, 150n]);
  const retryBudgetBps = tape.pick([20, 0, 200]);
  const fees = tape.pick(FEES);
  const rules = tape.pick(RULES);
  const slippageBps = 50;
  return {
    policy,
    maxExposure,
    retryBudgetBps,
    slippageBps,
    fees,
    rules,
    funds: tape.once(8) ? funds('1.2', '130') : funds('10', '100000'),
    world: { taker: fees, listing: (venue) => rules[['alpha', 'beta', 'gamma'].indexOf(venue)] ?? FINE },
    settings: {
      hedge: { policy, retryNs: 500e6, unwindNs: tape.pick([1_500e6, 600e6]) },
      maxExposure: maxExposure * SCALE,
      retryBudgetBps,
      unwindSlippageBps: slippageBps,
    },
  };
}
