import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { assetName } from '../../../src/sim/asset-names.ts';
import { filledWords } from '../../../src/sim/filled-words.ts';
import { hexText, keyText, lettersText, uuidText } from '../../../src/sim/random-text.ts';

describe('seeded texts', () => {
  it('have their length and letters', () => {
    const random = seededRandom(7);
    expect(keyText(random, 64)).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(hexText(random, 32)).toMatch(/^[0-9a-f]{32}$/);
    expect(uuidText(random)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(lettersText(random, 5, 'a')).toBe('aaaaa');
  });

  it('are the same for the same seed, and others for another', () => {
    const three = (seed: number): string[] => {
      const random = seededRandom(seed);
      return [keyText(random, 20), hexText(random, 20), uuidText(random)];
    };
    expect(three(1)).toEqual(three(1));
    expect(three(1)).not.toEqual(three(2));
  });
});

describe('words', () => {
  it('are filled in', () => {
    expect(filledWords('{1} of {0}, {0}', ['a', 'b'])).toBe('b of a, a');
    expect(filledWords('{0}{1}', ['$&'])).toBe('$&');
    expect(filledWords('none', ['a'])).toBe('none');
  });

  it('name assets', () => {
    expect(['BTC', 'PEPE', 'constructor'].map(assetName)).toEqual(['Bitcoin', 'PEPE', 'constructor']);
  });
});
