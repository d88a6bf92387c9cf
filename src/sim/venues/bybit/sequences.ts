/** Cross sequences of trades and fills: the number that an instrument's book stood at when they were made, the same in
 *  every message and answer about them. */
import type { ExchangePort, SimFill, SimInstrument, SimTrade } from '../../port.ts';

export class Sequences {
  readonly #exchange: ExchangePort;
  readonly #known = new WeakMap<SimFill | SimTrade, number>();
  readonly close: () => void;

  /** Made before anything else listens to the exchange, so that it knows first. */
  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
    this.close = exchange.onEvent((event) => {
      if (event.kind === 'Traded') this.#known.set(event.trade, this.now(event.trade.instrument));
      else if (event.kind === 'OrderChanged' && event.fill !== undefined) {
        this.#known.set(event.fill, this.now(event.fill.instrument));
      }
    });
  }

  of(subject: SimFill | SimTrade): number {
    return this.#known.get(subject) ?? this.now(subject.instrument);
  }

  now(instrument: SimInstrument): number {
    return this.#exchange.top(instrument).updateId;
  }
}
