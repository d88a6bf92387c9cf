/** Scans changed quote rows and emits intents.
 *  Thread: detector (or the fused group's). Reads: quote table, dirty rings, inventory, feedback.
 *  Writes: intent ring, opportunity records. Steady state: no allocation. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { type Intent, pairIndex, REASON } from '../core/intent.ts';
import { DETECTOR_COUNTERS, type REASON_COUNTERS } from '../core/metrics.ts';
import { TRUST } from '../core/quote.ts';
import type { RecordSink } from '../core/records.ts';
import type { Bps, Lots, MonoNs, Ticks } from '../core/units.ts';
import type { Control } from '../memory/control.ts';
import type { Counters, Histogram } from '../memory/counters.ts';
import { DirtyConsumer } from '../memory/dirty-ring.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import { newIntentSlot, writeIntent } from '../memory/intent-codec.ts';
import { INTENT, type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { feedbackWords, inventoryWords } from '../memory/shared-words.ts';
import { SlotRing } from '../memory/slot-ring.ts';
import { grossEdgeBps, keptFactor, netEdgeBps } from './edge.ts';
import { Opportunities, type OpportunityMoment } from './opportunities.ts';
import { opportunityRecord } from './opportunity-record.ts';
import { copySizing, newSizing, newSizingTerms, type Sizing, type SizingTerms, sizeCrossing } from './sizing.ts';
import { type RowTerms, rowsByInstrument, rowTerms } from './terms.ts';

export interface DetectorSettings {
  readonly run: string;
  readonly minEdgeBps: number;
  readonly maxEdgeBps: number;
  /** Quote units. */
  readonly maxNotional: number;
  readonly cooldownNs: number;
  readonly maxHeartbeatAgeNs: number;
}

export interface DetectorDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly clock: Clock;
  readonly settings: DetectorSettings;
  readonly records: RecordSink;
  readonly counters: Counters<keyof typeof DETECTOR_COUNTERS>;
  readonly reasons: Counters<keyof typeof REASON_COUNTERS>;
  readonly wireToDecision: Histogram;
  readonly executorBell: Doorbell;
  /** First sequences of this life: a restarted detector goes on where the last one may have stopped. */
  readonly firstIntent: number;
  readonly firstOpportunity: number;
}

/** Rows taken before the other rings and the caller get their turn. */
const BATCH = 256;
const SWEEP_NS = 50e6;
const STRIDE = QUOTE.STRIDE;

export class Detector {
  readonly #deps: DetectorDeps;
  readonly #mirror: Float64Array;
  readonly #reader: QuoteReader;
  readonly #rings: readonly DirtyConsumer[];
  readonly #intents: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #terms: RowTerms;
  readonly #rowsOf: readonly Int32Array[];
  readonly #inventory: Float64Array;
  readonly #feedback: Float64Array;
  readonly #opportunities: Opportunities;
  readonly #incarnations: Int32Array;
  /** By pair: the last intent sent, and until when the pair cools down once it is settled. */
  readonly #lastIntent: Float64Array;
  readonly #settledAt: Float64Array;
  /** By row and side (0: asks, 1: bids): venue sequence of the levels that we took; used again once it is newer. */
  readonly #consumed: Float64Array;
  readonly #sizing = newSizing();
  readonly #best: Sizing = newSizing();
  readonly #sizingTerms: SizingTerms;
  readonly #moment: OpportunityMoment = { grossBps: 0, netBps: 0, buyLots: 0, profit: 0, reason: 0 };
  readonly #intent: Intent;
  readonly #at: Record<keyof typeof DETECTOR_COUNTERS, number>;
  readonly #firstReasonSlot: number;
  #nextIntent: number;
  #sweptAt = 0;

