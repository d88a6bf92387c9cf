/** Every way by which words of others leave the engine, with real shapes of keys in them: none gets through. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/actors/log.ts';
import type { EngineContext } from '../../../src/actors/messages.ts';
import { RunFaults } from '../../../src/actors/run-faults.ts';
import { RunRecords } from '../../../src/actors/run-records.ts';
import { credentialsOf } from '../../../src/actors/venue-setup.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Log } from '../../../src/core/log.ts';
import type { JournalRecord } from '../../../src/core/records.ts';
import { redactor } from '../../../src/core/redact.ts';
import { keyShapes, type NamedKey, tellingParts } from '../../support/key-shapes.ts';

const SEED = 4_711;
const shapes = keyShapes(SEED);
const redact = redactor(...shapes);
const named = shapes.map((key) => [`${key.venue}, ${key.shape}`, key] as const);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-ways-out-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The words of a venue that answers with what it was sent. */
const echo = ({ apiKey, secret, passphrase = '' }: NamedKey): string =>
  [
    `bad key ${apiKey} secret ${secret} passphrase ${passphrase}`,
    JSON.stringify({ sent: { apiKey, secret, passphrase } }),
    `GET /?key=${encodeURIComponent(apiKey)}&sec=${encodeURIComponent(secret)}&pass=${encodeURIComponent(passphrase)}`,
    `Basic ${Buffer.from(`${apiKey}:${secret}`).toString('base64')}`,
  ].join(' | ');

/** No line of it may hold a part of the key, nor what of its base64 does not depend on its place. */
function expectClean(text: string, key: NamedKey): void {
  const plain = text.replace(/\\+(["/\\])/g, '$1');
  for (const part of tellingParts(key)) {
    expect(plain).not.toContain(part);
    expect(plain).not.toContain(encodeURIComponent(part));
  }
  const base64 = Buffer.from(`${key.apiKey}:${key.secret}`).toString('base64');
  expect(plain).not.toContain(base64.slice(0, 24));
}

describe(`the log (seed ${SEED})`, () => {
  it.each(named)('holds nothing of %s: message, fields, errors, names of fields', (_, key) => {
    const file = join(folder, 'log');
    const log = createLog('test', 'debug', file, redact);
    const words = echo(key);
    const error = new Error(words, { cause: new Error(words) });
    log.debug({}, words);
    log.info({ reason: words, deep: { a: { b: { c: [words] } } } }, 'a field');
    log.warn({ error: { class: 'auth', code: words, message: words } }, 'a refusal');
    log.error({ err: error, stack: error.stack, [key.apiKey]: 1 }, `crashed: ${error.message}`);
    const text = readFileSync(file, 'utf8');
    const lines = text.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([20, 30, 40, 50]);
    expectClean(text, key);
  });

  it('of a thread without keys is as it was, but for fields with telling names', () => {
    const file = join(folder, 'log');
    createLog('test', 'info', file).info({ venue: 'okx', secret: 'x', deep: { apiKey: 'y' } }, 'words');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      venue: 'okx',
      secret: '[redacted]',
      deep: { apiKey: '[redacted]' },
      msg: 'words',
    });
  });
});

describe('a fault', () => {
  it.each(named)('holds nothing of %s in status, summary, log and journal', (_, key) => {
    const written: JournalRecord[] = [];
    const logged: unknown[] = [];
    const note = (details: object, message: string): void => void logged.push(details, message);
    const log: Log = { debug: note, info: note, warn: note, error: note };
    const context = { run: 'r1' } as EngineContext;
    const records = new RunRecords(context, { tryWrite: (record) => written.push(record) > 0 }, 0);
    const faults = new RunFaults(log, records, redact);
    const words = echo(key);
    faults.raise(
      new Fault('venue/auth', `${key.venue}: ${words}`, { venueCode: words, sent: [{ [words]: words }] }),
      'executor',
    );
    expect(faults.counts()).toEqual({ 'venue/auth': 1 });
    expect(written).toMatchObject([{ kind: 'Fault', code: 'venue/auth', actor: 'executor' }]);
    for (const out of [faults.list, logged, written]) {
      expect(JSON.stringify(out)).toContain('***');
      expectClean(JSON.stringify(out), key);
    }
  });
});

it('what must not be shown of a venue are both of its keys', () => {
  const [credentials, watchdogCredentials] = shapes as [NamedKey, NamedKey];
  expect(credentialsOf({ credentials } as never)).toEqual([credentials]);
  expect(credentialsOf({ credentials, watchdogCredentials } as never)).toEqual([credentials, watchdogCredentials]);
});
