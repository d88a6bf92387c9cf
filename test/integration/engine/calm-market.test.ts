/** A market whose crossings stay below the fees: nothing is traded, and the journal says why. */
import { describe, expect, it } from 'vitest';
import type { OpportunityRecord } from '../../../src/core/records.ts';
import { readJournal } from '../../support/agreement.ts';
import { startEngine } from '../../support/engine-process.ts';
import { parallax } from '../../support/processes.ts';

/** What may stand in the way of a crossing that does not pay. */
const NOT_WORTH_IT = ['below-fees', 'below-threshold'];

describe('a calm market', () => {
  it.concurrent.each([2, 4_041])('seed %i: no intent, and a verdict for every opportunity', async (seed) => {
    const engine = startEngine({
      config: { api: { port: 0 }, idle: 'park' },
      args: ['--for', '4s', '--market', 'calm', '--seed', String(seed)],
    });
    await engine.endsWith(0, 60_000);
    const summary = engine.summary();
    expect(summary).toMatchObject({ intents: 0, clean: true, pnl: {}, fees: {}, faults: [] });
    expect(Object.values(summary?.legSets ?? { opened: -1 }).every((count) => count === 0)).toBe(true);
    expect(Object.values(summary?.orders ?? { sent: -1 }).every((count) => count === 0)).toBe(true);
    expect(summary?.venues).toMatchObject({ binance: { state: 'live' }, okx: { state: 'live' } });

    const { opportunities, legSets, orders, fills } = readJournal(engine.dataDir);
    expect({ legSets, orders, fills }).toEqual({ legSets: [], orders: [], fills: [] });
    expect(opportunities.length).toBeGreaterThan(0);
    expect(opportunities.length).toBe(summary?.opportunities);
    for (const each of opportunities) {
      expect(NOT_WORTH_IT, JSON.stringify(each)).toContain(each.verdict);
      expect(each).toMatchObject({ intents: 0, profit: '0' });
      expect(each.grossEdgeBps, JSON.stringify(each)).toBeGreaterThan(0);
      expect(each.netEdgeBps, JSON.stringify(each)).toBeLessThan(1);
      expect(each.closedAt).toBeGreaterThanOrEqual(each.openedAt);
    }

    const command = parallax(['opportunities', '--json', '--limit', '100000', '--data', engine.dataDir]);
    expect(await command.end()).toMatchObject({ code: 0 });
    const told = JSON.parse(command.out) as { opportunities: OpportunityRecord[] };
    expect(told.opportunities.toReversed()).toEqual(opportunities);
  });
});
