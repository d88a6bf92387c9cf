/** Binance's market streams in SBE (https://developers.binance.com/docs/binance-spot-api-docs/sbe-market-data-streams),
 *  written from the schema `stream_1_0.xml` of the venue's documentation: little-endian, a header of four words, the root
 *  block, groups behind their dimensions, and last the symbol behind its length. Times are microseconds. */
import type { Level, SimInstrument } from '../../port.ts';
import { type StreamEncoding, sorted } from './stream-encoding.ts';

const SCHEMA_ID = 1;
const VERSION = 0;
const TRADES = 10_000;
const BEST_BID_ASK = 10_001;
const DEPTH_SNAPSHOT = 10_002;
const DEPTH_DIFF = 10_003;
/** All numbers are written with eight decimals, as those of the JSON streams are. */
const EXPONENT = -8;
const DEPTH_MS = 20;
const PARTIAL_MS = 50;
const PARTIAL_DEPTH = /^(.+)@depth20$/;
/** Behind which the symbol, the last thing in a message, still fits. */
const MAX_SYMBOL_BYTES = 255;

/** Writes one field after the other. */
class MessageWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(templateId: number, blockLength: number, groupsLength: number) {
    this.#bytes = Buffer.alloc(8 + blockLength + groupsLength + 1 + MAX_SYMBOL_BYTES);
    for (const word of [blockLength, templateId, SCHEMA_ID, VERSION]) this.uint16(word);
  }

  uint8(value: number): this {
    this.#at = this.#bytes.writeUInt8(value, this.#at);
    return this;
  }

  int8(value: number): this {
    this.#at = this.#bytes.writeInt8(value, this.#at);
    return this;
  }

  uint16(value: number): this {
    this.#at = this.#bytes.writeUInt16LE(value, this.#at);
    return this;
  }

  uint32(value: number): this {
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
    return this;
  }

  int64(value: number | bigint): this {
    this.#at = this.#bytes.writeBigInt64LE(BigInt(value), this.#at);
    return this;
  }

  /** Price and quantity exponents. */
  exponents(price: number, quantity: number): this {
    return this.int8(price).int8(quantity);
  }

  /** Wall ms as microseconds. */
  time(ms: number): this {
    return this.int64(Math.floor(ms * 1000));
  }

  levels(levels: readonly MantissaLevel[]): this {
    this.uint16(16).uint16(levels.length);
    for (const [price, size] of levels) this.int64(price).int64(size);
    return this;
  }

  /** Ends the message. */
  symbol(name: string): Uint8Array {
    const text = Buffer.from(name, 'utf8');
    this.uint8(text.length);
    this.#at += text.copy(this.#bytes, this.#at);
    return this.#bytes.subarray(0, this.#at);
  }
}

/** Mantissas of a price and a size. */
export type MantissaLevel = readonly [price: bigint, size: bigint];

export interface Exponents {
  readonly price: number;
  readonly size: number;
}

export interface DepthDiff {
  readonly at: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly MantissaLevel[];
  readonly asks: readonly MantissaLevel[];
  readonly symbol: string;
}

const groupsOf = (...groups: readonly (readonly MantissaLevel[])[]): number =>
  groups.reduce((sum, { length }) => sum + 4 + 16 * length, 0);

export const depthDiffFrame = (
  { at, firstId, lastId, bids, asks, symbol }: DepthDiff,
  exponents: Exponents,
): Uint8Array =>
  new MessageWriter(DEPTH_DIFF, 26, groupsOf(bids, asks))
    .time(at)
    .int64(firstId)
    .int64(lastId)
    .exponents(exponents.price, exponents.size)
    .levels(bids)
    .levels(asks)
    .symbol(symbol);

export interface BestBidAsk {
  readonly at: number;
  readonly updateId: number;
  readonly bid: MantissaLevel;
  readonly ask: MantissaLevel;
  readonly symbol: string;
}

export const bestBidAskFrame = ({ at, updateId, bid, ask, symbol }: BestBidAsk, exponents: Exponents): Uint8Array =>
  new MessageWriter(BEST_BID_ASK, 50, 0)
    .time(at)
    .int64(updateId)
    .exponents(exponents.price, exponents.size)
    .int64(bid[0])
    .int64(bid[1])
    .int64(ask[0])
    .int64(ask[1])
    .symbol(symbol);

const EIGHT: Exponents = { price: EXPONENT, size: EXPONENT };

const mantissa = (value: number, decimals: number): bigint => BigInt(value) * 10n ** BigInt(-EXPONENT - decimals);
const levelOf = (instrument: SimInstrument, price: number, size: number): MantissaLevel => [
  mantissa(price, instrument.priceDecimals),
  mantissa(size, instrument.sizeDecimals),
];
const rows = (instrument: SimInstrument, levels: readonly Level[]): MantissaLevel[] =>
  levels.map(({ price, size }) => levelOf(instrument, price, size));
const best = (instrument: SimInstrument, level: Level | undefined): MantissaLevel =>
  level === undefined ? [0n, 0n] : levelOf(instrument, level.price, level.size);

export const sbeStreams: StreamEncoding = {
  depthSpeeds: { '@depth': DEPTH_MS },
  depth: (instrument, { firstId, lastId, bids, asks }, at) => {
    const side = (levels: ReadonlyMap<number, number>, which: 'bids' | 'asks'): MantissaLevel[] =>
      sorted(levels, which).map(([price, size]) => levelOf(instrument, price, size));
    const { symbol } = instrument;
    return depthDiffFrame({ at, firstId, lastId, bids: side(bids, 'bids'), asks: side(asks, 'asks'), symbol }, EIGHT);
  },
  topStream: '@bestBidAsk',
  top: (instrument, { bid, ask, updateId }, at) => {
    const { symbol } = instrument;
    return bestBidAskFrame({ at, updateId, bid: best(instrument, bid), ask: best(instrument, ask), symbol }, EIGHT);
  },
  trades: {
    '@trade': ({ id, instrument, price, size, takerSide, at }) => {
      const [priceMantissa, sizeMantissa] = levelOf(instrument, price, size);
      return new MessageWriter(TRADES, 18, 6 + 25)
        .time(at)
        .time(at)
        .exponents(EXPONENT, EXPONENT)
        .uint16(25)
        .uint32(1)
        .int64(id)
        .int64(priceMantissa)
        .int64(sizeMantissa)
        .uint8(takerSide === 'sell' ? 1 : 0)
        .symbol(instrument.symbol);
    },
  },
  partialSpeeds: [PARTIAL_MS],
  partialDepth: (stream) => {
    const [, symbol] = PARTIAL_DEPTH.exec(stream) ?? [];
    return symbol === undefined ? undefined : { symbol, levels: 20, speedMs: PARTIAL_MS };
  },
  partial: (instrument, book, at) => {
    const bids = rows(instrument, book.bids);
    const asks = rows(instrument, book.asks);
    return new MessageWriter(DEPTH_SNAPSHOT, 18, groupsOf(bids, asks))
      .time(at)
      .int64(book.updateId)
      .exponents(EXPONENT, EXPONENT)
      .levels(bids)
      .levels(asks)
      .symbol(instrument.symbol);
  },
  // A message names its symbol itself.
  inEnvelope: (_stream, frame) => frame,
};
