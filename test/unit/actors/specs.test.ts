import { describe, expect, it } from 'vitest';
import { Specs } from '../../../src/actors/specs.ts';
import type { VenueSetup } from '../../../src/actors/venue-setup.ts';
import { Control } from '../../../src/memory/control.ts';
import { allocate, planLayout } from '../../../src/memory/layout.ts';
import { descriptorOf } from '../../../src/venues/registry.ts';

const setup = (id: string, marketData?: 'json' | 'sbe'): VenueSetup => ({
  config: { id, environment: 'live', ...(marketData === undefined ? {} : { marketData }) },
  descriptor: descriptorOf(id),
  endpoints: { rest: 'r', wsPublic: 'p', wsPrivate: 'v', wsTrade: 't' },
  credentials: { apiKey: `${id}-api-key`, secret: `${id}-secret`, passphrase: `${id}-passphrase` },
});

function specs(setups: readonly VenueSetup[]): Specs {
  const layout = planLayout({
    rowsPerVenue: [1, 1],
    instruments: 1,
    assets: 2,
    intentSlots: 4,
    recordBytes: 1024,
    counters: {},
    histograms: [],
  });
  const identity = { next: () => ({ instance: 'abcde', epoch: 1 }) };
  const context = { run: 'run', universe: { venues: ['binance', 'okx'] } };
  return new Specs(context, setups, identity, new Control(allocate(layout), layout), ['dead']);
}

describe('what feeds are started with', () => {
  it('is no key at all where market data needs none', () => {
    for (const marketData of [undefined, 'json'] as const) {
      const made = specs([setup('binance', marketData), setup('okx')]);
      for (const name of ['feed:binance', 'feed:okx']) {
        const text = JSON.stringify(made.next(name, 0));
        expect(text).not.toMatch(/api-key|secret|passphrase/);
      }
    }
  });

  it("is the API key without the secret where it needs one, and only that venue's", () => {
    const made = specs([setup('binance', 'sbe'), setup('okx')]);
    const spec = made.next('feed:binance', 0);
    expect(spec).toMatchObject({ kind: 'feed', access: { encoding: 'sbe', apiKey: 'binance-api-key' } });
    expect(JSON.stringify(spec)).not.toMatch(/secret|passphrase|okx/);
    expect(JSON.stringify(made.next('feed:okx', 0))).not.toMatch(/api-key|secret|passphrase/);
    expect(JSON.stringify([made.next('detector', 0), made.next('journal', 0)])).not.toMatch(/api-key|secret/);
  });
});

describe('what executors are started with', () => {
  it('names the runs whose records the journal may lack; a successor, its own too', () => {
    const made = specs([setup('binance'), setup('okx')]);
    expect(made.next('executor', 0)).toMatchObject({ kind: 'executor', unended: ['dead'] });
    expect(made.next('executor', 1)).toMatchObject({ unended: ['dead', 'run'] });
  });
});
