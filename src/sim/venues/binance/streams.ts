/** Binance's market streams (https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams):
 *  `/ws`, `/ws/<stream>/<stream>`, `/stream?streams=<stream>/<stream>`, and live (un)subscribing on each. */
import type { Clock } from '../../../core/clock.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, LevelChange, SimInstrument } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { RecordingPlayer } from '../../wire-port.ts';
import { aggTradeFrame, bookTickerFrame, levelRows, priceOf, sizeOf, tradeFrame } from './bodies.ts';
import { newKeepAlive } from './keep-alive.ts';
import { readControl } from './stream-control.ts';

const DEPTH_SPEEDS = { '@depth@100ms': 100, '@depth': 1000 } as const;
const PARTIAL_DEPTH = /^(.+)@depth(5|10|20)(@100ms)?$/;
const MAX_STREAMS = 1024;
const MAX_MESSAGES_PER_SECOND = 5;

/** Changes of one book since the last diff-depth frame of one speed. */
interface Pending {
  firstId: number;
  lastId: number;
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

interface Subscriber {
  readonly connection: Connection;
  readonly streams: Set<string>;
  combined: boolean;
  stopPlaying: (() => void) | undefined;
  /** By depth stream. */
  readonly depth: Map<string, DepthFaults>;
}

export interface MarketStreams {
  connect(connection: Connection): ConnectionHandlers;
  /** Cuts every connection; returns how many. */
  disconnect(): number;
  readonly connections: number;
  readonly framesSent: number;
  close(): void;
}

export function newMarketStreams(
  exchange: ExchangePort,
  faults: VenueFaults,
  clock: Clock,
  recording: RecordingPlayer | undefined,
): MarketStreams {
  const subscribers = new Set<Subscriber>();
  const pending = new Map<number, Map<SimInstrument, Pending>>();
  const cancels: (() => void)[] = [];
  let framesSent = 0;

  const publish = (stream: string, payload: object, instrument: SimInstrument): void => {
    let raw: string | undefined;
    for (const subscriber of subscribers) {
      if (!subscriber.streams.has(stream)) continue;
      raw ??= JSON.stringify(payload);
      deliver(subscriber, stream, raw, instrument);
    }
  };

  const deliver = (subscriber: Subscriber, stream: string, raw: string, instrument: SimInstrument): void => {
    const text = subscriber.combined ? `{"stream":${JSON.stringify(stream)},"data":${raw}}` : raw;
    for (const shown of stream.includes('@depth') ? depthOf(subscriber, stream, instrument).shape(text) : [text]) {
      subscriber.connection.send(shown);
      framesSent++;
    }
  };

  const depthOf = (subscriber: Subscriber, stream: string, instrument: SimInstrument): DepthFaults => {
    const known = subscriber.depth.get(stream);
    if (known !== undefined) return known;
    const fresh = new DepthFaults(faults, instrument.id);
    subscriber.depth.set(stream, fresh);
    return fresh;
  };

  const collect = (
    instrument: SimInstrument,
    firstId: number,
    lastId: number,
    changes: readonly LevelChange[],
  ): void => {
    for (const books of pending.values()) {
      let book = books.get(instrument);
      if (book === undefined) {
        book = { firstId, lastId, bids: new Map(), asks: new Map() };
        books.set(instrument, book);
      }
      book.lastId = lastId;
      for (const { side, price, size } of changes) (side === 'buy' ? book.bids : book.asks).set(price, size);
    }
  };

  const flush = (stream: string, speedMs: number): void => {
    const books = pending.get(speedMs);
    if (books === undefined) return;
    const at = clock.wallMs();
    for (const [instrument, book] of books)
      publish(nameOf(instrument) + stream, depthFrame(instrument, book, at), instrument);
    books.clear();
    publishPartial(speedMs);
  };

  const publishPartial = (speedMs: number): void => {
    const wanted = new Set(
      [...subscribers].flatMap(({ streams }) => [...streams].filter((name) => PARTIAL_DEPTH.test(name))),
    );
    for (const stream of wanted) {
      const [, symbol = '', levels = '5', fast] = PARTIAL_DEPTH.exec(stream) ?? [];
      const instrument = exchange.instrumentBySymbol(symbol.toUpperCase());
      if (instrument === undefined || (fast === undefined ? 1000 : 100) !== speedMs) continue;
      const book = exchange.book(instrument, Number(levels));
      const rows = { bids: levelRows(instrument, book.bids), asks: levelRows(instrument, book.asks) };
      publish(stream, { lastUpdateId: book.updateId, ...rows }, instrument);
    }
  };

  const repeat = (ms: number, task: () => void): void => {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = clock.after(ms, () => {
        next();
        task();
      });
    };
    next();
    cancels.push(() => cancel());
  };

