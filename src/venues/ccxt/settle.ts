/** Follows an order that takes at once to its end: streams tell most of it; what they leave out is asked for. For classes
 *  of ccxt without private streams it is the only way to learn of fills. Thread: the ccxt worker. */
import type { Clock } from '../../core/clock.ts';
import type { Track, Tracks } from './tracks.ts';

/** After which the order is asked for, one try after the other; then the executor's own questions take over. */
const WITH_STREAM_MS = [400, 600, 1_000, 2_000];
const WITHOUT_STREAM_MS = [20, 60, 150, 300, 600, 1_000, 2_000];

export interface SettleDeps {
  readonly clock: Clock;
  readonly tracks: Tracks;
  readonly hasStream: boolean;
  /** Asks for the order and its fills; what it learns goes through `tracks`. */
  readonly ask: (track: Track) => Promise<void>;
}

export async function settle(track: Track, { clock, tracks, hasStream, ask }: SettleDeps): Promise<void> {
  for (const ms of hasStream ? WITH_STREAM_MS : WITHOUT_STREAM_MS) {
    await new Promise<void>((resolve) => clock.after(ms, resolve));
    if (tracks.isSettled(track)) return;
    // A refusal now is no news of the order; the next try may do better.
    await ask(track).catch(() => {});
  }
}
