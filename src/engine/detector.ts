/** Scans changed quote rows and emits intents.
 *  Thread: detector (or the fused group's). Reads: quote table, dirty rings, inventory, feedback.
 *  Writes: intent ring, opportunity records. Steady state: no allocation. */
import { pairIndex, REASON } from '../core/intent.ts';
import { DETECTOR_COUNTERS } from '../core/metrics.ts';
import { DirtyConsumer } from '../memory/dirty-ring.ts';
import { QUOTE } from '../memory/layout.ts';
import { feedbackWords, inventoryWords } from '../memory/shared-words.ts';
import type { DetectorDeps } from './detector-port.ts';
import { grossEdgeBps, keptFactor, netEdgeBps } from './edge.ts';
import { IntentWriter } from './intent-writer.ts';
import { Opportunities, type OpportunityMoment } from './opportunities.ts';
import { opportunityRecord } from './opportunity-record.ts';
import { PairGate } from './pair-gate.ts';
import { PairSizer } from './pair-sizer.ts';
import { RecordOutbox } from './record-outbox.ts';
import { RowMirror } from './row-mirror.ts';
import { RowWatch } from './row-watch.ts';
import { copySizing, newSizing } from './sizing.ts';
import { type RowTerms, rowsByInstrument, rowTerms } from './terms.ts';

/** Rows taken before the other rings and the caller get their turn. */
const BATCH = 256;
const SWEEP_NS = 50e6;
/** Opportunity records that wait for a journal that is behind. */
const MAX_WAITING = 4096;

type Slots = Readonly<Record<keyof typeof DETECTOR_COUNTERS, number>>;

export class Detector {
  readonly #deps: DetectorDeps;
  readonly #mirror: RowMirror;
  readonly #rings: readonly DirtyConsumer[];
  readonly #terms: RowTerms;
  readonly #rowsOf: readonly Int32Array[];
  readonly #gate: PairGate;
  readonly #sizer: PairSizer;
  readonly #intents: IntentWriter;
  readonly #opportunities: Opportunities;
  readonly #outbox: RecordOutbox;
  readonly #incarnations: Int32Array;
  readonly #watch: RowWatch;
  /** Of the pair being priced, and of the best of this scan. */
  readonly #sizing = newSizing();
  readonly #best = newSizing();
  readonly #moment: OpportunityMoment = { grossBps: 0, netBps: 0, buyLots: 0, profit: 0, reason: 0 };
  readonly #at: Slots;
  readonly #firstReasonSlot: number;
  #now = 0;
  #sweptAt = 0;
  #owesScan = true;

  constructor(deps: DetectorDeps) {
    const { universe, buffer, layout, control, clock, settings, counters } = deps;
    this.#deps = deps;
    this.#mirror = new RowMirror({ universe, buffer, layout, control, maxHeartbeatAgeNs: settings.maxHeartbeatAgeNs });
    this.#rings = universe.venues.map((_, venue) => new DirtyConsumer(buffer, layout, venue));
    this.#terms = rowTerms(universe);
    this.#rowsOf = rowsByInstrument(universe);
    const feedback = feedbackWords(buffer, layout);
    const { cooldownNs } = settings;
    this.#gate = new PairGate({ universe, control, clock, mirror: this.#mirror, feedback, cooldownNs });
    const inventory = inventoryWords(buffer, layout);
    this.#sizer = new PairSizer(universe, this.#mirror, this.#terms, inventory, settings.maxNotional);
    this.#intents = new IntentWriter(deps, this.#mirror);
    this.#opportunities = new Opportunities(feedback.length, deps.firstOpportunity);
    this.#at = slotsOf(counters);
    this.#outbox = new RecordOutbox(deps.records, MAX_WAITING, () => counters.add(this.#at.recordsDropped));
    this.#incarnations = new Int32Array(universe.venues.length);
    this.#watch = new RowWatch(deps, this.#mirror, this.#outbox);
    this.#firstReasonSlot = deps.reasons.slot('ok');
    this.#takeOver();
  }

