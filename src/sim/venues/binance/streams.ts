/** Binance's market streams, in whatever encoding: `/ws`, `/ws/<stream>/<stream>`, `/stream?streams=<stream>/<stream>`, and
 *  live (un)subscribing on each.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams */
import type { Clock } from '../../../core/clock.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, LevelChange, SimInstrument } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { RecordingPlayer } from '../../wire-port.ts';
import { newKeepAlive } from './keep-alive.ts';
import { readControl } from './stream-control.ts';
import type { BookChanges, StreamEncoding, StreamFrame } from './stream-encoding.ts';

/** Where the binary streams are served: at the venue they have a host of their own, with the same paths. */
export const SBE_PATH = '/sbe';
const MAX_STREAMS = 1024;
const MAX_MESSAGES_PER_SECOND = 5;

/** Changes of one book since the last diff-depth frame of one speed. */
type Pending = { -readonly [Key in keyof BookChanges]: BookChanges[Key] };

interface Subscriber {
  readonly connection: Connection;
  readonly streams: Set<string>;
  combined: boolean;
  stopPlaying: (() => void) | undefined;
  /** By depth stream. */
  readonly depth: Map<string, DepthFaults<StreamFrame>>;
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
  encoding: StreamEncoding,
  recording: RecordingPlayer | undefined,
): MarketStreams {
  const subscribers = new Set<Subscriber>();
  const pending = new Map<number, Map<SimInstrument, Pending>>();
  const cancels: (() => void)[] = [];
  let framesSent = 0;

  const publish = (stream: string, write: () => StreamFrame, instrument: SimInstrument): void => {
    let raw: StreamFrame | undefined;
    for (const subscriber of subscribers) {
      if (!subscriber.streams.has(stream)) continue;
      raw ??= write();
      deliver(subscriber, stream, raw, instrument);
    }
  };

  const deliver = (subscriber: Subscriber, stream: string, raw: StreamFrame, instrument: SimInstrument): void => {
    const frame = subscriber.combined ? encoding.inEnvelope(stream, raw) : raw;
    for (const shown of stream.includes('@depth') ? depthOf(subscriber, stream, instrument).shape(frame) : [frame]) {
      subscriber.connection.send(shown);
      framesSent++;
    }
  };

  const depthOf = (subscriber: Subscriber, stream: string, instrument: SimInstrument): DepthFaults<StreamFrame> => {
    const known = subscriber.depth.get(stream);
    if (known !== undefined) return known;
    const fresh = new DepthFaults<StreamFrame>(faults, instrument.id);
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
      publish(nameOf(instrument) + stream, () => encoding.depth(instrument, book, at), instrument);
    books.clear();
  };

  const publishPartial = (speedMs: number): void => {
    const wanted = new Set([...subscribers].flatMap(({ streams }) => [...streams]));
    for (const stream of wanted) {
      const { symbol = '', levels = 0, speedMs: own } = encoding.partialDepth(stream) ?? {};
      const instrument = own === speedMs ? exchange.instrumentBySymbol(symbol.toUpperCase()) : undefined;
      if (instrument === undefined) continue;
      const write = (): StreamFrame => encoding.partial(instrument, exchange.book(instrument, levels), clock.wallMs());
      publish(stream, write, instrument);
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
      case 'TopChanged': {
        const { instrument, top, at } = event;
        publish(nameOf(instrument) + encoding.topStream, () => encoding.top(instrument, top, at), instrument);
        break;
      }
      case 'Traded': {
        const { trade } = event;
        for (const [stream, write] of Object.entries(encoding.trades))
          publish(nameOf(trade.instrument) + stream, () => write(trade), trade.instrument);
        break;
      }
      case 'OrderChanged':
      case 'BalancesChanged':
        break;
    }
  };

  if (recording === undefined) {
    for (const [stream, speedMs] of Object.entries(encoding.depthSpeeds)) {
      pending.set(speedMs, new Map());
      repeat(speedMs, () => flush(stream, speedMs));
    }
    for (const speedMs of encoding.partialSpeeds) repeat(speedMs, () => publishPartial(speedMs));
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
      const combined = pathOf(connection).startsWith('/stream');
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

/** Whether streams are served on a path of theirs. */
export const isStreamPath = (path: string): boolean =>
  path === '/ws' || path.startsWith('/ws/') || path.startsWith('/stream');

const pathOf = ({ path }: Connection): string => (path.startsWith(SBE_PATH) ? path.slice(SBE_PATH.length) : path);

const nameOf = (instrument: SimInstrument): string => instrument.symbol.toLowerCase();

function initialStreams(connection: Connection): string[] {
  const path = pathOf(connection);
  const listed = path.startsWith('/stream')
    ? (new URLSearchParams(connection.query).get('streams') ?? '')
    : path.replace(/^\/ws\/?/, '');
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
