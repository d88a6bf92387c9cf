/** Honest histories give the verifier nothing to say, at whatever moment it looks; one wrong figure does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/record/verify/evidence.ts';
import { lineOf } from '../../src/record/verify/finding.ts';
import { LAG_MS } from '../../src/record/verify/horizon.ts';
import { verdictOn } from '../../src/record/verify/verify.ts';
import { exact, exactText } from '../support/exact.ts';
import { evidenceOf, honestStory } from '../support/honest-story.ts';

const linesOn = (evidence: Evidence): string[] => verdictOn(evidence).findings.map(lineOf);

/** Names of fields that hold amounts. */
const MONEY = new Set([
  'price',
  'size',
  'fee',
  'value',
  'quote',
  'filled',
  'free',
  'locked',
  'residual',
  'averagePrice',
]);

interface Amount {
  readonly path: string;
  readonly holder: Record<string, string>;
  readonly field: string;
}

/** Every amount below `node`; whatever stands in `pnl` and `fees` is one. */
function amountsIn(node: unknown, path: string): Amount[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([field, value]) => {
    const isMoney = MONEY.has(field) || /\.(pnl|fees)$/.test(path);
    if (typeof value === 'string' && isMoney) {
      return [{ path: `${path}.${field}`, holder: node as Record<string, string>, field }];
    }
    return amountsIn(value, `${path}.${field}`);
  });
}

const seed = fc.integer({ min: 0, max: 2 ** 31 });

describe('an honest history', () => {
  it('adds up', () => {
    fc.assert(
      fc.property(seed, (n) => {
        expect(linesOn(evidenceOf(honestStory(n)))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('adds up while it happens, the journal behind the log', () => {
    fc.assert(
      fc.property(
        seed,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(LAG_MS - 1),
        fc.nat(50),
        (n, part, lag, late) => {
          const story = honestStory(n);
          const first = story.steps[0]?.at ?? 0;
          const readAt = Math.round(first + part * (story.endsAt - first));
          const look = { readAt, journalUntil: readAt - lag, logUntil: readAt + late };
          expect(linesOn(evidenceOf(story, look))).toEqual([]);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('adds up after a kill that nobody has mended yet', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(LAG_MS - 1), (n, part, lag) => {
        const story = honestStory(n, { runs: 1, setsPerRun: 5 });
        const first = story.steps[0]?.at ?? 0;
        const last = story.steps.findLast(({ record }) => record?.kind !== 'Run')?.at ?? 0;
        const killedAt = Math.round(first + part * (last - first));
        expect(linesOn(evidenceOf(story, { journalUntil: killedAt - lag, logUntil: killedAt }))).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});

describe('a loss', () => {
  it('of any entry of the log is told as the damage that it is, and nothing else', () => {
    fc.assert(
      fc.property(seed, fc.nat(), (n, which) => {
        const evidence = evidenceOf(honestStory(n, { runs: 2, setsPerRun: 3 }));
        const places = evidence.log.flatMap((file) => file.entries.map((_, index) => ({ file, index })));
        const { file: hit, index } = places[which % places.length] as (typeof places)[number];
        const damaged = {
          ...hit,
          entries: hit.entries.toSpliced(index, 1),
          damage: [{ offset: 0, bytes: 100, entriesBefore: index }],
        };
        const log = evidence.log.map((file) => (file === hit ? damaged : file));
        expect(linesOn({ ...evidence, log })).toEqual([
          `log-damaged  ${hit.name}, byte 0: log 100 bytes that are no entry`,
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('of any record is found, and told as damage where its key is left', () => {
    fc.assert(
      fc.property(seed, fc.nat(), fc.boolean(), (n, which, isDamaged) => {
        const evidence = evidenceOf(honestStory(n, { runs: 2, setsPerRun: 3 }));
        const { legSets, orders, fills } = evidence.journal;
        const records = [...legSets, ...orders, ...fills];
        fc.pre(records.length > 0);
        const { kind, id } = records[which % records.length] as (typeof records)[number];
        const others = <T extends { kind: string; id: string }>(list: readonly T[]): T[] =>
          list.filter((record) => record.kind !== kind || record.id !== id);
        const journal = {
          ...evidence.journal,
          legSets: others(legSets),
          orders: others(orders),
          fills: others(fills),
          unreadable: isDamaged ? [{ kind, id, why: 'not a record' }] : [],
        };
        const { findings } = verdictOn({ ...evidence, journal });
        const missing = { LegSet: 'set-missing', Order: 'order-missing', Fill: 'fill-missing' };
        expect(findings.map(({ code }) => code)).toEqual([isDamaged ? 'journal-damaged' : missing[kind]]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a wrong figure', () => {
  it('is found wherever it stands', () => {
    fc.assert(
      fc.property(seed, fc.nat(), fc.constantFrom('0.01', '-0.01', '1', '-7.25'), (n, which, by) => {
        const { journal, log, ledger, ...rest } = structuredClone(
          evidenceOf(honestStory(n, { runs: 2, setsPerRun: 4 })),
        );
        const evidence = { ...rest, journal, log, ...(ledger === undefined ? {} : { ledger }) };
        const amounts = [
          ...amountsIn(journal, 'journal'),
          ...log.flatMap(({ entries }) => amountsIn(entries, 'log')),
          ...amountsIn(ledger?.venues, 'ledger'),
        ];
        const amount = amounts[which % amounts.length];
        if (amount === undefined) throw new Error('there is no money in this history');
        const { holder, field, path } = amount;
        holder[field] = exactText(exact(holder[field] as string) + exact(by));
        expect(verdictOn(evidence).ok, `${path} moved by ${by}`).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('of a fee is found when all books agree on it', () => {
    fc.assert(
      fc.property(seed, fc.nat(20), fc.boolean(), (n, which, hasSchedule) => {
        const story = honestStory(n, { runs: 2, setsPerRun: 8, wrongFeeOf: which });
        const wrong = story.steps.flatMap(({ entry }) => (entry?.kind === 'Filled' ? [entry] : []))[which];
        const fills = story.steps.filter(({ entry }) => entry?.kind === 'Filled' && entry.venue === wrong?.venue);
        // A fee of nothing stays one, and two fills are needed for one to be the odd one.
        fc.pre(wrong !== undefined && exact(wrong.fill.fee) > exact('0.001') && fills.length > 2);
        const { references, ...rest } = evidenceOf(story);
        const findings = verdictOn({ ...rest, references: hasSchedule ? references : new Map() }).findings;
        expect(findings.map(({ code, where }) => [code, where])).toEqual([
          ['fee-odd', `fill ${wrong?.venue}:${wrong?.fill.symbol}:${wrong?.fill.tradeId}, fee`],
        ]);
      }),
      { numRuns: 120 },
    );
  });
});
