/** Intents as fixed slots of doubles. */
import { type Intent, type IntentLeg, MAX_LEGS } from '../core/intent.ts';
import type { Bps, Lots, MonoNs, Ticks } from '../core/units.ts';
import { INTENT } from './layout.ts';

export const newIntentSlot = (): Float64Array => new Float64Array(INTENT.SLOT);

export function writeIntent(intent: Intent, slot: Float64Array): void {
  if (intent.legs.length < 1 || intent.legs.length > MAX_LEGS) throw new RangeError(`${intent.legs.length} legs`);
  slot[INTENT.ID] = intent.id;
  slot[INTENT.OPPORTUNITY] = intent.opportunity;
  slot[INTENT.INSTRUMENT] = intent.instrumentIndex;
  slot[INTENT.PAIR] = intent.pair;
  slot[INTENT.DECIDED_AT] = intent.decidedAt;
  slot[INTENT.RECEIVED_AT] = intent.receivedAt;
  slot[INTENT.EDGE_BPS] = intent.edgeBps;
  slot[INTENT.LEG_COUNT] = intent.legs.length;
  for (let i = 0; i < intent.legs.length; i++) {
    const leg = intent.legs[i];
    if (leg === undefined) continue;
    const at = INTENT.LEGS + i * INTENT.LEG_STRIDE;
    slot[at] = leg.row;
    slot[at + 1] = leg.side === 'buy' ? 1 : -1;
    slot[at + 2] = leg.limit;
    slot[at + 3] = leg.size;
    slot[at + 4] = leg.rowVersion;
  }
}

export function readIntent(slot: Float64Array): Intent {
  const word = (at: number): number => slot[at] as number;
  const legs: IntentLeg[] = [];
  for (let i = 0; i < word(INTENT.LEG_COUNT); i++) {
    const at = INTENT.LEGS + i * INTENT.LEG_STRIDE;
    legs.push({
      row: word(at),
      side: word(at + 1) > 0 ? 'buy' : 'sell',
      limit: word(at + 2) as Ticks,
      size: word(at + 3) as Lots,
      rowVersion: word(at + 4),
    });
  }
  return {
    id: word(INTENT.ID),
    opportunity: word(INTENT.OPPORTUNITY),
    instrumentIndex: word(INTENT.INSTRUMENT),
    pair: word(INTENT.PAIR),
    decidedAt: word(INTENT.DECIDED_AT) as MonoNs,
    receivedAt: word(INTENT.RECEIVED_AT) as MonoNs,
    edgeBps: word(INTENT.EDGE_BPS) as Bps,
    legs,
  };
}