  /** A predecessor may have died in any step: finish it, then read every row once, since its mirror is gone.
   *  Pairs that are busy with an intent of the predecessor are refused by the executor, which knows them. */
  #takeOver(): void {
    const { universe, control } = this.#deps;
    universe.venues.forEach((_, venue) => {
      this.#incarnations[venue] = control.acknowledged(venue);
      this.#rings[venue]?.recover();
    });
    for (const row of universe.rows) this.#readRow(row.row);
  }

  /** Handles changed rows; returns how many. */
  doWork(): number {
    let work = 0;
    // One reading a call: a scan is far shorter than any age that is judged by it.
    this.#now = this.#deps.clock.monotonicNs();
    this.#gate.noteSettled();
    for (let venue = 0; venue < this.#rings.length; venue++) work += this.#checkIncarnation(venue);
    if (this.#owesScan) this.#scanAll();
    for (let venue = 0; venue < this.#rings.length; venue++) work += this.#drain(this.#rings[venue] as DirtyConsumer);
    if (this.#now - this.#sweptAt > SWEEP_NS) {
      this.#sweptAt = this.#now;
      this.#sweep(this.#now);
    }
    return work;
  }

  get hasWork(): boolean {
    for (let venue = 0; venue < this.#rings.length; venue++) {
      if (!(this.#rings[venue] as DirtyConsumer).isEmpty) return true;
    }
    return false;
  }

  /** Ends every open life, so that the journal has them; for a clean stop. */
  closeAll(): void {
    for (let i = this.#opportunities.openCount - 1; i >= 0; i--) this.#close(this.#opportunities.openPair(i));
    this.#outbox.flush();
  }

  #drain(ring: DirtyConsumer): number {
    for (let taken = 0; taken < BATCH; taken++) {
      const row = ring.take();
      if (row < 0) return taken;
      this.#readRow(row);
      this.#evaluate(row);
    }
    return BATCH;
  }

  /** What a predecessor took off the rings and did not look at any more. */
  #scanAll(): void {
    this.#owesScan = false;
    for (let row = 0; row < this.#deps.universe.rows.length; row++) this.#evaluate(row);
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
    this.#mirror.drop(first, end);
    for (let row = first; row < end; row++) {
      this.#watch.look(row, this.#now);
      this.#evaluate(row);
      this.#gate.forget(row);
    }
    control.acknowledge(venue, incarnation);
    counters.add(this.#at.resets);
    return 1;
  }

  #readRow(row: number): void {
    this.#deps.counters.add(this.#at.rowsRead);
    if (!this.#mirror.tryRead(row)) this.#deps.counters.add(this.#at.tornReads);
    this.#watch.look(row, this.#now);
  }

  /** Prices a changed row against every other venue, both directions, and takes the best chance. */
  #evaluate(changed: number): void {
    const { universe, counters } = this.#deps;
    const row = universe.rows[changed];
    if (row === undefined) return;
    const rows = this.#rowsOf[row.instrumentIndex] as Int32Array;
    const now = this.#now;
    const ask = this.#mirror.get(changed, QUOTE.ASK);
    const bid = this.#mirror.get(changed, QUOTE.BID);
    counters.add(this.#at.scans, 2 * (rows.length - 1));
    let bestBuy = -1;
    let bestSell = -1;
    this.#best.profit = 0;
    for (let venue = 0; venue < rows.length; venue++) {
      const other = rows[venue] as number;
      if (other < 0 || other === changed) continue;
      // Most looks end here: nothing is crossed, and nothing was. Words of dropped rows are zeros, and never end it.
      const isCrossed = bid > this.#mirror.get(other, QUOTE.ASK) || this.#mirror.get(other, QUOTE.BID) > ask;
      if (!isCrossed && !this.#isOpen(changed, other)) continue;
      const both = this.#mirror.isPriced(changed, now) && this.#mirror.isPriced(other, now);
      if (this.#isBetter(changed, other, both, now, bestBuy, bestSell)) {
        bestBuy = changed;
        bestSell = other;
      }
      if (this.#isBetter(other, changed, both, now, bestBuy, bestSell)) {
        bestBuy = other;
        bestSell = changed;
      }
    }
    if (bestBuy >= 0) this.#emit(bestBuy, bestSell);
  }

  #isOpen(one: number, other: number): boolean {
    if (this.#opportunities.openCount === 0) return false;
    const lives = this.#opportunities;
    return lives.openSequence(this.#pairOf(one, other)) !== 0 || lives.openSequence(this.#pairOf(other, one)) !== 0;
  }

  /** Prices one direction. True when it is a chance and the best so far: `#best` then holds it. One chance a
   *  change: the others compete for the levels of the changed row. */
  #isBetter(buy: number, sell: number, both: boolean, now: number, bestBuy: number, bestSell: number): boolean {
    if (!this.#price(buy, sell, both, now)) return false;
    if (this.#sizing.profit <= this.#best.profit) {
      this.#overrule(buy, sell, REASON.outranked);
      return false;
    }
    if (bestBuy >= 0) this.#overrule(bestBuy, bestSell, REASON.outranked);
    copySizing(this.#sizing, this.#best);
    return true;
  }

  /** Prices one direction into `#sizing`; true when nothing stands against it. */
  #price(buy: number, sell: number, both: boolean, now: number): boolean {
    const pair = this.#pairOf(buy, sell);
    const ask = this.#mirror.get(buy, QUOTE.ASK);
    const bid = this.#mirror.get(sell, QUOTE.BID);
    if (!both || !(bid > ask) || ask <= 0) {
      if (this.#opportunities.openSequence(pair) !== 0) this.#close(pair);
      return false;
    }
    const { buyBaseFee, buyQuoteFee, taker } = this.#terms;
    const kept = keptFactor(buyBaseFee[buy] as number, buyQuoteFee[buy] as number, taker[sell] as number);
    const moment = this.#moment;
    moment.grossBps = grossEdgeBps(ask, bid);
    moment.netBps = netEdgeBps(ask, bid, kept);
    moment.buyLots = 0;
    moment.profit = 0;
    moment.reason = this.#checkEdge(moment.netBps);
    if (moment.reason === REASON.ok) {
      this.#sizer.size(buy, sell, this.#sizing);
      moment.buyLots = this.#sizing.buyLots;
      moment.profit = this.#sizing.profit;
      moment.reason = this.#sizing.reason;
      if (moment.reason === REASON.ok) moment.reason = this.#gate.check(buy, sell, pair, now);
    }
    if (this.#opportunities.note(pair, now, moment)) this.#deps.counters.add(this.#at.opportunities);
    if (moment.reason === REASON.ok) return true;
    this.#deps.reasons.add(this.#firstReasonSlot + moment.reason);
    return false;
  }

  #checkEdge(netBps: number): number {
    const { settings } = this.#deps;
    if (netBps <= 0) return REASON['below-fees'];
    if (netBps < settings.minEdgeBps) return REASON['below-threshold'];
    if (netBps > settings.maxEdgeBps) return REASON['implausible-edge'];
    return REASON.ok;
  }

  #emit(buy: number, sell: number): void {
    const pair = this.#pairOf(buy, sell);
    const id = this.#intents.nextId;
    const opportunity = this.#opportunities.openSequence(pair);
    if (!this.#intents.tryWrite(buy, sell, pair, opportunity, this.#best)) {
      return this.#overrule(buy, sell, REASON['ring-full']);
    }
    this.#gate.onSent(id, pair, buy, sell);
    this.#opportunities.noteIntent(pair);
    this.#deps.counters.add(this.#at.intents);
    this.#deps.reasons.add(this.#firstReasonSlot + REASON.ok);
  }

  /** A chance that nothing stood against came to nothing after all. */
  #overrule(buy: number, sell: number, reason: number): void {
    this.#opportunities.overrule(this.#pairOf(buy, sell), reason);
    this.#deps.reasons.add(this.#firstReasonSlot + reason);
  }

  /** Lives whose rows went stale without a word (a dead feed says nothing) end here. */
  #sweep(now: number): void {
    this.#watch.sweep(now);
    const venues = this.#deps.universe.venues.length;
    for (let i = this.#opportunities.openCount - 1; i >= 0; i--) {
      const pair = this.#opportunities.openPair(i);
      const rows = this.#rowsOf[Math.floor(pair / (venues * venues))] as Int32Array;
      const buy = rows[Math.floor(pair / venues) % venues] as number;
      const sell = rows[pair % venues] as number;
      if (!this.#mirror.isPriced(buy, now) || !this.#mirror.isPriced(sell, now)) this.#close(pair);
    }
    this.#outbox.flush();
  }

  #pairOf(buy: number, sell: number): number {
    const { rows, venues } = this.#deps.universe;
    const buyRow = rows[buy];
    const sellVenue = rows[sell]?.venueIndex as number;
    return pairIndex(buyRow?.instrumentIndex as number, buyRow?.venueIndex as number, sellVenue, venues.length);
  }

  #close(pair: number): void {
    const life = this.#opportunities.close(pair, this.#deps.clock.monotonicNs());
    if (life !== undefined) this.#outbox.write(opportunityRecord(life, this.#deps));
  }
}

function slotsOf(counters: DetectorDeps['counters']): Slots {
  const slots = {} as Record<keyof Slots, number>;
  for (const name of Object.keys(DETECTOR_COUNTERS) as (keyof Slots)[]) slots[name] = counters.slot(name);
  return slots;
}
