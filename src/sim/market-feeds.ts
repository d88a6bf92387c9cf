/** One feed of public channels an instrument: each is told what happens to its own, after the day's statistics were. */
import type { DayStatistics } from './day-statistics.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument } from './port.ts';

export interface MarketFeed {
  onEvent(event: ExchangeEvent): void;
  close(): void;
}

export class MarketFeeds<Feed extends MarketFeed> implements Iterable<Feed> {
  readonly #exchange: ExchangePort;
  readonly #feeds: ReadonlyMap<SimInstrument, Feed>;
  readonly #unlisten: () => void;

  constructor(exchange: ExchangePort, days: DayStatistics, newFeed: (instrument: SimInstrument) => Feed) {
    this.#exchange = exchange;
    this.#feeds = new Map(exchange.instruments.map((one) => [one, newFeed(one)]));
    this.#unlisten = exchange.onEvent((event) => {
      if (event.kind === 'BalancesChanged') return;
      if (event.kind === 'Traded') days.onTrade(event.trade);
      this.#feeds.get(instrumentOf(event))?.onEvent(event);
    });
  }

  of(instrument: SimInstrument): Feed | undefined {
    return this.#feeds.get(instrument);
  }

  /** By the venue's own name of an instrument, as a client sent it. */
  named(symbol: unknown): Feed | undefined {
    const instrument = typeof symbol === 'string' ? this.#exchange.instrumentBySymbol(symbol) : undefined;
    return instrument === undefined ? undefined : this.#feeds.get(instrument);
  }

  [Symbol.iterator](): Iterator<Feed> {
    return this.#feeds.values();
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
  }
}

function instrumentOf(event: Exclude<ExchangeEvent, { readonly kind: 'BalancesChanged' }>): SimInstrument {
  if (event.kind === 'Traded') return event.trade.instrument;
  return event.kind === 'OrderChanged' ? event.order.instrument : event.instrument;
}
