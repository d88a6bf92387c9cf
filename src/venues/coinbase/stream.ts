/** Market streams of Coinbase Advanced Trade: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview */
import { chunks } from '../../core/chunks.ts';
import type { BookFrame } from '../../core/frame.ts';
import { parseObject, textOf } from '../../core/json.ts';
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
import { streamName } from './names.ts';
import { createParser } from './parse.ts';

/** The whole book: a snapshot, then every change. The top of book comes from it as well: `ticker` speaks only when a trade
 *  happens, and `ticker_batch` every 5 s. Frames of this channel name it `l2_data`. */
export const BOOK_CHANNEL = 'level2';

/** Unsigned messages "are rate-limited at 8 per second per IP address". Ping frames are no messages of the feed.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-rate-limits */
const SENDS: readonly SendLimit[] = [{ count: 8, windowMs: 1_000, exceptPings: true, perAddress: true }];
/** Two messages a connection. The venue names no limit of products, but a snapshot of a busy one has several megabytes,
 *  and one lost frame costs every book of its connection. */
const NAMES_PER_CONNECTION = 50;

/** The venue closes channels that were silent for 60 to 90 s: heartbeats, one a second, keep them open. */
const HEARTBEATS = JSON.stringify({ type: 'subscribe', channel: 'heartbeats' });

const bookMessage = (type: 'subscribe' | 'unsubscribe', names: readonly string[]): string =>
  JSON.stringify({ type, product_ids: names, channel: BOOK_CHANNEL });

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  // Twins share a name, and so a subscription and a connection.
  const symbolsOf = new Map<string, number[]>();
  symbols.forEach(({ symbol }, index) => {
    const name = streamName(symbol);
    const carried = symbolsOf.get(name) ?? [];
    carried.push(index);
    symbolsOf.set(name, carried);
  });
  return [...chunks([...symbolsOf.keys()], NAMES_PER_CONNECTION)].map((part) => ({
    url: endpoints.wsPublic,
    symbols: part.flatMap((name) => symbolsOf.get(name) ?? []),
    // A connection without a subscription is closed after 5 s; these go out as it opens.
    subscribe: [bookMessage('subscribe', part), HEARTBEATS],
    sends: SENDS,
    heartbeat: { ping: 'frame', idleMs: 1000, silenceMs: 3000 },
  }));
}

/** The documented rule. The page says "for each product"; the recordings, and the venue's own client, have one line of
 *  numbers a connection, over all channels, acknowledgements and heartbeats included, from 0:
 *  1. a number more than one greater than the last: a message is missing (`numbersConnection`; of every book);
 *  2. a number not greater than the last: old, to be ignored (likewise; and here against the snapshot);
 *  3. quantities are absolute, so an update applies to whatever is there. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  return delta.lastSeq < lastSeq ? VERDICT.Ignore : VERDICT.Apply;
}

const rule: SequenceRule = { numbersConnection: true, snapshotFrom: 'stream', judge };

const NAMED_PRODUCT = /\b[A-Z0-9]{1,15}-[A-Z0-9]{2,8}\b/;

/** Errors are `{"type":"error","message":…}`, without a number; everything else is numbered and names its channel. */
function readControl(text: string): ControlEvent {
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  if (frame.channel === 'subscriptions') return { kind: 'Subscribed' };
  const message = textOf(frame, 'message') || text.slice(0, 200);
  if (frame.type !== 'error') return { kind: 'Notice', message };
  const reason = textOf(frame, 'reason');
  const symbol = NAMED_PRODUCT.exec(`${message} ${reason}`)?.[0];
  return {
    kind: 'Refused',
    code: 'error',
    message: reason === '' ? message : `${message}: ${reason}`,
    ...(symbol === undefined ? {} : { symbol }),
  };
}

/** The venue answers a new subscription with a snapshot. */
function resubscribe(symbol: string): readonly string[] {
  const names = [streamName(symbol)];
  return [bookMessage('unsubscribe', names), bookMessage('subscribe', names)];
}

export const coinbaseStream: MarketStream = { rule, createParser, plan, readControl, resubscribe };
