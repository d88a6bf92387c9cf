/** Parts of the engine's status as lines; the panel and `parallax status` are made of them. */

import type { LegSetRecord } from '../core/records.ts';
import type { EdgeView, EngineState, EngineStatus, Percentiles, VenueStatus } from '../core/status.ts';
import { amounts, duration, grouped, nanoseconds, shortCount, shortDecimal, signed, timeOfDay } from './format.ts';
import { type Line, type Paint, type Piece, table } from './lines.ts';

const STATE_PAINT: Readonly<Record<EngineState, Paint>> = {
  starting: 'cyan',
  running: 'green',
  paused: 'yellow',
  draining: 'yellow',
  halted: 'red',
  stopped: 'dim',
};

const trustPaint = (state: string): Paint =>
  state === 'live' ? 'green' : state === 'connecting' || state === 'syncing' ? 'cyan' : 'yellow';

const gainPaint = (amount: string): Paint => (amount.startsWith('-') ? 'red' : /[1-9]/.test(amount) ? 'green' : 'dim');

export function headLine(status: EngineStatus): Line {
  const { state, mode, topology, idle, run, uptimeMs } = status;
  return [
    ['Parallax', 'bold'],
    '  ',
    [`● ${state}`, STATE_PAINT[state]],
    `  ${mode} · ${topology} · ${idle}  `,
    [`run ${run}  up ${duration(uptimeMs)}`, 'dim'],
  ];
}

export const reasonLines = ({ reasons }: EngineStatus): Line[] =>
  reasons.map(
    (reason): Line => [
      ['  because ', 'dim'],
      [reason, 'yellow'],
    ],
  );

export function venueLines(venues: readonly VenueStatus[]): Line[] {
  const rows = venues.map((venue): Piece[] => [
    venue.slow === true ? `${venue.id} (slow)` : venue.id,
    [venue.state, trustPaint(venue.state)],
    `${venue.liveRows}/${venue.rows}`,
    shortCount(venue.messagesPerSecond),
    shortCount(venue.messages),
    grouped(venue.gaps),
    grouped(venue.resyncs),
    grouped(venue.reconnects),
    orderEntry(venue),
  ]);
  return table(
    [
      { name: 'VENUE', min: 10 },
      { name: 'state', min: 10 },
      { name: 'live', right: true, min: 5 },
      { name: 'msg/s', right: true, min: 6 },
      { name: 'messages', right: true },
      { name: 'gaps', right: true },
      { name: 'resyncs', right: true },
      { name: 'reconn', right: true },
      { name: 'orders' },
    ],
    rows,
  );
}

/** What keeps new orders from a venue, if anything does: its breaker is open (held), or lets probes through. */
function orderEntry({ gatewayUp, breaker }: VenueStatus): Piece {
  if (!gatewayUp) return ['down', 'red'];
  if (breaker.state === 'closed') return ['up', 'green'];
  return breaker.state === 'open' ? ['held', 'red'] : ['probe', 'yellow'];
}

/** The best edges now, best first. */
export function edgeLines(edges: readonly EdgeView[], count: number): Line[] {
  const best = edges
    .filter(({ netEdgeBps }) => Number.isFinite(netEdgeBps))
    .sort((a, b) => b.netEdgeBps - a.netEdgeBps)
    .slice(0, count);
  const rows = best.map((edge): Piece[] => [
    edge.instrument,
    `${edge.buyVenue} → ${edge.sellVenue}`,
    bps(edge.grossEdgeBps),
    [bps(edge.netEdgeBps), edge.netEdgeBps > 0 ? 'green' : 'dim'],
  ]);
  return table(
    [
      { name: 'BEST EDGES NOW', min: 14 },
      { name: 'buy → sell', min: 20 },
      { name: 'gross bps', right: true, min: 10 },
      { name: 'net bps', right: true, min: 10 },
    ],
    rows,
  );
}

const bps = (value: number): string => signed(value.toFixed(2));

/** The newest trades first. */
export function tradeLines(trades: readonly LegSetRecord[], count: number): Line[] {
  const newest = [...trades].sort((a, b) => b.closedAt - a.closedAt).slice(0, count);
  const rows = newest.map((trade): Piece[] => {
    const legs = trade.legs.filter(({ role }) => role === 'leg');
    const at = (side: 'buy' | 'sell') => legs.find((leg) => leg.side === side);
    const quote = trade.instrument.split('-')[1] ?? '';
    const gain = shortDecimal(trade.pnl[quote] ?? '0', 4);
    return [
      timeOfDay(trade.closedAt),
      trade.instrument,
      `${at('buy')?.venue ?? '?'} → ${at('sell')?.venue ?? '?'}`,
      shortDecimal(at('buy')?.filled ?? legs[0]?.filled ?? '0', 6),
      [trade.state, trade.state === 'filled' ? 'green' : 'yellow'],
      [`${signed(gain)} ${quote}`, gainPaint(gain)],
    ];
  });
  return table(
    [
      { name: 'TRADES, UTC' },
      { name: 'instrument' },
      { name: 'buy → sell', min: 14 },
      { name: 'size', right: true, min: 9 },
      { name: 'state', min: 8 },
      { name: 'gain', right: true, min: 14 },
    ],
    rows,
  );
}

