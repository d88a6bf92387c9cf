/** The live panel of `npm start` on a terminal, and its one-line form for everything that is no terminal.
 *  Thread: main. `renderPanel` and `statusLine` are pure; `startPanel` draws at most four times a second. */
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { LegSetRecord } from '../core/records.ts';
import type { EdgeView, EngineStatus, EngineView } from '../core/status.ts';
import { amounts, nanoseconds, shortCount } from './format.ts';
import { type Line, renderLine } from './lines.ts';
import * as parts from './sections.ts';

export interface PanelSize {
  readonly columns: number;
  readonly rows: number;
}

export interface PanelOptions {
  /** False where `NO_COLOR` is set or the terminal has none. */
  readonly color: boolean;
  /** Where the admin API listens; absent when it is switched off. */
  readonly api?: string;
  /** Where its token is kept. */
  readonly tokenPath?: string;
}

/** Lines of the panel, at most `rows`, none wider than `columns`. */
export function renderPanel(
  status: EngineStatus,
  edges: readonly EdgeView[],
  trades: readonly LegSetRecord[],
  size: PanelSize,
  options: PanelOptions,
): string[] {
  const isTall = size.rows >= 32;
  const blank: Line[] = [[]];
  const top = [parts.headLine(status), ...parts.reasonLines(status).slice(0, isTall ? 4 : 1)];
  const venues = [...blank, ...parts.venueLines(status.venues)];
  const latency = isTall ? [...blank, ...parts.latencyLines(status)] : [parts.latencyLine(status)];
  const figures = [
    ...blank,
    ...parts.profitLines(status),
    ...parts.tradingLines(status).slice(0, isTall ? 3 : 2),
    ...(isTall ? [...parts.riskLines(status), parts.refusalLine(status)] : []),
    ...latency,
    ...parts.faultLines(status, isTall ? 3 : 1),
  ];
  const foot = [...blank, footLine(options)];
  const fixed = top.length + venues.length + figures.length + foot.length;
  // Each list has a blank line and its head; what is left is shared, edges first.
  const room = size.rows - fixed - 4;
  const shownEdges = Math.max(0, Math.min(edges.length, Math.ceil(room / 2)));
  const shownTrades = Math.max(0, room - Math.max(shownEdges, 0));
  const lists =
    room < 2 ? [] : [...blank, ...parts.edgeLines(edges, shownEdges), ...blank, ...tradesOrNone(trades, shownTrades)];
  const body = [...top, ...venues, ...lists, ...figures];
  // In a window too small for all of it the foot stays: how to stop is always to be seen.
  const visible = [...body.slice(0, Math.max(0, size.rows - foot.length)), ...foot].slice(-Math.max(1, size.rows));
  return visible.map((line) => renderLine(line, size.columns, options.color));
}

const tradesOrNone = (trades: readonly LegSetRecord[], count: number): Line[] =>
  trades.length === 0 ? [[['TRADES', 'dim']], [['none yet', 'dim']]] : parts.tradeLines(trades, count);

function footLine({ api, tokenPath }: PanelOptions): Line {
  const where =
    api === undefined ? 'API off' : `API ${api}${tokenPath === undefined ? '' : ` (token in ${tokenPath})`}`;
  return [['Ctrl+C', 'bold'], ' drains and stops  ', [where, 'dim']];
}

/** One line for logs: state, venues, what was seen, done and earned. */
export function statusLine(status: EngineStatus): string {
  const { state, reasons, venues, opportunities, intents, legSets, valued, latency } = status;
  const rows = venues.map(
    (venue) =>
      `${venue.id} ${venue.state} ${venue.liveRows}/${venue.rows} ${shortCount(venue.messagesPerSecond)} msg/s`,
  );
  const decided = latency.wireToDecisionNs;
  const line: Line = [
    [
      reasons.length === 0 ? state : `${state} (${reasons.join('; ')})`,
      ...rows,
      `${shortCount(opportunities)} opportunities`,
      `${shortCount(intents)} intents`,
      `${shortCount(legSets.filled)} of ${shortCount(legSets.opened)} leg sets filled`,
      `profit ${amounts(valued)}`,
      ...(decided.count === 0 ? [] : [`decision p50 ${nanoseconds(decided.p50)}`]),
    ].join(' · '),
  ];
  return renderLine(line, Number.POSITIVE_INFINITY, false);
}

/** The part of `process.stdout` that is drawn on. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

export interface PanelDeps {
  readonly view: Pick<EngineView, 'status' | 'edges'>;
  /** The newest trades. */
  readonly trades: () => readonly LegSetRecord[];
  readonly screen: Screen;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: () => PanelOptions;
}

const REDRAW_MS = 250;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const HOME = '\x1b[H';
const CLEAR = '\x1b[2J';
const CLEAR_TO_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Draws until the returned function is called, which draws once more and leaves the terminal as it was. */
export function startPanel({ view, trades, screen, clock, log, options }: PanelDeps): () => void {
  let cancel: (() => void) | undefined;
  let isRunning = true;

  const draw = (): void => {
    const size = { columns: screen.columns || 80, rows: screen.rows || 24 };
    const lines = renderPanel(view.status(), view.edges(), trades(), size, options());
    // No newline after the last line: it would scroll a full window.
    screen.write(`${HOME}${lines.map((line) => line + CLEAR_TO_LINE_END).join('\r\n')}${CLEAR_BELOW}`);
  };
  const stop = (): void => {
    if (!isRunning) return;
    isRunning = false;
    cancel?.();
    screen.write(`\r\n${SHOW_CURSOR}`);
  };
  const tick = (): void => {
    if (!isRunning) return;
    try {
      draw();
      cancel = clock.after(REDRAW_MS, tick);
    } catch (thrown) {
      // The engine trades on without its panel.
      stop();
      log.error({ cause: messageOf(thrown) }, 'the panel stopped');
    }
  };

  screen.write(`${HIDE_CURSOR}${CLEAR}`);
  tick();
  return () => {
    cancel?.();
    tick();
    stop();
  };
}
