/** Whatever the venues answer, in whatever order: every leg set ends flat, within the exposure limit, or told and paused,
 *  and all books agree to the last unit. The long run of it is in test/cases. */
import { it } from 'vitest';
import { expectEnds, playOut, seed } from './settlement/plays.ts';

it(`leg sets end right in any interleaving (PARALLAX_SEED=${seed})`, { timeout: 60_000 }, async () => {
  expectEnds(await playOut(6_000), 10, 1);
});
