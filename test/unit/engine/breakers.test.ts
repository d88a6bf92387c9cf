import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Fault } from '../../../src/core/faults.ts';
import { REASONS } from '../../../src/core/intent.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { ErrorClass, PlaceOutcome, VenueError } from '../../../src/core/order.ts';
import { TRUST } from '../../../src/core/quote.ts';
import type { MonoNs } from '../../../src/core/units.ts';
import { AckPace } from '../../../src/engine/ack-pace.ts';
import { scoreOf, stateOf } from '../../../src/engine/breaker.ts';
import { Breakers, type OrderTrace } from '../../../src/engine/breakers.ts';
import type { Leg } from '../../../src/engine/leg.ts';
import type { PlannedOrder } from '../../../src/engine/plan.ts';
import { BREAKER } from '../../../src/memory/layout.ts';
import { breakerWords } from '../../../src/memory/shared-words.ts';
import { BREAKERS } from './desk.ts';
import { World } from './world.ts';

const errorOf = (name: ErrorClass): VenueError => ({ class: name, code: 'x', message: 'x' });

/** Two venues with two instruments each: rows 0 and 1 are alpha's, 2 and 3 beta's. */
class Rig {
  readonly world = new World({ instruments: ['BTC-USDT', 'ETH-USDT'] });
  readonly faults: Fault[] = [];
  readonly words = breakerWords(this.world.buffer, this.world.layout);
  breakers: Breakers = this.start();

  start(): Breakers {
    const { universe, buffer, layout, clock } = this.world;
    const onFault = (fault: Fault): void => void this.faults.push(fault);
    this.breakers = new Breakers({ universe, buffer, layout, clock, settings: BREAKERS, log: silentLog, onFault });
    return this.breakers;
  }

  get nowMs(): number {
    return Math.floor(this.world.clock.monotonicNs() / 1e6);
  }

  outcome(kind: 'acked' | 'unknown' | ErrorClass, tookMs = 5): PlaceOutcome {
    const sentAt = this.world.clock.monotonicNs();
    const ackedAt = (sentAt + tookMs * 1e6) as MonoNs;
    if (kind === 'acked') return { kind, venueOrderId: 'v', sentAt, ackedAt };
    if (kind === 'unknown') return { kind, reason: 'x', sentAt };
    return { kind: 'rejected', error: errorOf(kind), sentAt, ackedAt };
  }

  /** Sends a leg and has it answered. */
  send(row: number, kind: 'acked' | 'unknown' | ErrorClass, role: Leg['role'] = 'leg', tookMs?: number): OrderTrace {
    const trace = this.breakers.follow(row, role);
    trace.onOutcome(this.outcome(kind, tookMs));
    return trace;
  }

  /** The reason for a leg set over these rows. */
  check(...rows: number[]): string | undefined {
    const orders = rows.map((row) => ({ row: this.world.universe.rows[row] }) as PlannedOrder);
    return REASONS[this.breakers.checkOpen('leg', orders)];
  }

  venue = (index: number) => stateOf(this.words.venues[index] as Float64Array, this.nowMs);
  row = (index: number) => stateOf(this.words.rows[index] as Float64Array, this.nowMs);
  venueScore = (index: number) => scoreOf(this.words.venues[index] as Float64Array, this.nowMs, BREAKERS);
  rowScore = (index: number) => scoreOf(this.words.rows[index] as Float64Array, this.nowMs, BREAKERS);
  count = (word: number, venue: number) => this.words.venues[venue]?.[word];
}

