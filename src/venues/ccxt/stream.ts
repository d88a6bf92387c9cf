/** Market streams through ccxt. What trust in such a row means: ccxt keeps the book, follows the venue's sequence ids or
 *  checksums where its class of the venue does, and builds the book anew when they do not fit. It tells us by an error,
 *  and the worker passes that on (`lost`): the row is suspect at once and the virtual connection is replaced, so that the
 *  next book is built from nothing. What a class of ccxt does not check, nobody checks (its `gate` applies updates without
 *  looking whether one is missing): so that a wrong level does not stay for ever, every book is built anew from time to
 *  time. Crossed books, silence and times that are off are judged by the feed as everywhere.
 *  https://docs.ccxt.com/#/ccxt.pro.manual?id=watchorderbook */
import { parseObject, textOf } from '../../core/json.ts';
import {
  type ConnectionPlan,
  type ControlEvent,
  type MarketStream,
  type SequenceRule,
  type SymbolEntry,
  VERDICT,
} from '../../core/venue.ts';
import { FRAME_LEVELS } from './frames.ts';
import { createParser } from './parse.ts';

/** One exchange object of ccxt carries so many; it opens connections of its own as it sees fit. */
const SYMBOLS_PER_SOCKET = 50;

/** How long a book may live that nobody can check. */
const MAX_AGE_MS = 15 * 60_000;

/** Said by the virtual socket itself. */
export const RENEW_FRAME = '{"renew":true}';

/** Every book is a whole one. The only deltas are those that stand for a loss. */
const rule: SequenceRule = { snapshotFrom: 'stream', judge: () => VERDICT.Gap };

/** The symbols stand in the address: the socket opens when their first books are there. */
export const socketUrl = (exchange: string, symbols: readonly string[]): string =>
  `ccxt://${exchange}/${symbols.map(encodeURIComponent).join(',')}`;

export function symbolsOf(url: string): readonly string[] {
  const [, list = ''] = /^ccxt:\/\/[^/]*\/(.*)$/.exec(url) ?? [];
  return list.split(',').filter(Boolean).map(decodeURIComponent);
}

function readControl(text: string): ControlEvent {
  const frame = parseObject(text);
  if (text === RENEW_FRAME) return { kind: 'Goodbye', message: 'a book has to be built anew' };
  const refused = frame === undefined ? '' : textOf(frame, 'refused');
  if (frame === undefined || refused === '') return { kind: 'Notice', message: text.slice(0, 200) };
  const [code = ''] = refused.split(' ');
  return { kind: 'Refused', code, message: refused.slice(code.length + 1), symbol: textOf(frame, 's') };
}

export function ccxtStream(exchange: string): MarketStream {
  const plan = (_: unknown, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] => {
    const plans: ConnectionPlan[] = [];
    for (let from = 0; from < symbols.length; from += SYMBOLS_PER_SOCKET) {
      const part = symbols.slice(from, from + SYMBOLS_PER_SOCKET);
      plans.push({
        url: socketUrl(
          exchange,
          part.map(({ symbol }) => symbol),
        ),
        subscribe: [],
        symbols: part.map((_symbol, index) => from + index),
        // Pings are passed on to the venue's own connections, and their pongs back.
        heartbeat: { ping: 'frame', idleMs: 1000, silenceMs: 3000 },
        maxAgeMs: MAX_AGE_MS,
      });
    }
    return plans;
  };
  // Whatever is sent makes the feed replace the virtual socket, whose successor has an exchange object of its own: ccxt's
  // classes differ in what they can subscribe to again, and one that has lost its book may never get it back.
  const resubscribe = (symbol: string): readonly string[] => [`resync ${symbol}`];
  return { rule, bookDepth: FRAME_LEVELS, createParser, plan, readControl, resubscribe };
}
