import { describe, expect, it } from 'vitest';
import { ERROR_CLASSES } from '../../../src/core/order.ts';
import {
  adopt,
  type BreakerTerms,
  endProbe,
  isPassable,
  onGood,
  onTrouble,
  scoreOf,
  startProbe,
  stateOf,
} from '../../../src/engine/breaker.ts';
import { HEAVIEST, WEIGHTS } from '../../../src/engine/breaker-weights.ts';
import { BREAKER } from '../../../src/memory/layout.ts';

const TERMS: BreakerTerms = {
  threshold: 100,
  forgetPerSecond: 2,
  goodPoints: 10,
  firstOpenMs: 1_000,
  maxOpenMs: 8_000,
  healMs: 30_000,
  probes: 3,
  probeMs: 2_000,
};

/** A breaker and its time. */
class Bench {
  readonly words = new Float64Array(BREAKER.STRIDE);
  now = 5_000;

  trouble = (points: number): boolean => onTrouble(this.words, points, this.now, TERMS);
  good = (): boolean => onGood(this.words, this.now, TERMS);
  probe = (): void => startProbe(this.words, this.now);
  get state() {
    return stateOf(this.words, this.now);
  }
  get lets(): boolean {
    return isPassable(this.words, this.now, TERMS);
  }
  get score(): number {
    return scoreOf(this.words, this.now, TERMS);
  }

  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Opens it from where it stands. */
  open(): this {
    while (this.state === 'closed') this.trouble(HEAVIEST);
    return this;
  }

  /** Waits until it is half-open. */
  wait(): this {
    this.now = Math.max(this.now, this.words[BREAKER.UNTIL] as number);
    return this;
  }

  close(): this {
    this.open().wait();
    for (let i = 0; i < TERMS.probes; i++) this.good();
    return this;
  }

  /** How long the present opening still lasts, ms. */
  get left(): number {
    return (this.words[BREAKER.UNTIL] as number) - this.now;
  }
}

