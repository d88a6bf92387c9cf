/** The engine as others see it: figures read from shared memory when asked for. Thread: main; never a hot one. */
import { formatDecimal, gridText, pow10 } from '../core/decimal.ts';
import { TRUST, TRUST_NAMES, type Trust } from '../core/quote.ts';
import type { BudgetView } from '../core/rate-limits.ts';
import type {
  EdgeView,
  EngineState,
  EngineStatus,
  EngineView,
  InventoryView,
  Percentiles,
  QuoteView,
} from '../core/status.ts';
import { grossEdgeBps, keptFactor, netEdgeBps } from '../engine/edge.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import { rowTerms } from '../engine/terms.ts';
import type { Histogram } from '../memory/counters.ts';
import { QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';
import { descriptorOf } from '../venues/registry.ts';
import { BreakerViews } from './breaker-views.ts';
import type { SharedViews } from './context.ts';
import type { EngineContext } from './messages.ts';
import { riskView } from './risk-view.ts';
import type { ChildStatus } from './supervisor.ts';

/** What only the engine itself knows. */
export interface EngineFacts {
  readonly state: EngineState;
  readonly reasons: readonly string[];
  readonly startedAt: number;
  readonly pnl: Readonly<Record<string, string>>;
  readonly valued: Readonly<Record<string, string>>;
  /** The executor's newest. */
  readonly report: ExecutorReport | undefined;
  readonly faults: readonly { readonly at: number; readonly code: string; readonly message: string }[];
  readonly actors: readonly ChildStatus[];
}

const RATE_WINDOW_MS = 1_000;

export class LiveView implements Omit<EngineView, 'metrics' | 'config'> {
  readonly #context: EngineContext;
  readonly #views: SharedViews;
  readonly #facts: () => EngineFacts;
  readonly #nowNs: () => number;
  readonly #reader: QuoteReader;
  readonly #holds: RowHolds;
  readonly breakers: BreakerViews;
  readonly #row = new Float64Array(QUOTE.STRIDE);
  readonly #isSlow: readonly boolean[];
  readonly #rates: { at: number; messages: number; perSecond: number }[];

  constructor(context: EngineContext, views: SharedViews, facts: () => EngineFacts, nowNs: () => number) {
    this.#context = context;
    this.#views = views;
    this.#facts = facts;
    this.#nowNs = nowNs;
    this.#reader = new QuoteReader(views.buffer, views.layout);
    this.#holds = new RowHolds(views.buffer, views.layout);
    this.breakers = new BreakerViews(context.universe, views, context.config.breakers.forgetPerSecond, nowNs);
    this.#isSlow = context.universe.venues.map((id) => descriptorOf(id, context.config.venues).slow === true);
    this.#rates = context.universe.venues.map(() => ({ at: nowNs(), messages: 0, perSecond: 0 }));
  }

  status(): EngineStatus {
    const { context, facts, views } = { context: this.#context, facts: this.#facts(), views: this.#views };
    const executor = views.executorCounters().snapshot();
    const detector = views.detectorCounters().snapshot();
    const journal = views.journalCounters().snapshot();
    const refusals: Record<string, number> = {};
    for (const stage of ['detector', 'executor'] as const) {
      for (const [reason, count] of Object.entries(views.reasonCounters(stage).snapshot())) {
        if (reason !== 'ok' && count > 0) refusals[reason] = (refusals[reason] ?? 0) + count;
      }
    }
    const venues = this.#venues();
    return {
      run: context.run,
      mode: context.config.mode,
      topology: context.config.topology,
      idle: context.config.idle,
      state: facts.state,
      reasons: facts.reasons,
      risk: riskView(facts.report, views.control),
      startedAt: facts.startedAt,
      uptimeMs: Date.now() - facts.startedAt,
      venues,
      quotes: context.universe.venues.reduce((sum, venue) => sum + views.feedCounters(venue).get('published'), 0),
      opportunities: detector.opportunities,
      intents: detector.intents,
      refusals,
      legSets: {
        opened: executor.setsOpened,
        filled: executor.setsFilled,
        unwound: executor.setsUnwound,
        missed: executor.setsMissed,
        refused: executor.setsRefused,
        unknown: executor.setsUnknown,
        held: executor.setsHeld,
        // Unmatched base outside the dust ledger, whether it may be there or not.
        residual: executor.setsResidual + executor.setsHeld,
      },
      orders: {
        sent: executor.ordersSent,
        acked: executor.ordersAcked,
        filled: executor.ordersFilled,
        rejected: executor.ordersRejected,
        cancelled: executor.ordersCancelled,
        unknown: executor.ordersUnknown,
      },
      pnl: facts.pnl,
      valued: facts.valued,
      fees: facts.report?.fees ?? {},
      latency: {
        wireToDecisionNs: percentiles(views.latency('wireToDecision')),
        tickToTradeNs: percentiles(views.latency('tickToTrade')),
        ackNs: percentiles(views.latency('ack')),
      },
      journal: { records: journal.records, maxLagMs: journal.maxLagMs },
      faults: facts.faults,
      actors: facts.actors,
    };
  }

  quotes(): QuoteView[] {
    const { universe } = this.#context;
    const now = this.#nowNs();
    return universe.rows.map((row) => {
      const grid = universe.instruments[row.instrumentIndex]?.grid ?? { priceDecimals: 0, sizeDecimals: 0 };
      const trust = this.#read(row.row);
      const held = this.#holds.reason(row.row);
      const text = (word: number, decimals: number): string => {
        const value = this.#row[word] as number;
        return Number.isSafeInteger(value) ? gridText(value, decimals) : '0';
      };
      const receivedAt = this.#row[QUOTE.RECEIVED_AT] as number;
      return {
        venue: row.venue,
        instrument: row.instrument,
        trust: TRUST_NAMES[trust as 0 | 1 | 2 | 3] ?? 'suspect',
        ...(held === undefined ? {} : { held }),
        bid: text(QUOTE.BID, grid.priceDecimals),
        bidSize: text(QUOTE.BID_SIZE, grid.sizeDecimals),
        ask: text(QUOTE.ASK, grid.priceDecimals),
        askSize: text(QUOTE.ASK_SIZE, grid.sizeDecimals),
        ageMs: receivedAt > 0 ? Math.max(0, (now - receivedAt) / 1e6) : 0,
      };
    });
  }

  /** The best direction of every instrument over its live rows, best net edge first. */
  edges(): EdgeView[] {
    const { universe } = this.#context;
    const terms = rowTerms(universe);
    const tops = universe.rows.map((row) => {
      const isLive = this.#read(row.row) === TRUST.Live;
      return { row, isLive, bid: this.#row[QUOTE.BID] as number, ask: this.#row[QUOTE.ASK] as number };
    });
    const edges: EdgeView[] = [];
    for (const instrument of universe.instruments) {
      const rows = tops.filter((top) => top.isLive && top.row.instrumentIndex === instrument.index && top.ask > 0);
      let best: EdgeView | undefined;
      for (const buy of rows) {
        for (const sell of rows) {
          if (buy === sell) continue;
          const from = buy.row.row;
          const kept = keptFactor(
            terms.buyBaseFee[from] ?? 0,
            terms.buyQuoteFee[from] ?? 0,
            terms.taker[sell.row.row] ?? 0,
          );
          const netBps = netEdgeBps(buy.ask, sell.bid, kept);
          if (best !== undefined && best.netEdgeBps >= netBps) continue;
          best = {
            instrument: instrument.id,
            buyVenue: buy.row.venue,
            sellVenue: sell.row.venue,
            grossEdgeBps: grossEdgeBps(buy.ask, sell.bid),
            netEdgeBps: netBps,
          };
        }
      }
      if (best !== undefined) edges.push(best);
    }
    return edges.sort((a, b) => b.netEdgeBps - a.netEdgeBps);
  }

  inventory(): readonly InventoryView[] {
    return this.#facts().report?.inventory ?? [];
  }

  openNotional(): Readonly<Record<string, string>> {
    return this.#facts().report?.openNotional ?? {};
  }

  rates(): readonly BudgetView[] {
    return this.#facts().report?.rates ?? [];
  }

  instruments(): ReturnType<EngineView['instruments']> {
    const { universe } = this.#context;
    return universe.instruments.map((instrument) => ({
      id: instrument.id,
      priceDecimals: instrument.grid.priceDecimals,
      sizeDecimals: instrument.grid.sizeDecimals,
      venues: universe.rows
        .filter((row) => row.instrumentIndex === instrument.index)
        .map(({ venue, listing, fees }) => ({
          venue,
          symbol: listing.symbol,
          priceTick: listing.priceTick,
          sizeLot: listing.sizeLot,
          minSize: listing.minSize,
          ...(listing.minNotional === undefined ? {} : { minNotional: listing.minNotional }),
          takerFee: fees.taker,
          ...(listing.native === undefined ? {} : { nativeBase: listing.native.base }),
          ...(listing.transfers === undefined ? {} : { transfers: listing.transfers }),
        })),
    }));
  }

  /** Mid price of an instrument over its live rows, decimal text. */
  mid(instrumentIndex: number): string | undefined {
    const { universe } = this.#context;
    const decimals = universe.instruments[instrumentIndex]?.grid.priceDecimals ?? 0;
    let sum = 0n;
    let count = 0n;
    for (const row of universe.rows) {
      if (row.instrumentIndex !== instrumentIndex || this.#read(row.row) !== TRUST.Live) continue;
      sum += BigInt(this.#row[QUOTE.BID] as number) + BigInt(this.#row[QUOTE.ASK] as number);
      count += 2n;
    }
    if (count === 0n) return undefined;
    return formatDecimal((sum * pow10(4)) / count, decimals + 4);
  }

  /** Trust of a row as it may be believed: a row of a feed's former life, one that stays torn, one that is not what its
   *  name says, and one that its venue suspended are suspect. */
  #read(row: number): number {
    const venue = this.#context.universe.rows[row]?.venueIndex ?? 0;
    if (!this.#reader.read(row, this.#row)) return TRUST.Suspect;
    if (this.#row[0] === 0) return TRUST.Syncing;
    if (this.#row[QUOTE.INCARNATION] !== this.#views.control.incarnation(venue)) return TRUST.Suspect;
    return this.#holds.trustOf(row, this.#row[QUOTE.TRUST] as Trust);
  }

  #venues(): EngineStatus['venues'] {
    const { universe } = this.#context;
    const { control } = this.#views;
    const now = this.#nowNs();
    return universe.venues.map((id, venueIndex) => {
      const rows = universe.rows.filter((row) => row.venueIndex === venueIndex);
      const trusts = rows.map((row) => this.#read(row.row));
      const counters = this.#views.feedCounters(id).snapshot();
      const rate = this.#rates[venueIndex] ?? { at: now, messages: 0, perSecond: 0 };
      const elapsedMs = (now - rate.at) / 1e6;
      if (elapsedMs >= RATE_WINDOW_MS) {
        rate.perSecond = ((counters.messages - rate.messages) / elapsedMs) * 1000;
        rate.at = now;
        rate.messages = counters.messages;
      }
      const instrumentBreakers = this.breakers.notClosed(venueIndex);
      const liveRows = trusts.filter((trust) => trust === TRUST.Live).length;
      return {
        id,
        state: rows.length > 0 && liveRows === rows.length ? 'live' : worst(trusts, counters.connects),
        rows: rows.length,
        liveRows,
        messages: counters.messages,
        messagesPerSecond: Math.round(rate.perSecond),
        gaps: counters.gaps,
        resyncs: counters.resyncs,
        reconnects: Math.max(0, counters.disconnects),
        gatewayUp: control.isGatewayUp(venueIndex),
        incarnation: control.incarnation(venueIndex),
        ...(this.#isSlow[venueIndex] ? { slow: true } : {}),
        breaker: this.breakers.ofVenue(venueIndex),
        ...(instrumentBreakers.length === 0 ? {} : { instrumentBreakers }),
      };
    });
  }
}

/** The name of the worst trust among rows that are not all live. */
function worst(trusts: readonly number[], connects: number): string {
  if (connects === 0) return 'connecting';
  const notLive = trusts.filter((trust) => trust !== TRUST.Live);
  return TRUST_NAMES[Math.max(TRUST.Syncing, ...notLive) as 0 | 1 | 2 | 3] ?? 'syncing';
}

function percentiles(histogram: Histogram): Percentiles {
  const { count, values } = histogram.percentiles([0.5, 0.9, 0.99]);
  const [p50 = 0, p90 = 0, p99 = 0] = values;
  return { count, p50: Math.round(p50), p90: Math.round(p90), p99: Math.round(p99), max: Math.round(histogram.max) };
}
