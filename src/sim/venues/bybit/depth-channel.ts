/** `orderbook.50`, `orderbook.200` or `orderbook.1000` of one instrument: a snapshot on subscription, then deltas.
 *  Source: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook. As recorded: `u` rises by one with every
 *  message of the topic, whoever listens; a delta may have changes on one side only; ticks without a change send nothing. */
import { BookWindow, isEmpty, type Sides } from '../../book-window.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { GridTimer } from './grid-timer.ts';
import { bookFrame } from './market-rows.ts';

/** `u` of 1 is kept for a restart of the venue, which starts its topics anew; a running one has counted for long. */
const FIRST_U = 62_000_000;

export class DepthChannel {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #topic: string;
  readonly #faults: DepthFaults;
  readonly #timer: GridTimer;
  readonly #window: BookWindow;
  readonly #subscribers = new Set<Subscriber>();
  #u = FIRST_U;
  /** As subscribers know it, and the newest. */
  #told = { seq: 0, at: 0 };
  #newest = { seq: 0, at: 0 };

  constructor(
    instrument: SimInstrument,
    exchange: ExchangePort,
    faults: VenueFaults,
    kind: { readonly depth: number; readonly everyMs: number },
  ) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#topic = `orderbook.${kind.depth}.${instrument.symbol}`;
    this.#faults = new DepthFaults(faults, instrument.id);
    this.#timer = new GridTimer(exchange.clock, kind.everyMs, () => this.#tell());
    this.#window = new BookWindow(kind.depth);
  }

  /** Number of the newest message of the topic. */
  get updateId(): number {
    return this.#u;
  }

  /** The snapshot is the book as those who listen already know it, so that the next delta follows on for all. */
  add(subscriber: Subscriber): void {
    if (this.#subscribers.size === 0) this.#follow();
    this.#subscribers.add(subscriber);
    subscriber.push(this.#frame('snapshot', this.#window.levels()));
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.#timer.stop();
  }

  close(): void {
    this.#timer.stop();
  }

  onChange({ changes, lastId, at }: Extract<ExchangeEvent, { kind: 'BookChanged' }>): void {
    if (this.#subscribers.size === 0) return;
    this.#window.apply(changes);
    this.#newest = { seq: lastId, at };
    this.#timer.arm();
  }

  #follow(): void {
    const { updateId } = this.#window.follow(this.#exchange, this.#instrument);
    this.#faults.reset();
    this.#told = { seq: updateId, at: this.#exchange.clock.wallMs() };
    this.#newest = this.#told;
    this.#u++;
  }

  #tell(): void {
    const changes = this.#window.takeChanges();
    this.#told = this.#newest;
    if (isEmpty(changes)) return;
    this.#u++;
    for (const frame of this.#faults.shape(this.#frame('delta', changes))) {
      for (const subscriber of this.#subscribers) subscriber.push(frame);
    }
  }

  #frame(type: 'snapshot' | 'delta', sides: Sides): string {
    const { seq, at } = this.#told;
    const ts = this.#exchange.clock.wallMs();
    return bookFrame(this.#instrument, { topic: this.#topic, type, ...sides, u: this.#u, seq, ts, cts: at });
  }
}
