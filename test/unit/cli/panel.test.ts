import { describe, expect, it } from 'vitest';
import * as format from '../../../src/cli/format.ts';
import { renderLine, table } from '../../../src/cli/lines.ts';
import { type PanelOptions, renderPanel, startPanel, statusLine } from '../../../src/cli/panel.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { EdgeView, EngineStatus } from '../../../src/core/status.ts';
import { fakeStatus, fakeVenue, legSet } from '../../integration/api/fake-engine.ts';

const PLAIN: PanelOptions = { color: false, api: 'http://127.0.0.1:8640', tokenPath: 'data/admin-token' };
const SMALL = { columns: 80, rows: 24 };
const LARGE = { columns: 120, rows: 40 };

const edges: EdgeView[] = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LTC', 'DOT'].map((base, n) => ({
  instrument: `${base}-USDT`,
  buyVenue: 'okx',
  sellVenue: 'binance',
  grossEdgeBps: 21 - n,
  netEdgeBps: 1.2 - n,
}));
const trades = Array.from({ length: 40 }, (_, n) => legSet(n));

const draw = (size = SMALL, status: EngineStatus = fakeStatus(), options = PLAIN) =>
  renderPanel(status, [...edges].reverse(), trades, size, options);
const lineOf = (lines: readonly string[], start: string) => lines.find((line) => line.startsWith(start));

describe.each([SMALL, LARGE])('the panel at $columns×$rows', (size) => {
  const lines = draw(size);

  it('fills the window and no more', () => {
    expect(lines).toHaveLength(size.rows);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(size.columns);
  });

  it('shows state, venues, edges, trades, profit, latency, the API and how to stop', () => {
    expect(lines[0]).toBe('Parallax  ● running  sim · fused · backoff  run r0001  up 00:01:23');
    expect(lineOf(lines, 'binance')).toMatch(/^binance +live +5\/5 +1,235 +123k +1 +2 +3 +up$/);
    expect(lineOf(lines, 'okx')).toMatch(/^okx +suspect +4\/5 .* held$/);
    const best = lines.findIndex((line) => line.startsWith('BEST EDGES NOW'));
    expect(lines[best + 1]).toMatch(/^BTC-USDT +okx → binance +\+21\.00 +\+1\.20$/);
    expect(lines[best + 2]).toMatch(/^ETH-USDT +okx → binance +\+20\.00 +\+0\.20$/);
    expect(lines[best + 3]).toMatch(/^SOL-USDT +okx → binance +\+19\.00 +-0\.80$/);
    const last = lines.findIndex((line) => line.startsWith('TRADES'));
    expect(lines[last + 1]).toMatch(/^15:06:40 +ETH-USDT +okx → binance +0\.01 +filled +\+0\.2145 USDT$/);
    expect(lineOf(lines, 'PROFIT')).toBe('PROFIT   +12.3 USDT  by asset  +12.3456 USDT  -0.0000004 BTC');
    expect(lineOf(lines, 'FEES')).toBe('FEES     4.56 USDT  0.00001 BTC');
    expect(lineOf(lines, 'SEEN')).toBe('SEEN     321 opportunities · 45 intents');
    expect(lineOf(lines, 'LEG SETS')).toBe('LEG SETS 44 opened · 40 filled · 2 unwound · 1 missed · 1 refused');
    expect(lineOf(lines, 'FAULT')).toBe('FAULT  15:06:41  actor/crashed: feed okx was restarted');
    expect(lines.at(-1)).toBe('Ctrl+C drains and stops  API http://127.0.0.1:8640 (token in data/admin-token)');
  });
});

describe('the panel', () => {
  it('shows latencies in one line where there is little room, in a table where there is more', () => {
    expect(lineOf(draw(SMALL), 'p50/p99')).toBe(
      'p50/p99  decision 11.0 µs/48.0 µs  trade 33.0 µs/144 µs  ack 440 µs/1.92 ms',
    );
    expect(lineOf(draw(LARGE), 'wire → decision')).toMatch(/11\.0 µs +19\.5 µs +48\.0 µs +1\.20 ms +4,210$/);
    const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    const latency = { wireToDecisionNs: none, tickToTradeNs: none, ackNs: none };
    expect(lineOf(draw(SMALL, fakeStatus({ latency })), 'p50/p99')).toBe('p50/p99  decision -  trade -  ack -');
  });

  it('says why it is halted', () => {
    const lines = draw(SMALL, fakeStatus({ state: 'halted', reasons: ['feed okx used up its restarts'] }));
    expect(lines[0]).toContain('● halted');
    expect(lines[1]).toBe('  because feed okx used up its restarts');
  });

  it('has nothing to show at first, and says so', () => {
    const status = fakeStatus({
      state: 'starting',
      venues: [fakeVenue('okx', { state: 'connecting', gatewayUp: false })],
      pnl: {},
      valued: {},
      fees: {},
      faults: [],
    });
    const lines = renderPanel(status, [], [], SMALL, { color: false });
    expect(lines).toContain('none yet');
    expect(lineOf(lines, 'okx')).toMatch(/connecting.*down$/);
    expect(lineOf(lines, 'PROFIT')).toBe('PROFIT   0  by asset  0');
    expect(lines.at(-1)).toBe('Ctrl+C drains and stops  API off');
  });

  it('fits any window and keeps the way out in sight', () => {
    const many = fakeStatus({
      venues: Array.from({ length: 30 }, (_, n) => fakeVenue(`venue-with-a-long-name-${n}`)),
      reasons: Array.from({ length: 9 }, (_, n) => `reason ${n} `.repeat(30)),
    });
    for (const status of [fakeStatus(), many]) {
      for (let columns = 1; columns <= 140; columns += 9) {
        for (let rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10) {
          const lines = draw({ columns, rows }, status);
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
          if (columns > 22) expect(lines.at(-1)).toContain('Ctrl+C drains and');
        }
      }
    }
  });

  it('paints only when it may, and the same text', () => {
    const painted = draw(SMALL, fakeStatus(), { ...PLAIN, color: true });
    const codes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    expect(painted.join('\n')).toMatch(codes);
    expect(painted.map((line) => line.replace(codes, ''))).toEqual(draw());
    expect(draw().join('')).not.toContain('\x1b');
  });

  it('does not let a venue write to the terminal', () => {
    const faults = [{ at: 0, code: 'venue/refused', message: '\x1b[2Jgone\r\n\u202eback 価格 🚀' }];
    const line = lineOf(draw(SMALL, fakeStatus({ faults })), 'FAULT');
    expect(line).toBe('FAULT  00:00:00  venue/refused:  [2Jgone   back ?? ?');
  });
});

