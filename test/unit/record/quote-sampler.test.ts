import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { Listing, Universe } from '../../../src/core/instrument.ts';
import { TRUST } from '../../../src/core/quote.ts';
import { buildUniverse } from '../../../src/core/universe.ts';
import { allocate, planLayout, QUOTE } from '../../../src/memory/layout.ts';
import { QuoteReader, QuoteWriter } from '../../../src/memory/quote-table.ts';
import { LmdbJournalReader } from '../../../src/record/journal-reader.ts';
import { QuoteSampler, type SampleStore } from '../../../src/record/quote-sampler.ts';
import { journalIn, temporaryFolder } from './samples.ts';

const listing = (venue: string, priceTick: string, sizeLot: string): Listing => ({
  venue,
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: `${venue}-btc`,
  trading: true,
  priceTick,
  sizeLot,
  minSize: sizeLot,
});
const fees = { taker: '0.001', maker: '0.001' };
const universe: Universe = buildUniverse(
  ['BTC-USDT'],
  [
    { venue: 'binance', listings: [listing('binance', '0.01', '0.00001')], fees },
    { venue: 'okx', listings: [listing('okx', '0.1', '0.00000001')], fees },
  ],
);

function tableOf() {
  const layout = planLayout({
    rowsPerVenue: [1, 1],
    instruments: 1,
    assets: 2,
    intentSlots: 4,
    recordBytes: 4096,
    counters: {},
    histograms: [],
  });
  const buffer = allocate(layout);
  const writer = new QuoteWriter(buffer, layout);
  const publish = (row: number, words: Partial<Record<Exclude<keyof typeof QUOTE, 'SEQ'>, number>>): void => {
    const quote = new Float64Array(QUOTE.STRIDE);
    for (const [name, value] of Object.entries(words)) quote[QUOTE[name as keyof typeof QUOTE]] = value;
    writer.publish(row, quote);
  };
  return { reader: new QuoteReader(buffer, layout), publish };
}

const live = { TRUST: TRUST.Live, INCARNATION: 1, BID: 5_000_001, BID_SIZE: 125_000_000, ASK: 5_000_010, ASK_SIZE: 1 };
const nowhere: SampleStore = { write: () => true, pruneQuotes: () => 0 };

describe('quote sampler', () => {
  it('writes what the rows hold, as decimal text on the instrument grid', () => {
    const { reader, publish } = tableOf();
    const clock = new ManualClock();
    const sampler = new QuoteSampler({
      reader,
      universe,
      incarnation: () => 1,
      store: nowhere,
      clock,
      retentionHours: 1,
    });
    expect(sampler.sample(5000)).toStrictEqual([]);
    publish(1, live);
    const sample = {
      kind: 'Quote',
      id: '5000-okx-BTC-USDT',
      at: 5000,
      instrument: 'BTC-USDT',
      venue: 'okx',
      trust: 'live',
      bid: '50000.01',
      bidSize: '1.25',
      ask: '50000.1',
      askSize: '0.00000001',
    };
    expect(sampler.sample(5000)).toStrictEqual([sample]);
    publish(0, { TRUST: TRUST.Suspect, INCARNATION: 1, BID: Number.NaN });
    expect(sampler.sample(5000)).toStrictEqual([
      {
        ...sample,
        id: '5000-binance-BTC-USDT',
        venue: 'binance',
        trust: 'suspect',
        bid: '0',
        bidSize: '0',
        ask: '0',
        askSize: '0',
      },
      sample,
    ]);
  });

  it('believes no row of another incarnation', () => {
    const { reader, publish } = tableOf();
    publish(0, live);
    publish(1, live);
    const sampler = new QuoteSampler({
      reader,
      universe,
      incarnation: (venue) => (venue === 0 ? 2 : 1),
      store: nowhere,
      clock: new ManualClock(),
      retentionHours: 1,
    });
    expect(sampler.sample(0).map(({ venue, trust }) => [venue, trust])).toStrictEqual([
      ['binance', 'stale'],
      ['okx', 'live'],
    ]);
  });

  it('samples once a second until stopped, and keeps the retention', () => {
    const folder = temporaryFolder();
    const clock = new ManualClock();
    const { writer, counters } = journalIn(folder, { clock });
    const { reader, publish } = tableOf();
    publish(0, live);
    const sampler = new QuoteSampler({
      reader,
      universe,
      incarnation: () => 1,
      store: writer,
      clock,
      retentionHours: 10 / 3600,
      pruneBatch: 1,
    });
    clock.advanceMs(300);
    const start = clock.wallMs() - 300;
    sampler.start();
    clock.advanceMs(60_000);
    sampler.stop();
    clock.advanceMs(60_000);
    const journal = new LmdbJournalReader(folder);
    onTestFinished(() => journal.close());
    const times = journal.read('Quote', { newestFirst: false }).map((quote) => (quote.at - start) / 1000);
    // 10 s of retention before the last sample at 60 s; what is exactly 10 s old stays.
    expect(times).toStrictEqual(Array.from({ length: 11 }, (_, n) => 50 + n));
    expect(counters.get('quoteSamples')).toBe(60);
    expect(counters.get('pruned')).toBe(49);
  });

  it('prunes nothing but quotes', () => {
    const folder = temporaryFolder();
    const { writer } = journalIn(folder);
    expect(writer.pruneQuotes(Number.MAX_SAFE_INTEGER, 10)).toBe(0);
  });
});
