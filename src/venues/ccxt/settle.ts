/** Follows an order to its end, and to the last fill that its end speaks of, one question after the other; then the
 *  executor's own questions take over. Thread: the ccxt worker. */
import { type Clock, pause } from '../../core/clock.ts';
import type { Track, Tracks } from './tracks.ts';

/** Waits before each question. `told`: the stream has said that there is something to ask for. `streamed`: it will say
 *  so. `alone`: there is no stream. */
const WAITS_MS = {
  told: [0, 60, 150, 300, 600, 1_000, 2_000],
  streamed: [400, 600, 1_000, 2_000],
  alone: [20, 60, 150, 300, 600, 1_000, 2_000],
} as const;

export interface SettleDeps {
  readonly clock: Clock;
  readonly tracks: Tracks;
  /** What it learns goes through `tracks`. */
  readonly ask: (track: Track) => Promise<void>;
}

export async function settle(track: Track, how: keyof typeof WAITS_MS, deps: SettleDeps): Promise<void> {
  const { clock, tracks, ask } = deps;
  for (const ms of WAITS_MS[how]) {
    await pause(clock, ms);
    // One at a time; the other comes back to it.
    if (track.isFollowed) continue;
    if (tracks.isSettled(track)) return;
    track.isFollowed = true;
    // A refusal now is no news of the order; the next try may do better.
    await ask(track).catch(() => {});
    track.isFollowed = false;
  }
}
