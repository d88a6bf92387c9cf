/** What the payload of a public subscription names, or why it is refused. A payload is taken whole or not at all.
 *  Source: the "Payload format" of each channel in https://www.gate.com/docs/developers/apiv4/ws/en/; refusals as
 *  recorded in September 2026. */
import { lookup } from '../../lookup.ts';
import { CHANNEL_ERRORS, type ChannelError, unknownInterval, unknownLevel, unknownPair } from './errors.ts';
import {
  OBU_LEVELS,
  SNAPSHOT_INTERVALS,
  SNAPSHOT_LEVELS,
  type StreamName,
  UPDATE_INTERVALS,
} from './instrument-feed.ts';

export const PUBLIC_CHANNELS = [
  'spot.obu',
  'spot.order_book_update',
  'spot.order_book',
  'spot.book_ticker',
  'spot.trades',
  'spot.tickers',
] as const;
export type PublicChannel = (typeof PUBLIC_CHANNELS)[number];

/** One stream of one pair. */
export interface Wanted {
  readonly pair: string;
  readonly name: StreamName;
  /** The word of the payload that named it. */
  readonly word: string;
}

export type ReadPayload =
  | { readonly ok: true; readonly wanted: readonly Wanted[] }
  | { readonly ok: false; readonly error: ChannelError };

const refuse = (error: ChannelError): ReadPayload => ({ ok: false, error });

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');

/** @param isPair whether a pair is listed */
export function readPayload(channel: PublicChannel, payload: unknown, isPair: (pair: string) => boolean): ReadPayload {
  if (!isTexts(payload)) return refuse(CHANNEL_ERRORS.schema);
  switch (channel) {
    case 'spot.obu':
      return readStreams(payload, isPair);
    case 'spot.order_book_update': {
      const [pair = '', interval = '', ...more] = payload;
      if (more.length > 0 || interval === '') return refuse(CHANNEL_ERRORS.argument);
      if (!isPair(pair)) return refuse(unknownPair(pair));
      if (lookup(UPDATE_INTERVALS, interval) === undefined) return refuse(unknownInterval(interval));
      return { ok: true, wanted: [{ pair, word: pair, name: { channel, interval } }] };
    }
    case 'spot.order_book': {
      const [pair = '', level = '', interval = '', ...more] = payload;
      if (more.length > 0 || interval === '') return refuse(CHANNEL_ERRORS.argument);
      if (!isPair(pair)) return refuse(unknownPair(pair));
      if (lookup(SNAPSHOT_LEVELS, level) === undefined) return refuse(unknownLevel(level));
      if (lookup(SNAPSHOT_INTERVALS, interval) === undefined) return refuse(unknownInterval(interval));
      return { ok: true, wanted: [{ pair, word: pair, name: { channel, level, interval } }] };
    }
    default: {
      const unknown = payload.find((pair) => !isPair(pair));
      if (unknown !== undefined) return refuse(unknownPair(unknown));
      return { ok: true, wanted: payload.map((pair) => ({ pair, word: pair, name: { channel } })) };
    }
  }
}

/** `ob.BTC_USDT.50`. */
function readStreams(payload: readonly string[], isPair: (pair: string) => boolean): ReadPayload {
  const wanted: Wanted[] = [];
  for (const word of payload) {
    const [kind, pair = '', level = '', ...more] = word.split('.');
    if (kind !== 'ob' || more.length > 0) return refuse(CHANNEL_ERRORS.argument);
    if (!isPair(pair)) return refuse(unknownPair(pair));
    if (lookup(OBU_LEVELS, level) === undefined) return refuse(unknownLevel(level));
    wanted.push({ pair, word, name: { channel: 'spot.obu', level } });
  }
  return { ok: true, wanted };
}
