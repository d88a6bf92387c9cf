import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FILTER_NAMES } from '../../../src/core/filter-names.ts';
import { REASONS } from '../../../src/core/intent.ts';
import {
  DETECTOR_COUNTERS,
  distrustCounters,
  EXECUTOR_COUNTERS,
  FEED_COUNTERS,
  FILTER_COUNTERS,
  JOURNAL_COUNTERS,
  LATENCIES,
} from '../../../src/core/metrics.ts';
import { Histogram } from '../../../src/memory/counters.ts';
import { HISTOGRAM_BUCKETS } from '../../../src/memory/layout.ts';
import { type MetricSources, metricsOf } from '../../../src/record/metrics.ts';

/** Counters that count up from `start` in the order of the catalogue. */
const counted = <K extends string>(catalogue: Readonly<Record<K, unknown>>, start = 1): Record<K, number> =>
  Object.fromEntries(Object.keys(catalogue).map((name, n) => [name, start + n])) as Record<K, number>;

const histogram = (): Histogram => new Histogram(new SharedArrayBuffer((HISTOGRAM_BUCKETS + 2) * 8), 0);

function sources(): MetricSources & { tickToTrade: Histogram } {
  const tickToTrade = histogram();
  return {
    tickToTrade,
    venues: ['binance', 'okx'],
    feed: (venue) => counted({ ...FEED_COUNTERS, ...distrustCounters }, venue === 'okx' ? 1000 : 1),
    detector: () => counted(DETECTOR_COUNTERS),
    executor: () => counted(EXECUTOR_COUNTERS),
    journal: () => ({ ...counted(JOURNAL_COUNTERS), maxLagMs: 75, lastLagMs: 5 }),
    filters: () => counted(FILTER_COUNTERS),
    refusals: (stage) =>
      counted(Object.fromEntries(REASONS.map((reason) => [reason, 0])) as never, stage === 'detector' ? 1 : 100),
    latencies: {
      ...(Object.fromEntries(Object.keys(LATENCIES).map((name) => [name, histogram()])) as object),
      tickToTrade,
    },
    rows: () => [
      { venue: 'binance', instrument: 'BTC-USDT', trust: 'live', ageMs: 250 },
      { venue: 'okx', instrument: 'BTC-USDT', trust: 'suspect', held: 'identity' },
    ],
    gatewayUp: (venue) => venue === 'okx',
    inventory: () => [{ venue: 'okx', asset: 'BTC', free: 1.5 }],
    openNotional: () => ({ USDT: 199.5 }),
    pnl: () => ({ USDT: 1.25, BTC: 0 }),
    valued: () => ({ USDT: 1.25 }),
    fees: () => ({ USDT: 0.5 }),
    state: () => 'paused',
    risk: () => ({ state: 'reducing', dayGains: { USDT: '-1.5' }, lossStreak: 3, overExposed: ['BTC-USDT'] }),
    faults: () => ({ 'venue/protocol': 2 }),
    actors: () => [{ name: 'feed-okx', up: false, restarts: 3 }],
    ringFill: () => ({ detector: 0.25 }),
    breakers: () => [
      { venue: 'okx', state: 'half-open', score: 50.5, opened: 3, probes: 2, closed: 1 },
      { venue: 'okx', instrument: 'BTC-USDT', state: 'open', score: 110, opened: 1, probes: 0, closed: 0 },
    ],
    rates: () => [
      {
        venue: 'okx',
        buckets: [{ bucket: 'orders', capacity: 60, left: 12.5 }],
        closedMs: { open: 1500, query: 0, reduce: 0 },
        refusals: 3,
        episodes: 1,
        held: 7,
      },
    ],
  };
}

/** Series of the exposition format: `name{labels}` → value. */
async function scrape(from: MetricSources): Promise<Map<string, number>> {
  const text = await metricsOf(from).metrics();
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    expect(series.has(name), `${name} twice`).toBe(false);
    series.set(name, Number(value));
  }
  return series;
}

