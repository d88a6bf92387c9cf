/** Access to the shared recordings and vectors. CI sets PARALLAX_FIXTURES, and then a missing folder fails. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

const configured = process.env['PARALLAX_FIXTURES'];
const candidate = resolve(configured ?? join(import.meta.dirname, '../../shared/fixtures'));

export const fixturesRoot: string | undefined = existsSync(candidate) ? candidate : undefined;

/** A describe block that needs the fixtures. Without them it says so aloud, and fails where PARALLAX_FIXTURES is set. */
export function describeWithFixtures(name: string, body: (root: string) => void): void {
  const root = fixturesRoot;
  if (root !== undefined) {
    describe(name, () => body(root));
    return;
  }
  describe(name, () => {
    it(`needs the fixtures folder (${candidate})`, (context) => {
      if (configured !== undefined) throw new Error(`PARALLAX_FIXTURES is set, but ${candidate} does not exist`);
      console.warn(`skipped, no fixtures at ${candidate}: ${name}`);
      context.skip();
    });
  });
}

/** The rows of a JSON-lines file. */
export function readJsonl<T>(path: string): T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

export const readText = (path: string): string => readFileSync(path, 'utf8');
