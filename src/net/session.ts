/** A socket that is logged on to and kept: opens, follows the venue's script of log-on and subscriptions, matches answers
 *  to requests, pings, leaves when the venue says so or its age does, and comes back when it dies. */
import { backoffMs } from '../core/backoff.ts';
import { textIn } from '../core/bytes.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { VenueError } from '../core/order.ts';
import { type Random, seededRandom } from '../core/random.ts';
import type { Socket } from '../core/socket.ts';
import type { MonoNs } from '../core/units.ts';
import type { Answer, SessionDeps, SessionRequest, SessionScript, SessionStep } from './session-port.ts';
import { faultOf } from './signed-rest.ts';

const CHECK_MS = 1000;
/** The answer to a log-on may be lost in a network that is just coming back: not waited for much longer than it takes. */
const LOGIN_TIMEOUT_MS = 5_000;
const BACKOFF = { baseMs: 250, maxMs: 8_000 } as const;

export class Session {
  readonly #deps: SessionDeps;
  readonly #random: Random;
  readonly #pending = new Map<string, (answer: Answer) => void>();
  #socket: Socket | undefined;
  #phase: 'idle' | 'opening' | 'up' = 'idle';
  #closed = false;
  #attempt = 0;
  #sequence = 0;
  #openedAt = 0;
  #heardAt = 0;
  #pingedAt = 0;
  /** Why the socket is about to be dropped by us; the close callback reports it. */
  #fault: Fault | undefined;
  #leaving: string | undefined;
  #cancelTimer: () => void = () => {};
  #onGone: () => void = () => {};
  /** Settles the first start; later ones have nobody waiting. */
  #firstStart: { resolve: () => void; reject: (fault: Fault) => void } | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    // Only spreads reconnections of many processes apart; nothing is decided by it.
    this.#random = seededRandom(deps.clock.wallMs());
  }

  get isUp(): boolean {
    return this.#phase === 'up' && this.#socket?.isOpen === true;
  }

  /** Resolves once logged on and subscribed; rejects with the first refusal, and then does not try again by itself. */
  async start(): Promise<void> {
    if (this.#phase !== 'idle') throw new Error('the session is already started');
    this.#closed = false;
    const script = await this.#deps.script(true);
    await new Promise<void>((resolve, reject) => {
      this.#firstStart = { resolve, reject };
      this.#open(script);
    });
  }

  /** Writes one request. Undefined: nothing was written. Otherwise the answer comes within `timeoutMs`, or `lost`. */
  request(build: (id: string) => string, timeoutMs: number): SessionRequest | undefined {
    const socket = this.#socket;
    if (socket === undefined || !this.isUp) return undefined;
    const id = String(++this.#sequence);
    const text = build(id);
    const sentAt = this.#deps.clock.monotonicNs();
    if (!socket.send(text)) return undefined;
    const answer = new Promise<Answer>((resolve) => {
      const cancel = this.#deps.clock.after(timeoutMs, () =>
        this.#settle(id, { kind: 'lost', reason: `no answer within ${timeoutMs} ms` }),
      );
      this.#pending.set(id, (outcome) => {
        cancel();
        resolve(outcome);
      });
    });
    return { sentAt, answer };
  }

  /** Writes a message that has no answer of its own (a token, a subscription). False: not written. */
  send(text: string): boolean {
    return this.isUp && (this.#socket?.send(text) ?? false);
  }

  /** Replaces the connection once no request waits for its answer. */
  renew(reason: string): void {
    this.#leaving ??= reason;
    this.#leaveWhenQuiet();
  }

  /** Resolves when the socket is gone. */
  close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    const socket = this.#socket;
    if (socket === undefined) {
      this.#phase = 'idle';
      return Promise.resolve();
    }
    return new Promise<void>((resolve) => {
      this.#onGone = resolve;
      this.#fault = this.#unreachable('closed by us');
      socket.close();
    });
  }

  #open(script: SessionScript): void {
    this.#phase = 'opening';
    this.#fault = undefined;
    this.#leaving = undefined;
    this.#heard();
    this.#openedAt = this.#heardAt;
    this.#socket = this.#deps.sockets.open(
      script.url,
      {
        onOpen: () => {
          this.#heard();
          for (const message of script.opening()) this.#socket?.send(message);
        },
        onFrame: (buffer, start, end, receivedAt) => {
          this.#heard();
          const text = textIn(buffer, start, end);
          this.#onStep(script.read(text), text.length, receivedAt);
        },
        onPong: () => this.#heard(),
        onClose: (code, reason) => this.#onClose(code, reason),
      },
      script.headers === undefined ? undefined : { headers: script.headers },
    );
    this.#watch();
  }

  #onStep(step: SessionStep, length: number, receivedAt: MonoNs): void {
    const { venue, name, log, onPush } = this.#deps;
    switch (step.kind) {
      case 'Say':
        for (const message of step.messages) this.#socket?.send(message);
        break;
      case 'Ready':
        if (this.#phase === 'opening') this.#onUp();
        break;
      case 'Answer':
        this.#settle(step.id, { kind: 'answered', frame: step.frame, at: receivedAt });
        break;
      case 'Push':
        onPush(step.frame);
        break;
      case 'Refused':
        this.#onRefused(step.error);
        break;
      case 'Goodbye':
        log.info({ venue, message: step.message }, `the venue will close the ${name}`);
        this.#leaving = 'replaced before the venue closes it';
        this.#leaveWhenQuiet();
        break;
      case 'Notice':
        log.info({ venue, message: step.message }, `notice on the ${name}`);
        break;
      case 'Unreadable':
        log.warn({ venue, bytes: length }, `unreadable frame on the ${name} ignored`);
        break;
      default:
    }
  }

  #onRefused(error: VenueError): void {
    const { venue, name, log } = this.#deps;
    if (this.#phase === 'up') {
      log.warn({ venue, code: error.code, message: error.message }, `the venue refused a request on the ${name}`);
      return;
    }
    this.#fault = faultOf(venue, error, `logging on to the ${name}`);
    this.#socket?.terminate();
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.monotonicNs();
  }

  /** Looks after the socket once a second: pings it, replaces it for its age, or gives it up. */
  #watch(): void {
    const { clock, heartbeat, maxAgeMs = Number.POSITIVE_INFINITY } = this.#deps;
    this.#cancelTimer = clock.after(CHECK_MS, () => {
      const now = clock.monotonicNs();
      const silentMs = (now - this.#heardAt) / 1e6;
      const ageMs = (now - this.#openedAt) / 1e6;
      if (silentMs >= heartbeat.silenceMs) return this.#drop(`silent for ${Math.round(silentMs)} ms`);
      if (this.#phase === 'opening' && ageMs >= LOGIN_TIMEOUT_MS) {
        return this.#drop(`not logged on within ${LOGIN_TIMEOUT_MS} ms`);
      }
      if (ageMs >= maxAgeMs) {
        this.#leaving ??= 'replaced before it is too old';
        this.#leaveWhenQuiet();
      }
      const sincePingMs = (now - Math.max(this.#pingedAt, this.#openedAt)) / 1e6;
      const isIdle = silentMs >= heartbeat.idleMs && sincePingMs >= heartbeat.idleMs;
      if (isIdle || sincePingMs >= (heartbeat.everyMs ?? Number.POSITIVE_INFINITY)) this.#ping(now);
      if (this.#socket !== undefined) this.#watch();
    });
  }

  #ping(now: number): void {
    const { ping } = this.#deps.heartbeat;
    if (this.#socket?.isOpen !== true) return;
    this.#pingedAt = now;
    if (ping === 'frame') this.#socket.ping();
    else this.#socket.send(ping.text());
  }

  #drop(reason: string): void {
    this.#fault ??= this.#unreachable(reason);
    this.#socket?.terminate();
  }

  #unreachable(what: string): Fault {
    return new Fault('venue/unreachable', `${this.#deps.venue}: ${this.#deps.name} ${what}`);
  }

  #onUp(): void {
    this.#phase = 'up';
    this.#attempt = 0;
    this.#deps.onUp();
    this.#firstStart?.resolve();
    this.#firstStart = undefined;
  }

  #onClose(code: number, reason: string): void {
    this.#cancelTimer();
    const fault = this.#fault ?? this.#unreachable(`closed: ${code} ${reason}`.trimEnd());
    const wasUp = this.#phase === 'up';
    this.#socket = undefined;
    this.#phase = 'idle';
    // What was written may have been acted upon: nobody may send it again.
    for (const id of [...this.#pending.keys()]) this.#settle(id, { kind: 'lost', reason: fault.message });
    if (wasUp) this.#deps.onDown(fault.message);
    const first = this.#firstStart;
    this.#firstStart = undefined;
    if (first !== undefined) first.reject(fault);
    else if (!this.#closed) this.#reopenLater(fault);
    this.#onGone();
  }

  #reopenLater(fault: Fault): void {
    const { venue, name, log, clock } = this.#deps;
    this.#phase = 'opening';
    const waitMs = backoffMs(this.#attempt++, this.#random, BACKOFF);
    log.warn({ venue, code: fault.code, reason: fault.message, waitMs }, `${name} lost`);
    this.#cancelTimer = clock.after(waitMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    try {
      const script = await this.#deps.script(false);
      if (!this.#closed) this.#open(script);
    } catch (thrown) {
      if (this.#closed) return;
      this.#reopenLater(thrown instanceof Fault ? thrown : this.#unreachable(messageOf(thrown)));
    }
  }

  #settle(id: string, answer: Answer): void {
    const settle = this.#pending.get(id);
    if (settle === undefined) return;
    this.#pending.delete(id);
    settle(answer);
    this.#leaveWhenQuiet();
  }

  #leaveWhenQuiet(): void {
    if (this.#leaving !== undefined && this.#pending.size === 0) this.#drop(this.#leaving);
  }
}