describe('metrics', () => {
  it('show the counters and gauges as they are when scraped', async () => {
    const series = await scrape(sources());
    expect(Object.fromEntries(series)).toMatchObject({
      'parallax_feed_messages_total{venue="binance"}': 1,
      'parallax_feed_messages_total{venue="okx"}': 1000,
      'parallax_feed_book_events_total{venue="okx"}': 1002,
      'parallax_feed_distrust_total{venue="binance",reason="gap"}': 1 + Object.keys(FEED_COUNTERS).length,
      parallax_detector_rows_read_total: 1,
      parallax_executor_sets_opened_total: 2,
      parallax_journal_records_total: 1,
      parallax_journal_lag_seconds: 0.005,
      parallax_journal_max_lag_seconds: 0.075,
      'parallax_refusals_total{stage="detector",reason="below-fees"}': 2,
      'parallax_refusals_total{stage="executor",reason="below-fees"}': 101,
      'parallax_filter_checks_total{filter="quote-pairs",outcome="held"}': 1,
      'parallax_filter_checks_total{filter="premium",outcome="passed"}': 2 * FILTER_NAMES.length,
      'parallax_faults_total{code="venue/protocol"}': 2,
      'parallax_row_trust{venue="binance",instrument="BTC-USDT"}': 1,
      'parallax_row_trust{venue="okx",instrument="BTC-USDT"}': 2,
      'parallax_row_held{venue="okx",instrument="BTC-USDT",reason="identity"}': 1,
      'parallax_venue_rows{venue="binance",trust="live"}': 1,
      'parallax_venue_rows{venue="okx",trust="live"}': 0,
      'parallax_quote_age_seconds{venue="binance",instrument="BTC-USDT"}': 0.25,
      'parallax_risk_state{state="active"}': 0,
      'parallax_risk_state{state="reducing"}': 1,
      'parallax_day_gain{asset="USDT"}': -1.5,
      parallax_loss_streak: 3,
      'parallax_exposure_over_limit{instrument="BTC-USDT"}': 1,
      'parallax_gateway_up{venue="binance"}': 0,
      'parallax_gateway_up{venue="okx"}': 1,
      'parallax_inventory{venue="okx",asset="BTC"}': 1.5,
      'parallax_open_notional{asset="USDT"}': 199.5,
      'parallax_pnl{asset="USDT"}': 1.25,
      'parallax_pnl{asset="BTC"}': 0,
      'parallax_pnl_valued{asset="USDT"}': 1.25,
      'parallax_fees_paid{asset="USDT"}': 0.5,
      'parallax_engine_state{state="paused"}': 1,
      'parallax_engine_state{state="running"}': 0,
      'parallax_actor_up{actor="feed-okx"}': 0,
      'parallax_actor_restarts_total{actor="feed-okx"}': 3,
      'parallax_record_ring_fill{producer="detector"}': 0.25,
      'parallax_breaker_state{venue="okx",instrument="all"}': 2,
      'parallax_breaker_state{venue="okx",instrument="BTC-USDT"}': 1,
      'parallax_breaker_score{venue="okx",instrument="all"}': 50.5,
      'parallax_breaker_opened_total{venue="okx",instrument="all"}': 3,
      'parallax_breaker_probes_total{venue="okx",instrument="all"}': 2,
      'parallax_breaker_closed_total{venue="okx",instrument="all"}': 1,
    });
    const names = [...series.keys()];
    expect(names).not.toContain('parallax_quote_age_seconds{venue="okx",instrument="BTC-USDT"}');
    expect(names.filter((name) => name.includes('reason="ok"'))).toStrictEqual([]);
    expect(names.filter((name) => !name.startsWith('parallax_'))).toStrictEqual([]);
  });

  it('have every counter of the catalogues', async () => {
    const names = new Set([...(await scrape(sources())).keys()].map((name) => name.split('{')[0]));
    const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const wanted = [
      ...Object.keys(FEED_COUNTERS).map((name) => `feed_${snake(name)}_total`),
      ...Object.keys(DETECTOR_COUNTERS).map((name) => `detector_${snake(name)}_total`),
      ...Object.keys(EXECUTOR_COUNTERS).map((name) => `executor_${snake(name)}_total`),
      ...Object.keys(JOURNAL_COUNTERS)
        .filter((name) => !name.endsWith('Ms'))
        .map((name) => `journal_${snake(name)}_total`),
      ...Object.keys(LATENCIES).map((name) => `${snake(name)}_seconds_count`),
    ];
    for (const name of wanted) expect(names).toContain(`parallax_${name}`);
  });

  it('do not add up over scrapes', async () => {
    const from = sources();
    const register = metricsOf(from);
    const first = await register.getSingleMetricAsString('parallax_feed_messages_total');
    expect(await register.getSingleMetricAsString('parallax_feed_messages_total')).toBe(first);
  });

  it('make a Prometheus histogram of a shared one', async () => {
    const from = sources();
    const values = [900, 1500, 60_000, 60_000, 3_000_000, 20_000_000_000];
    for (const ns of values) from.tickToTrade.record(ns);
    const series = await scrape(from);
    const bucket = (le: string): number | undefined => series.get(`parallax_tick_to_trade_seconds_bucket{le="${le}"}`);
    expect(bucket('0.000001')).toBe(1);
    expect(bucket('0.000002')).toBe(2);
    expect(bucket('0.00005')).toBe(2);
    expect(bucket('0.0001')).toBe(4);
    expect(bucket('0.005')).toBe(5);
    expect(bucket('10')).toBe(5);
    expect(bucket('+Inf')).toBe(6);
    expect(series.get('parallax_tick_to_trade_seconds_count')).toBe(6);
    expect(series.get('parallax_tick_to_trade_seconds_sum')).toBeCloseTo(values.reduce((a, b) => a + b) / 1e9, 9);
    expect(series.get('parallax_ack_seconds_bucket{le="+Inf"}')).toBe(0);
  });
});

