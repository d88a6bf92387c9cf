/** Fetches books by REST or asks the stream for them, as the venue's rule says, whenever `Resync` lets it.
 *  Answers of the network only queue up here; `work` hands them on, inside the feed's own boundary. Thread: feed. */
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { HttpPort, HttpReply } from '../core/socket.ts';
import type { Endpoints, MarketStream, SymbolEntry } from '../core/venue.ts';
import { Resync, type ResyncLimits } from './resync.ts';

export interface SnapshotsDeps {
  readonly venue: string;
  readonly stream: MarketStream;
  readonly endpoints: Endpoints;
  readonly entries: readonly SymbolEntry[];
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
  /** The body of a snapshot of `symbol`. False when it was of no use and another is wanted. */
  readonly onBody: (symbol: number, body: Uint8Array) => boolean;
  /** Sends on the connection that carries the symbol, when it is its turn; false when it is down. */
  readonly send: (symbol: number, text: string, onSent: () => void) => boolean;
  /** Asking the stream again and again brought nothing: replace the symbol's connection. */
  readonly replaceConnection: (symbol: number) => void;
  /** More books are wanted than may be asked for: one connection brings the books of all of its symbols. */
  readonly renewConnection: (symbol: number) => void;
}

const REQUEST_TIMEOUT_MS = 8_000;
/** Subscribing anew is limited more tightly than snapshots are (OKX: 480 requests an hour and connection). */
const STREAM_LIMITS: Partial<ResyncLimits> = { baseMs: 1_000, perMinute: 20, deadlineMs: 5_000 };
const TRIES_BEFORE_REPLACING = 3;
/** Statuses by which venues ask for quiet, and how long it lasts when they do not say. */
const QUIET_STATUSES = [418, 429];
const QUIET_MS = 10_000;

export class Snapshots {
  readonly resync: Resync;
  readonly #deps: SnapshotsDeps;
  readonly #answers: (() => void)[] = [];
  readonly #complaints = new Set<string>();

  constructor(deps: SnapshotsDeps) {
    this.#deps = deps;
    this.resync = new Resync({
      clock: deps.clock,
      random: deps.random,
      begin: (symbol, flight) => this.#begin(symbol, flight),
      ...(deps.stream.rule.snapshotFrom === 'stream' ? { limits: STREAM_LIMITS, onStarved: deps.renewConnection } : {}),
    });
  }

  /** Hands on what the network answered since. Returns how many answers. */
  work(): number {
    if (this.#answers.length === 0) return 0;
    const answers = this.#answers.splice(0);
    for (const answer of answers) answer();
    return answers.length;
  }

  #begin(symbol: number, flight: number): void {
    if (this.#deps.stream.rule.snapshotFrom === 'stream') this.#resubscribe(symbol, flight);
    else this.#fetch(symbol, flight);
  }

  #resubscribe(symbol: number, flight: number): void {
    const { stream, entries, send, replaceConnection } = this.#deps;
    const messages = stream.resubscribe?.((entries[symbol] as SymbolEntry).symbol);
    if (messages === undefined || this.resync.attempts(symbol) > TRIES_BEFORE_REPLACING) replaceConnection(symbol);
    let left = messages?.length ?? 0;
    if (left > 0) this.resync.queued(symbol, flight);
    const onSent = (): void => {
      if (--left === 0) this.resync.asked(symbol, flight);
    };
    // What cannot be sent has its deadline all the same, after which it is tried again.
    for (const message of messages ?? []) if (!send(symbol, message, onSent)) onSent();
  }

  #fetch(symbol: number, flight: number): void {
    const { stream, endpoints, entries, http } = this.#deps;
    const url = stream.snapshotUrl?.(endpoints, (entries[symbol] as SymbolEntry).symbol);
    if (url === undefined) throw new Error(`${this.#deps.venue} takes books by REST but has no snapshotUrl`);
    http.request({ method: 'GET', url, timeoutMs: REQUEST_TIMEOUT_MS }).then(
      (reply) => this.#answers.push(() => this.#onReply(symbol, flight, reply)),
      (error: unknown) => this.#answers.push(() => this.#onError(symbol, flight, error)),
    );
  }

  #onReply(symbol: number, flight: number, reply: HttpReply): void {
    if (!this.resync.isCurrent(symbol, flight)) return;
    if (reply.status === 200) {
      if (this.#deps.onBody(symbol, reply.body)) this.resync.done(symbol);
      else this.resync.failed(symbol, flight);
      return;
    }
    if (QUIET_STATUSES.includes(reply.status)) {
      const seconds = Number(reply.headers['retry-after']);
      this.resync.pause(seconds > 0 ? seconds * 1000 : QUIET_MS);
    }
    const name = (this.#deps.entries[symbol] as SymbolEntry).symbol;
    const text = reply.body.toString('utf8', 0, 200);
    this.#complain(
      `${reply.status} ${reply.status < 500 ? name : ''}`,
      new Fault('venue/refused', `${this.#deps.venue} refused the book of ${name}: status ${reply.status} ${text}`, {
        venue: this.#deps.venue,
        symbol: name,
        status: reply.status,
      }),
    );
    this.resync.failed(symbol, flight);
  }

  #onError(symbol: number, flight: number, error: unknown): void {
    if (!this.resync.isCurrent(symbol, flight)) return;
    const fault = error instanceof Fault ? error : new Fault('venue/unreachable', messageOf(error));
    this.#complain(fault.message, fault);
    this.resync.failed(symbol, flight);
  }

  /** Each complaint once: a venue that stays away would repeat it with every try. */
  #complain(key: string, fault: Fault): void {
    if (this.#complaints.has(key)) return;
    this.#complaints.add(key);
    this.#deps.log.warn({ venue: this.#deps.venue, ...fault.details }, fault.message);
    this.#deps.onFault(fault);
  }
}
