import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { LmdbJournalReader } from '../../src/record/journal-reader.ts';
import { journalFolder, walFolder } from '../../src/record/journal-store.ts';
import { entriesOf, readWalFolder } from '../../src/record/wal-files.ts';
import { openOrdersOf } from '../support/wal-state.ts';

const child = join(import.meta.dirname, 'record-child.ts');

interface Life {
  readonly run: string;
  /** The newest leg set and order acknowledged so far, -1 before the first. */
  logged: number;
  committed: number;
}

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parallax-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function start(
  data: string,
  run: string,
  padding = 0,
): { life: Life; process: ChildProcessWithoutNullStreams; errors: () => string } {
  const started = spawn(process.execPath, [child, data, run, String(padding)], { env: {} });
  onTestFinished(() => void started.kill('SIGKILL'));
  const life: Life = { run, logged: -1, committed: -1 };
  createInterface({ input: started.stdout }).on('line', (line) => {
    const [kind, n] = line.split(' ');
    if (kind === 'w') life.logged = Number(n);
    else life.committed = Number(n);
  });
  let errors = '';
  started.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  return { life, process: started, errors: () => errors };
}

/** What the child says changes the condition, so it is looked at every millisecond. */
async function reached(condition: () => boolean, errors: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (errors() !== '' || Date.now() > deadline) throw new Error(`the child does not get on: ${errors()}`);
    await pause(1);
  }
}

const seed = Number(process.env.PARALLAX_TEST_SEED ?? Date.now() % 1_000_000);

describe('a process that is killed while it writes', () => {
  it(`leaves everything acknowledged readable, twelve times over (PARALLAX_TEST_SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const data = dataFolder();
    const lives: Life[] = [];
    for (let n = 0; n < 12; n++) {
      const { life, process: writer, errors } = start(data, `r${n}`);
      lives.push(life);
      const until = random.int(700);
      await reached(() => life.logged >= until, errors);
      const closed = once(writer, 'close');
      writer.kill('SIGKILL');
      await closed;
      expect(writer.signalCode, errors()).toBe('SIGKILL');
      verify(data, lives);
    }
  });

  function verify(data: string, lives: readonly Life[]): void {
    const files = readWalFolder(walFolder(data));
    const open = new Set(openOrdersOf(entriesOf(files)).map((set) => set.opened.legSet));
    const reader = new LmdbJournalReader(journalFolder(data), { readOnly: true });
    try {
      const records = reader.read('Balance', { newestFirst: false });
      expect(records.map(({ at }) => at)).toStrictEqual(records.map(({ at }) => at).sort((a, b) => a - b));
      const ids = new Set(records.map(({ id }) => id));
      expect(ids.size).toBe(records.length);
      for (const { run, logged, committed } of lives) {
        for (let n = 0; n <= logged; n++) if (!open.has(`${run}-s${n}`)) expect.fail(`${run}-s${n} is not in the log`);
        for (let n = 0; n <= committed; n++)
          if (!ids.has(`${run}-s${n}`)) expect.fail(`${run}-s${n} is not in the journal`);
      }
      // What is in the journal was in the log before.
      for (const id of ids) if (!open.has(id)) expect.fail(`${id} is in the journal, but not in the log`);
    } finally {
      reader.close();
    }
  }
});

describe('a reader beside a writing process', () => {
  it('sees whole transactions, newer ones at each look, while the journal grows', async () => {
    const data = dataFolder();
    const { life, errors } = start(data, 'r0', 3000);
    await reached(() => life.committed > 0, errors);
    const reader = new LmdbJournalReader(journalFolder(data), { readOnly: true });
    onTestFinished(() => reader.close());
    let seen = 0;
    for (let look = 0; look < 10; look++) {
      const acknowledged = life.committed;
      const found = reader.read('Balance').map(({ id }) => Number(id.slice('r0-s'.length)));
      // Each transaction is seven records: it is there whole or not at all.
      expect(found.length % 7).toBe(0);
      expect([...found].sort((a, b) => a - b)).toStrictEqual(Array.from({ length: found.length }, (_, n) => n));
      expect(found.length).toBeGreaterThan(acknowledged);
      expect(found.length).toBeGreaterThan(seen);
      seen = found.length;
      await reached(() => life.committed > seen + 500, errors);
    }
  });
});