export function profitLines({ pnl, valued, fees }: EngineStatus): Line[] {
  const total = amounts(valued);
  return [
    [['PROFIT   ', 'dim'], [total, gainPaint(total)], ['  by asset  ', 'dim'], amounts(pnl)],
    [['FEES     ', 'dim'], amounts(fees).replaceAll('+', '')],
  ];
}

/** What matters most first, since a narrow window cuts the end. */
const LEG_SET_ORDER = ['opened', 'filled', 'residual', 'unknown', 'unwound', 'missed', 'refused'] as const;
const ORDER_ORDER = ['sent', 'filled', 'unknown', 'acked', 'rejected', 'cancelled'] as const;

/** The first two always, the others when there are any. */
const counts = <Name extends string>(byName: Readonly<Record<Name, number>>, order: readonly Name[]): string =>
  order
    .filter((name, index) => index < 2 || byName[name] > 0)
    .map((name) => `${shortCount(byName[name])} ${name}`)
    .join(' · ');

export function tradingLines({ opportunities, intents, legSets, orders }: EngineStatus): Line[] {
  return [
    [['SEEN     ', 'dim'], `${shortCount(opportunities)} opportunities · ${shortCount(intents)} intents`],
    [['LEG SETS ', 'dim'], counts(legSets, LEG_SET_ORDER)],
    [['ORDERS   ', 'dim'], counts(orders, ORDER_ORDER)],
  ];
}

/** Nothing while all may be sent and nothing was lost. */
export function riskLines({ risk }: EngineStatus): Line[] {
  const { state, dayGains, lossStreak, overExposed } = risk;
  const losses = Object.entries(dayGains).filter(([, gain]) => gain.startsWith('-'));
  if (state === 'active' && losses.length === 0 && lossStreak === 0) return [];
  const parts = [
    ...losses.map(([asset, gain]) => `${shortDecimal(gain, 4)} ${asset} today`),
    ...(lossStreak > 0 ? [`${lossStreak} losing in a row`] : []),
    ...overExposed.map((instrument) => `${instrument} past its exposure limit`),
  ];
  const paint = state === 'active' ? 'green' : state === 'reducing' ? 'yellow' : 'red';
  return [[['RISK     ', 'dim'], [state, paint], parts.map((part) => ` · ${part}`).join('')]];
}

/** The reasons that stood in the way most often. */
export function refusalLine({ refusals }: EngineStatus): Line {
  const most = Object.entries(refusals)
    .filter(([reason, value]) => value > 0 && reason !== 'ok')
    .sort(([, a], [, b]) => b - a);
  return [['REFUSED  ', 'dim'], most.map(([reason, value]) => `${shortCount(value)} ${reason}`).join(' · ') || 'none'];
}

const LATENCY_NAMES = {
  wireToDecisionNs: ['wire → decision', 'decision'],
  tickToTradeNs: ['tick → trade', 'trade'],
  ackNs: ['order → ack', 'ack'],
} as const;

const latencies = ({ latency }: EngineStatus): (readonly [long: string, short: string, at: Percentiles])[] =>
  (['wireToDecisionNs', 'tickToTradeNs', 'ackNs'] as const).map((key) => [...LATENCY_NAMES[key], latency[key]]);

export function latencyLines(status: EngineStatus): Line[] {
  const rows = latencies(status).map(([name, , { count, ...at }]): Piece[] => [
    name,
    ...[at.p50, at.p90, at.p99, at.max].map((ns) => (count === 0 ? '-' : nanoseconds(ns))),
    shortCount(count),
  ]);
  const right = true;
  const columns = ['p50', 'p90', 'p99', 'max', 'count'].map((name) => ({ name, right, min: 8 }));
  return table([{ name: 'LATENCY', min: 16 }, ...columns], rows);
}

/** One line of it, for small terminals. */
export function latencyLine(status: EngineStatus): Line {
  const parts = latencies(status).map(([, name, { count, p50, p99 }]) =>
    count === 0 ? `${name} -` : `${name} ${nanoseconds(p50)}/${nanoseconds(p99)}`,
  );
  return [['p50/p99  ', 'dim'], parts.join('  ')];
}

export const faultLines = ({ faults }: EngineStatus, count: number): Line[] =>
  [...faults]
    .sort((a, b) => b.at - a.at)
    .slice(0, count)
    .map((fault): Line => [['FAULT  ', 'red'], `${timeOfDay(fault.at)}  ${fault.code}: ${fault.message}`]);
