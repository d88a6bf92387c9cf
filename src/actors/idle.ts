/** How threads idle. `spin` never sleeps, `backoff` spins a while first, `park` sleeps at once; the numbers say how long. */

/** Idle rounds that a backing-off thread spins before it sleeps. */
export const BACKOFF_ROUNDS = 200;

/** Rounds that one entry may run before the event loop gets its turn. */
export const MAX_ROUNDS = 64;

/** Longest sleep of an event-loop thread: heartbeats and staleness are looked after this often. */
export const HOUSEKEEPING_MS = 20;

/** Longest sleep of a loopless thread. */
export const LOOPLESS_NAP_MS = 5;
