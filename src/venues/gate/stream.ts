/** Market streams of Gate spot v4: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#order-book-v2-api, …/#order-book-channel */
import { chunks } from '../../core/chunks.ts';
import type { BookFrame } from '../../core/frame.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import {
  type ConnectionPlan,
  type ControlEvent,
  type Endpoints,
  type Heartbeat,
  type MarketStream,
  type SendLimit,
  type SequenceRule,
  type SymbolEntry,
  VERDICT,
  type Verdict,
} from '../../core/venue.ts';
import { createParser, pairOfStream, STREAM_CHANNEL, TOP_CHANNEL, UPDATE_CHANNEL } from './parse.ts';

/** Levels of the stream: 50 come every 20 ms, 400 every 100 ms. A level that leaves them is sent with size 0. */
const STREAM_LEVELS = 50;
/** Levels of the older channel at 100 ms, and the most that REST gives uncached. */
const UPDATE_LEVELS = 100;
/** The sister exchanges do not know the stream: there the older channel serves, with its base from REST. */
const WITHOUT_STREAM = /\/\/[^/]*\b(gateeu\.com|gate\.us)\b/;

const hasStream = ({ wsPublic }: Endpoints): boolean => !WITHOUT_STREAM.test(wsPublic);

/** Two messages a symbol. No limit of messages or channels is documented; many symbols on one socket would all be lost
 *  with it, though. */
const SYMBOLS_PER_CONNECTION = 50;
/** The venue says that it has no limit of messages (https://github.com/gateio/gatews/issues/25), and hundreds have been
 *  seen taken at once: this pace is ours, so that a plan does not come as one burst. */
const SENDS: readonly SendLimit[] = [{ count: 50, windowMs: 1_000 }];

export const pingText = (wallMs: number): string => stamped('{"channel":"spot.ping"}', wallMs);
/** The venue cuts sockets that were silent for 30 to 60 s; we notice a dead one long before. */
const HEARTBEAT: Heartbeat = { ping: { text: pingText }, idleMs: 1000, silenceMs: 3000 };

/** The time of a request, in seconds, must be within a minute of the venue's. */
export const stamped = (message: string, wallMs: number): string =>
  `{"time":${Math.floor(wallMs / 1000)},${message.slice(1)}`;

const subscription = (channel: string, ...payload: string[]): string =>
  JSON.stringify({ channel, event: 'subscribe', payload });

/** One pair a message: a message is taken or refused as a whole. */
function bookSubscription(endpoints: Endpoints, symbol: string): string {
  return hasStream(endpoints)
    ? subscription(STREAM_CHANNEL, `ob.${symbol}.${STREAM_LEVELS}`)
    : subscription(UPDATE_CHANNEL, symbol, '100ms');
}

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  return [...chunks([...symbols.entries()], SYMBOLS_PER_CONNECTION)].map((carried) => ({
    url: endpoints.wsPublic,
    symbols: carried.map(([index]) => index),
    subscribe: [
      ...carried.map(([, { symbol }]) => bookSubscription(endpoints, symbol)),
      ...carried.map(([, { symbol }]) => subscription(TOP_CHANNEL, symbol)),
    ],
    stamp: stamped,
    sends: SENDS,
    heartbeat: HEARTBEAT,
  }));
}

/** Both depth channels, REST and the ticker count on one line of ids a pair, each change one more.
 *  Order book V2: 1. a full book replaces ours, whenever it comes; 2. a change follows when its `U` is our id + 1, else
 *  something is missing. The page has us subscribe anew then; a book by REST is on the same line, comes as soon, and also
 *  serves the older channel, whose page says:
 *  4. after the base of id B begin with the change for which U <= B + 1 <= u; 5. ignore those with u < B + 1, and fetch
 *  a newer base when the first one's U > B + 1; 6. any later U > B + 1 means that changes were lost. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  if (delta.lastSeq <= lastSeq) return VERDICT.Ignore;
  return delta.firstSeq <= lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'rest', judge };

/** With as many levels as the channel keeps in step: deeper ones would never be removed. */
const snapshotUrl = (endpoints: Endpoints, symbol: string): string => {
  const levels = hasStream(endpoints) ? STREAM_LEVELS : UPDATE_LEVELS;
  const pair = encodeURIComponent(symbol);
  return `${endpoints.rest}/api/v4/spot/order_book?currency_pair=${pair}&limit=${levels}&with_id=true`;
};

function snapshotSymbol(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.pathname.endsWith('/spot/order_book') !== true) return undefined;
  return parsed.searchParams.get('currency_pair') ?? undefined;
}

function readControl(text: string): ControlEvent {
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  const channel = textOf(frame, 'channel');
  if (channel === 'spot.pong') return { kind: 'Pong' };
  const payload = Array.isArray(frame.payload) ? frame.payload : [];
  const name = typeof payload[0] === 'string' ? payload[0] : '';
  if (isObject(frame.error)) return readRefusal(frame.error, pairOfStream(name) ?? name);
  if (frame.event !== 'subscribe') return { kind: 'Notice', message: text.slice(0, 200) };
  if (channel === UPDATE_CHANNEL && name !== '') return { kind: 'Subscribed', symbol: name };
  // The stream brings its book by itself, and the ticker none: neither is a reason to ask for one, so what is named here
  // is no symbol. (In 2021 acknowledgements named nothing.)
  return name === '' ? { kind: 'Subscribed' } : { kind: 'Subscribed', symbol: `${channel} ${name}` };
}

function readRefusal(error: Json, symbol: string): ControlEvent {
  const code = String(error.code ?? '');
  const message = textOf(error, 'message');
  // Subscribed twice: the first subscription goes on.
  if (message.startsWith('Alert sub')) return { kind: 'Notice', message };
  return symbol === '' ? { kind: 'Refused', code, message } : { kind: 'Refused', code, message, symbol };
}

export const gateStream: MarketStream = { rule, createParser, plan, readControl, snapshotUrl, snapshotSymbol };
