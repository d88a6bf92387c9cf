/** Writer or reader of self-checking rows. The writer publishes as fast as it can until the reader has seen enough. */
import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../../src/core/random.ts';
import { QUOTE } from '../../../src/memory/layout.ts';
import { Backoff, GATE, meet, waitUntil } from './gate.ts';
import { FIRST_SEQUENCE, layoutOf, ROWS_BEFORE } from './shape.ts';

export interface SeqlockJob {
  readonly role: 'writer' | 'reader';
  readonly memory: string;
  readonly payload: 'plain' | 'atomic';
  readonly buffer: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  readonly finals: SharedArrayBuffer;
  readonly rows: number;
  /** Good reads after which the reader is content. */
  readonly reads: number;
  readonly seed: number;
}

export interface SeqlockReport {
  readonly role: 'writer' | 'reader';
  readonly reads: number;
  readonly gaveUp: number;
  /** How often the reader found a row newer than the last time it looked: proof that both threads ran at once. */
  readonly changes: number;
  readonly published: number;
  /** The first inconsistency, or empty. */
  readonly torn: string;
}

const ENOUGH_CHANGES = 1_000;
const ENOUGH_VERSIONS = 20_000;
const PATTERNS = 64;
const KEY = 1;

const job = workerData as SeqlockJob;
const layout = layoutOf(job.rows);
const gate = new Int32Array(job.gate);
const finals = new Float64Array(job.finals);
const { QuoteWriter, QuoteReader } = (await import(
  `${job.memory}quote-table.ts`
)) as typeof import('../../../src/memory/quote-table.ts');
const payloads = (await import(`${job.memory}payload.ts`)) as typeof import('../../../src/memory/payload.ts');
const payload = (job.payload === 'plain' ? payloads.plainPayload : payloads.atomicPayload)(job.buffer);

/** Word 1 is the version; all others are that version's pattern, whose halves both differ from its neighbours'. */
const patterns = new Float64Array(PATTERNS * QUOTE.STRIDE);
const patternRandom = seededRandom(job.seed);
for (let i = 0; i < patterns.length; i++)
  patterns[i] = patternRandom.int(2 ** 21) * 2 ** 32 + patternRandom.int(2 ** 32);

function write(): SeqlockReport {
  const random = seededRandom(job.seed + 1);
  const writer = new QuoteWriter(job.buffer, layout, payload);
  const versions = new Float64Array(job.rows);
  const quote = new Float64Array(QUOTE.STRIDE);
  let published = 0;
  meet(gate);
  while (Atomics.load(gate, GATE.Stop) === 0) {
    for (let i = 0; i < 64; i++) {
      const row = random.int(job.rows);
      const version = (versions[row] as number) + 1;
      versions[row] = version;
      const pattern = (version % PATTERNS) * QUOTE.STRIDE;
      for (let word = 2; word < QUOTE.STRIDE; word++) quote[word] = patterns[pattern + word] as number;
      quote[KEY] = version;
      writer.publish(ROWS_BEFORE + row, quote);
      published++;
    }
  }
  finals.set(versions);
  Atomics.store(gate, GATE.Done, 1);
  return { role: 'writer', reads: 0, gaveUp: 0, changes: 0, published, torn: '' };
}

const target = new Float64Array(QUOTE.STRIDE);

/** What is wrong with the row just read into `target`, or empty. */
function inconsistency(row: number, seen: number): string {
  const version = target[KEY] as number;
  if (version < seen) return `row ${row}: version ${version} after ${seen}`;
  const sequence = (FIRST_SEQUENCE + 2 * version) | 0;
  if (target[QUOTE.SEQ] !== sequence) return `row ${row}: version ${version} with sequence ${target[QUOTE.SEQ]}`;
  const pattern = (version % PATTERNS) * QUOTE.STRIDE;
  for (let word = 2; word < QUOTE.STRIDE; word++) {
    const expected = version === 0 ? 0 : (patterns[pattern + word] as number);
    if (target[word] !== expected) return `row ${row}, version ${version}: word ${word} is of another version`;
  }
  return '';
}

function read(): SeqlockReport {
  const random = seededRandom(job.seed + 2);
  const reader = new QuoteReader(job.buffer, layout, payload);
  const seen = new Float64Array(job.rows);
  const backoff = new Backoff();
  let reads = 0;
  let gaveUp = 0;
  let changes = 0;
  let torn = '';
  const check = (row: number): void => {
    const wrong = inconsistency(row, seen[row] as number);
    if (wrong !== '' && torn === '') torn = wrong;
    if ((target[KEY] as number) > (seen[row] as number)) changes++;
    seen[row] = target[KEY] as number;
  };
  meet(gate);
  // Until it has read enough, has met the writer at work, and each row's sequence has passed its wrap.
  const isContent = (): boolean =>
    reads >= job.reads && changes >= ENOUGH_CHANGES && seen.every((version) => version > ENOUGH_VERSIONS);
  while (!isContent() && torn === '') {
    const row = random.int(job.rows);
    if (reader.read(ROWS_BEFORE + row, target)) {
      reads++;
      backoff.reset();
      check(row);
    } else {
      gaveUp++;
      backoff.pause();
    }
  }
  Atomics.store(gate, GATE.Stop, 1);
  waitUntil('the writer to end', () => Atomics.load(gate, GATE.Done) === 1);
  for (let row = 0; row < job.rows && torn === ''; row++) {
    if (!reader.read(ROWS_BEFORE + row, target)) torn = `row ${row} cannot be read although nobody writes`;
    else if (target[KEY] !== finals[row]) torn = `row ${row} ends at ${target[KEY]}, not at ${finals[row]}`;
    else check(row);
  }
  return { role: 'reader', reads, gaveUp, changes, published: 0, torn };
}

parentPort?.postMessage(job.role === 'writer' ? write() : read());
