/** Market streams of Bybit v5 spot: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, …/v5/ws/connect */
import { chunks } from '../../core/chunks.ts';
import type { BookFrame } from '../../core/frame.ts';
import { type Json, objectsOf, parseObject, textOf } from '../../core/json.ts';
import {
  type ConnectionPlan,
  type ControlEvent,
  type Endpoints,
  type MarketStream,
  type SendLimit,
  type SequenceRule,
  type SymbolEntry,
  VERDICT,
  type Verdict,
} from '../../core/venue.ts';
import { createParser } from './parse.ts';

/** The fastest depth that is more than the best: 50 levels every 20 ms (200 come every 100 ms). A snapshot first, then
 *  changes; a level that falls out of the depth is removed in words, so the book needs no cutting. */
export const BOOK_TOPIC = 'orderbook.50';
/** Best bid and offer, every 10 ms when changed, and again after 3 s without a change. */
export const TOP_TOPIC = 'orderbook.1';

/** The venue counts characters of topics, 21,000 a connection, which 100 symbols are far from. Spot takes ten topics a
 *  request. One symbol fills a request of its own, for one unknown topic makes the venue refuse the whole request. */
const SYMBOLS_PER_CONNECTION = 100;

/** The pages limit connections, topics and characters, but no messages (https://bybit-exchange.github.io/docs/v5/ws/connect):
 *  this pace is ours, so that a hundred requests do not come as one burst. */
const SENDS: readonly SendLimit[] = [{ count: 50, windowMs: 1_000 }];

const requestOf = (op: 'subscribe' | 'unsubscribe', args: readonly string[]): string => JSON.stringify({ op, args });

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  return [...chunks([...symbols.entries()], SYMBOLS_PER_CONNECTION)].map((part) => ({
    url: endpoints.wsPublic,
    symbols: part.map(([index]) => index),
    subscribe: part.map(([, { symbol }]) =>
      requestOf('subscribe', [`${BOOK_TOPIC}.${symbol}`, `${TOP_TOPIC}.${symbol}`]),
    ),
    sends: SENDS,
    // The venue wants a ping every 20 s; we notice a dead connection long before.
    heartbeat: { ping: { text: '{"op":"ping"}' }, idleMs: 1000, silenceMs: 3000 },
  }));
}

/** The documented rule:
 *  1. a snapshot resets the book, whenever it comes, also the one with `u` 1 after a restart of the service;
 *  2. a delta's `u` is one more than that of the message before it ("consecutive"; so it is in every recording).
 *  Beyond the documentation: a repeat of the last one changes nothing and is ignored; anything else is a gap. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  if (delta.lastSeq === lastSeq + 1) return VERDICT.Apply;
  return delta.lastSeq === lastSeq ? VERDICT.Ignore : VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'stream', judge };

/** `error:handler not found,topic:orderbook.50.NOPE`, `Invalid symbol :[orderbook.50.NOPE]`. */
const NAMED_TOPIC = /orderbook\.\d+\.([A-Z0-9]+)/;
/** The topic flows already: it was asked for twice. */
const ALREADY = 'already subscribed';
/** https://bybit-exchange.github.io/docs/v5/enum#servicetypes, …#product: trading or market data, of spot. */
const SERVICES: readonly unknown[] = [1, 2, 3, 5];
const SPOT = 2;
const PRODUCTION = 1;

function readControl(text: string): ControlEvent {
  const notice: ControlEvent = { kind: 'Notice', message: text.slice(0, 200) };
  const frame = parseObject(text);
  if (frame === undefined) return notice;
  if (frame.topic === 'system.status') return readStatus(frame) ?? notice;
  const message = textOf(frame, 'ret_msg');
  const op = textOf(frame, 'op');
  if (op === 'pong' || message === 'pong') return { kind: 'Pong' };
  const symbol = NAMED_TOPIC.exec(message)?.[1];
  const named = symbol === undefined ? {} : { symbol };
  if (op === 'subscribe' && (frame.success === true || message.includes(ALREADY)))
    return { kind: 'Subscribed', ...named };
  // The venue puts no code on these.
  if (frame.success === false) return { kind: 'Refused', code: op, message: message || notice.message, ...named };
  return notice;
}

/** https://bybit-exchange.github.io/docs/v5/websocket/system/system-status */
function readStatus(frame: Json): ControlEvent | undefined {
  const states = objectsOf(frame, 'data').filter(meansSpot);
  const over = states.find(({ state }) => state === 'completed' || state === 'canceled');
  const told = states.find(({ state }) => state === 'ongoing') ?? over;
  if (told === undefined) return undefined;
  return {
    kind: 'Status',
    trading: told.state !== 'ongoing',
    message: `${textOf(told, 'state')}: ${textOf(told, 'title')}`,
  };
}

const meansSpot = ({ product, serviceTypes, env = PRODUCTION }: Json): boolean =>
  env === PRODUCTION &&
  Array.isArray(product) &&
  product.includes(SPOT) &&
  Array.isArray(serviceTypes) &&
  serviceTypes.some((type) => SERVICES.includes(type));

/** The venue answers a new subscription with a snapshot. */
function resubscribe(symbol: string): readonly string[] {
  const args = [`${BOOK_TOPIC}.${symbol}`];
  return [requestOf('unsubscribe', args), requestOf('subscribe', args)];
}

export const bybitStream: MarketStream = { rule, createParser, plan, readControl, resubscribe };
