/** Scans changed quote rows and emits intents.
 *  Thread: detector (or the fused group's). Reads: quote table, dirty rings, inventory, feedback.
 *  Writes: intent ring, opportunity records, counters. Steady state: no allocation. */
import { REASON } from '../core/intent.ts';
import { DETECTOR_COUNTERS } from '../core/metrics.ts';
import { DirtyConsumer } from '../memory/dirty-ring.ts';
import { QUOTE } from '../memory/layout.ts';
import { breakerWords, feedbackWords, feesApartWords } from '../memory/shared-words.ts';
import type { DetectorDeps } from './detector-port.ts';
import { FilterChain } from './filters/filter-chain.ts';
import type { Relooks } from './filters/relooks.ts';
import { IntentWriter } from './intent-writer.ts';
import { PairGate } from './pair-gate.ts';
import { Pricer } from './pricer.ts';
import { RecordOutbox } from './record-outbox.ts';
import { RowMirror } from './row-mirror.ts';
import { RowWatch } from './row-watch.ts';
import { copySizing, newSizing } from './sizing.ts';
import { rowsByInstrument, rowTerms } from './terms.ts';

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
  readonly #rowsOf: readonly Int32Array[];
  readonly #gate: PairGate;
  readonly #filters: FilterChain | undefined;
  readonly #pricer: Pricer;
  readonly #intents: IntentWriter;
  readonly #outbox: RecordOutbox;
  readonly #incarnations: Int32Array;
  readonly #watch: RowWatch;
  /** Of the best chance of this scan. */
  readonly #best = newSizing();
  readonly #at: Slots;
  #sweptAt = 0;
  #owesScan = true;

  constructor(deps: DetectorDeps) {
    const { universe, buffer, layout, control, clock, settings, counters } = deps;
    this.#deps = deps;
    this.#mirror = new RowMirror({ universe, buffer, layout, control, maxHeartbeatAgeNs: settings.maxHeartbeatAgeNs });
    this.#rings = universe.venues.map((_, venue) => new DirtyConsumer(buffer, layout, venue));
    this.#rowsOf = rowsByInstrument(universe);
    const feedback = feedbackWords(buffer, layout);
    const { cooldownNs, filters } = settings;
    const words = { feedback, breakers: breakerWords(buffer, layout) };
    this.#gate = new PairGate({ universe, control, clock, mirror: this.#mirror, ...words, cooldownNs });
    this.#at = slotsOf(counters);
    this.#outbox = new RecordOutbox(deps.records, MAX_WAITING, () => counters.add(this.#at.recordsDropped));
    const terms = rowTerms(universe, feesApartWords(buffer, layout));
    const shared = { universe, mirror: this.#mirror, rowsOf: this.#rowsOf };
    // None configured: nothing is asked, observed or sampled.
    if (filters.length > 0) {
      const world = { ...shared, quoteUnit: terms.quoteUnit };
      this.#filters = new FilterChain(filters, world, deps.filterCounters);
    }
    const parts = { ...shared, terms, gate: this.#gate, filters: this.#filters, outbox: this.#outbox };
    this.#pricer = new Pricer(deps, parts);
    this.#intents = new IntentWriter(deps, this.#mirror);
    this.#incarnations = new Int32Array(universe.venues.length);
    this.#watch = new RowWatch(deps, this.#mirror, this.#outbox);
    this.#takeOver();
  }

  /** A predecessor may have died in any step: finish it, then read every row once, since its mirror is gone.
   *  Pairs that are busy with an intent of the predecessor are refused by the executor, which knows them. */
  #takeOver(): void {
    const { universe, control, clock } = this.#deps;
    this.#mirror.nowNs = clock.monotonicNs();
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
    this.#mirror.nowNs = this.#deps.clock.monotonicNs();
    this.#gate.noteSettled();
    for (let venue = 0; venue < this.#rings.length; venue++) work += this.#checkIncarnation(venue);
    if (this.#owesScan) this.#scanAll();
    for (let venue = 0; venue < this.#rings.length; venue++) work += this.#drain(this.#rings[venue] as DirtyConsumer);
    if (this.#filters !== undefined) work += this.#lookAgain(this.#filters.relooks);
    if (this.#mirror.nowNs - this.#sweptAt > SWEEP_NS) {
      this.#sweptAt = this.#mirror.nowNs;
      this.#sweep();
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
    this.#pricer.closeAll();
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

  /** Crossings that a filter held back until now, and that no quote asked about since. */
  #lookAgain(relooks: Relooks): number {
    let looked = 0;
    // Those that are held back once more wait for another round.
    for (let most = relooks.count; looked < most; looked++) {
      const row = relooks.take();
      if (row < 0) break;
      this.#evaluate(row);
    }
    return looked;
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
      this.#watch.look(row);
      if (this.#filters !== undefined) this.#filters.observe(row);
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
    this.#watch.look(row);
    if (this.#filters !== undefined) this.#filters.observe(row);
  }

  /** Prices a changed row against every other venue, both directions, and takes the best chance. */
  #evaluate(changed: number): void {
    const { universe, counters } = this.#deps;
    const row = universe.rows[changed];
    if (row === undefined) return;
    const rows = this.#rowsOf[row.instrumentIndex] as Int32Array;
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
      if (!isCrossed && !this.#pricer.isOpen(changed, other)) continue;
      const both = this.#mirror.isPriced(changed) && this.#mirror.isPriced(other);
      if (this.#isBetter(changed, other, both, bestBuy, bestSell)) {
        bestBuy = changed;
        bestSell = other;
      }
      if (this.#isBetter(other, changed, both, bestBuy, bestSell)) {
        bestBuy = other;
        bestSell = changed;
      }
    }
    if (bestBuy >= 0) this.#emit(bestBuy, bestSell);
  }

  /** Prices one direction. True when it is a chance and the best so far: `#best` then holds it. One chance a
   *  change: the others compete for the levels of the changed row. */
  #isBetter(buy: number, sell: number, both: boolean, bestBuy: number, bestSell: number): boolean {
    if (!this.#pricer.price(buy, sell, both)) return false;
    const { sizing } = this.#pricer;
    if (sizing.profit <= this.#best.profit) {
      this.#pricer.overrule(buy, sell, REASON.outranked);
      return false;
    }
    if (bestBuy >= 0) this.#pricer.overrule(bestBuy, bestSell, REASON.outranked);
    copySizing(sizing, this.#best);
    return true;
  }

  #emit(buy: number, sell: number): void {
    const pair = this.#pricer.pairOf(buy, sell);
    const id = this.#intents.nextId;
    const opportunity = this.#pricer.openSequence(pair);
    if (!this.#intents.tryWrite(buy, sell, pair, opportunity, this.#best)) {
      return this.#pricer.overrule(buy, sell, REASON['ring-full']);
    }
    this.#gate.onSent(id, pair, buy, sell);
    this.#pricer.noteIntent(pair);
    this.#deps.counters.add(this.#at.intents);
  }

  #sweep(): void {
    this.#watch.sweep();
    if (this.#filters !== undefined) this.#filters.sample();
    this.#pricer.sweep();
    this.#outbox.flush();
  }
}

function slotsOf(counters: DetectorDeps['counters']): Slots {
  const slots = {} as Record<keyof Slots, number>;
  for (const name of Object.keys(DETECTOR_COUNTERS) as (keyof Slots)[]) slots[name] = counters.slot(name);
  return slots;
}
