/** The market data channels of Binance spot: addresses, subscriptions, heartbeat and the sequencing procedure.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams */
import type { BookFrame } from '../../core/frame.ts';
import { isObject, parseObject } from '../../core/json.ts';
import type {
  ConnectionPlan,
  ControlEvent,
  Endpoints,
  Heartbeat,
  MarketStream,
  SendLimit,
  SequenceRule,
  SymbolEntry,
  Verdict,
} from '../../core/venue.ts';
import { VERDICT } from '../../core/venue.ts';
import { createParser } from './parse.ts';

/** "A single connection can listen to a maximum of 1024 streams." */
const MAX_STREAMS = 1024;
/** Servers commonly refuse request lines past 8 KB. */
const MAX_URL_LENGTH = 7_000;
/** Connections end after 24 hours; they are replaced ten minutes before. */
const MAX_AGE_MS = (24 * 60 - 10) * 60_000;
/** Levels a side of a snapshot. 1000 costs 50 of the 6000 request weight a minute; 5000 would cost 250. */
const SNAPSHOT_LEVELS = 1000;

/** The server pings every 20 s, which is too rare to notice a dead line. At most one ping a second is sent: the server
 *  takes 5 incoming messages a second, pings included. */
const HEARTBEAT: Heartbeat = { ping: 'frame', idleMs: 1_000, silenceMs: 3_000 };

/** "A limit of 5 incoming messages per second", pings and pongs included. One is left to the pong that the server asks
 *  for; the streams stand in the address, so pings are all that we say. */
const SENDS: readonly SendLimit[] = [{ count: 4, windowMs: 1_000 }];

/** What a symbol subscribes to: channels by name, and what an upgrade request has to carry. */
export interface StreamTerms {
  readonly host: string;
  readonly channels: readonly string[];
  readonly headers?: ConnectionPlan['headers'];
}

/** Splits the symbols over as few connections as the limits allow, which are the same in JSON and in SBE. */
export function planConnections(
  { host, channels, headers }: StreamTerms,
  symbols: readonly SymbolEntry[],
): readonly ConnectionPlan[] {
  const base = `${host}/stream?streams=`;
  const plans: ConnectionPlan[] = [];
  let streams: string[] = [];
  let indices: number[] = [];
  let length = base.length;
  const finish = (): void => {
    if (indices.length === 0) return;
    // The streams stand in the address, so nothing has to be sent and no acknowledgement can be lost.
    plans.push({
      url: base + streams.join('/'),
      ...(headers === undefined ? {} : { headers }),
      subscribe: [],
      sends: SENDS,
      symbols: indices,
      heartbeat: HEARTBEAT,
      maxAgeMs: MAX_AGE_MS,
    });
    streams = [];
    indices = [];
    length = base.length;
  };
  symbols.forEach((entry, index) => {
    const symbol = encodeURIComponent(entry.symbol.toLowerCase());
    const names = channels.map((channel) => `${symbol}@${channel}`);
    const added = names.reduce((sum, name) => sum + name.length + 1, 0);
    if (streams.length + names.length > MAX_STREAMS || length + added > MAX_URL_LENGTH) finish();
    streams.push(...names);
    indices.push(index);
    length += added;
  });
  finish();
  return plans;
}

/** "How to manage a local order book correctly". Steps 1 to 3 (open the stream, buffer, fetch a snapshot) belong to the
 *  feed; here an event is judged against the book's update id.
 *  4. If the snapshot's id is less than the first buffered event's `U`, fetch another: such an event is a gap here.
 *  5. Discard events with `u` <= the snapshot's id; the first one left has the next id within [U, u].
 *  6./7. Apply it and all that follow: `u` below the book's id is old news, `U` above the book's id + 1 is a gap.
 *  USD-M streams carry `pu`; their page differs: the first event covers the snapshot's id (4., 5.), and each later
 *  one's `pu` must be the previous one's `u` (6.). */
export function judge(lastSeq: number, bridged: boolean, delta: BookFrame): Verdict {
  if (delta.prevSeq >= 0) return judgeLinked(lastSeq, bridged, delta);
  if (delta.lastSeq <= lastSeq) return VERDICT.Ignore;
  return delta.firstSeq <= lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap;
}

function judgeLinked(lastSeq: number, bridged: boolean, delta: BookFrame): Verdict {
  if (bridged) {
    if (delta.prevSeq === lastSeq) return VERDICT.Apply;
    return delta.lastSeq <= lastSeq ? VERDICT.Ignore : VERDICT.Gap;
  }
  if (delta.lastSeq < lastSeq) return VERDICT.Ignore;
  // An event whose predecessor is not past the snapshot leaves nothing out, even where no id of its own is covered.
  return delta.firstSeq <= lastSeq || delta.prevSeq <= lastSeq ? VERDICT.Apply : VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'rest', judge };

/** Reads acknowledgements, errors and the announcement of a shutdown. */
export function readControl(text: string): ControlEvent {
  const value = parseObject(text);
  if (value === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  const payload = isObject(value.data) ? value.data : value;
  if (payload.e === 'serverShutdown') {
    return { kind: 'Goodbye', message: 'the server announced its shutdown (serverShutdown)' };
  }
  const error = isObject(value.error) ? value.error : value;
  if (error.code !== undefined) {
    return { kind: 'Refused', code: String(error.code), message: String(error.msg ?? text.slice(0, 200)) };
  }
  if ('result' in value && value.result === null) return { kind: 'Subscribed' };
  return { kind: 'Notice', message: text.slice(0, 200) };
}

export const stream: MarketStream = {
  rule,
  createParser,
  plan: (endpoints: Endpoints, symbols) =>
    planConnections({ host: endpoints.wsPublic, channels: ['depth@100ms', 'bookTicker'] }, symbols),
  readControl,
  snapshotUrl: (endpoints, symbol) =>
    `${endpoints.rest}/api/v3/depth?symbol=${encodeURIComponent(symbol)}&limit=${SNAPSHOT_LEVELS}`,
  // Also /fapi/v1/depth, so that recordings of USD-M read.
  snapshotSymbol: (url) => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    return parsed?.pathname.endsWith('/depth') ? (parsed.searchParams.get('symbol') ?? undefined) : undefined;
  },
};
