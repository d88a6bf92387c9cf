import type { Static } from 'typebox';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { tokenCheck } from '../../../src/api/auth.ts';
import { parseTime, toRecordQuery } from '../../../src/api/query.ts';
import { readTrades } from '../../../src/api/routes-read.ts';
import type * as shapes from '../../../src/api/schemas.ts';
import type { FaultRecord, LegSetRecord, OpportunityRecord, OrderRecord } from '../../../src/core/records.ts';
import type {
  EdgeView,
  EngineStatus,
  EngineView,
  InventoryView,
  QuoteView,
  VenueStatus,
} from '../../../src/core/status.ts';
import { emptyLegSet, fakeJournal, legSet } from '../../integration/api/fake-engine.ts';

describe('times', () => {
  it.each([
    ['0', 0],
    ['1750000000123', 1_750_000_000_123],
    ['2025-06-15', Date.UTC(2025, 5, 15)],
    ['2025-06-15T15:06', Date.UTC(2025, 5, 15, 15, 6)],
    ['2025-06-15T15:06:40', Date.UTC(2025, 5, 15, 15, 6, 40)],
    ['2025-06-15T15:06:40.5Z', Date.UTC(2025, 5, 15, 15, 6, 40, 500)],
    ['2025-06-15T15:06:40+02:00', Date.UTC(2025, 5, 15, 13, 6, 40)],
  ])('reads %s', (text, ms) => expect(parseTime(text)).toBe(ms));

  it.each([
    '',
    'now',
    '-5',
    '1e9',
    '2025',
    '1750000000',
    '15.06.2025',
    '2025-13-01',
    '2025-06-15 15:06',
    '1'.repeat(16),
  ])('does not read "%s"', (text) => expect(parseTime(text)).toBeUndefined());

  it('leaves out what was not asked for', () => {
    expect(toRecordQuery({ limit: 5 })).toEqual({ limit: 5, newestFirst: true });
  });
});

describe('trades', () => {
  it('finds them behind any number of leg sets that did not fill, and stops at the end', () => {
    const journal = fakeJournal([legSet(1), legSet(2), ...Array.from({ length: 100 }, (_, n) => emptyLegSet(n + 3))]);
    const ids = (limit: number) =>
      readTrades((query) => journal.read('LegSet', query), { limit }).map((trade) => trade.id);
    expect(ids(1)).toEqual(['r0001-2']);
    expect(ids(50)).toEqual(['r0001-2', 'r0001-1']);
    expect(journal.queries.map(({ limit }) => limit)).toEqual([1, 4, 16, 64, 256, 50, 200]);
  });
});

describe('the token', () => {
  it('is compared whole', () => {
    const check = tokenCheck('secret');
    expect(check('Bearer secret')).toBe(true);
    expect(check('bearer secret')).toBe(true);
    for (const wrong of [undefined, '', 'Bearer', 'secret', 'Bearer secre', 'Bearer secrets', 'Basic secret'])
      expect(check(wrong)).toBe(false);
  });

  it('is never the empty one', () => {
    expect(tokenCheck('')('Bearer ')).toBe(false);
    expect(tokenCheck('')(undefined)).toBe(false);
  });
});

/** A type with its literals widened and its readonly marks off: what JSON keeps of it. */
type Wire<Type> = Type extends string
  ? string
  : Type extends number
    ? number
    : Type extends boolean
      ? boolean
      : Type extends readonly (infer Item)[]
        ? Wire<Item>[]
        : Type extends object
          ? { -readonly [Key in keyof Type]: Wire<Type[Key]> }
          : Type;

describe('schemas', () => {
  it('have every field of what they describe (the compiler checks it)', () => {
    expectTypeOf<Wire<Static<typeof shapes.StatusSchema>>>().toEqualTypeOf<Wire<EngineStatus>>();
    expectTypeOf<Wire<Static<typeof shapes.VenueStatusSchema>>>().toEqualTypeOf<Wire<VenueStatus>>();
    expectTypeOf<Wire<Static<typeof shapes.QuoteSchema>>>().toEqualTypeOf<Wire<QuoteView>>();
    expectTypeOf<Wire<Static<typeof shapes.EdgeSchema>>>().toEqualTypeOf<Wire<EdgeView>>();
    expectTypeOf<Wire<Static<typeof shapes.InventorySchema>>>().toEqualTypeOf<Wire<InventoryView>>();
    expectTypeOf<Wire<Static<typeof shapes.OpportunitySchema>>>().toEqualTypeOf<Wire<OpportunityRecord>>();
    expectTypeOf<Wire<Static<typeof shapes.LegSetSchema>>>().toEqualTypeOf<Wire<LegSetRecord>>();
    expectTypeOf<Wire<Static<typeof shapes.OrderSchema>>>().toEqualTypeOf<Wire<OrderRecord>>();
    expectTypeOf<Wire<Static<typeof shapes.FaultSchema>>>().toEqualTypeOf<Wire<FaultRecord>>();
    type Instrument = ReturnType<EngineView['instruments']>[number];
    expectTypeOf<Wire<Static<typeof shapes.InstrumentSchema>>>().toEqualTypeOf<Wire<Instrument>>();
  });
});
