/** decode/ccxt.okx: one update of OKX's book, from the frame's bytes to a book that can be priced: ours (the native
 *  venue) against the way through ccxt. */
import type { Exchange } from 'ccxt';
import { FrameBatch } from '../src/core/frame.ts';
import { seededRandom } from '../src/core/random.ts';
import { SymbolBook } from '../src/feeds/symbol-book.ts';
import { createExchange } from '../src/venues/ccxt/exchange.ts';
import { bookFrame, type CcxtBook } from '../src/venues/ccxt/frames.ts';
import { ccxtVenue } from '../src/venues/ccxt/index.ts';
import { okx } from '../src/venues/okx/index.ts';
import { interleavedSuite } from './interleaved-suite.ts';
import { type Bench, type BenchRow, type Budget, OURS, toRow } from './rounds.ts';

const ROW = 'decode/ccxt.okx';
const LEVELS = 400;
const UPDATES = 127;
const CHANGES = 4;
const SYMBOL = { symbol: 'BTC-USDT', priceDecimals: 1, sizeDecimals: 8 };

/** A snapshot and the updates that follow it, chained as the venue chains them. */
function frames(): readonly Buffer[] {
  const random = seededRandom(11);
  const size = (): string => (random.next() * 3 + 0.001).toFixed(8);
  const level = (side: 1 | -1, depth: number): string[] => [
    (96_000 + side * (depth + 1) * 0.5).toFixed(1),
    size(),
    '0',
    '3',
  ];
  const side = (sign: 1 | -1, depths: readonly number[]): string[][] => depths.map((depth) => level(sign, depth));
  const all = Array.from({ length: LEVELS }, (_, depth) => depth);
  const some = (): number[] => Array.from({ length: CHANGES / 2 }, () => random.int(40));
  const frame = (action: string, seq: number, asks: string[][], bids: string[][]): Buffer =>
    Buffer.from(
      JSON.stringify({
        arg: { channel: 'books', instId: SYMBOL.symbol },
        action,
        data: [
          {
            asks,
            bids,
            ts: String(1_750_000_000_000 + seq),
            checksum: 0,
            seqId: seq,
            prevSeqId: seq === 0 ? -1 : seq - 1,
          },
        ],
      }),
    );
  return [
    frame('snapshot', 0, side(1, all), side(-1, all)),
    ...Array.from({ length: UPDATES }, (_, index) => frame('update', index + 1, side(1, some()), side(-1, some()))),
  ];
}

interface OkxOfCcxt extends Exchange {
  handleOrderBook(client: object, message: unknown): void;
}

async function ccxtOkx(): Promise<OkxOfCcxt> {
  const endpoints = { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' };
  const data = { venue: 'okx', exchange: 'okx', endpoints, isTestnet: false, options: {} };
  const exchange = (await createExchange(data, 'double')) as OkxOfCcxt;
  const market = { id: SYMBOL.symbol, symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot', spot: true };
  exchange.setMarkets([exchange.safeMarketStructure(market)] as never);
  return exchange;
}

async function run(_wanted: ReadonlySet<string>, budget: Budget): Promise<BenchRow[]> {
  const load = frames();
  const batch = new FrameBatch();
  const native = okx.stream.createParser([SYMBOL]);
  const ownBook = new SymbolBook(SYMBOL, okx.stream);
  const ours = (): number => {
    for (const frame of load) {
      native.parse(frame, 0, frame.length, batch);
      ownBook.onFrame(batch.at(0), 0);
    }
    return ownBook.applied;
  };

  const exchange = await ccxtOkx();
  const client = { subscriptions: { 'books:BTC/USDT': true }, futures: {}, resolve: () => {}, reject: () => {} };
  const { stream } = ccxtVenue('okx');
  const parser = stream.createParser([SYMBOL]);
  const book = new SymbolBook(SYMBOL, stream);
  const encoder = new TextEncoder();
  const throughCcxt = (): number => {
    for (const frame of load) {
      exchange.handleOrderBook(client, JSON.parse(frame.toString()));
      const told = exchange.orderbooks['BTC/USDT'] as CcxtBook;
      const bytes = encoder.encode(bookFrame(SYMBOL.symbol, told, true));
      parser.parse(bytes, 0, bytes.length, batch);
      book.onFrame(batch.at(0), 0);
    }
    return book.applied;
  };
  const before = [ours(), throughCcxt()];
  if (before.some((applied) => applied < load.length))
    throw new Error(`${ROW}: not every frame was applied: ${before}`);
  const rounds = await interleavedSuite(
    ROW,
    [
      { name: OURS, run: ours, units: load.length },
      { name: 'ccxt', run: throughCcxt, units: load.length },
    ],
    budget,
  );
  const note =
    `made, one snapshot of ${LEVELS} levels a side and ${UPDATES} updates of ${CHANGES} levels; bytes to book; the peer ` +
    "is JSON.parse, ccxt's book, the frame to the feed and its book, without the hop between the two threads";
  return [toRow({ name: ROW, unit: 'ns/frame', note }, rounds)];
}

export const ccxtBench: Bench = { rows: [ROW], run };
