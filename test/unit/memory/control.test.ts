import { beforeEach, describe, expect, it } from 'vitest';
import { Control } from '../../../src/memory/control.ts';
import { allocate, planLayout, WRITERS } from '../../../src/memory/layout.ts';

const layout = planLayout({
  rowsPerVenue: [2, 3],
  instruments: 3,
  assets: 2,
  intentSlots: 4,
  recordBytes: 64,
  counters: {},
  histograms: [],
});

describe('control words', () => {
  let control: Control;
  let other: Control;

  beforeEach(() => {
    const buffer = allocate(layout);
    control = new Control(buffer, layout);
    other = new Control(buffer, layout);
  });

  it('halt when any writer says so, and until that very writer lifts it', () => {
    for (const writer of WRITERS) {
      expect(other.isHalted).toBe(false);
      control.setHalt(writer, true);
      expect(other.isHalted).toBe(true);
      for (const name of WRITERS) expect(other.isHaltedBy(name)).toBe(name === writer);
      for (const name of WRITERS) if (name !== writer) control.setHalt(name, false);
      expect(other.isHalted).toBe(true);
      control.setHalt(writer, false);
    }
    expect(other.isHalted).toBe(false);
  });

  it('pause likewise, apart from halting', () => {
    for (const writer of WRITERS) {
      control.setPause(writer, true);
      expect([other.isPaused, other.isHalted]).toEqual([true, false]);
      for (const name of WRITERS) expect(other.isPausedBy(name)).toBe(name === writer);
      control.setPause(writer, false);
      expect(other.isPaused).toBe(false);
    }
  });

  it('are kept apart by venue', () => {
    control.setIncarnation(0, 7);
    control.acknowledge(1, 3);
    control.beat(0, 123_456_789_012.5);
    control.setGatewayUp(1, true);
    expect([other.incarnation(0), other.incarnation(1)]).toEqual([7, 0]);
    expect([other.acknowledged(0), other.acknowledged(1)]).toEqual([0, 3]);
    expect([other.lastBeat(0), other.lastBeat(1)]).toEqual([123_456_789_012.5, 0]);
    expect([other.isGatewayUp(0), other.isGatewayUp(1)]).toEqual([false, true]);
    control.setGatewayUp(1, false);
    expect(other.isGatewayUp(1)).toBe(false);
  });

  it('exist for known venues only', () => {
    for (const venue of [2, -1, 0.5]) {
      expect(() => control.incarnation(venue)).toThrow(RangeError);
      expect(() => control.beat(venue, 1)).toThrow(RangeError);
    }
  });
});
