import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../../src/engine/amounts.ts';
import { assumedBaseFee, feeStanding, isOutside, nextFeeAsset } from '../../../src/engine/fee-assets.ts';

const setting = { asset: 'BNB', floor: parseAmount('0.5') };
const fees = { taker: '0.001', maker: '0.001' };

describe('a fee in an asset of its own', () => {
  it('is counted on only when seen, and covered', () => {
    const standing = (lastPaidIn: string | undefined, free: string) =>
      feeStanding(setting, { lastPaidIn, free: parseAmount(free) });
    expect(standing('BNB', '0.5')).toBe('apart');
    expect(standing('BNB', '0.4999')).toBe('low');
    expect(standing('BTC', '9')).toBe('elsewhere');
    expect(standing(undefined, '9')).toBe('untold');
  });

  it('is none where the asset itself is traded', () => {
    expect(isOutside(setting, { base: 'BTC', quote: 'USDT' })).toBe(true);
    expect(isOutside(setting, { base: 'BNB', quote: 'USDT' })).toBe(false);
    expect(isOutside(setting, { base: 'BTC', quote: 'BNB' })).toBe(false);
  });

  it('leaves the base whole; otherwise the venue’s own rule holds', () => {
    expect(assumedBaseFee(fees, true)).toBe('0');
    expect(assumedBaseFee(fees, false)).toBe('0.001');
    expect(assumedBaseFee({ ...fees, from: 'quote' }, false)).toBe('0');
  });

  it('is known from fills that had one', () => {
    expect(nextFeeAsset(undefined, { fee: '0.01', feeAsset: 'BNB' })).toBe('BNB');
    expect(nextFeeAsset('BNB', { fee: '0', feeAsset: 'BTC' })).toBe('BNB');
    expect(nextFeeAsset('BNB', { fee: '0.01', feeAsset: '' })).toBe('BNB');
    expect(nextFeeAsset('BNB', { fee: '0.01', feeAsset: 'BTC' })).toBe('BTC');
  });
});
