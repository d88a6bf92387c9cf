import { describe, expect, it } from 'vitest';
import { amountOf } from '../../../src/sim/amounts.ts';
import { DayStatistics } from '../../../src/sim/day-statistics.ts';
import { MarketFeeds } from '../../../src/sim/market-feeds.ts';
import type { ExchangeEvent } from '../../../src/sim/port.ts';
import { newBench } from './exchange-bench.ts';

const BIDS = [['100', '1']] as const;
const ASKS = [
  ['100.5', '1'],
  ['101', '2'],
] as const;

describe('the statistics of a day', () => {
  it('begin at the best bid, once there is a book', () => {
    const { exchange, instrument, quote } = newBench();
    const days = new DayStatistics(exchange);
    expect(days.of(instrument)).toMatchObject({ open: 0, last: 0 });
    quote(BIDS, ASKS);
    expect(days.of(instrument)).toEqual({
      open: 1000,
      high: 1000,
      low: 1000,
      last: 1000,
      lastSize: 0,
      volume: 0,
      value: 0n,
      trades: 0,
    });
    quote([['90', '1']], ASKS);
    expect(days.of(instrument).open).toBe(1000);
  });

  it('sum up the trades', () => {
    const { exchange, instrument, quote, placed, alice } = newBench();
    const days = new DayStatistics(exchange);
    exchange.onEvent((event) => {
      if (event.kind === 'Traded') days.onTrade(event.trade);
    });
    quote(BIDS, ASKS);
    placed(alice, { side: 'buy', price: '101', size: '1.5' });
    placed(alice, { side: 'sell', price: '100', size: '0.25' });
    expect(days.of(instrument)).toEqual({
      open: 1000,
      high: 1010,
      low: 1000,
      last: 1000,
      lastSize: 250,
      volume: 1750,
      value: amountOf('176'),
      trades: 3,
    });
  });
});

describe('the feeds of a market', () => {
  it('are told what happens to their own instrument, after the statistics were', () => {
    const { exchange, instrument, quote, placed, alice } = newBench();
    const days = new DayStatistics(exchange);
    const told: ExchangeEvent[] = [];
    const volumes: number[] = [];
    let closed = 0;
    const feeds = new MarketFeeds(exchange, days, (own) => ({
      own,
      onEvent: (event: ExchangeEvent) => {
        told.push(event);
        if (event.kind === 'Traded') volumes.push(days.of(own).volume);
      },
      close: () => {
        closed++;
      },
    }));
    quote(BIDS, ASKS);
    placed(alice, { side: 'buy', price: '100.5', size: '0.5' });
    expect([...new Set(told.map(({ kind }) => kind))].sort()).toEqual([
      'BookChanged',
      'OrderChanged',
      'TopChanged',
      'Traded',
    ]);
    expect(volumes).toEqual([500]);
    expect([...feeds].map(({ own }) => own)).toEqual([instrument]);
    expect(feeds.of(instrument)?.own).toBe(instrument);
    expect(feeds.named('BTCUSDT')?.own).toBe(instrument);
    expect([feeds.named('ETHUSDT'), feeds.named(7), feeds.named(undefined)]).toEqual([undefined, undefined, undefined]);
    feeds.close();
    const before = told.length;
    quote([['99', '1']], ASKS);
    expect(told.length).toBe(before);
    expect(closed).toBe(1);
  });
});
