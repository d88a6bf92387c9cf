/** One minute of `test/long/storm.test.ts`. */
import { it } from 'vitest';
import { venueRegistry } from '../../../src/venues/registry.ts';
import { throughStorm } from '../../support/storm-run.ts';

it('comes through a minute of faults of every kind', { timeout: 150_000 }, () =>
  throughStorm({ seed: 20_261_126, venues: [...venueRegistry.keys()], durationMs: 60_000, everyMs: [300, 1_200] }),
);