it('the status line says it all in one line', () => {
  expect(statusLine(fakeStatus({ reasons: ['a\nb'], state: 'paused' }))).toBe(
    'paused (a b) · binance live 5/5 1,235 msg/s · okx suspect 4/5 1,235 msg/s · 321 opportunities · 45 intents · ' +
      '40 of 44 leg sets filled · profit +12.3 USDT · decision p50 11.0 µs',
  );
});

describe('the driver', () => {
  function start(status: () => EngineStatus) {
    const written: string[] = [];
    const logged: string[] = [];
    const clock = new ManualClock();
    const screen = { columns: 80, rows: 24, write: (text: string) => written.push(text) };
    const stop = startPanel({
      view: { status, edges: () => edges },
      trades: () => trades,
      screen,
      clock,
      log: { ...silentLog, error: (_details, message) => logged.push(message) },
      options: () => PLAIN,
    });
    return { written, logged, clock, screen, stop };
  }
  const frames = (written: string[]) => written.filter((text) => text.includes('Parallax'));

  it('draws four times a second, follows the window, and leaves the terminal as it was', () => {
    const { written, clock, screen, stop } = start(() => fakeStatus());
    expect(written[0]).toContain('\x1b[?25l');
    clock.advanceMs(1000);
    expect(frames(written)).toHaveLength(5);
    screen.columns = 40;
    clock.advanceMs(250);
    const [first = ''] = (frames(written).at(-1) ?? '').split('\x1b[K');
    expect(first).toBe('\x1b[HParallax  ● running  sim · fused · back…');
    stop();
    expect(frames(written)).toHaveLength(7);
    expect(written.at(-1)).toBe('\r\n\x1b[?25h');
    const count = written.length;
    clock.advanceMs(5000);
    stop();
    expect(written).toHaveLength(count);
    for (const text of frames(written)) expect(text.endsWith('\n')).toBe(false);
  });

  it('gives up without taking the engine along', () => {
    let isBroken = false;
    const { written, logged, clock, stop } = start(() => {
      if (isBroken) throw new Error('gone');
      return fakeStatus();
    });
    isBroken = true;
    clock.advanceMs(2000);
    expect(logged).toEqual(['the panel stopped']);
    expect(written.at(-1)).toBe('\r\n\x1b[?25h');
    stop();
    expect(frames(written)).toHaveLength(1);
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [9999, '9,999'],
    [10_000, '10.0k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_234_567_890, '1.23G'],
    [Number.NaN, '-'],
  ])('counts %d', (value, text) => expect(format.shortCount(value)).toBe(text));

  it.each([
    [0, '0 ns'],
    [950, '950 ns'],
    [999.6, '1.00 µs'],
    [999_600, '1.00 ms'],
    [2.5e9, '2.50 s'],
    [4000e9, '4,000 s'],
  ])('times %d', (value, text) => expect(format.nanoseconds(value)).toBe(text));

  it.each([
    ['12.3456789', 4, '12.3456'],
    ['-0.00000042', 4, '-0.0000004'],
    ['0.000', 4, '0'],
    ['-0.0', 4, '0'],
    ['1000', 2, '1000'],
    ['10.50', 2, '10.5'],
    ['9007199254740993.123', 3, '9007199254740993.123'],
    ['odd', 2, 'odd'],
  ])('shortens %s', (text, digits, short) => expect(format.shortDecimal(text, digits)).toBe(short));

  it('signs, groups, dates', () => {
    expect(['1.5', '-1.5', '0', '0.00'].map(format.signed)).toEqual(['+1.5', '-1.5', '0', '0.00']);
    expect(format.grouped(1_234_567)).toBe('1,234,567');
    expect([0, 83_000, 86_400_000 + 5000].map(format.duration)).toEqual(['00:00:00', '00:01:23', '1d 00:00:05']);
  });

  it('cuts lines and aligns tables', () => {
    expect(renderLine(['abc', ['def', 'red']], 6, false)).toBe('abcdef');
    expect(renderLine(['abc', ['def', 'red']], 5, false)).toBe('abcd…');
    expect(renderLine(['abc', ['def', 'red']], 5, true)).toBe('abc\x1b[31md\x1b[0m…');
    const lines = table(
      [{ name: 'A' }, { name: 'n', right: true }],
      [
        ['long', '1'],
        ['x', ['22', 'red']],
      ],
    );
    expect(lines.map((line) => renderLine(line, 80, false))).toEqual(['A      n', 'long   1', 'x     22']);
  });
});
