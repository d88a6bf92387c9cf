import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../src/watchdog/protocol.ts';

describe('a line of the engine', () => {
  it.each(['{"kind":"Beat"}', '{"kind":"Goodbye"}', '{"kind":"Watch","epoch":3}'])('is read: %s', (line) => {
    expect(parseLine(line)).toEqual(JSON.parse(line));
  });

  it.each(['', 'beat', '[]', '{}', '{"kind":"Halt"}', '{"kind":1}'])('is none: %s', (line) => {
    expect(parseLine(line)).toBeUndefined();
  });
});
