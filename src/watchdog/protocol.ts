/** What the engine tells its watchdog over the pipe to its stdin: one JSON a line. Credentials go this way and no other:
 *  arguments and environments can be read by others. */
import type { VenueConfig } from '../core/config.ts';
import type { Listing } from '../core/instrument.ts';
import { isObject, parseObject } from '../core/json.ts';
import type { Credentials, Endpoints, VenueId } from '../core/venue.ts';

export interface WatchedVenue {
  readonly venue: VenueId;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  /** As the venue itself calls and counts them. */
  readonly listings: readonly Listing[];
}

/** Whom to watch, and what to cancel where. */
export interface Brief {
  readonly kind: 'Watch';
  readonly run: string;
  readonly enginePid: number;
  /** Of the executor that runs now; orders of later ones are not ours to cancel. */
  readonly instance: string;
  readonly epoch: number;
  readonly dataDir: string;
  /** Where logs go; absent: stderr. */
  readonly logFile?: string;
  readonly logLevel: string;
  /** Silence after which to act. */
  readonly silenceMs: number;
  /** For how long a venue is tried that does not answer. */
  readonly giveUpMs: number;
  /** The configured venues, without their keys: they say what goes through an adapter. */
  readonly configured: readonly VenueConfig[];
  readonly venues: readonly WatchedVenue[];
  /** Those that it has no key for. */
  readonly unwatched: readonly VenueId[];
}

export type ToWatchdog =
  /** Again with each life of the executor. */
  | Brief
  /** The executor's loop went round. */
  | { readonly kind: 'Beat' }
  /** The engine ends with nothing open: so does the watchdog. */
  | { readonly kind: 'Goodbye' };

/** The one line that the watchdog writes to its stdout, once it has its brief. */
export const READY_LINE = '{"ready":true}';

const KINDS: readonly string[] = ['Watch', 'Beat', 'Goodbye'] satisfies readonly ToWatchdog['kind'][];

/** A line of the engine's; undefined when it is none. */
export function parseLine(line: string): ToWatchdog | undefined {
  const message = parseObject(line);
  if (!isObject(message) || typeof message.kind !== 'string' || !KINDS.includes(message.kind)) return undefined;
  return message as unknown as ToWatchdog;
}