  constructor(deps: DetectorDeps) {
    const { universe, buffer, layout } = deps;
    const venues = universe.venues.length;
    const pairs = universe.instruments.length * venues * venues;
    this.#deps = deps;
    this.#mirror = new Float64Array(universe.rows.length * STRIDE);
    this.#reader = new QuoteReader(buffer, layout);
    this.#rings = universe.venues.map((_, venue) => new DirtyConsumer(buffer, layout, venue));
    this.#intents = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    this.#terms = rowTerms(universe);
    this.#rowsOf = rowsByInstrument(universe);
    this.#inventory = inventoryWords(buffer, layout);
    this.#feedback = feedbackWords(buffer, layout);
    this.#opportunities = new Opportunities(pairs, deps.firstOpportunity);
    this.#incarnations = new Int32Array(venues);
    this.#lastIntent = new Float64Array(pairs);
    this.#settledAt = new Float64Array(pairs).fill(Number.NEGATIVE_INFINITY);
    this.#consumed = new Float64Array(universe.rows.length * 2).fill(Number.NEGATIVE_INFINITY);
    this.#nextIntent = deps.firstIntent;
    this.#at = Object.fromEntries(
      Object.keys(DETECTOR_COUNTERS).map((name) => [name, deps.counters.slot(name as keyof typeof DETECTOR_COUNTERS)]),
    ) as Record<keyof typeof DETECTOR_COUNTERS, number>;
    this.#firstReasonSlot = deps.reasons.slot('ok');
    this.#sizingTerms = { ...newSizingTerms(), maxNotional: deps.settings.maxNotional };
    const leg = { row: 0, limit: 0 as Ticks, size: 0 as Lots, rowVersion: 0 };
    this.#intent = {
      id: 0,
      opportunity: 0,
      instrumentIndex: 0,
      pair: 0,
      decidedAt: 0 as MonoNs,
      receivedAt: 0 as MonoNs,
      edgeBps: 0 as Bps,
      legs: [
        { ...leg, side: 'buy' },
        { ...leg, side: 'sell' },
      ],
    };
    this.#takeOver();
  }

  /** A predecessor may have died in any step: finish it, then read every row once, since its mirror is gone. */
  #takeOver(): void {
    const { universe, control } = this.#deps;
    universe.venues.forEach((_, venue) => {
      this.#incarnations[venue] = control.acknowledged(venue);
      this.#rings[venue]?.recover();
    });
    for (const row of universe.rows) this.#readRow(row.row);
    // Pairs that are busy with an intent of the predecessor are refused by the executor, which knows them.
  }

  /** Handles changed rows; returns how many. */
  doWork(): number {
    let work = 0;
    for (let venue = 0; venue < this.#rings.length; venue++) {
      work += this.#checkIncarnation(venue);
      const ring = this.#rings[venue] as DirtyConsumer;
      for (let taken = 0; taken < BATCH; taken++) {
        const row = ring.take();
        if (row < 0) break;
        this.#readRow(row);
        this.#evaluate(row);
        work++;
      }
    }
    const now = this.#deps.clock.monotonicNs();
    if (now - this.#sweptAt > SWEEP_NS) {
      this.#sweptAt = now;
      this.#sweep();
    }
    return work;
  }

  get hasWork(): boolean {
    for (const ring of this.#rings) if (!ring.isEmpty) return true;
    return false;
  }

  /** Ends every open life, so that the journal has them; for a clean stop. */
  closeAll(): void {
    for (const pair of [...this.#opportunities.openPairs()]) this.#close(pair);
  }

  /** A restarted feed publishes nothing until its ring, flags and mirror rows are cleared and that is acknowledged. */
  #checkIncarnation(venue: number): number {
    const { control, counters, universe } = this.#deps;
    const incarnation = control.incarnation(venue);
    if (incarnation === this.#incarnations[venue]) return 0;
    this.#incarnations[venue] = incarnation;
    this.#rings[venue]?.reset();
    const first = universe.firstRow[venue] as number;
    const end = universe.firstRow[venue + 1] as number;
    this.#mirror.fill(0, first * STRIDE, end * STRIDE);
    for (let row = first; row < end; row++) {
      this.#evaluate(row);
      this.#consumed[row * 2] = Number.NEGATIVE_INFINITY;
      this.#consumed[row * 2 + 1] = Number.NEGATIVE_INFINITY;
    }
    control.acknowledge(venue, incarnation);
    counters.add(this.#at.resets);
    return 1;
  }

  #readRow(row: number): void {
    const at = row * STRIDE;
    this.#deps.counters.add(this.#at.rowsRead);
    if (this.#reader.read(row, this.#mirror, at)) return;
    // The writer died or hangs inside the row: what was copied is garbage.
    this.#mirror.fill(0, at, at + STRIDE);
    this.#mirror[at + QUOTE.TRUST] = TRUST.Suspect;
    this.#deps.counters.add(this.#at.tornReads);
  }

  #isPriced(row: number, nowNs: number): boolean {
    const { universe, control, settings } = this.#deps;
    const at = row * STRIDE;
    if (this.#mirror[at + QUOTE.TRUST] !== TRUST.Live) return false;
    const venue = universe.rows[row]?.venueIndex as number;
    if (this.#mirror[at + QUOTE.INCARNATION] !== control.incarnation(venue)) return false;
    return nowNs - control.lastBeat(venue) <= settings.maxHeartbeatAgeNs;
  }

  /** Prices a changed row against every other venue, both directions, and takes the best chance. */
  #evaluate(changed: number): void {
    const { universe, clock } = this.#deps;
    const row = universe.rows[changed];
    if (row === undefined) return;
    const rows = this.#rowsOf[row.instrumentIndex] as Int32Array;
    const now = clock.monotonicNs();
    const isPriced = this.#isPriced(changed, now);
    let bestBuy = -1;
    let bestSell = -1;
    this.#best.profit = 0;
    for (let venue = 0; venue < rows.length; venue++) {
      const other = rows[venue] as number;
      if (other < 0 || other === changed) continue;
      const both = isPriced && this.#isPriced(other, now);
      if (this.#price(changed, other, both, now)) {
        bestBuy = changed;
        bestSell = other;
      }
      if (this.#price(other, changed, both, now)) {
        bestBuy = other;
        bestSell = changed;
      }
    }
    if (bestBuy >= 0) this.#emit(bestBuy, bestSell, this.#best);
  }

  /** Prices one direction; true when it is a chance, and better than `#best`, which it then replaces. */
  #price(buy: number, sell: number, both: boolean, now: number): boolean {
    const pair = this.#pairOf(buy, sell);
    const ask = this.#mirror[buy * STRIDE + QUOTE.ASK] as number;
    const bid = this.#mirror[sell * STRIDE + QUOTE.BID] as number;
    this.#deps.counters.add(this.#at.scans);
    if (!both || !(bid > ask) || ask <= 0) {
      if (this.#opportunities.openSequence(pair) !== 0) this.#close(pair);
      return false;
    }
    const moment = this.#moment;
    moment.grossBps = grossEdgeBps(ask, bid);
    moment.netBps = netEdgeBps(
      ask,
      bid,
      keptFactor(this.#terms.taker[buy] as number, this.#terms.taker[sell] as number),
    );
    moment.buyLots = 0;
    moment.profit = 0;
    moment.reason = this.#checkEdge(moment.netBps);
    if (moment.reason === REASON.ok) {
      this.#size(buy, sell);
      moment.buyLots = this.#sizing.buyLots;
      moment.profit = this.#sizing.profit;
      moment.reason = this.#sizing.reason === REASON.ok ? this.#checkFree(buy, sell, pair, now) : this.#sizing.reason;
    }
    if (this.#opportunities.note(pair, now, moment)) this.#deps.counters.add(this.#at.opportunities);
    if (moment.reason !== REASON.ok) {
      this.#deps.reasons.add(this.#firstReasonSlot + moment.reason);
      return false;
    }
    if (this.#sizing.profit <= this.#best.profit) return false;
    copySizing(this.#sizing, this.#best);
    return true;
  }

  #checkEdge(netBps: number): number {
    const { settings } = this.#deps;
    if (netBps <= 0) return REASON['below-fees'];
    if (netBps < settings.minEdgeBps) return REASON['below-threshold'];
    if (netBps > settings.maxEdgeBps) return REASON['implausible-edge'];
    return REASON.ok;
  }

  /** Whether the pair may act now. */
  #checkFree(buy: number, sell: number, pair: number, now: number): number {
    const { control, settings, universe } = this.#deps;
    if (control.isHalted) return REASON.halted;
    if (control.isPaused) return REASON.paused;
    const last = this.#lastIntent[pair] as number;
    if (last !== 0) {
      if ((this.#feedback[pair] as number) < last) return REASON['in-flight'];
      this.#lastIntent[pair] = 0;
      this.#settledAt[pair] = now;
    }
    if (now - (this.#settledAt[pair] as number) < settings.cooldownNs) return REASON['cool-down'];
    if (!this.#isFresh(buy, 0) || !this.#isFresh(sell, 1)) return REASON.consumed;
    const buyVenue = universe.rows[buy]?.venueIndex as number;
    const sellVenue = universe.rows[sell]?.venueIndex as number;
    if (!control.isGatewayUp(buyVenue) || !control.isGatewayUp(sellVenue)) return REASON['gateway-down'];
    return REASON.ok;
  }

  #isFresh(row: number, side: 0 | 1): boolean {
    return (this.#mirror[row * STRIDE + QUOTE.VENUE_SEQ] as number) > (this.#consumed[row * 2 + side] as number);
  }

  #size(buy: number, sell: number): void {
    const { universe } = this.#deps;
    const terms = this.#sizingTerms;
    const buyRow = universe.rows[buy];
    const sellRow = universe.rows[sell];
    if (buyRow === undefined || sellRow === undefined) return;
    terms.quoteUnit = this.#terms.quoteUnit[buy] as number;
    terms.buyTaker = this.#terms.taker[buy] as number;
    terms.sellTaker = this.#terms.taker[sell] as number;
    terms.buyLot = buyRow.lot;
    terms.sellLot = sellRow.lot;
    terms.buyMinLots = buyRow.minLots;
    terms.sellMinLots = sellRow.minLots;
    terms.buyMaxLots = buyRow.maxLots;
    terms.sellMaxLots = sellRow.maxLots;
    terms.buyMinNotional = this.#terms.minNotional[buy] as number;
    terms.sellMinNotional = this.#terms.minNotional[sell] as number;
    terms.freeQuote = this.#inventory[this.#terms.quoteSlot[buy] as number] as number;
    terms.freeBaseLots =
      (this.#inventory[this.#terms.baseSlot[sell] as number] as number) * (this.#terms.lotsPerUnit[sell] as number);
    sizeCrossing(this.#mirror, buy * STRIDE, sell * STRIDE, terms, this.#sizing);
  }

  #emit(buy: number, sell: number, sizing: Sizing): void {
    const { clock, counters, executorBell, universe, wireToDecision } = this.#deps;
    const pair = this.#pairOf(buy, sell);
    const intent = this.#intent;
    const [buyLeg, sellLeg] = intent.legs;
    if (buyLeg === undefined || sellLeg === undefined) return;
    intent.id = this.#nextIntent;
    intent.opportunity = this.#opportunities.openSequence(pair);
    intent.instrumentIndex = universe.rows[buy]?.instrumentIndex as number;
    intent.pair = pair;
    // The trigger is the newer of the two rows.
    intent.receivedAt = Math.max(
      this.#mirror[buy * STRIDE + QUOTE.RECEIVED_AT] as number,
      this.#mirror[sell * STRIDE + QUOTE.RECEIVED_AT] as number,
    ) as MonoNs;
    intent.edgeBps = ((sizing.profit / sizing.cost) * 10_000) as Bps;
    buyLeg.row = buy;
    buyLeg.limit = sizing.buyLimit as Ticks;
    buyLeg.size = sizing.buyLots as Lots;
    buyLeg.rowVersion = this.#mirror[buy * STRIDE] as number;
    sellLeg.row = sell;
    sellLeg.limit = sizing.sellLimit as Ticks;
    sellLeg.size = sizing.sellLots as Lots;
    sellLeg.rowVersion = this.#mirror[sell * STRIDE] as number;
    intent.decidedAt = clock.monotonicNs();
    writeIntent(intent, this.#slot);
    if (!this.#intents.tryPush(this.#slot)) {
      this.#deps.reasons.add(this.#firstReasonSlot + REASON['ring-full']);
      return;
    }
    executorBell.ring();
    this.#nextIntent++;
    this.#lastIntent[pair] = intent.id;
    this.#consumed[buy * 2] = this.#mirror[buy * STRIDE + QUOTE.VENUE_SEQ] as number;
    this.#consumed[sell * 2 + 1] = this.#mirror[sell * STRIDE + QUOTE.VENUE_SEQ] as number;
    this.#opportunities.noteIntent(pair);
    counters.add(this.#at.intents);
    this.#deps.reasons.add(this.#firstReasonSlot + REASON.ok);
    wireToDecision.record(intent.decidedAt - intent.receivedAt);
  }

  /** Lives whose rows went stale without a word (a dead feed says nothing) end here. */
  #sweep(): void {
    const now = this.#deps.clock.monotonicNs();
    const { universe } = this.#deps;
    const venues = universe.venues.length;
    for (const pair of this.#opportunities.openPairs()) {
      const rows = this.#rowsOf[Math.floor(pair / (venues * venues))] as Int32Array;
      const buy = rows[Math.floor(pair / venues) % venues] as number;
      const sell = rows[pair % venues] as number;
      if (!this.#isPriced(buy, now) || !this.#isPriced(sell, now)) this.#close(pair);
    }
  }

  #pairOf(buy: number, sell: number): number {
    const { rows, venues } = this.#deps.universe;
    const buyRow = rows[buy];
    return pairIndex(
      buyRow?.instrumentIndex as number,
      buyRow?.venueIndex as number,
      rows[sell]?.venueIndex as number,
      venues.length,
    );
  }

  #close(pair: number): void {
    const life = this.#opportunities.close(pair, this.#deps.clock.monotonicNs());
    if (life !== undefined) this.#deps.records.tryWrite(opportunityRecord(life, this.#deps));
  }
}
