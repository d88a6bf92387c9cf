import { describe, expect, it } from 'vitest';
import { type OptionSpecs, parseArguments, parseDuration, usage, usageMessage } from '../../../src/cli/arguments.ts';

const SPECS = {
  config: { kind: 'text', shows: 'FILE', about: 'Configuration' },
  for: { kind: 'duration', about: 'How long' },
  port: { kind: 'integer', min: 0, max: 65535, about: 'Port' },
  format: { kind: 'choice', of: ['csv', 'jsonl'], about: 'Format' },
  venues: { kind: 'list', shows: 'a,b', about: 'Venues' },
  json: { kind: 'flag', about: 'JSON' },
} as const satisfies OptionSpecs;

const problemsOf = (...args: string[]) =>
  parseArguments(args, SPECS).problems.map(({ path, message }) => `${path} ${message}`);

describe('arguments', () => {
  it('reads every kind, with and without an equals sign', () => {
    const args = [
      '--config',
      'a b.yaml',
      '--for=20s',
      '--port',
      '0',
      '--format=csv',
      '--venues',
      'okx, binance',
      '--json',
    ];
    const { values, problems, help } = parseArguments(args, SPECS);
    expect({ problems, help }).toEqual({ problems: [], help: false });
    expect(values).toEqual({
      config: 'a b.yaml',
      for: 20_000,
      port: 0,
      format: 'csv',
      venues: ['okx', 'binance'],
      json: true,
    });
  });

  it('says what was not given', () => {
    const absent = { config: undefined, for: undefined, port: undefined, format: undefined, venues: undefined };
    expect(parseArguments([], SPECS)).toEqual({ values: { ...absent, json: false }, help: false, problems: [] });
  });

  it('knows --help and -h', () => {
    expect(parseArguments(['--help'], SPECS)).toMatchObject({ help: true, problems: [] });
    expect(parseArguments(['-h'], SPECS)).toMatchObject({ help: true, problems: [] });
  });

  it('lists every mistake at once', () => {
    expect(
      problemsOf('--for', 'soon', '--prot', '1', '--port=70000', '--json=yes', 'extra', '--format', 'xml', '-x'),
    ).toEqual([
      '--for wants a time above zero like 500ms, 20s, 2m or 1h, not "soon"',
      '--prot is not an option here',
      '1 is not expected here',
      '--port wants a whole number from 0 to 65535, not "70000"',
      '--json takes no value',
      'extra is not expected here',
      '--format wants one of csv, jsonl, not "xml"',
      '-x is not an option here',
    ]);
  });

  it('names the option that was meant', () => {
    expect(problemsOf('--conf', 'x')[0]).toBe('--conf is not an option here; did you mean --config?');
    expect(problemsOf('--jsonl')).toEqual(['--jsonl is not an option here; did you mean --json?']);
  });

  it('notices forgotten and repeated values', () => {
    expect(problemsOf('--config')).toEqual(['--config wants a value (FILE)']);
    expect(problemsOf('--config', '--json')).toEqual(['--config wants a value (FILE)']);
    expect(problemsOf('--config=')).toEqual(['--config wants a value (FILE)']);
    expect(problemsOf('--venues', 'a,,b')).toEqual([
      '--venues wants values with commas between them (a,b), not "a,,b"',
    ]);
    expect(problemsOf('--port', '1', '--port', '2')).toEqual(['--port is given twice']);
  });

  it('does not take the names that every object has for options', () => {
    expect(problemsOf('--constructor', '--toString', '--__proto__')).toHaveLength(3);
  });

  it.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('reads the duration %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '20', 's', '0s', '0.0001s', '-5s', '5 s', '5S', '1e3s', '5d', 'Infinitys'])(
    'does not read the duration "%s"',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it('describes a command', () => {
    const text = usage('run', 'Runs', SPECS);
    for (const part of ['parallax run [options]', '--for TIME', '--config FILE', '--format csv|jsonl', 'How long']) {
      expect(text).toContain(part);
    }
    expect(usageMessage('run', [{ path: '--x', message: 'is bad' }])).toBe('--x is bad\nSee: parallax run --help');
  });
});
