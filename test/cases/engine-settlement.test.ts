/** A hundred thousand interleavings of what venues do to leg sets. */
import { it } from 'vitest';
import { expectEnds, playOut, seed } from '../property/settlement/plays.ts';

it(`leg sets end right in 100,000 interleavings (PARALLAX_SEED=${seed})`, async () => {
  expectEnds(await playOut(100_000), 500, 200);
});
