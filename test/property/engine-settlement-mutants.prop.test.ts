/** The model finds every fault that is planted into the settlement, and by a rule of its own. */
import { expect, it, vi } from 'vitest';
import type * as Saga from '../../src/engine/saga.ts';
import { MUTANTS, type Mutant, type Rules } from './settlement/mutants.ts';
import { Violation } from './settlement/plain.ts';
import { firstFailure, seed } from './settlement/plays.ts';

/** By what the settlement goes here; a mutant replaces some of it. */
const rules = vi.hoisted(() => ({}) as Rules);

vi.mock('../../src/engine/saga.ts', async (importReal) => {
  const real = await importReal<typeof Saga>();
  Object.assign(rules, { applyToSet: real.applyToSet, judge: real.judge });
  return {
    ...real,
    applyToSet: (...args: Parameters<typeof Saga.applyToSet>) => rules.applyToSet(...args),
    judge: (...args: Parameters<typeof Saga.judge>) => rules.judge(...args),
  };
});

it.each(Object.keys(MUTANTS))(`the settlement would be caught if it %s (PARALLAX_SEED=${seed})`, async (name) => {
  const takeOut = (MUTANTS[name] as Mutant)(rules, { ...rules });
  try {
    const found = await firstFailure(5_000);
    expect(found).toBeInstanceOf(Violation);
  } finally {
    takeOut();
  }
});
