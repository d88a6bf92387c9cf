/** Faults of every kind at all venues at random for ten minutes: no decision on a row that is out of sync or silent, no
 *  storm of subscriptions, and every venue live again within ten seconds of the last fault. */
import { it } from 'vitest';
import { venueRegistry } from '../../src/venues/registry.ts';
import { throughStorm } from '../support/storm-run.ts';

it('comes through ten minutes of faults of every kind', { timeout: 800_000 }, () =>
  throughStorm({ seed: 4_711, venues: [...venueRegistry.keys()], durationMs: 600_000, everyMs: [300, 1_200] }),
);
