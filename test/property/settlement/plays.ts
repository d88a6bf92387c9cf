/** Many plays in a row. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { Play } from './play.ts';

/** PARALLAX_SEED repeats a run; fast-check prints the tape that failed. */
export const seed = Number(process.env.PARALLAX_SEED ?? Math.floor(Math.random() * 2 ** 31));

const tapes = fc.uint8Array({ minLength: 128, maxLength: 128 });

/** How often sets ended how. Rejects with the smallest play found that breaks a rule. */
export async function playOut(plays: number): Promise<ReadonlyMap<string, number>> {
  const ends = new Map<string, number>();
  const play = fc.asyncProperty(tapes, async (tape) => {
    for (const end of await new Play(tape).run()) ends.set(end, (ends.get(end) ?? 0) + 1);
  });
  await fc.assert(play, { seed, numRuns: plays });
  return ends;
}

/** The first thing that goes wrong in at most so many plays, whatever it is. */
export async function firstFailure(plays: number): Promise<unknown> {
  const play = fc.asyncProperty(tapes, async (tape) => {
    await new Play(tape).run();
  });
  const { errorInstance } = await fc.check(play, { seed, numRuns: plays, endOnFailure: true });
  return errorInstance;
}

const ENDS = ['filled', 'unwound', 'missed', 'refused', 'held', 'residual', 'unknown'] as const;

/** Every end is reached often enough to mean something, crumbs that are traded among them. */
export function expectEnds(ends: ReadonlyMap<string, number>, least: number, leastCrumbs: number): void {
  for (const end of ENDS) expect(ends.get(end) ?? 0, end).toBeGreaterThanOrEqual(least);
  expect(ends.get('dust unwound') ?? 0, 'crumbs').toBeGreaterThanOrEqual(leastCrumbs);
}