describe('grafana', () => {
  const folder = join(import.meta.dirname, '../../../grafana');
  interface Panel {
    readonly title: string;
    readonly type: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const dashboards = readdirSync(join(folder, 'dashboards')).map((name) => ({
    name,
    panels: (JSON.parse(readFileSync(join(folder, 'dashboards', name), 'utf8')) as { panels: Panel[] }).panels,
  }));

  it('asks only for metrics and labels that are there', async () => {
    const series = [...(await scrape(sources())).keys()];
    const labelsOf = new Map<string, Set<string>>();
    for (const key of series) {
      const [, name = '', labels = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(key) ?? [];
      const set = labelsOf.get(name) ?? new Set();
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) set.add(label);
      labelsOf.set(name, set);
    }
    let asked = 0;
    for (const { name, panels } of dashboards) {
      for (const panel of panels) {
        for (const { expr } of panel.targets ?? []) {
          const metrics = expr.match(/\bparallax_\w+/g) ?? [];
          expect(metrics.length, `${name}, ${panel.title}: ${expr}`).toBeGreaterThan(0);
          for (const metric of metrics) {
            asked++;
            expect([...labelsOf.keys()], `${name}, ${panel.title}`).toContain(metric);
          }
          const grouping = /by \(([\w, ]+)\)/.exec(expr)?.[1]?.split(', ') ?? [];
          const selected = [...expr.matchAll(/\{(\w+)=/g)].map(([, label]) => label as string);
          const known = new Set(metrics.flatMap((metric) => [...(labelsOf.get(metric) ?? [])]));
          for (const label of [...grouping, ...selected]) expect([...known], expr).toContain(label);
        }
      }
    }
    expect(asked).toBeGreaterThan(20);
  });

  it.each([
    'breaker_',
    'rate_',
    'filter_checks',
    'executor_freezes',
    'executor_dead_man_',
    'executor_sets_adopted',
    'executor_orphans',
    'executor_orders_unknown',
    'wal_append_seconds_bucket',
  ])('shows every metric of parallax_%s', async (family) => {
    const exprs = dashboards.flatMap(({ panels }) =>
      panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    );
    const shown = new Set(exprs.flatMap((expr) => expr.match(/\bparallax_\w+/g) ?? []));
    const there = [...(await scrape(sources())).keys()].map((key) => key.split('{')[0] as string);
    const wanted = new Set(there.filter((name) => name.startsWith(`parallax_${family}`)));
    expect(wanted.size).toBeGreaterThan(0);
    for (const name of wanted) expect([...shown]).toContain(name);
  });

  it('lays its panels beside each other, none over another', () => {
    for (const { panels } of dashboards) {
      const taken = new Set<string>();
      for (const { title, gridPos } of panels) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.has(`${x},${y}`), title).toBe(false);
            taken.add(`${x},${y}`);
          }
        }
      }
    }
  });

  it('provisions the data source that the panels name, and the folder they lie in', () => {
    const read = (path: string): unknown => parse(readFileSync(join(folder, 'provisioning', path), 'utf8'));
    const { datasources } = read('datasources/prometheus.yaml') as { datasources: { uid: string; type: string }[] };
    expect(datasources).toMatchObject([{ uid: 'parallax-prometheus', type: 'prometheus' }]);
    const { providers } = read('dashboards/parallax.yaml') as { providers: { options: { path: string } }[] };
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const { options } of providers) expect(readme).toContain(options.path);
    for (const { panels } of dashboards) {
      for (const { type, title, datasource } of panels) {
        if (type !== 'row') expect(datasource?.uid, title).toBe('parallax-prometheus');
      }
    }
  });
});
