import { describe, expect, it } from 'vitest';
import { checkConfig, type KnownVenue } from '../../../src/core/config-check.ts';
import { FILTER_SCHEMAS } from '../../../src/core/filter-config.ts';
import { FILTER_NAMES } from '../../../src/core/filter-names.ts';

const check = (filters: unknown, more: object = {}) => checkConfig({ filters, ...more }, new Map<string, KnownVenue>());
const problemsOf = (filters: unknown, more: object = {}): string[] =>
  check(filters, more).problems.map(({ path, message }) => `${path}: ${message}`);

describe('filters in the configuration', () => {
  it('are none by default', () => {
    expect(checkConfig({}, new Map()).config.filters).toEqual([]);
  });

  it('have a schema each, and no more', () => {
    expect(Object.keys(FILTER_SCHEMAS)).toEqual([...FILTER_NAMES]);
  });

  it('keep their order and have defaults', () => {
    const { config, problems } = check([
      { name: 'premium', sigmas: 2 },
      { name: 'min-life' },
      { name: 'liquidity' },
      { name: 'trend', withinMs: 250 },
      { name: 'quote-pairs', deny: { bases: ['DOGE'], venuePairs: [{ buy: 'okx' }] } },
    ]);
    expect(problems).toEqual([]);
    expect(config.filters).toEqual([
      { name: 'premium', sigmas: 2, halfLifeMs: 600_000, warmUpSamples: 1_200, untilWarm: 'hold' },
      { name: 'min-life', ms: 20 },
      { name: 'liquidity', minNotional: '1000', withinBps: 10, minUpdatesPerSecond: 0, windowMs: 10_000 },
      { name: 'trend', maxMoveBps: 10, withinMs: 250 },
      { name: 'quote-pairs', deny: { bases: ['DOGE'], venuePairs: [{ buy: 'okx' }] } },
    ]);
  });

  it('that are unknown are told which there are', () => {
    const known = FILTER_NAMES.join(', ');
    expect(problemsOf([{ name: 'min-live' }, {}, 7, null])).toEqual(
      [0, 1, 2, 3].map((index) => `filters[${index}].name: must be one of ${known}`),
    );
    expect(problemsOf('trend')).toEqual(['filters: must be array']);
  });

  it('name each mistake by its path, beside those of the rest', () => {
    expect(
      problemsOf(
        [
          { name: 'min-life', ms: 0, sigma: 1 },
          { name: 'premium', untilWarm: 'maybe' },
          { name: 'liquidity', minNotional: 1_000 },
        ],
        { mode: 'turbo' },
      ).sort(),
    ).toEqual([
      'filters[0].ms: must be > 0',
      'filters[0].sigma: is not a known setting',
      'filters[1].untilWarm: must be one of hold, pass',
      'filters[2].minNotional: must be string',
      'mode: must be one of sim, paper, live',
    ]);
  });

  it('do not take a name in a list that is nothing of what is traded', () => {
    const lists = {
      bases: ['BTC', 'BTX'],
      quotes: ['USDC'],
      instruments: ['ETH-BTC'],
      venuePairs: [{ buy: 'okx', sell: 'okex' }, {}],
    };
    const venues = [{ id: 'okx' }, { id: 'binance' }];
    expect(
      problemsOf([{ name: 'quote-pairs', deny: lists }], { venues }).filter((text) => text.startsWith('f')),
    ).toEqual([
      'filters[0].deny.bases[1]: "BTX" is in none of the instruments',
      'filters[0].deny.quotes[0]: "USDC" is in none of the instruments',
      'filters[0].deny.instruments[0]: "ETH-BTC" is in none of the instruments',
      'filters[0].deny.venuePairs[0].sell: "okex" is none of the venues',
      'filters[0].deny.venuePairs[1]: needs buy, sell or both',
    ]);
  });

  it('have lists that say something', () => {
    expect(problemsOf([{ name: 'quote-pairs' }])).toEqual(['filters[0]: needs allow or deny']);
    expect(problemsOf([{ name: 'quote-pairs', allow: {} }])).toEqual([
      'filters[0].allow: holds no list: bases, quotes, instruments or venuePairs',
    ]);
    expect(problemsOf([{ name: 'quote-pairs', deny: { bases: [] } }])).toEqual([
      'filters[0].deny.bases: must not have fewer than 1 items',
    ]);
  });

  it('look nothing up in a configuration that is wrong itself', () => {
    expect(problemsOf([{ name: 'quote-pairs', deny: { bases: ['X'] } }], { instruments: [7] })).toEqual([
      'instruments[0]: must be string',
    ]);
  });
});
