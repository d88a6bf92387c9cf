/** What the watchdog found and did, for whoever comes to look: `watchdog.json` in the data folder.
 *  Writes that file; a full disk does not keep it from cancelling. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { VenueId } from '../core/venue.ts';
import type { Brief } from './protocol.ts';
import type { SweepResult } from './sweep.ts';

export const ALARM_FILE = 'watchdog.json';

/** `silent`: it was not heard for too long. `gone`: its end of the pipe closed without a goodbye. */
export type Why = 'silent' | 'gone';

/** `working`: the watchdog is at it, or was killed over it. `clear`: nothing of ours is open where it has a key.
 *  `unclear`: orders may be open. `stopped`: the engine came back before the end. */
export type Outcome = 'working' | SweepResult['end'];

export interface Alarm {
  readonly why: Why;
  readonly run: string;
  readonly enginePid: number;
  /** ISO 8601. */
  readonly at: string;
  readonly endedAt?: string;
  readonly outcome: Outcome;
  readonly venues: readonly SweepResult[];
  /** Venues where it could do nothing: their orders are left to the venue's own timer. */
  readonly unwatched: readonly VenueId[];
}

/** The worst of all venues counts. */
export function outcomeOf(results: readonly SweepResult[]): Outcome {
  const has = (end: SweepResult['end']): boolean => results.some((result) => result.end === end);
  return has('unclear') ? 'unclear' : has('stopped') ? 'stopped' : 'clear';
}

/** Whole or not at all: a reader never sees half of it. */
export function writeAlarm({ dataDir }: Brief, alarm: Alarm, log: Log): void {
  const path = join(dataDir, ALARM_FILE);
  try {
    writeFileSync(`${path}.next`, `${JSON.stringify(alarm, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.next`, path);
  } catch (thrown) {
    log.error({ path, cause: messageOf(thrown) }, 'the alarm could not be written down');
  }
}
