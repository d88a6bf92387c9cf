import { describe, expect, it } from 'vitest';
import type { FilterSettings } from '../../../../src/core/filter-config.ts';
import { Scout } from '../scout.ts';

type Lists = Omit<FilterSettings<'quote-pairs'>, 'name'>;

/** Which instruments are bought at alpha and sold at beta, when all of them cross. */
function traded(lists: Lists, reverse = false): string[] {
  const instruments = ['BTC-USDT', 'ETH-USDT', 'ETH-USDC'];
  const scout = new Scout({ instruments }, { filters: [{ name: 'quote-pairs', ...lists }] });
  const [low, high] = reverse ? ['beta', 'alpha'] : ['alpha', 'beta'];
  for (const instrument of instruments) {
    scout.world.publish(scout.world.row(low, instrument), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
    scout.world.publish(scout.world.row(high, instrument), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
  }
  const intents = scout.look();
  const held = scout.reasons()['filter-quote-pairs'] ?? 0;
  expect(held + intents.length).toBe(instruments.length);
  return intents.map(({ instrumentIndex }) => instruments[instrumentIndex] as string).sort();
}

const ALL = ['BTC-USDT', 'ETH-USDC', 'ETH-USDT'];

describe('the quote-pairs filter', () => {
  it('lets through all that no deny list names', () => {
    expect(traded({ deny: { bases: ['BTC'] } })).toEqual(['ETH-USDC', 'ETH-USDT']);
    expect(traded({ deny: { quotes: ['USDC'] } })).toEqual(['BTC-USDT', 'ETH-USDT']);
    expect(traded({ deny: { instruments: ['ETH-USDT'] } })).toEqual(['BTC-USDT', 'ETH-USDC']);
    expect(traded({ deny: { bases: ['BTC'], quotes: ['USDC'] } })).toEqual(['ETH-USDT']);
  });

  it('lets through only what every allow list names', () => {
    expect(traded({ allow: { bases: ['ETH'] } })).toEqual(['ETH-USDC', 'ETH-USDT']);
    expect(traded({ allow: { bases: ['ETH'], quotes: ['USDT'] } })).toEqual(['ETH-USDT']);
    expect(traded({ allow: { instruments: ['BTC-USDT', 'ETH-USDC'] } })).toEqual(['BTC-USDT', 'ETH-USDC']);
  });

  it('denies what stands in both', () => {
    expect(traded({ allow: { bases: ['ETH'] }, deny: { quotes: ['USDC'] } })).toEqual(['ETH-USDT']);
  });

  it('takes a venue pair for one direction, and a missing end for any venue', () => {
    const oneWay = { venuePairs: [{ buy: 'alpha', sell: 'beta' }] };
    expect(traded({ deny: oneWay })).toEqual([]);
    expect(traded({ deny: oneWay }, true)).toEqual(ALL);
    expect(traded({ allow: oneWay })).toEqual(ALL);
    expect(traded({ allow: oneWay }, true)).toEqual([]);
    expect(traded({ deny: { venuePairs: [{ sell: 'beta' }] } })).toEqual([]);
    expect(traded({ deny: { venuePairs: [{ sell: 'beta' }] } }, true)).toEqual(ALL);
    expect(traded({ deny: { venuePairs: [{ buy: 'alpha', sell: 'alpha' }, { buy: 'beta' }] } })).toEqual(ALL);
    expect(traded({ deny: { venuePairs: [{ buy: 'gamma' }, { buy: 'beta' }] } }, true)).toEqual([]);
  });
});
