/** Every kind of fault at every venue, alone and in pairs, while engines trade: no order twice, nothing left unmatched beyond
 *  the exposure limit, and in the end one story in every book. */
import { describe, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import { throughBans } from '../support/fault-bans.ts';
import { PASSING_KINDS, pairCells, singleCells } from '../support/fault-cells.ts';
import { throughCells } from '../support/fault-matrix.ts';

const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);
const VENUES = [...venueRegistry.keys()];
const PAIRS = 40;

// They wait more than they compute: side by side.
describe.concurrent(`the fault matrix, seed ${seed}`, () => {
  it.each([
    { venues: VENUES.slice(0, 4), policy: 'unwind' as const, seed },
    { venues: VENUES.slice(4), policy: 'retry' as const, seed: seed + 1 },
  ])('$venues, one fault at a time, policy $policy', (group) =>
    throughCells({ ...group, cells: singleCells(PASSING_KINDS, group.venues, seededRandom(group.seed)) }),
  );

  it('all venues, two faults at a time, policy hold', async () => {
    const cells = pairCells(PAIRS, PASSING_KINDS, VENUES, seededRandom(seed + 2));
    await throughCells({ seed: seed + 2, venues: VENUES, cells, policy: 'hold', maxExposure: '300' });
    await throughBans({ seed: seed + 3, venues: VENUES });
  });
});
