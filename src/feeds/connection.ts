/** One planned connection, kept up: open, subscribe, heartbeat, reconnect with backoff, renewal before the venue ends it
 *  or once it listens no more.
 *  Silence is judged here, per connection: a quiet instrument is not stale. Thread: feed. */
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import type { Random } from '../core/random.ts';
import type { HttpPort, SocketFactory, SocketHandlers } from '../core/socket.ts';
import type { MonoNs } from '../core/units.ts';
import type { ConnectionPlan } from '../core/venue.ts';
import { ConnectionLine } from './connection-line.ts';
import type { SharedWindows } from './paced-sender.ts';

export interface ConnectionDeps {
  readonly sockets: SocketFactory;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: Partial<ConnectionLimits>;
  /** Of all connections of the venue. */
  readonly shared: SharedWindows;
}

export interface ConnectionLimits {
  /** Backoff between tries to connect. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** The same after one that was well and that we dropped, for what it had lost: the venue is there. */
  readonly maxDroppedMs: number;
  readonly openTimeoutMs: number;
  /** A connection that lasted this long is tried again without backoff. */
  readonly stableMs: number;
}

const LIMITS: ConnectionLimits = {
  baseMs: 250,
  maxMs: 30_000,
  maxDroppedMs: 4_000,
  openTimeoutMs: 10_000,
  stableMs: 10_000,
};
const CLOSE_GRACE_MS = 500;

export interface ConnectionEvents {
  /** As `SocketHandlers.onFrame`. */
  onFrame(buffer: Uint8Array, start: number, end: number, receivedAt: MonoNs): void;
  /** Open, and the subscriptions are on their way. `isRenewal`: took over, with all of them sent, from one that was still
   *  up. */
  onUp(isRenewal: boolean): void;
  /** After `onUp`: the last subscription has left. */
  onSubscribed(): void;
  /** The first frame or pong since it is up: the stream is known to be alive. Comes before that frame. */
  onHeard(): void;
  /** Lost, or not come up. `retryMs`: when the next try begins; `failures`: tries in a row that did not come up. */
  onDown(reason: string, retryMs: number, failures: number): void;
  /** Neither frame nor pong for the plan's `silenceMs`; the connection is dropped right after. */
  onSilent(): void;
}

export class Connection {
  readonly plan: ConnectionPlan;
  readonly #deps: ConnectionDeps;
  readonly #events: ConnectionEvents;
  readonly #limits: ConnectionLimits;
  readonly #renewAfterMs: number;
  readonly #lines = new Set<ConnectionLine>();
  #line: ConnectionLine | undefined;
  #next: ConnectionLine | undefined;
  #attempt = 0;
  #failures = 0;
  #notBeforeMs = 0;
  #cancelRetry = (): void => {};
  #cancelTick = (): void => {};
  #isRunning = false;
  #onAllClosed: (() => void) | undefined;
  /** What the venue answered to questions for an address; promises only queue up here. */
  readonly #addresses: (() => void)[] = [];

  constructor(plan: ConnectionPlan, deps: ConnectionDeps, events: ConnectionEvents) {
    this.plan = plan;
    this.#deps = deps;
    this.#events = events;
    this.#limits = { ...LIMITS, ...deps.limits };
    // Jittered, so that connections opened together are not renewed together.
    const early = Math.min(600_000, (plan.maxAgeMs ?? 0) / 10) * (0.5 + deps.random.next() / 2);
    this.#renewAfterMs = plan.maxAgeMs === undefined ? Number.POSITIVE_INFINITY : plan.maxAgeMs - early;
  }

  get isUp(): boolean {
    return this.#line?.isUp ?? false;
  }

  /** How long it has been up. */
  get ageMs(): number {
    return this.#line?.isUp === true ? this.#nowMs() - this.#line.openedAt / 1e6 : 0;
  }

  start(): void {
    this.#isRunning = true;
    this.#line = this.#dial();
    this.#scheduleTick();
  }

