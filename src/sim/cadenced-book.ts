/** A book channel with a cadence: at each tick it tells what changed, and whoever came since the last one gets a
 *  snapshot that the next change follows on. Frames and their numbers are the venue's. */
import { BookWindow, isEmpty, type Sides } from './book-window.ts';
import type { DepthFaults } from './depth-faults.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument } from './port.ts';
import type { Subscriber } from './subscriber.ts';

export interface BookFrames {
  /** A first subscriber came; there is nothing that its snapshot has to follow on. */
  begin(): void;
  /** @param id of the newest change in it */
  snapshot(sides: Sides, id: number): string;
  /** Each tick, whether anything changed or not. @returns undefined where nothing is sent
   *  @param ids of the newest change, and of the newest one that was told before */
  update(sides: Sides, ids: { readonly id: number; readonly previous: number }): string | undefined;
}

export class CadencedBook {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #window: BookWindow;
  readonly #faults: DepthFaults;
  readonly #frames: BookFrames;
  readonly #subscribers = new Set<Subscriber>();
  /** Of them, those whose snapshot was not sent yet. */
  readonly #waiting = new Set<Subscriber>();
  #following = false;
  /** The id that subscribers stand at, and the newest one. */
  #toldId = 0;
  #newestId = 0;

  /** @param depth levels a side */
  constructor(
    instrument: SimInstrument,
    exchange: ExchangePort,
    { depth, faults, frames }: { readonly depth: number; readonly faults: DepthFaults; readonly frames: BookFrames },
  ) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#window = new BookWindow(depth);
    this.#faults = faults;
    this.#frames = frames;
  }

  /** How many listen. */
  get size(): number {
    return this.#subscribers.size;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.#waiting.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#waiting.delete(subscriber);
  }

  onBook({ lastId, changes }: Extract<ExchangeEvent, { readonly kind: 'BookChanged' }>): void {
    this.#newestId = lastId;
    if (this.#following) this.#window.apply(changes);
  }

  /** Changes go out first, so that those who wait get a snapshot that the next change follows. */
  tick(): void {
    if (this.#subscribers.size === 0) {
      this.#following = false;
      return;
    }
    if (this.#following) this.#tellChanges();
    if (this.#waiting.size === 0) return;
    if (!this.#following) this.#follow();
    const frame = this.#frames.snapshot(this.#window.levels(), this.#toldId);
    for (const subscriber of this.#waiting) subscriber.push(frame);
    this.#waiting.clear();
  }

  #tellChanges(): void {
    const sides = this.#window.takeChanges();
    const changed = !isEmpty(sides);
    const previous = this.#toldId;
    if (changed) this.#toldId = this.#newestId;
    const frame = this.#frames.update(sides, { id: this.#toldId, previous });
    const known = [...this.#subscribers].filter((subscriber) => !this.#waiting.has(subscriber));
    if (frame === undefined || known.length === 0) return;
    // Planted faults are of changes.
    for (const shown of changed ? this.#faults.shape(frame) : [frame]) {
      for (const subscriber of known) subscriber.push(shown);
    }
  }

  #follow(): void {
    const { updateId } = this.#window.follow(this.#exchange, this.#instrument);
    this.#toldId = updateId;
    this.#newestId = updateId;
    this.#following = true;
    this.#frames.begin();
  }
}
