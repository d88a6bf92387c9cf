import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { BREAKER, LINE, QUOTE } from '../../../src/memory/layout.ts';
import { breakerWords, feesApartWords } from '../../../src/memory/shared-words.ts';
import { Scout } from './scout.ts';
import type { World } from './world.ts';

/** Alpha asks 100, beta bids 101: 100 bps before fees of 10 bps a side. */
const cross = (scout: Scout) => {
  scout.quote('alpha', 9_990, 10_000);
  return scout.quote('beta', 10_100, 10_110);
};

describe('detector, deciding', () => {
  it('makes one intent of a crossing: sizes, limits, edge and the row versions that it saw', () => {
    const scout = new Scout();
    const [intent, ...more] = cross(scout);
    expect(more).toEqual([]);
    // 2000 USDT buy 20 BTC at 100; 19.98 of them arrive.
    expect(intent).toMatchObject({
      id: 1,
      opportunity: 1,
      pair: 1,
      instrumentIndex: 0,
      receivedAt: 1e9,
      legs: [
        { row: 0, side: 'buy', limit: 10_000, size: 200_000, rowVersion: 2 },
        { row: 1, side: 'sell', limit: 10_100, size: 199_800, rowVersion: 2 },
      ],
    });
    // 19.98 × 101 × 0.999 / 2000
    expect(intent?.edgeBps).toBeCloseTo((((19.98 * 101 * 0.999) / 2000 - 1) * 10_000) as number, 6);
    expect(scout.count()).toMatchObject({ intents: 1, opportunities: 1, rowsRead: 2 + 2, scans: 2 * 2 + 2 * 2 });
    expect(scout.reasons()).toEqual({ ok: 1 });
  });

  it('sells the whole of what is bought while its fee is paid apart, which it costs all the same', () => {
    const scout = new Scout();
    const { buffer, layout } = scout.world;
    feesApartWords(buffer, layout)[0] = 1;
    const [intent] = cross(scout);
    expect(intent?.legs.map(({ size }) => size)).toEqual([200_000, 200_000]);
    expect(intent?.edgeBps).toBeCloseTo((((20 * 101 * 0.999) / (2000 * 1.001) - 1) * 10_000) as number, 6);
    const reasonOf = (bid: number) => {
      const other = new Scout();
      feesApartWords(other.world.buffer, other.world.layout)[0] = 1;
      other.quote('alpha', 9_990, 10_000);
      other.quote('beta', bid, bid + 10);
      return Object.keys(other.reasons());
    };
    expect([reasonOf(10_020), reasonOf(10_021), reasonOf(10_022)]).toEqual([
      ['below-fees'],
      ['below-threshold'],
      ['ok'],
    ]);
  });

  it('takes what gains at the end of both bands, and can be paid for there', () => {
    const reasonOf = (bid: number) => {
      const scout = new Scout({}, { band: 0.001 });
      scout.quote('alpha', 9_990, 10_000);
      const [intent] = scout.quote('beta', bid, bid + 10);
      return [...Object.keys(scout.reasons()), ...(intent?.legs.map(({ size }) => size) ?? [])];
    };
    expect(reasonOf(10_040)).toEqual(['below-fees']);
    // 2000 USDT at 100.1 buy 19.98.
    expect(reasonOf(10_042)).toEqual(['ok', 199_800, 199_600]);
    // The second level gains after fees, and not after fees and bands.
    const worstSale = (band: number) => {
      const scout = new Scout({}, { band });
      scout.quote('alpha', 9_990, 10_000);
      const bids = [
        [10_100, 1_000],
        [10_030, 1_000],
      ] as const;
      return scout.quote('beta', 10_100, 10_110, { bids })[0]?.legs[1]?.limit;
    };
    expect([worstSale(0), worstSale(0.001)]).toEqual([10_030, 10_100]);
  });

  it('makes none of quotes that are not crossed, or not by enough, or by too much', () => {
    const reasonOf = (bid: number) => {
      const scout = new Scout();
      scout.quote('alpha', 9_990, 10_000);
      expect(scout.quote('beta', bid, bid + 10)).toEqual([]);
      return scout.reasons();
    };
    expect(reasonOf(9_995)).toEqual({});
    expect(reasonOf(10_000)).toEqual({});
    expect(reasonOf(10_020)).toEqual({ 'below-fees': 1 });
    expect(reasonOf(10_021)).toEqual({ 'below-threshold': 1 });
    expect(reasonOf(10_400)).toEqual({ 'implausible-edge': 1 });
  });

  it.each([0, 2, 3])('prices no row whose trust is %i', (trust) => {
    const scout = new Scout();
    scout.quote('alpha', 9_990, 10_000, { trust });
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    expect(scout.count().opportunities).toBe(0);
    expect(scout.quote('alpha', 9_990, 10_000).length).toBe(1);
  });

  it('prices no row of a former life of its feed, and none of a feed whose heart stopped', () => {
    const scout = new Scout();
    scout.quote('alpha', 9_990, 10_000, { incarnation: 0 });
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    const late = new Scout();
    late.quote('alpha', 9_990, 10_000);
    late.world.clock.advanceMs(1_501);
    late.world.control.beat(1, late.world.clock.monotonicNs());
    expect(late.quote('beta', 10_100, 10_110)).toEqual([]);
    late.world.beat();
    expect(late.quote('beta', 10_100, 10_110).length).toBe(1);
  });

  it('has one intent of a pair in flight, then a cool-down from when it was settled', () => {
    const scout = new Scout();
    const [intent] = cross(scout);
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    expect(scout.reasons()).toEqual({ ok: 1, 'in-flight': 1 });
    scout.settle(intent);
    // Settled while nothing was quoted: the time counts from now, not from the next quote.
    scout.look();
    scout.pass(99);
    scout.quote('alpha', 9_990, 10_000);
    expect(scout.reasons()).toEqual({ ok: 1, 'in-flight': 1, 'cool-down': 1 });
    scout.pass(1);
    expect(scout.quote('beta', 10_100, 10_110).length).toBe(1);
  });

  it('takes no level twice until the venue says something newer, even a sequence that starts over', () => {
    const scout = new Scout({}, { cooldownNs: 0 });
    scout.quote('alpha', 9_990, 10_000, { seq: 500 });
    scout.settle(scout.quote('beta', 10_100, 10_110, { seq: 900 })[0]);
    expect(scout.quote('beta', 10_100, 10_110, { seq: 901 })).toEqual([]);
    expect(scout.reasons()).toEqual({ ok: 1, consumed: 1 });
    const [again] = scout.quote('alpha', 9_990, 10_000, { seq: 501 });
    expect(again?.id).toBe(2);
    scout.settle(again);
    // Both rows were taken: beta's as it stood at 901.
    expect(scout.quote('alpha', 9_990, 10_000, { seq: 502 })).toEqual([]);
    expect(scout.quote('beta', 10_100, 10_110, { seq: 3 }).length).toBe(1);
  });

  it('lets the other side of a taken row trade', () => {
    const scout = new Scout({}, { cooldownNs: 0 });
    scout.settle(cross(scout)[0]);
    scout.look();
    // Alpha's asks are taken, its bids are not.
    expect(scout.venuesOf(scout.quote('beta', 9_800, 9_880)[0])).toEqual(['beta', 'alpha']);
  });

  it('does nothing while halted or paused, or when order entry is down', () => {
    const reasonOf = (prepare: (scout: Scout) => void) => {
      const scout = new Scout();
      prepare(scout);
      expect(cross(scout)).toEqual([]);
      return Object.keys(scout.reasons());
    };
    expect(reasonOf(({ world }) => world.control.setHalt('api', true))).toEqual(['halted']);
    expect(reasonOf(({ world }) => world.control.setPause('executor', true))).toEqual(['paused']);
    expect(reasonOf(({ world }) => world.control.setGatewayUp(0, false))).toEqual(['gateway-down']);
    expect(reasonOf(({ world }) => world.control.setGatewayUp(1, false))).toEqual(['gateway-down']);
    const open = (words: Float64Array | undefined, untilMs: number): void =>
      void words?.fill(untilMs, BREAKER.UNTIL, BREAKER.UNTIL + 1);
    const nowMs = ({ clock }: World): number => clock.monotonicNs() / 1e6;
    for (const venue of [0, 1]) {
      const words = ({ buffer, layout }: World) => breakerWords(buffer, layout);
      expect(reasonOf(({ world }) => open(words(world).venues[venue], nowMs(world) + 1))).toEqual(['breaker-venue']);
      expect(reasonOf(({ world }) => open(words(world).rows[venue], nowMs(world) + 1))).toEqual(['breaker-instrument']);
    }
    expect(reasonOf(({ world }) => world.fund('alpha', 'USDT', 4))).toEqual(['no-inventory']);
    expect(reasonOf(({ world }) => world.fund('beta', 'BTC', 0))).toEqual(['no-inventory']);
  });

  it('leaves a venue out whose breaker is open, and takes the next best', () => {
    const scout = new Scout({ venues: ['alpha', 'beta', 'gamma'] });
    const { buffer, layout, clock } = scout.world;
    const until = breakerWords(buffer, layout).venues[2] as Float64Array;
    until[BREAKER.UNTIL] = clock.monotonicNs() / 1e6 + 1;
    scout.quote('beta', 10_080, 10_200);
    scout.quote('gamma', 10_120, 10_200);
    expect(scout.quote('alpha', 9_990, 10_000).map(scout.venuesOf)).toEqual([['alpha', 'beta']]);
    expect(scout.reasons()).toEqual({ ok: 1, 'breaker-venue': 1 });
    // Half-open is the executor's business: it knows whether a probe may pass.
    clock.advanceMs(200);
    scout.world.beat();
    expect(scout.quote('alpha', 9_990, 10_000).map(scout.venuesOf)).toEqual([['alpha', 'gamma']]);
  });

  it('takes the best of several venues, and says so of the others', () => {
    const scout = new Scout({ venues: ['alpha', 'beta', 'gamma', 'delta'] });
    scout.quote('beta', 10_080, 10_200);
    scout.quote('gamma', 10_120, 10_200);
    scout.quote('delta', 10_100, 10_200);
    const intents = scout.quote('alpha', 9_990, 10_000);
    expect(intents.map(scout.venuesOf)).toEqual([['alpha', 'gamma']]);
    expect(scout.reasons()).toEqual({ ok: 1, outranked: 2 });
    scout.detector.closeAll();
    expect(
      scout
        .lives()
        .map(({ sellVenue, verdict, intents: made }) => [sellVenue, verdict, made])
        .sort(),
    ).toEqual([
      ['beta', 'outranked', 0],
      ['delta', 'outranked', 0],
      ['gamma', 'ok', 1],
    ]);
  });

  it('counts an intent that finds the ring full, and tries again at the next quote', () => {
    const instruments = ['BTC-USDT', 'ETH-USDT'];
    const scout = new Scout({ instruments, intentSlots: 1 });
    const { world } = scout;
    for (const instrument of instruments) {
      world.publish(world.row('alpha', instrument), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
      world.publish(world.row('beta', instrument), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
    }
    scout.detector.doWork();
    expect(scout.reasons()).toMatchObject({ ok: 1, 'ring-full': 1 });
    expect(scout.taken().map(({ id, instrumentIndex }) => [id, instrumentIndex])).toEqual([[1, 0]]);
    const eth = world.row('beta', 'ETH-USDT');
    world.publish(eth, { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
    expect(scout.look().map(({ id, instrumentIndex }) => [id, instrumentIndex])).toEqual([[2, 1]]);
  });
});

describe('detector, lives of opportunities', () => {
  it('opens one at the first crossing, keeps its best moment, and closes it when it is gone', () => {
    const scout = new Scout({}, { minEdgeBps: 1 });
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 10_010, 10_110);
    scout.pass(40);
    scout.quote('beta', 10_050, 10_110, { lots: 10_000 });
    scout.pass(60);
    scout.quote('beta', 10_015, 10_110);
    scout.pass(23.5);
    expect(scout.lives()).toEqual([]);
    scout.quote('beta', 10_000, 10_110);
    expect(scout.lives()).toEqual([
      {
        kind: 'Opportunity',
        id: 'run-000000001',
        run: 'run',
        instrument: 'BTC-USDT',
        buyVenue: 'alpha',
        sellVenue: 'beta',
        openedAt: scout.world.clock.wallMs() - 123,
        closedAt: scout.world.clock.wallMs(),
        lifeMs: 123.5,
        grossEdgeBps: 50,
        // 1.005 × 0.999² - 1, less the guard
        netEdgeBps: 29.91,
        size: '1.001',
        // 0.9999 × 100.5 × 0.999 - 1.001 × 100
        profit: '0.28946005',
        intents: 1,
        verdict: 'ok',
      },
    ]);
    scout.quote('beta', 10_010, 10_110);
    scout.detector.closeAll();
    expect(scout.lives()[1]).toMatchObject({ id: 'run-000000002', verdict: 'below-fees', intents: 0, profit: '0' });
    expect(scout.count().opportunities).toBe(2);
  });

  it('ends those of a feed that fell silent, by itself', () => {
    const scout = new Scout();
    cross(scout);
    scout.look();
    expect(scout.lives()).toEqual([]);
    scout.world.clock.advanceMs(1_400);
    scout.world.control.beat(1, scout.world.clock.monotonicNs());
    scout.look();
    expect(scout.lives()).toEqual([]);
    scout.world.clock.advanceMs(101);
    scout.look();
    expect(scout.lives()).toMatchObject([{ verdict: 'ok', lifeMs: 1_501 }]);
  });

  it('keeps records while the journal is behind, in order, and counts what is too much', () => {
    const scout = new Scout();
    scout.quote('alpha', 9_990, 10_000);
    scout.look();
    scout.isJournalBehind = true;
    // The row turns live: one more record.
    for (let n = 0; n < 4_100; n++) {
      scout.quote('beta', 10_010, 10_110);
      scout.quote('beta', 9_990, 10_110);
    }
    expect(scout.count().recordsDropped).toBe(5);
    scout.isJournalBehind = false;
    scout.pass(51);
    scout.look();
    expect(scout.lives().length).toBe(4_095);
    expect(scout.lives().at(-1)?.id).toBe('run-000004095');
  });
});

describe('detector, other lives', () => {
  it('clears a restarted feed before it acknowledges it, and prices its rows from then on', () => {
    const scout = new Scout();
    const { world } = scout;
    cross(scout);
    world.mark(world.row('beta'));
    world.control.setIncarnation(1, 2);
    expect(world.control.acknowledged(1)).toBe(1);
    const { rowsRead } = scout.count();
    scout.look();
    // What the former life marked is not read any more.
    expect(scout.count().rowsRead).toBe(rowsRead);
    expect(world.control.acknowledged(1)).toBe(2);
    expect(world.control.acknowledged(0)).toBe(1);
    expect(scout.detector.hasWork).toBe(false);
    expect(scout.count()).toMatchObject({ resets: 1 });
    expect(scout.lives()).toMatchObject([{ verdict: 'ok' }]);
    scout.settle({ id: 1, pair: 1 });
    scout.look();
    scout.pass(1_000);
    // The other venue moves: the dropped row is not priced from memory.
    expect(scout.quote('alpha', 9_990, 10_000)).toEqual([]);
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    expect(scout.quote('beta', 10_100, 10_110, { incarnation: 2 }).length).toBe(1);
  });

  it('takes over from a dead detector and loses no row, wherever it died', () => {
    const expected = 3;
    for (let death = 0; death <= expected; death++) {
      const scout = new Scout({ instruments: ['A-USDT', 'B-USDT', 'C-USDT'] });
      const { world } = scout;
      for (const [index, { id }] of world.universe.instruments.entries()) {
        world.publish(world.row('alpha', id), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
        world.publish(world.row('beta', id), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
        if (index < death) scout.detector.doWork();
      }
      const before = scout.taken();
      expect(before.length).toBe(death);
      const dead = scout.detector;
      scout.start(1);
      expect(scout.detector).not.toBe(dead);
      const after = scout.look();
      expect(after.map(({ instrumentIndex }) => instrumentIndex).sort()).toEqual([0, 1, 2]);
      expect(after.map(({ id }) => id)).toEqual([1_001, 1_002, 1_003]);
    }
  });

  it('finishes the step that its predecessor died in: a row between cursor and flag', () => {
    const scout = new Scout();
    const { world } = scout;
    cross(scout);
    world.publish(world.row('beta'), { bids: [[10_000, 9_999]], asks: [[10_110, 9_999]] });
    // As `take` leaves it: the cursor moved on, the row named as pending, its flag still up.
    const words = new Int32Array(world.buffer, world.layout.dirtyRings[1]?.offset ?? 0, (3 * LINE) / 4);
    words[LINE / 4] = words[0] as number;
    words[(2 * LINE) / 4] = 1;
    scout.start(1);
    scout.quote('beta', 10_100, 10_110);
    expect(scout.count().rowsRead).toBeGreaterThan(0);
    expect(scout.taken().length + scout.count().intents).toBeGreaterThan(1);
  });

  it('takes a row whose writer hangs inside it for suspect', () => {
    const scout = new Scout();
    const { world } = scout;
    cross(scout);
    const sequence = new Int32Array(world.buffer);
    const at = (world.layout.rows / 8 + world.row('beta') * QUOTE.STRIDE) * 2;
    sequence[at] = (sequence[at] as number) + 1;
    world.mark(world.row('beta'));
    scout.look();
    expect(scout.count().tornReads).toBe(1);
    expect(scout.lives()).toMatchObject([{ verdict: 'ok' }]);
  });

  it('decides the same for the same input, byte for byte', () => {
    const play = (seed: number): number[][] => {
      const random = seededRandom(seed);
      const venues = ['alpha', 'beta', 'gamma'];
      const instruments = ['BTC-USDT', 'ETH-USDT'];
      const scout = new Scout({ venues, instruments }, { cooldownNs: 5e6 });
      const out: number[][] = [];
      for (let step = 0; step < 5_000; step++) {
        const venue = venues[random.int(3)] as string;
        const mid = 10_000 + random.int(60);
        const lots = 1 + random.int(5_000);
        scout.world.publish(scout.world.row(venue, instruments[random.int(2)] as string), {
          bids: [[mid - 2, lots]],
          asks: [[mid + 2, lots]],
        });
        scout.pass(random.next() * 3);
        for (const intent of scout.look()) {
          out.push([intent.id, intent.decidedAt, intent.edgeBps, intent.pair, ...intent.legs.map(({ size }) => size)]);
          if (random.int(2) === 0) scout.settle(intent);
        }
      }
      return out;
    };
    const first = play(7);
    expect(first.length).toBeGreaterThan(5);
    expect(play(7)).toEqual(first);
    expect(play(8)).not.toEqual(first);
  });
});
