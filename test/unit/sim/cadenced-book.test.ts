import { describe, expect, it } from 'vitest';
import { BookWindow, isEmpty } from '../../../src/sim/book-window.ts';
import { CadencedBook } from '../../../src/sim/cadenced-book.ts';
import { DepthFaults } from '../../../src/sim/depth-faults.ts';
import type { Subscriber } from '../../../src/sim/subscriber.ts';
import { newBench } from './exchange-bench.ts';

const level = (price: number, size: number) => ({ price: price * 10, size: size * 1000 });

describe('a window onto a book', () => {
  it('follows the book, and tells what changed within its depth', () => {
    const { exchange, instrument, quote } = newBench();
    quote([['100', '1']], [['101', '1']]);
    const window = new BookWindow(1);
    exchange.onEvent((event) => {
      if (event.kind === 'BookChanged') window.apply(event.changes);
    });
    expect(window.follow(exchange, instrument).updateId).toBe(exchange.top(instrument).updateId);
    expect(window.levels()).toEqual({ bids: [level(100, 1)], asks: [level(101, 1)] });
    expect(isEmpty(window.takeChanges())).toBe(true);
    quote(
      [
        ['100', '1'],
        ['99', '1'],
      ],
      [['101', '2']],
    );
    expect(window.takeChanges()).toEqual({ bids: [], asks: [level(101, 2)] });
    quote([['99', '1']], [['101', '2']]);
    expect(window.takeChanges()).toEqual({ bids: [level(100, 0), level(99, 1)], asks: [] });
    expect(window.levels()).toEqual({ bids: [level(99, 1)], asks: [level(101, 2)] });
  });
});

function newChannel() {
  const bench = newBench();
  const { exchange, instrument, faults } = bench;
  const state = { began: 0, saysNothing: false };
  const book = new CadencedBook(instrument, exchange, {
    depth: 5,
    faults: new DepthFaults(faults.of('test'), instrument.id),
    frames: {
      begin: () => state.began++,
      snapshot: ({ bids, asks }, id) => `all ${bids.length}+${asks.length} @${id}`,
      update: (sides, { id, previous }) => {
        if (isEmpty(sides)) return state.saysNothing ? `nothing @${id}` : undefined;
        return `${sides.bids.length}+${sides.asks.length} ${previous}→${id}`;
      },
    },
  });
  exchange.onEvent((event) => {
    if (event.kind === 'BookChanged') book.onBook(event);
  });
  const newSubscriber = (): Subscriber & { take(): string[] } => {
    let heard: string[] = [];
    return {
      push: (text) => heard.push(text),
      take: () => {
        const all = heard;
        heard = [];
        return all;
      },
    };
  };
  const bid = (price: string): void => bench.quote([[price, '1']], [['200', '1']]);
  return { ...bench, book, state, bid, newSubscriber, now: () => exchange.top(instrument).updateId };
}

describe('a book channel with a cadence', () => {
  it('sends a snapshot at the next tick, then what changed', () => {
    const { book, bid, newSubscriber, now, state } = newChannel();
    bid('100');
    const one = newSubscriber();
    book.add(one);
    expect([book.size, one.take()]).toEqual([1, []]);
    book.tick();
    const start = now();
    expect(one.take()).toEqual([`all 1+1 @${start}`]);
    book.tick();
    expect(one.take()).toEqual([]);
    bid('101');
    book.tick();
    expect(one.take()).toEqual([`2+0 ${start}→${now()}`]);
    expect(state.began).toBe(1);
  });

  it('gives later ones a snapshot that the next change follows', () => {
    const { book, bid, newSubscriber, now } = newChannel();
    bid('100');
    const [one, two] = [newSubscriber(), newSubscriber()];
    book.add(one);
    book.tick();
    const first = now();
    one.take();
    bid('101');
    book.add(two);
    book.tick();
    const second = now();
    expect([one.take(), two.take()]).toEqual([[`2+0 ${first}→${second}`], [`all 1+1 @${second}`]]);
    bid('102');
    book.tick();
    const told = [`2+0 ${second}→${now()}`];
    expect([one.take(), two.take()]).toEqual([told, told]);
  });

  it('starts anew when everybody had left', () => {
    const { book, bid, newSubscriber, now, state } = newChannel();
    bid('100');
    const one = newSubscriber();
    book.add(one);
    book.tick();
    one.take();
    book.remove(one);
    book.tick();
    bid('101');
    book.add(one);
    book.tick();
    expect(one.take()).toEqual([`all 1+1 @${now()}`]);
    expect(state.began).toBe(2);
  });

  it('has planted faults act on changes only', () => {
    const { book, bid, newSubscriber, now, state, faults } = newChannel();
    bid('100');
    const one = newSubscriber();
    book.add(one);
    book.tick();
    one.take();
    faults.plant({ venue: 'test', kind: 'gap' });
    state.saysNothing = true;
    book.tick();
    expect(one.take()).toEqual([`nothing @${now()}`]);
    bid('101');
    book.tick();
    expect(one.take()).toEqual([]);
    const lost = now();
    bid('102');
    book.tick();
    expect(one.take()).toEqual([`2+0 ${lost}→${now()}`]);
  });
});
