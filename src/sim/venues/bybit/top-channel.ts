/** `orderbook.1` of one instrument: snapshots only, 10 ms apart at least; after three seconds without a change the last one
 *  again, with the same `u`. Source: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook. */
import type { ExchangePort, SimInstrument, TopOfBook } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { GridTimer } from './grid-timer.ts';
import { bookFrame } from './market-rows.ts';

const CADENCE_MS = 10;
const REPEAT_MS = 3000;
const FIRST_U = 180_000_000;

export class TopChannel {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #topic: string;
  readonly #timer: GridTimer;
  readonly #subscribers = new Set<Subscriber>();
  #cancelRepeat: () => void = () => {};
  #u = FIRST_U;
  #told: { readonly top: TopOfBook; readonly at: number };
  #pending: { readonly top: TopOfBook; readonly at: number } | undefined;

  constructor(instrument: SimInstrument, exchange: ExchangePort) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#topic = `orderbook.1.${instrument.symbol}`;
    this.#timer = new GridTimer(exchange.clock, CADENCE_MS, () => this.#tell());
    this.#told = { top: exchange.top(instrument), at: exchange.clock.wallMs() };
  }

  add(subscriber: Subscriber): void {
    if (this.#subscribers.size === 0) {
      this.#told = { top: this.#exchange.top(this.#instrument), at: this.#exchange.clock.wallMs() };
      this.#u++;
      this.#armRepeat();
    }
    this.#subscribers.add(subscriber);
    subscriber.push(this.#frame());
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.close();
  }

  close(): void {
    this.#timer.stop();
    this.#cancelRepeat();
    this.#pending = undefined;
  }

  onTop(top: TopOfBook, at: number): void {
    if (this.#subscribers.size === 0) return;
    this.#pending = { top, at };
    this.#timer.arm();
  }

  #tell(): void {
    if (this.#pending === undefined) return;
    this.#told = this.#pending;
    this.#pending = undefined;
    this.#u++;
    this.#send();
  }

  #send(): void {
    const frame = this.#frame();
    for (const subscriber of this.#subscribers) subscriber.push(frame);
    this.#armRepeat();
  }

  #armRepeat(): void {
    this.#cancelRepeat();
    this.#cancelRepeat = this.#exchange.clock.after(REPEAT_MS, () => this.#send());
  }

  #frame(): string {
    const { top, at } = this.#told;
    return bookFrame(this.#instrument, {
      topic: this.#topic,
      type: 'snapshot',
      bids: top.bid === undefined ? [] : [top.bid],
      asks: top.ask === undefined ? [] : [top.ask],
      u: this.#u,
      seq: top.updateId,
      ts: this.#exchange.clock.wallMs(),
      cts: at,
    });
  }
}
