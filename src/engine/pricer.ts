/** Prices one direction of a crossing: edge, size, what stands against it, and the life of the crossing.
 *  Thread: detector. Reads: mirror, inventory. Writes: opportunity records, reason counters. Steady state: no allocation. */
import { pairIndex, REASON } from '../core/intent.ts';
import { QUOTE } from '../memory/layout.ts';
import { inventoryWords } from '../memory/shared-words.ts';
import type { DetectorDeps } from './detector-port.ts';
import { grossEdgeBps, keptFactor, keptOfBands, netEdgeBps } from './edge.ts';
import type { FilterChain } from './filters/filter-chain.ts';
import { Opportunities, type OpportunityMoment } from './opportunities.ts';
import { opportunityRecord } from './opportunity-record.ts';
import type { PairGate } from './pair-gate.ts';
import { PairSizer } from './pair-sizer.ts';
import type { RecordOutbox } from './record-outbox.ts';
import type { RowMirror } from './row-mirror.ts';
import { newSizing } from './sizing.ts';
import { buyBaseFeeOf, buyQuoteFeeOf, type RowTerms } from './terms.ts';

export interface PricerParts {
  readonly mirror: RowMirror;
  readonly terms: RowTerms;
  readonly rowsOf: readonly Int32Array[];
  readonly gate: PairGate;
  /** Absent: no filter is configured. */
  readonly filters: FilterChain | undefined;
  readonly outbox: RecordOutbox;
}

export class Pricer {
  /** Of the direction priced last; its profit counts when `price` said true. */
  readonly sizing = newSizing();
  readonly #deps: DetectorDeps;
  readonly #parts: PricerParts;
  readonly #sizer: PairSizer;
  readonly #opportunities: Opportunities;
  readonly #moment: OpportunityMoment = { atNs: 0, grossBps: 0, netBps: 0, buyLots: 0, profit: 0, reason: 0 };
  readonly #keptOfBands: number;
  readonly #openedSlot: number;
  readonly #firstReasonSlot: number;

  constructor(deps: DetectorDeps, parts: PricerParts) {
    const { universe, buffer, layout, settings } = deps;
    this.#deps = deps;
    this.#parts = parts;
    const inventory = inventoryWords(buffer, layout);
    const { maxNotional, band = 0 } = settings;
    this.#sizer = new PairSizer(universe, parts.mirror, parts.terms, inventory, { maxNotional, band });
    this.#keptOfBands = keptOfBands(band);
    const pairs = universe.instruments.length * universe.venues.length ** 2;
    this.#opportunities = new Opportunities(pairs, deps.firstOpportunity);
    this.#openedSlot = deps.counters.slot('opportunities');
    this.#firstReasonSlot = deps.reasons.slot('ok');
  }

  pairOf(buy: number, sell: number): number {
    const { rows, venues } = this.#deps.universe;
    const buyRow = rows[buy];
    const sellVenue = rows[sell]?.venueIndex as number;
    return pairIndex(buyRow?.instrumentIndex as number, buyRow?.venueIndex as number, sellVenue, venues.length);
  }

