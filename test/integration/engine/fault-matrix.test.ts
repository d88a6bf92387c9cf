/** A few cells of `test/long/fault-matrix.test.ts`: the faults of orders, each at a venue that is drawn, and some pairs. */
import { it } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import type { FaultKind } from '../../../src/sim/fault-port.ts';
import { PASSING_KINDS, pairCells, singleCells } from '../../support/fault-cells.ts';
import { throughCells } from '../../support/fault-matrix.ts';
import { shuffled } from '../../support/shuffled.ts';

const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);

const VENUES = ['binance', 'okx', 'bybit'] as const;
const OF_ORDERS: readonly FaultKind[] = [
  'reject',
  'partial',
  'timeout-before-accept',
  'timeout-after-accept',
  'late-fill',
];

it(`comes through faults of orders, alone and in pairs, seed ${seed}`, () => {
  const random = seededRandom(seed);
  const alone = OF_ORDERS.flatMap((kind) => singleCells([kind], [shuffled(VENUES, random)[0] ?? ''], random));
  const pairs = pairCells(3, PASSING_KINDS, VENUES, random);
  return throughCells({ seed, venues: VENUES, cells: [...alone, ...pairs], policy: 'unwind' });
});
