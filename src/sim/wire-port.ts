/** What a venue's wire is given and gives: all that the core knows of a protocol. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { SocketScope, VenueFaults } from './fault-port.ts';
import type { ClientNames, ExchangePolicy, ExchangePort, InstrumentSpec } from './port.ts';
import type { Limit } from './request-limits.ts';
import type { ServerHandlers } from './server.ts';

/** How an account's requests are signed, where a venue has more than one way. */
export type KeyKind = 'hmac' | 'ed25519';

export interface SimEndpoints {
  readonly rest: string;
  readonly wsPublic: string;
  readonly wsPrivate: string;
  readonly wsTrade: string;
  /** Binary market data, where the venue serves it apart. */
  readonly wsSbe?: string;
}

/** A parsed recording that a wire serves in place of its own market data. */
export interface RecordingPlayer {
  /** Whether a public channel of this symbol is served from the recording. */
  readonly active: boolean;
  /** Calls back with each recorded text frame in order and with the recorded pacing; returns its cancellation. */
  play(onFrame: (text: string) => void): () => void;
  /** The recorded body whose URL has `fragment` in it (a path or a symbol), newest that precedes the frames. */
  httpBody(...fragments: readonly string[]): string | undefined;
}

/** What a wire is given. */
export interface WireContext {
  readonly exchange: ExchangePort;
  readonly faults: VenueFaults;
  /** The venue's own clock: a `clock-skew` fault shifts it. */
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recording?: RecordingPlayer;
}

/** One venue's wire: everything under its one listening port. */
export interface VenueWire extends ServerHandlers {
  /** Whose sockets these are: market data (`public`), or account and orders (`private`). */
  scopeOf(connection: { readonly path: string; readonly query: string }): SocketScope;
  /** For venues that announce maintenance on sockets which stay open: says that it began or ended. Where it is absent,
   *  sockets are cut when maintenance begins, and none comes up before it ends. */
  announceMaintenance?(active: boolean): void;
  /** Drops sockets without a close frame, as a network would. Returns how many. */
  disconnect(scope: SocketScope): number;
  /** Counters for `GET /stats`. */
  stats(): Readonly<Record<string, number>>;
  /** Stops its timers. The server closes the sockets. */
  close(): void;
}

export interface SimCredentials {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

/** What the registry holds of a venue. */
export interface SimVenue {
  readonly id: string;
  readonly instruments: readonly InstrumentSpec[];
  readonly policy: ExchangePolicy;
  readonly names?: ClientNames;
  /** Whether its depth frames carry checksums that mean something. */
  readonly hasChecksums: boolean;
  /** Connections that one address may open; absent where its wire counts them itself, or the venue states no number. */
  readonly connections?: Limit;
  /** Shape of its keys, so that clients that check the form accept them. A venue that knows one kind makes that. */
  makeCredentials(random: Random, kind?: KeyKind): SimCredentials;
  /** Addresses under `127.0.0.1:port`, as clients of this venue expect them. */
  endpoints(port: number): SimEndpoints;
  createWire(context: WireContext): VenueWire;
}