describe('breakers', () => {
  it('can be asked about orders that open a set, and about no others', () => {
    expectTypeOf<Parameters<Breakers['checkOpen']>[0]>().toEqualTypeOf<'leg'>();
    expectTypeOf<Leg['role']>().not.toExtend<Parameters<Breakers['checkOpen']>[0]>();
    expectTypeOf<'unwind'>().not.toExtend<Parameters<Breakers['checkOpen']>[0]>();
  });

  it.each([
    ['insufficient-funds', 0, 25],
    ['filter', 0, 35],
    ['other', 0, 25],
    ['unfilled', 0, 0],
    ['rate-limit', 35, 0],
    ['maintenance', 50, 0],
    ['auth', 50, 0],
    ['clock', 35, 0],
    ['unknown', 40, 40],
    ['duplicate-client-id', 40, 40],
  ] as const)('weigh %s with %d on the venue and %d on the instrument there', (kind, venue, row) => {
    const rig = new Rig();
    rig.send(0, kind);
    expect([rig.venueScore(0), rig.rowScore(0)]).toEqual([venue, row]);
    expect([rig.venueScore(1), rig.rowScore(1), rig.rowScore(2)]).toEqual([0, 0, 0]);
  });

  it('keep sets from a venue in trouble, whatever the instrument, and from no other', () => {
    const rig = new Rig();
    expect(rig.check(0, 2)).toBe('ok');
    for (const row of [0, 1, 0]) rig.send(row, 'maintenance');
    expect([rig.check(0, 2), rig.check(3, 1), rig.check(2)]).toEqual(['breaker-venue', 'breaker-venue', 'ok']);
  });

  it('keep sets from an instrument that a venue refuses, and from no other there', () => {
    const rig = new Rig();
    for (let i = 0; i < 5; i++) rig.send(2, 'insufficient-funds');
    expect([rig.check(0, 2), rig.check(1, 3)]).toEqual(['breaker-instrument', 'ok']);
    // A refusal of our making is a good answer of the venue.
    expect(rig.venueScore(1)).toBe(0);
  });

  it('take a fill-or-kill order that found too little for a good answer', () => {
    const rig = new Rig();
    rig.send(2, 'insufficient-funds');
    rig.send(2, 'unfilled');
    expect([rig.rowScore(2), rig.venueScore(1)]).toEqual([25 - BREAKERS.goodPoints, 0]);
  });

  it('open for one instrument alone where the venue answers on the others', () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) {
      rig.send(0, 'unknown');
      for (let good = 0; good < 4; good++) rig.send(1, 'acked');
    }
    expect([rig.venue(0), rig.row(0), rig.row(1)]).toEqual(['closed', 'open', 'closed']);
  });

  it('count an order that is late and then lost, or lost and then late, as one trouble', () => {
    const rig = new Rig();
    const late = rig.breakers.follow(0, 'leg');
    late.onLate();
    late.onOutcome(rig.outcome('unknown'));
    expect(rig.venueScore(0)).toBe(40);
    rig.send(0, 'unknown').onLate();
    expect(rig.venueScore(0)).toBe(80);
    // Answered, and then nothing more: that is trouble after all.
    rig.send(2, 'acked').onLate();
    expect(rig.venueScore(1)).toBe(40);
  });

  it('are fed by unwinds, which are no probes', () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) rig.send(0, 'maintenance', 'unwind');
    expect(rig.venue(0)).toBe('open');
    rig.world.clock.advanceMs(1_000);
    rig.breakers.follow(0, 'unwind');
    expect([rig.venue(0), rig.check(0), rig.count(BREAKER.PROBES, 0)]).toEqual(['half-open', 'ok', 0]);
    for (let i = 0; i < 3; i++) rig.send(0, 'acked', 'unwind');
    expect(rig.venue(0)).toBe('closed');
  });

  it('let one order at a time through while half-open, and close after three good ones', () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) rig.send(0, 'maintenance');
    rig.world.clock.advanceMs(1_000);
    for (let probe = 1; probe <= 3; probe++) {
      expect(rig.check(0, 2)).toBe('ok');
      const trace = rig.breakers.follow(0, 'leg');
      expect(rig.check(1, 3)).toBe('breaker-venue');
      trace.onOutcome(rig.outcome('acked'));
    }
    expect([rig.venue(0), rig.count(BREAKER.PROBES, 0), rig.count(BREAKER.CLOSED, 0)]).toEqual(['closed', 3, 1]);
  });

  it('free the instrument of its probe when the refusal was for the venue', () => {
    const rig = new Rig();
    for (let i = 0; i < 5; i++) rig.send(0, 'insufficient-funds');
    rig.world.clock.advanceMs(1_000);
    rig.send(0, 'maintenance');
    expect([rig.row(0), rig.check(0)]).toEqual(['half-open', 'ok']);
  });

  it('tell a person once when one opens again and again, and once more after it had healed', () => {
    const rig = new Rig();
    const fail = (): void => {
      for (let i = 0; i < 3; i++) rig.send(0, 'maintenance');
    };
    fail();
    expect(rig.faults).toEqual([]);
    for (let i = 0; i < 4; i++) {
      rig.world.clock.advanceMs(60_000);
      fail();
    }
    expect(rig.faults.map(({ code, details }) => [code, details])).toEqual([
      ['execution/breaker', { venue: 'alpha', trouble: 'maintenance', openMs: 2_000, score: 80 }],
    ]);
    rig.world.clock.advanceMs(60_000);
    for (let healing = 0; healing < 8; healing++) {
      for (let i = 0; i < 3; i++) rig.send(1, 'acked');
      rig.world.clock.advanceMs(30_000);
    }
    for (let i = 0; i < 2; i++) {
      fail();
      rig.world.clock.advanceMs(60_000);
    }
    expect(rig.faults.length).toBe(2);
  });

  it('name the instrument whose breaker it is', () => {
    const rig = new Rig();
    for (let i = 0; i < 6; i++) {
      rig.send(3, 'filter');
      rig.world.clock.advanceMs(1_000);
    }
    expect(rig.faults.map(({ details }) => [details.venue, details.instrument])).toEqual([['beta', 'ETH-USDT']]);
    expect(rig.faults[0]?.message).toContain('ETH-USDT at beta');
  });

  it('stay open for a successor, to whom closed ones are new', () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) rig.send(0, 'maintenance');
    rig.send(2, 'unknown');
    rig.start();
    expect([rig.check(0), rig.venueScore(1), rig.rowScore(2)]).toEqual(['breaker-venue', 0, 0]);
  });
});