  const onEvent = (event: ExchangeEvent): void => {
    switch (event.kind) {
      case 'BookChanged':
        collect(event.instrument, event.firstId, event.lastId, event.changes);
        break;
      case 'TopChanged':
        publish(
          `${nameOf(event.instrument)}@bookTicker`,
          bookTickerFrame(event.instrument, event.top),
          event.instrument,
        );
        break;
      case 'Traded': {
        const { trade } = event;
        publish(`${nameOf(trade.instrument)}@trade`, tradeFrame(trade), trade.instrument);
        publish(`${nameOf(trade.instrument)}@aggTrade`, aggTradeFrame(trade), trade.instrument);
        break;
      }
      case 'OrderChanged':
      case 'BalancesChanged':
        break;
    }
  };

  if (recording === undefined) {
    for (const [stream, speedMs] of Object.entries(DEPTH_SPEEDS)) {
      pending.set(speedMs, new Map());
      repeat(speedMs, () => flush(stream, speedMs));
    }
    cancels.push(exchange.onEvent(onEvent));
  }

  /** In order and as it was recorded, what this connection subscribed to. */
  const startPlaying = (subscriber: Subscriber): void => {
    if (recording === undefined || subscriber.stopPlaying !== undefined || subscriber.streams.size === 0) return;
    subscriber.stopPlaying = recording.play((text) => {
      const split = /^\{"stream":"([^"]+)","data":(.*)\}\s*$/s.exec(text);
      const [, stream = '', raw = ''] = split ?? [];
      if (!subscriber.streams.has(stream)) return;
      if (stream.includes('@depth') && faults.take('gap', { scope: 'public' }) !== undefined) return;
      subscriber.connection.send(subscriber.combined ? text : raw);
      framesSent++;
    });
  };

  return {
    connect(connection) {
      const combined = connection.path.startsWith('/stream');
      const subscriber: Subscriber = {
        connection,
        streams: new Set(),
        combined,
        stopPlaying: undefined,
        depth: new Map(),
      };
      for (const stream of initialStreams(connection)) subscriber.streams.add(stream);
      subscribers.add(subscriber);
      const keepAlive = newKeepAlive(connection, clock);
      const sentAt: number[] = [];
      // A connection that sends more than five messages in a second is cut off.
      const tooFast = (): boolean => {
        const now = clock.wallMs();
        sentAt.push(now);
        if (sentAt.length > MAX_MESSAGES_PER_SECOND + 1) sentAt.shift();
        return sentAt.length > MAX_MESSAGES_PER_SECOND && now - (sentAt[0] ?? 0) < 1000;
      };
      startPlaying(subscriber);
      return {
        onMessage: (text) => {
          if (tooFast()) {
            connection.close(1008, 'Too many requests');
            return;
          }
          const reply = readControl(text, subscriber, MAX_STREAMS);
          connection.send(JSON.stringify(reply));
          startPlaying(subscriber);
        },
        onPing: () => {
          if (tooFast()) connection.close(1008, 'Too many requests');
        },
        onPong: () => keepAlive.onPong(),
        onClose: () => {
          keepAlive.stop();
          subscriber.stopPlaying?.();
          subscribers.delete(subscriber);
        },
      };
    },
    disconnect() {
      const all = [...subscribers];
      for (const { connection } of all) connection.terminate();
      return all.length;
    },
    get connections() {
      return subscribers.size;
    },
    get framesSent() {
      return framesSent;
    },
    close() {
      for (const cancel of cancels) cancel();
      for (const subscriber of subscribers) subscriber.stopPlaying?.();
    },
  };
}

const nameOf = (instrument: SimInstrument): string => instrument.symbol.toLowerCase();

function initialStreams(connection: Connection): string[] {
  const listed = connection.path.startsWith('/stream')
    ? (new URLSearchParams(connection.query).get('streams') ?? '')
    : connection.path.replace(/^\/ws\/?/, '');
  return decoded(listed)
    .split('/')
    .filter((stream) => stream !== '');
}

/** Percent-decoded; a text that cannot be stays as it came, and names no stream. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function depthFrame(instrument: SimInstrument, book: Pending, at: number): object {
  const rows = (levels: ReadonlyMap<number, number>, descending: boolean): [string, string][] =>
    [...levels]
      .sort(([a], [b]) => (descending ? b - a : a - b))
      .map(([price, size]) => [priceOf(instrument, price), sizeOf(instrument, size)]);
  return {
    e: 'depthUpdate',
    E: at,
    s: instrument.symbol,
    U: book.firstId,
    u: book.lastId,
    b: rows(book.bids, true),
    a: rows(book.asks, false),
  };
}
