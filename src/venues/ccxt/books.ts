/** One virtual socket: the books of some symbols, by an exchange object of its own, so that a new socket starts from
 *  nothing. Thread: the ccxt worker. Opens when the first books are there; closes at the first error that is not a book's
 *  own. */
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import type { MonoNs } from '../../core/units.ts';
import { classNames, isA } from './errors.ts';
import { createExchange, marketOf } from './exchange.ts';
import { bookFrame, type CcxtBook, noteFrame } from './frames.ts';
import { Liveness } from './liveness.ts';
import type { CcxtWorkerData } from './protocol.ts';

/** A symbol that has no book by then does not keep the others from being told; without one book there is no stream to
 *  speak of, and another try may do better. */
const FIRST_BOOKS_MS = 4_000;
/** The feed's own limit is 3 s; this one is for connections that others of the same socket drown. */
const SILENCE_MS = 3_200;
const TELL_EVERY_MS = 400;

export interface BooksEvents {
  onOpen(): void;
  onFrame(text: string, receivedAt: MonoNs): void;
  onPong(): void;
  onClose(reason: string): void;
}

export class Books {
  readonly #data: CcxtWorkerData;
  readonly #symbols: readonly string[];
  readonly #clock: Clock;
  readonly #events: BooksEvents;
  /** The newest frame of each symbol, until the socket is open. */
  readonly #first = new Map<string, readonly [text: string, receivedAt: MonoNs]>();
  #exchange: Exchange | undefined;
  #liveness: Liveness | undefined;
  #isOpen = false;
  #toldAt = 0;
  #isClosed = false;
  #cancel = (): void => {};

  constructor(data: CcxtWorkerData, symbols: readonly string[], clock: Clock, events: BooksEvents) {
    this.#data = data;
    this.#symbols = symbols;
    this.#clock = clock;
    this.#events = events;
    this.#start().catch((thrown: unknown) => this.#end(reasonOf(thrown)));
  }

  ping(): void {
    this.#liveness?.ping();
  }

  close(): void {
    this.#end('closed by us');
  }

  async #start(): Promise<void> {
    const exchange = await createExchange(this.#data, 'double');
    this.#exchange = exchange;
    await exchange.loadMarkets();
    if (this.#isClosed) return;
    this.#cancel = this.#clock.after(FIRST_BOOKS_MS, () => this.#open());
    this.#liveness = new Liveness(exchange, this.#clock, {
      onHeard: () => this.#onHeard(),
      onSilent: (ms) => ms >= SILENCE_MS && this.#end(`one of its connections was silent for ${Math.round(ms)} ms`),
    });
    for (const symbol of this.#symbols) {
      this.#watch(exchange, symbol).catch((thrown: unknown) => this.#end(reasonOf(thrown)));
    }
  }

  async #watch(exchange: Exchange, symbol: string): Promise<void> {
    let market: string | undefined;
    let isChange = false;
    while (!this.#isClosed) {
      try {
        market ??= String(marketOf(exchange, symbol)?.symbol);
        const book = await exchange.watchOrderBook(market);
        this.#tell(symbol, bookFrame(symbol, book as CcxtBook, isChange));
        isChange = true;
      } catch (thrown) {
        if (this.#isClosed) return;
        const reason = reasonOf(thrown);
        // ccxt subscribes anew at the next call; the feed replaces this socket meanwhile, whichever book is there first.
        isChange = false;
        if (isA(thrown, 'InvalidNonce')) this.#tell(symbol, noteFrame(symbol, 'lost', reason));
        else if (isA(thrown, 'BadSymbol') || thrown instanceof RangeError) {
          return this.#tell(symbol, noteFrame(symbol, 'refused', reason));
        } else throw thrown;
      }
    }
  }

  #tell(symbol: string, text: string): void {
    if (this.#isClosed) return;
    const now = this.#clock.monotonicNs();
    if (this.#isOpen) return this.#say(() => this.#events.onFrame(text, now));
    this.#first.set(symbol, [text, now]);
    if (this.#first.size === this.#symbols.length) this.#open();
  }

  /** A frame says as much. */
  #onHeard(): void {
    if (this.#isOpen && this.#clock.monotonicNs() - this.#toldAt >= TELL_EVERY_MS * 1e6)
      this.#say(() => this.#events.onPong());
  }

  #say(tell: () => void): void {
    this.#toldAt = this.#clock.monotonicNs();
    tell();
  }

  #open(): void {
    if (this.#isOpen || this.#isClosed) return;
    this.#cancel();
    if (this.#first.size === 0) return this.#end(`no book within ${FIRST_BOOKS_MS} ms`);
    this.#isOpen = true;
    this.#events.onOpen();
    for (const [text, receivedAt] of this.#first.values()) this.#events.onFrame(text, receivedAt);
    this.#first.clear();
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    this.#exchange?.close().catch(() => {});
    this.#liveness?.end();
    this.#events.onClose(reason);
  }
}

const reasonOf = (thrown: unknown): string => `${classNames(thrown)[0] ?? 'Error'} ${messageOf(thrown)}`.slice(0, 200);
