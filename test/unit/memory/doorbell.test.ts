import { describe, expect, it } from 'vitest';
import { Doorbell } from '../../../src/memory/doorbell.ts';
import { allocate, planLayout } from '../../../src/memory/layout.ts';

const layout = planLayout({
  rowsPerVenue: [1],
  instruments: 1,
  assets: 1,
  intentSlots: 1,
  recordBytes: 16,
  counters: {},
  histograms: [],
});

describe('doorbell', () => {
  const setUp = () => {
    const buffer = allocate(layout);
    let posts = 0;
    const producer = new Doorbell(buffer, layout, 'journal', () => posts++);
    return { buffer, producer, consumer: new Doorbell(buffer, layout, 'journal'), posts: () => posts };
  };

  it('wakes a sleeper once, however many producers ring', () => {
    const { buffer, producer, consumer, posts } = setUp();
    const second = new Doorbell(buffer, layout, 'journal', () => producer.ring());
    producer.ring();
    expect(posts()).toBe(0);
    consumer.announce();
    producer.ring();
    second.ring();
    producer.ring();
    expect(posts()).toBe(1);
    consumer.announce();
    producer.ring();
    expect(posts()).toBe(2);
  });

  it('wakes nobody who has thought better of it, and no other consumer', () => {
    const { buffer, producer, consumer, posts } = setUp();
    consumer.announce();
    consumer.retract();
    producer.ring();
    new Doorbell(buffer, layout, 'executor').announce();
    producer.ring();
    expect(posts()).toBe(0);
  });

  it('does not sleep when it was rung before', () => {
    const { producer, consumer } = setUp();
    consumer.announce();
    producer.ring();
    const start = performance.now();
    consumer.wait(60_000);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});
