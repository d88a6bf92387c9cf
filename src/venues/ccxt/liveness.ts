/** Whether the connections that a ccxt object holds are alive and answering. ccxt itself notices a dead one after half a
 *  minute or more; here each is pinged when it is quiet, by WebSocket frames, which every server has to answer
 *  (RFC 6455 §5.5.2), and whatever comes in counts. Thread: the ccxt worker. */
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';

const TICK_MS = 250;
const QUIET_MS = 900;
const PING_EVERY_MS = 900;

/** What of a connection of the `ws` library is used. */
interface Wire {
  readonly readyState: number;
  ping(): void;
  on(event: 'message' | 'pong', listener: () => void): void;
  terminate(): void;
}
const OPEN = 1;

interface Watched {
  heardAt: number;
  pingedAt: number;
}

export interface LivenessEvents {
  /** Every connection has been heard since the last call. */
  onHeard(): void;
  /** One of them has been silent for so long. */
  onSilent(ms: number): void;
}

export class Liveness {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #events: LivenessEvents;
  readonly #watched = new Map<Wire, Watched>();
  #told = 0;
  #cancel = (): void => {};
  #isEnded = false;

  constructor(exchange: Exchange, clock: Clock, events: LivenessEvents) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#events = events;
    this.#tick();
  }

  /** Connections that are open. */
  get open(): number {
    return this.#wires().filter(({ readyState }) => readyState === OPEN).length;
  }

  /** The feed asks for a sign of life. */
  ping(): void {
    for (const wire of this.#wires()) if (wire.readyState === OPEN) this.#ping(wire);
  }

  end(): void {
    this.#isEnded = true;
    this.#cancel();
    // ccxt closes by handshake, which a dead peer does not answer.
    for (const wire of this.#wires()) wire.terminate();
  }

  #tick(): void {
    const now = this.#nowMs();
    const wires = this.#wires();
    for (const wire of this.#watched.keys()) if (!wires.includes(wire)) this.#watched.delete(wire);
    let oldest = now;
    for (const wire of wires) {
      const watched = this.#watch(wire, now);
      if (wire.readyState !== OPEN) watched.heardAt = now;
      else if (now - watched.heardAt >= QUIET_MS && now - watched.pingedAt >= PING_EVERY_MS) this.#ping(wire);
      oldest = Math.min(oldest, watched.heardAt);
    }
    if (wires.length > 0) this.#events.onSilent(now - oldest);
    if (!this.#isEnded) this.#cancel = this.#clock.after(TICK_MS, () => this.#tick());
  }

  #watch(wire: Wire, now: number): Watched {
    const known = this.#watched.get(wire);
    if (known !== undefined) return known;
    const watched: Watched = { heardAt: now, pingedAt: 0 };
    this.#watched.set(wire, watched);
    const heard = (): void => this.#onHeard(watched);
    wire.on('message', heard);
    wire.on('pong', heard);
    return watched;
  }

  #onHeard(watched: Watched): void {
    watched.heardAt = this.#nowMs();
    let oldest = watched.heardAt;
    for (const each of this.#watched.values()) oldest = Math.min(oldest, each.heardAt);
    if (this.#isEnded || oldest <= this.#told) return;
    this.#told = watched.heardAt;
    this.#events.onHeard();
  }

  #ping(wire: Wire): void {
    this.#watch(wire, this.#nowMs()).pingedAt = this.#nowMs();
    wire.ping();
  }

  #wires(): Wire[] {
    const clients = Object.values(this.#exchange.clients) as unknown as readonly { readonly connection?: Wire }[];
    return clients.flatMap(({ connection }) => connection ?? []);
  }

  #nowMs(): number {
    return this.#clock.monotonicNs() / 1e6;
  }
}
