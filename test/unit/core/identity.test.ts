import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame, multiply } from '../../../src/core/decimal-text.ts';
import { type AssetAlias, identified, identifiedAll, meaningOf, shifted } from '../../../src/core/identity.ts';
import type { Listing } from '../../../src/core/instrument.ts';

const listing = (base: string, quote = 'USDT', change: Partial<Listing> = {}): Listing => ({
  venue: 'binance',
  instrument: `${base}-${quote}`,
  base,
  quote,
  symbol: `${base}${quote}`,
  trading: true,
  priceTick: '0.0000001',
  sizeLot: '1',
  minSize: '10',
  ...change,
});

describe('what a ticker means', () => {
  it.each([
    ['1000SATS', 'SATS', 3],
    ['10000LADYS', 'LADYS', 4],
    ['1MBABYDOGE', 'BABYDOGE', 6],
    ['1000000MOG', 'MOG', 6],
    ['1INCH', '1INCH', 0],
    ['BTC', 'BTC', 0],
    ['1000X', '1000X', 0],
  ])('%s is %s, times 10^%i', (asset, is, exponent) => {
    expect(meaningOf('binance', asset, [])).toEqual({ is, exponent });
  });

  it('is what the configuration says, at that venue alone', () => {
    const aliases: AssetAlias[] = [
      { venue: 'kucoin', asset: 'LUNA', is: 'LUNA2' },
      { venue: 'kucoin', asset: '1000CAT', is: '1000CAT' },
      { venue: 'kucoin', asset: 'KSHIB', is: 'SHIB', units: 1000 },
    ];
    expect(meaningOf('kucoin', 'LUNA', aliases)).toEqual({ is: 'LUNA2', exponent: 0 });
    expect(meaningOf('okx', 'LUNA', aliases)).toEqual({ is: 'LUNA', exponent: 0 });
    expect(meaningOf('kucoin', '1000CAT', aliases)).toEqual({ is: '1000CAT', exponent: 0 });
    expect(meaningOf('kucoin', 'KSHIB', aliases)).toEqual({ is: 'SHIB', exponent: 3 });
  });
});

describe('a listing by what it is', () => {
  it('counts a bundle in single units, and keeps the venue’s own words', () => {
    const own = listing('1000SATS', 'USDT', { maxSize: '5000.5' });
    const canonical = identified(own, []);
    expect(canonical).toMatchObject({
      instrument: 'SATS-USDT',
      base: 'SATS',
      priceTick: '0.0000000001',
      sizeLot: '1000',
      minSize: '10000',
      maxSize: '5000500',
      symbol: '1000SATSUSDT',
      exponent: 3,
    });
    expect(canonical.native).toBe(own);
  });

  it('stays as it is where its names mean what they say', () => {
    const own = listing('BTC');
    expect(identified(own, [])).toBe(own);
  });

  it('tells quote assets apart: dollars of three kinds are three instruments', () => {
    const all = identifiedAll([listing('BTC', 'USD'), listing('BTC', 'USDT'), listing('BTC', 'USDC')], []);
    expect(all.map(({ instrument }) => instrument)).toEqual(['BTC-USD', 'BTC-USDT', 'BTC-USDC']);
  });

  it('prefers the plain one of two listings that are the same, if it trades', () => {
    const bundle = listing('1000SATS');
    const plain = listing('SATS');
    expect(identifiedAll([bundle, plain], []).map(({ symbol }) => symbol)).toEqual(['SATSUSDT']);
    const halted = { ...plain, trading: false };
    expect(identifiedAll([halted, bundle], []).map(({ symbol }) => symbol)).toEqual(['1000SATSUSDT']);
  });
});

describe('shifting the point', () => {
  it('is undone by shifting it back, and is exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 18n }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 6 }),
        (digits, scale, exponent) => {
          const whole = digits.toString().padStart(scale + 1, '0');
          const text = scale === 0 ? whole : `${whole.slice(0, -scale)}.${whole.slice(-scale)}`;
          const there = shifted(text, exponent);
          expect(isSame(there, multiply(text, `1${'0'.repeat(exponent)}`))).toBe(true);
          expect(isSame(shifted(there, -exponent), text)).toBe(true);
        },
      ),
    );
    expect(shifted('0.0012', 3)).toBe('1.2');
    expect(shifted('12', 3)).toBe('12000');
    expect(shifted('-0.5', -3)).toBe('-0.0005');
  });
});