  /** Closes everything; resolves when the sockets are gone. */
  stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelRetry();
    this.#cancelTick();
    if (this.#lines.size === 0) return Promise.resolve();
    const closed = new Promise<void>((resolve) => {
      this.#onAllClosed = resolve;
    });
    const cancel = this.#deps.clock.after(CLOSE_GRACE_MS, () => {
      for (const line of this.#lines) line.socket?.terminate();
    });
    for (const line of this.#lines) {
      if (line.socket === undefined) this.#onClose(line, 'closed by us');
      else line.socket.close();
    }
    return closed.finally(cancel);
  }

  /** Sends when it is its turn; `onSent` says when it left. False when the connection is not open. */
  send(text: string, onSent?: () => void): boolean {
    return this.#line?.isUp === true && this.#line.sender.send(text, onSent);
  }

  /** Opens a replacement and switches to it once it is up. */
  renew(): void {
    if (this.#next !== undefined || !this.isUp || !this.#isRunning) return;
    this.#next = this.#dial();
  }

  /** Ends the connection at once; it is opened anew. */
  drop(): void {
    if (this.#line === undefined) return;
    this.#line.isDropped = true;
    this.#line.socket?.terminate();
  }

  /** Hands on addresses that the venue answered with. Returns how many. */
  work(): number {
    const answers = this.#addresses.splice(0);
    for (const answer of answers) answer();
    return answers.length;
  }

  #dial(): ConnectionLine {
    const { plan } = this;
    const line = new ConnectionLine(plan, this.#deps.clock, this.#deps.shared);
    this.#lines.add(line);
    if (plan.dial === undefined) this.#open(line, plan.url);
    else {
      plan.dial(this.#deps.http).then(
        (url) => this.#addresses.push(() => this.#lines.has(line) && this.#open(line, url)),
        (error: unknown) => this.#addresses.push(() => this.#onClose(line, messageOf(error))),
      );
    }
    return line;
  }

  #open(line: ConnectionLine, url: string): void {
    const { headers } = this.plan;
    line.socket = this.#deps.sockets.open(url, this.#handlersOf(line), {
      openTimeoutMs: this.#limits.openTimeoutMs,
      ...(headers === undefined ? {} : { headers }),
    });
  }

  #handlersOf(line: ConnectionLine): SocketHandlers {
    return {
      onOpen: () => this.#onOpen(line),
      onFrame: (buffer, start, end, receivedAt) => {
        if (line !== this.#line) return;
        line.heardAt = receivedAt;
        if (!line.wasHeard) this.#onHeard(line);
        this.#events.onFrame(buffer, start, end, receivedAt);
      },
      onPong: () => {
        line.heardAt = this.#deps.clock.monotonicNs();
        if (!line.wasHeard && line === this.#line) this.#onHeard(line);
      },
      onClose: (code, reason) => this.#onClose(line, reason === '' ? `closed with code ${code}` : reason),
    };
  }

  #onOpen(line: ConnectionLine): void {
    if (!this.#isRunning) return;
    const now = this.#deps.clock.monotonicNs();
    line.isUp = true;
    line.openedAt = now;
    line.heardAt = now;
    line.pingedAt = now;
    this.#failures = 0;
    const isRenewal = line === this.#next;
    if (isRenewal) {
      const old = this.#line;
      this.#line = line;
      this.#next = undefined;
      old?.sender.close();
      old?.socket?.close();
    }
    this.#subscribe(line, isRenewal);
    // Asked at once: on a quiet market the answer is the first sign that the stream is alive.
    if (this.plan.heartbeat.ping === 'frame') line.ping();
  }

  #subscribe(line: ConnectionLine, isRenewal: boolean): void {
    let left = this.plan.subscribe.length;
    let isTold = false;
    const onSent = (): void => {
      left--;
      if (left === 0 && isTold) this.#events.onSubscribed();
    };
    for (const message of this.plan.subscribe) line.sender.send(message, onSent);
    this.#events.onUp(isRenewal && left === 0);
    isTold = true;
    if (left === 0) this.#events.onSubscribed();
  }

  #onHeard(line: ConnectionLine): void {
    line.wasHeard = true;
    this.#events.onHeard();
  }

  #onClose(line: ConnectionLine, reason: string): void {
    if (!this.#lines.delete(line)) return;
    line.sender.close();
    if (line === this.#next) {
      this.#next = undefined;
      // The old one still serves; try again a little later.
      this.#notBeforeMs = this.#nowMs() + this.#limits.stableMs;
    } else if (line === this.#line) {
      this.#line = undefined;
      this.#onLost(line, reason);
    }
    if (this.#lines.size === 0) this.#onAllClosed?.();
  }

  #onLost(line: ConnectionLine, reason: string): void {
    if (!line.isUp) this.#failures++;
    else if (this.#nowMs() - line.openedAt / 1e6 >= this.#limits.stableMs) this.#attempt = 0;
    // A replacement that is already on its way takes the place.
    const heir = this.#next;
    this.#next = undefined;
    this.#line = heir;
    const { baseMs, maxMs, maxDroppedMs } = this.#limits;
    const limits = { baseMs, maxMs: line.wasHeard && line.isDropped ? maxDroppedMs : maxMs };
    const retryMs = heir === undefined ? backoffMs(this.#attempt++, this.#deps.random, limits) : 0;
    if (this.#isRunning && heir === undefined) {
      this.#cancelRetry = this.#deps.clock.after(retryMs, () => {
        this.#line = this.#dial();
      });
    }
    this.#events.onDown(reason, retryMs, this.#failures);
  }

  #scheduleTick(): void {
    const { idleMs, silenceMs } = this.plan.heartbeat;
    const line = this.#line;
    // Silence is noticed when its limit is reached, not at the next round.
    const leftMs = line?.isUp === true ? silenceMs - (this.#nowMs() - line.heardAt / 1e6) : silenceMs;
    this.#cancelTick = this.#deps.clock.after(Math.max(5, Math.min(idleMs / 4, leftMs)), () => {
      this.#tick();
      if (this.#isRunning) this.#scheduleTick();
    });
  }

  #tick(): void {
    const line = this.#line;
    if (line === undefined || !line.isUp) return;
    const { idleMs, silenceMs, everyMs = Number.POSITIVE_INFINITY } = this.plan.heartbeat;
    const nowMs = this.#nowMs();
    const quietMs = nowMs - line.heardAt / 1e6;
    if (quietMs >= silenceMs) {
      this.#events.onSilent();
      line.socket?.terminate();
      return;
    }
    const sincePingMs = nowMs - line.pingedAt / 1e6;
    if (sincePingMs >= everyMs || (quietMs >= idleMs && sincePingMs >= idleMs)) line.ping();
    if (nowMs >= this.#notBeforeMs && this.#isSpent(line)) this.renew();
  }

  /** Too old, or out of what it may say; not at once, lest one that never had enough be replaced for ever. */
  #isSpent({ sender }: ConnectionLine): boolean {
    const { ageMs } = this;
    return ageMs >= this.#renewAfterMs || (ageMs >= this.#limits.stableMs && sender.isStuck);
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicNs() / 1e6;
  }
}