  /** Whether a crossing of the two is open, in either direction. */
  isOpen(one: number, other: number): boolean {
    if (this.#opportunities.openCount === 0) return false;
    const lives = this.#opportunities;
    return lives.openSequence(this.pairOf(one, other)) !== 0 || lives.openSequence(this.pairOf(other, one)) !== 0;
  }

  /** Sequence of the pair's open crossing, or 0. */
  openSequence(pair: number): number {
    return this.#opportunities.openSequence(pair);
  }

  /** Prices one direction into `sizing`; true when nothing stands against it. `both`: both rows are priced now. */
  price(buy: number, sell: number, both: boolean): boolean {
    const { mirror, terms, filters } = this.#parts;
    const pair = this.pairOf(buy, sell);
    const ask = mirror.get(buy, QUOTE.ASK);
    const bid = mirror.get(sell, QUOTE.BID);
    if (!both || !(bid > ask) || ask <= 0) {
      if (this.#opportunities.openSequence(pair) !== 0) this.#close(pair);
      return false;
    }
    const fees = keptFactor(buyBaseFeeOf(terms, buy), buyQuoteFeeOf(terms, buy), terms.taker[sell] as number);
    const kept = fees * this.#keptOfBands;
    const moment = this.#moment;
    moment.atNs = mirror.nowNs;
    moment.grossBps = grossEdgeBps(ask, bid);
    moment.netBps = netEdgeBps(ask, bid, kept);
    moment.buyLots = 0;
    moment.profit = 0;
    moment.reason = this.#checkEdge(moment.netBps);
    if (filters !== undefined) filters.noteChance(pair, moment.reason === REASON.ok);
    if (moment.reason === REASON.ok) moment.reason = this.#checkChance(buy, sell, pair);
    if (this.#opportunities.note(pair, moment)) this.#deps.counters.add(this.#openedSlot);
    if (moment.reason === REASON.ok) return true;
    this.#deps.reasons.add(this.#firstReasonSlot + moment.reason);
    return false;
  }

  /** Filters come last: what they are asked about is what would be taken, and what they hold back is what they cost. */
  #checkChance(buy: number, sell: number, pair: number): number {
    const { gate, filters } = this.#parts;
    const moment = this.#moment;
    this.#sizer.size(buy, sell, this.sizing);
    moment.buyLots = this.sizing.buyLots;
    moment.profit = this.sizing.profit;
    if (this.sizing.reason !== REASON.ok) return this.sizing.reason;
    if (this.sizing.profit < this.#deps.settings.minProfit) return REASON['limit-min-profit'];
    const reason = gate.check(buy, sell, pair);
    if (reason !== REASON.ok || filters === undefined) return reason;
    return filters.check(buy, sell, pair, moment);
  }

  #checkEdge(netBps: number): number {
    const { settings } = this.#deps;
    if (netBps <= 0) return REASON['below-fees'];
    if (netBps < settings.minEdgeBps) return REASON['below-threshold'];
    if (netBps > settings.maxEdgeBps) return REASON['implausible-edge'];
    return REASON.ok;
  }

  noteIntent(pair: number): void {
    this.#opportunities.noteIntent(pair);
    this.#deps.reasons.add(this.#firstReasonSlot + REASON.ok);
  }

  /** A chance that nothing stood against came to nothing after all. */
  overrule(buy: number, sell: number, reason: number): void {
    this.#opportunities.overrule(this.pairOf(buy, sell), reason);
    this.#deps.reasons.add(this.#firstReasonSlot + reason);
  }

  /** Crossings whose rows went stale without a word (a dead feed says nothing) end here. */
  sweep(): void {
    const { mirror, rowsOf } = this.#parts;
    const venues = this.#deps.universe.venues.length;
    for (let i = this.#opportunities.openCount - 1; i >= 0; i--) {
      const pair = this.#opportunities.openPair(i);
      const rows = rowsOf[Math.floor(pair / (venues * venues))] as Int32Array;
      const buy = rows[Math.floor(pair / venues) % venues] as number;
      const sell = rows[pair % venues] as number;
      if (!mirror.isPriced(buy) || !mirror.isPriced(sell)) this.#close(pair);
    }
  }

  /** Ends every open crossing, so that the journal has them. */
  closeAll(): void {
    for (let i = this.#opportunities.openCount - 1; i >= 0; i--) this.#close(this.#opportunities.openPair(i));
  }

  #close(pair: number): void {
    this.#parts.filters?.noteChance(pair, false);
    const life = this.#opportunities.close(pair, this.#deps.clock.monotonicNs());
    if (life !== undefined) this.#parts.outbox.write(opportunityRecord(life, this.#deps));
  }
}
