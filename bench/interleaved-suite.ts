/** One benny suite a row. benny runs the cases of a suite in the order in which they were added, so adding every
 *  contender once a round makes them take turns. */
import { add, suite } from 'benny';
import type { Budget, Round } from './rounds.ts';

export interface Contender {
  readonly name: string;
  /** One operation. Its result is handed to `keep`, so that no compiler can leave the work out. */
  readonly run: () => number;
  /** What one operation counts for: the figure is nanoseconds for one of them. */
  readonly units: number;
}

let kept = 0;

/** Nanoseconds a unit, by round and contender: the median of the round's samples. */
export async function interleavedSuite(
  name: string,
  contenders: readonly Contender[],
  { rounds, roundMs }: Budget,
): Promise<Round[]> {
  // Compiled before the first round, all of them: the rounds compare steady states.
  const warmUntil = performance.now() + 4 * roundMs;
  while (performance.now() < warmUntil) for (const contender of contenders) kept += contender.run();

  const seconds = roundMs / 1000;
  const options = { minSamples: 3, minTime: seconds / 4, maxTime: seconds, delay: 0 };
  const cases = Array.from({ length: rounds }, (_, round) =>
    contenders.map(({ name: contender, run }) =>
      add(
        `${contender} #${round}`,
        () => {
          kept += run();
        },
        options,
      ),
    ),
  );
  const { results } = await suite(name, ...cases.flat());
  if (Number.isNaN(kept)) throw new Error(`${name}: a contender did not return a number`);
  return Array.from({ length: rounds }, (_, round) =>
    Object.fromEntries(
      contenders.map((contender, index) => {
        const result = results[round * contenders.length + index];
        if (result?.completed !== true) throw new Error(`${name}: ${contender.name} did not run in round ${round}`);
        return [contender.name, (result.details.median * 1e9) / contender.units];
      }),
    ),
  );
}
