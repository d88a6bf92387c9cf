/** All connections of one feed: which symbols each carries, whether it was heard, where its line of numbers stands.
 *  Thread: feed. */
import type { MonoNs } from '../core/units.ts';
import type { ConnectionPlan } from '../core/venue.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import { ConnectionSequence, type Line } from './connection-sequence.ts';
import type { SharedWindows } from './paced-sender.ts';

const RENEWED_AT_MOST_EVERY_MS = 20_000;

export interface ConnectionsEvents {
  onFrame(connection: number, buffer: Uint8Array, start: number, end: number, receivedAt: MonoNs): void;
  /** As `ConnectionEvents.onUp`, and so on. */
  onUp(plan: ConnectionPlan, isRenewal: boolean): void;
  onSubscribed(plan: ConnectionPlan): void;
  onHeard(plan: ConnectionPlan): void;
  onDown(plan: ConnectionPlan, reason: string, retryMs: number, failures: number): void;
  onSilent(plan: ConnectionPlan): void;
}

interface Carrier {
  readonly plan: ConnectionPlan;
  readonly connection: Connection;
  readonly sequence: ConnectionSequence;
  /** Whether anything was heard since it came up. A snapshot by REST says nothing of the stream. */
  isAlive: boolean;
}

export class Connections {
  readonly #all: readonly Carrier[];
  /** By symbol; undefined when no connection carries it. */
  readonly #bySymbol = new Map<number, Carrier>();

  constructor(plans: readonly ConnectionPlan[], deps: Omit<ConnectionDeps, 'shared'>, events: ConnectionsEvents) {
    const shared: SharedWindows = new Map();
    this.#all = plans.map((plan, index) => {
      const sequence = new ConnectionSequence();
      const connection = new Connection(
        plan,
        { ...deps, shared },
        {
          onFrame: (buffer, start, end, receivedAt) => events.onFrame(index, buffer, start, end, receivedAt),
          onUp: (isRenewal) => {
            sequence.reset();
            events.onUp(plan, isRenewal);
          },
          onSubscribed: () => events.onSubscribed(plan),
          onHeard: () => {
            if (carrier.isAlive) return;
            carrier.isAlive = true;
            events.onHeard(plan);
          },
          onDown: (reason, retryMs, failures) => {
            carrier.isAlive = false;
            events.onDown(plan, reason, retryMs, failures);
          },
          onSilent: () => events.onSilent(plan),
        },
      );
      const carrier: Carrier = { plan, connection, sequence, isAlive: false };
      for (const symbol of plan.symbols) if (!this.#bySymbol.has(symbol)) this.#bySymbol.set(symbol, carrier);
      return carrier;
    });
  }

  start(): void {
    for (const { connection } of this.#all) connection.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map(({ connection }) => connection.stop()));
  }

  /** Hands on what the network answered since. Returns how much. */
  work(): number {
    let work = 0;
    for (const { connection } of this.#all) work += connection.work();
    return work;
  }

  /** Symbols that a connection carries. */
  symbolsOf(connection: number): readonly number[] {
    return this.#all[connection]?.plan.symbols ?? [];
  }

  /** The connection of a symbol is up. */
  isUp(symbol: number): boolean {
    return this.#bySymbol.get(symbol)?.connection.isUp ?? false;
  }

  /** The connection of a symbol was heard since it came up. */
  isAlive(symbol: number): boolean {
    return this.#bySymbol.get(symbol)?.isAlive ?? false;
  }

  /** Sends on the connection of a symbol, when it is its turn; false when it is down. */
  send(symbol: number, text: string, onSent?: () => void): boolean {
    return this.#bySymbol.get(symbol)?.connection.send(text, onSent) ?? false;
  }

  /** Places a frame on its connection's line of numbers. */
  judge(connection: number, seq: number): Line | undefined {
    return this.#all[connection]?.sequence.judge(seq);
  }

  /** Ends a connection at once; it is opened anew. */
  drop(connection: number): void {
    this.#all[connection]?.connection.drop();
  }

  /** Replaces a connection that the venue will close. */
  renew(connection: number): void {
    this.#all[connection]?.connection.renew();
  }

  /** Replaces the connection of a symbol, unless it is new itself. */
  renewCarrier(symbol: number): void {
    const connection = this.#bySymbol.get(symbol)?.connection;
    if (connection !== undefined && connection.ageMs >= RENEWED_AT_MOST_EVERY_MS) connection.renew();
  }

  /** Ends the connection of a symbol, unless `isNeeded` says of another symbol that it still serves it: one that stays
   *  without a book is no reason to take their books from others. */
  replaceCarrier(symbol: number, isNeeded: (symbol: number) => boolean): void {
    const carrier = this.#bySymbol.get(symbol);
    if (carrier !== undefined && !carrier.plan.symbols.some(isNeeded)) carrier.connection.drop();
  }

  states(): { readonly url: string; readonly isUp: boolean; readonly symbols: number }[] {
    return this.#all.map(({ plan, connection }) => ({
      url: plan.url,
      isUp: connection.isUp,
      symbols: plan.symbols.length,
    }));
  }
}
