/** Writes intents into the executor's ring. Thread: detector, the ring's one producer. Steady state: no allocation. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import type { Intent, IntentLeg } from '../core/intent.ts';
import type { Bps, Lots, MonoNs, Ticks } from '../core/units.ts';
import type { Histogram } from '../memory/counters.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import { newIntentSlot, writeIntent } from '../memory/intent-codec.ts';
import { INTENT, type Layout, QUOTE } from '../memory/layout.ts';
import { SlotRing } from '../memory/slot-ring.ts';
import type { RowMirror } from './row-mirror.ts';
import type { Sizing } from './sizing.ts';

export interface IntentWriterDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly wireToDecision: Histogram;
  readonly executorBell: Doorbell;
  readonly firstIntent: number;
}

const newIntentLeg = (side: 'buy' | 'sell'): IntentLeg => ({
  row: 0,
  side,
  limit: 0 as Ticks,
  size: 0 as Lots,
  rowVersion: 0,
});

export class IntentWriter {
  readonly #deps: IntentWriterDeps;
  readonly #mirror: RowMirror;
  readonly #ring: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #buy = newIntentLeg('buy');
  readonly #sell = newIntentLeg('sell');
  readonly #intent: Intent;

  constructor(deps: IntentWriterDeps, mirror: RowMirror) {
    const { buffer, layout } = deps;
    this.#deps = deps;
    this.#mirror = mirror;
    this.#ring = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    this.#intent = {
      id: deps.firstIntent,
      opportunity: 0,
      instrumentIndex: 0,
      pair: 0,
      decidedAt: 0 as MonoNs,
      receivedAt: 0 as MonoNs,
      edgeBps: 0 as Bps,
      legs: [this.#buy, this.#sell],
    };
  }

  /** The id that the next intent will have. */
  get nextId(): number {
    return this.#intent.id;
  }

  /** False, and nothing written, when the ring is full. */
  tryWrite(buyRow: number, sellRow: number, pair: number, opportunity: number, sizing: Sizing): boolean {
    const { clock, universe, wireToDecision, executorBell } = this.#deps;
    const intent = this.#intent;
    intent.opportunity = opportunity;
    intent.instrumentIndex = universe.rows[buyRow]?.instrumentIndex as number;
    intent.pair = pair;
    // The trigger is the newer of the two rows.
    intent.receivedAt = Math.max(
      this.#mirror.get(buyRow, QUOTE.RECEIVED_AT),
      this.#mirror.get(sellRow, QUOTE.RECEIVED_AT),
    ) as MonoNs;
    intent.edgeBps = ((sizing.profit / sizing.cost) * 10_000) as Bps;
    this.#buy.row = buyRow;
    this.#buy.limit = sizing.buyLimit as Ticks;
    this.#buy.size = sizing.buyLots as Lots;
    this.#buy.rowVersion = this.#mirror.get(buyRow, QUOTE.SEQ);
    this.#sell.row = sellRow;
    this.#sell.limit = sizing.sellLimit as Ticks;
    this.#sell.size = sizing.sellLots as Lots;
    this.#sell.rowVersion = this.#mirror.get(sellRow, QUOTE.SEQ);
    intent.decidedAt = clock.monotonicNs();
    writeIntent(intent, this.#slot);
    if (!this.#ring.tryPush(this.#slot)) return false;
    executorBell.ring();
    intent.id++;
    wireToDecision.record(intent.decidedAt - intent.receivedAt);
    return true;
  }
}
