/** What is read of requests whoever the venue is. */
import { describe, expect, it } from 'vitest';
import { refuse, sameText } from '../../../src/sim/auth.ts';
import { readObject } from '../../../src/sim/json-object.ts';

describe('JSON of a client', () => {
  it.each(['', 'ping', 'null', '[]', '"{}"', '1', '{"a":1'])('is no object: %s', (text) => {
    expect(readObject(text)).toBeUndefined();
  });

  it('is read with its numbers as doubles', () => {
    expect(readObject('{"id":12345678901234567890}')).toEqual({ id: Number('12345678901234567890') });
    expect(readObject('{"constructor":null}')).toEqual({ constructor: null });
  });
});

describe('signatures', () => {
  it('are the same or not, in bytes', () => {
    expect(sameText('abc', 'abc')).toBe(true);
    expect([sameText('abc', 'abd'), sameText('abc', 'abcd'), sameText('', 'a'), sameText('ä', 'a')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(refuse('expired')).toEqual({ ok: false, error: 'expired' });
  });
});