describe('breakers, slow answers', () => {
  it('take an answer beyond the bound for trouble of the venue, and for no good one', () => {
    const rig = new Rig();
    for (let i = 0; i < 6; i++) rig.send(0, 'acked', 'leg', 1_001);
    expect([rig.venue(0), rig.venueScore(0), rig.rowScore(0)]).toEqual(['closed', 90, 0]);
    rig.send(0, 'acked', 'leg', 1_001);
    expect(rig.venue(0)).toBe('open');
  });

  it('know what is slow for a venue once it has answered often enough', () => {
    const pace = new AckPace(2, 1_000, 10);
    expect(pace.note(0, 400e6)).toBe(false);
    for (let i = 0; i < 400; i++) expect(pace.note(1, (10 + (i % 5)) * 1e6)).toBe(false);
    // Twelve milliseconds at the median: 300 are far more than ten times that, 240 are below a quarter of the bound.
    expect([pace.note(1, 300e6), pace.note(1, 240e6), pace.note(0, 300e6)]).toEqual([true, false, false]);
    expect(pace.note(0, 1_000.1e6)).toBe(true);
  });

  it('follow a venue that becomes slower for good', () => {
    const pace = new AckPace(1, 1_000, 10);
    for (let i = 0; i < 100; i++) pace.note(0, 5e6);
    const slow = Array.from({ length: 60 }, () => pace.note(0, 300e6));
    expect([slow[0], slow[20], slow[40]]).toEqual([true, true, false]);
  });
});

describe('breakers, trust of feeds', () => {
  const quote = (rig: Rig, row: number, trust: number): void => {
    rig.world.write(row, { bids: [[100, 1]], asks: [[101, 1]], trust });
    rig.breakers.lookAround();
  };

  it('take a row that leaves live for trouble, and one that was never live or stays away for none', () => {
    const rig = new Rig();
    quote(rig, 2, TRUST.Suspect);
    quote(rig, 0, TRUST.Live);
    rig.breakers.lookAround();
    expect([rig.rowScore(0), rig.rowScore(2)]).toEqual([0, 0]);
    quote(rig, 0, TRUST.Stale);
    rig.breakers.lookAround();
    quote(rig, 0, TRUST.Suspect);
    expect([rig.rowScore(0), rig.rowScore(1)]).toEqual([20, 0]);
  });

  it('open for a row that flaps, and for its venue when half of its rows do', () => {
    const rig = new Rig();
    for (let flap = 0; flap < 6; flap++) {
      quote(rig, 0, TRUST.Live);
      quote(rig, 0, TRUST.Suspect);
    }
    expect([rig.row(0), rig.row(1), rig.venue(0)]).toEqual(['open', 'closed', 'open']);
    const large = new World({ instruments: ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'] });
    const { universe, buffer, layout, clock } = large;
    const onFault = (): void => {};
    const breakers = new Breakers({ universe, buffer, layout, clock, settings: BREAKERS, log: silentLog, onFault });
    for (const trust of [TRUST.Live, TRUST.Suspect]) {
      large.write(0, { bids: [[100, 1]], asks: [[101, 1]], trust });
      breakers.lookAround();
    }
    const words = breakerWords(buffer, layout);
    expect([words.venues[0]?.[BREAKER.SCORE], words.rows[0]?.[BREAKER.SCORE]]).toEqual([0, 20_000]);
  });
});
