import { describe, expect, it } from 'vitest';
import { errorText } from '../../../src/core/order.ts';

describe('the words of a venue', () => {
  it('have its code before them', () => {
    expect(errorText({ code: '-2010', message: 'Account has insufficient balance' })).toBe(
      '-2010 Account has insufficient balance',
    );
  });

  it('have it once where they are the code', () => {
    expect(errorText({ code: 'EAPI:Rate limit exceeded', message: 'EAPI:Rate limit exceeded' })).toBe(
      'EAPI:Rate limit exceeded',
    );
  });
});
