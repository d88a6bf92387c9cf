/** An ended opportunity as the journal keeps it. Display values only: no money is decided by them. */
import type { Clock } from '../core/clock.ts';
import { formatDecimal } from '../core/decimal.ts';
import type { Universe } from '../core/instrument.ts';
import type { OpportunityRecord } from '../core/records.ts';
import type { OpportunityLife } from './opportunities.ts';

export function opportunityRecord(
  life: OpportunityLife,
  { universe, clock, settings }: { universe: Universe; clock: Clock; settings: { run: string } },
): OpportunityRecord {
  const venues = universe.venues.length;
  const instrument = universe.instruments[Math.floor(life.pair / (venues * venues))];
  const closedAt = clock.wallMs();
  const lifeMs = (life.closedAt - life.openedAt) / 1e6;
  return {
    kind: 'Opportunity',
    id: `${settings.run}-${String(life.sequence).padStart(9, '0')}`,
    run: settings.run,
    instrument: instrument?.id ?? '',
    buyVenue: universe.venues[Math.floor(life.pair / venues) % venues] ?? '',
    sellVenue: universe.venues[life.pair % venues] ?? '',
    openedAt: Math.round(closedAt - lifeMs),
    closedAt,
    lifeMs: Math.round(lifeMs * 1000) / 1000,
    grossEdgeBps: round(life.grossBps),
    netEdgeBps: round(life.netBps),
    size: formatDecimal(BigInt(life.buyLots), instrument?.grid.sizeDecimals ?? 0),
    profit: life.profit > 0 ? life.profit.toFixed(8).replace(/\.?0+$/, '') : '0',
    intents: life.intents,
    verdict: life.verdict,
  };
}

const round = (bps: number): number => Math.round(bps * 10_000) / 10_000;