describe('a breaker', () => {
  it('is closed where memory is blank, and lets everything pass', () => {
    const bench = new Bench();
    expect([bench.state, bench.lets, bench.score]).toEqual(['closed', true, 0]);
  });

  it.each([
    [50, 3],
    [40, 3],
    [35, 3],
    [25, 5],
    [20, 6],
    [15, 7],
  ])('opens at troubles of %d points with number %d in a row, not before', (points, count) => {
    const bench = new Bench();
    const opened = Array.from({ length: count }, () => bench.trouble(points));
    expect(opened).toEqual([...Array.from({ length: count - 1 }, () => false), true]);
    expect([bench.state, bench.lets]).toEqual(['open', false]);
  });

  it('forgets trouble by time and by good answers', () => {
    const bench = new Bench();
    bench.trouble(40);
    expect(bench.pass(5_000).score).toBe(30);
    bench.good();
    expect(bench.score).toBe(20);
    bench.good();
    bench.good();
    bench.good();
    expect(bench.score).toBe(0);
    bench.trouble(40);
    bench.trouble(40);
    expect(bench.pass(30_000).trouble(40)).toBe(false);
    expect(bench.score).toBe(60);
  });

  it('stays closed while at most one answer in five is lost, however long', () => {
    const bench = new Bench();
    for (let answer = 0; answer < 10_000; answer++) {
      if (answer % 5 === 0) bench.trouble(40);
      else bench.good();
    }
    expect(bench.state).toBe('closed');
  });

  it('is open for a second at first, then for twice as long each time, up to the cap', () => {
    const bench = new Bench().open();
    const lasted = [bench.left];
    for (let i = 0; i < 5; i++) {
      bench.wait().trouble(15);
      lasted.push(bench.left);
    }
    expect(lasted).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(bench.words[BREAKER.OPENED]).toBe(6);
  });

  it('takes trouble while it is open for the same one: the wait starts over and does not grow', () => {
    const bench = new Bench().open();
    bench.pass(400).trouble(50);
    expect([bench.left, bench.words[BREAKER.OPENED]]).toEqual([1_000, 1]);
    bench.good();
    expect([bench.left, bench.state]).toEqual([1_000, 'open']);
    bench.wait().trouble(15);
    expect(bench.left).toBe(2_000);
  });

  it('takes trouble past the end that an opening was to have for new, though the wait was put off', () => {
    const bench = new Bench().open();
    bench.pass(900).trouble(50);
    bench.pass(200);
    expect([bench.state, bench.trouble(15), bench.left]).toEqual(['open', true, 2_000]);
  });

  it('lets one probe at a time through while half-open, and the next once that was answered or forgotten', () => {
    const bench = new Bench().open();
    bench.probe();
    expect(bench.words[BREAKER.PROBES]).toBe(0);
    bench.pass(999);
    expect([bench.state, bench.lets]).toEqual(['open', false]);
    bench.pass(1);
    expect([bench.state, bench.lets]).toEqual(['half-open', true]);
    const first = bench.now;
    bench.probe();
    expect(bench.lets).toBe(false);
    expect(bench.pass(1_999).lets).toBe(false);
    expect(bench.pass(1).lets).toBe(true);
    bench.probe();
    // The forgotten one's answer is no answer to this one.
    endProbe(bench.words, first);
    expect(bench.lets).toBe(false);
    endProbe(bench.words, bench.now);
    expect(bench.lets).toBe(true);
    expect(bench.words[BREAKER.PROBES]).toBe(2);
  });

  it('closes after so many good answers, with half of what opens it left', () => {
    const bench = new Bench().open().wait();
    expect([bench.good(), bench.good(), bench.state]).toEqual([false, false, 'half-open']);
    expect([bench.good(), bench.state, bench.lets]).toEqual([true, 'closed', true]);
    expect([bench.score, bench.words[BREAKER.CLOSED]]).toEqual([50, 1]);
    expect(bench.trouble(HEAVIEST)).toBe(false);
    expect(bench.trouble(15)).toBe(true);
    expect(bench.left).toBe(2_000);
  });

  it('counts its good answers anew after each opening', () => {
    const bench = new Bench().open().wait();
    bench.good();
    bench.good();
    bench.trouble(20);
    bench.wait();
    expect([bench.good(), bench.good(), bench.good()]).toEqual([false, false, true]);
  });

  it('heals one step for each stretch of good answers without trouble, and silence heals nothing', () => {
    const bench = new Bench().open();
    for (let i = 0; i < 3; i++) bench.wait().trouble(20);
    expect(bench.words[BREAKER.OPEN_FOR]).toBe(8_000);
    bench.close();
    const nextOpening = (): number => {
      const twin = new Bench();
      twin.words.set(bench.words);
      twin.now = bench.now;
      return twin.open().left;
    };
    expect(bench.pass(29_999).good()).toBe(false);
    expect(nextOpening()).toBe(8_000);
    bench.pass(1).good();
    expect(nextOpening()).toBe(8_000);
    bench.pass(3_600_000);
    expect(nextOpening()).toBe(8_000);
    bench.good();
    bench.good();
    expect(nextOpening()).toBe(4_000);
    bench.pass(30_000).good();
    expect(nextOpening()).toBe(2_000);
    bench.pass(30_000).good();
    expect(nextOpening()).toBe(1_000);
  });

  it('is put off its healing by trouble', () => {
    const bench = new Bench().close();
    bench.pass(29_000).trouble(15);
    bench.pass(29_000).good();
    expect(bench.words[BREAKER.OPEN_FOR]).toBe(1_000);
    bench.pass(1_000).good();
    expect(bench.words[BREAKER.OPEN_FOR]).toBe(0);
  });

  it('stays open for a successor, who starts a closed one clean', () => {
    const open = new Bench().open();
    open.wait().probe();
    adopt(open.words);
    expect([open.state, open.lets, open.words[BREAKER.OPENED]]).toEqual(['half-open', true, 1]);
    const closed = new Bench();
    closed.trouble(40);
    adopt(closed.words);
    expect([closed.state, closed.score]).toEqual(['closed', 0]);
  });
});

describe('weights of troubles', () => {
  it('are of every error class, whole, and none opens a breaker by itself', () => {
    for (const name of ERROR_CLASSES) expect(Object.keys(WEIGHTS)).toContain(name);
    for (const [name, { venue, row }] of Object.entries(WEIGHTS)) {
      // Too little for a fill-or-kill order is nobody's trouble.
      if (name !== 'unfilled') expect(venue + row, name).toBeGreaterThan(0);
      for (const points of [venue, row]) {
        expect(Number.isInteger(points), name).toBe(true);
        expect(points, name).toBeLessThanOrEqual(HEAVIEST);
      }
    }
  });

  it('put our own making on the instrument, and what the whole venue does on the venue', () => {
    for (const own of ['insufficient-funds', 'filter', 'distrust'] as const) expect(WEIGHTS[own].venue, own).toBe(0);
    for (const theirs of ['auth', 'maintenance', 'clock', 'rate-limit', 'slow-ack'] as const)
      expect(WEIGHTS[theirs].row, theirs).toBe(0);
  });
});
