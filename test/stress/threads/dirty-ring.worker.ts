/** Producer or consumer of changed rows, in rounds: the producer updates and marks, the consumer takes and reads; when
 *  both are quiet the consumer's mirror must hold the last state of every row. The consumer may be made to die. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { QUOTE } from '../../../src/memory/layout.ts';
import { Backoff, GATE, meet, waitUntil } from './gate.ts';
import { Mortal } from './mortal.ts';
import { type RingState, ringState } from './ring-state.ts';
import { layoutOf, ROWS_BEFORE, VENUE } from './shape.ts';

export interface DirtyRingJob {
  readonly role: 'producer' | 'consumer';
  readonly memory: string;
  readonly buffer: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  /** The producer's last state of each row. */
  readonly finals: SharedArrayBuffer;
  readonly rows: number;
  readonly rounds: number;
  readonly seed: number;
  /** Chance that a take or a recovery is the consumer's last act. */
  readonly mortality: number;
}

export interface DirtyRingReport {
  readonly rounds: number;
  readonly taken: number;
  /** Most rows that were seen standing in the ring at once. */
  readonly fullest: number;
  /** How often the consumer died before its n-th atomic step of a take, and of a recovery. */
  readonly deathsInTake: readonly number[];
  readonly deathsInRecovery: readonly number[];
  /** The first broken promise, or empty. */
  readonly broken: string;
}

const job = workerData as DirtyRingJob;
const layout = layoutOf(job.rows);
const gate = new Int32Array(job.gate);
const words = new Int32Array(job.buffer);
const finals = new Float64Array(job.finals);
const quotes = (await import(`${job.memory}quote-table.ts`)) as typeof import('../../../src/memory/quote-table.ts');
const dirty = (await import(`${job.memory}dirty-ring.ts`)) as typeof import('../../../src/memory/dirty-ring.ts');

const VALUE = 1;

/** Rows updated in a round: one hammered, a few, or all; short rounds, since each ends in a moment that can lose. */
function plan(random: Random): { updates: number; span: number; first: number } {
  const kind = random.int(8);
  if (kind < 4)
    return { updates: 1 + random.int(40), span: 1 + random.int(Math.min(3, job.rows)), first: random.int(job.rows) };
  if (kind < 7) return { updates: 1 + random.int(120), span: 1 + random.int(job.rows), first: random.int(job.rows) };
  return { updates: 2 * job.rows, span: job.rows, first: 0 };
}

function produce(): DirtyRingReport {
  const random = seededRandom(job.seed);
  const writer = new quotes.QuoteWriter(job.buffer, layout);
  const producer = new dirty.DirtyProducer(job.buffer, layout, VENUE);
  const quote = new Float64Array(QUOTE.STRIDE);
  meet(gate);
  let round = 0;
  while (round < job.rounds && Atomics.load(gate, GATE.Stop) === 0) {
    round++;
    const { updates, span, first } = plan(random);
    for (let i = 0; i < updates; i++) {
      const row = (first + (span === job.rows ? i : random.int(span))) % job.rows;
      finals[row] = (finals[row] as number) + 1;
      quote[VALUE] = finals[row] as number;
      writer.publish(ROWS_BEFORE + row, quote);
      producer.mark(ROWS_BEFORE + row);
    }
    Atomics.store(gate, GATE.Round, round);
    const seen = (): boolean => Atomics.load(gate, GATE.Checked) === round || Atomics.load(gate, GATE.Stop) === 1;
    waitUntil('the consumer to check', seen);
  }
  return { rounds: round, taken: 0, fullest: 0, deathsInTake: [], deathsInRecovery: [], broken: '' };
}

class Detector {
  readonly mirror = new Float64Array(job.rows);
  readonly mortal = new Mortal(job.seed + 2, job.mortality);
  readonly #reader = new quotes.QuoteReader(job.buffer, layout);
  readonly #target = new Float64Array(QUOTE.STRIDE);
  readonly #random = seededRandom(job.seed + 3);
  readonly #isRoundOver: () => boolean;
  #consumer = new dirty.DirtyConsumer(job.buffer, layout, VENUE);

  constructor(isRoundOver: () => boolean) {
    this.#isRoundOver = isRoundOver;
  }

  /** Takes one row and reads it. False when there was none. */
  step(): boolean {
    const row = this.mortal.tryTo('take', () => this.#consumer.take());
    if (row === undefined) {
      this.#succeed();
      return true;
    }
    if (row < 0) return false;
    this.#read(row - ROWS_BEFORE);
    // A detector scans what it read before it comes for more, and may lose its core meanwhile: the time in which no
    // update may go unnoticed. Now and then it lasts until the producer has done all it will do.
    if (this.#random.int(16) === 0) waitUntil('the producer to finish its round', this.#isRoundOver);
    return true;
  }

  /** A new consumer with nothing but the shared memory finishes what the dead one left, then reads every row once. */
  #succeed(): void {
    this.mirror.fill(Number.NaN);
    for (;;) {
      this.#consumer = new dirty.DirtyConsumer(job.buffer, layout, VENUE);
      const done = this.mortal.tryTo('recover', () => {
        this.#consumer.recover();
        return true;
      });
      if (done === true) break;
    }
    for (let row = 0; row < job.rows; row++) this.#read(row);
  }

  #read(row: number): void {
    waitUntil(`row ${row} to be readable`, () => this.#reader.read(ROWS_BEFORE + row, this.#target));
    this.mirror[row] = this.#target[VALUE] as number;
  }
}

function consume(): DirtyRingReport {
  const random = seededRandom(job.seed + 1);
  const counts = new Int32Array(job.rows);
  const slots = layout.dirtyRings[VENUE]?.slots ?? 0;
  let taken = 0;
  let fullest = 0;
  let broken = '';
  let round = 0;
  const finished = (): boolean => Atomics.load(gate, GATE.Round) === round;
  const detector = new Detector(finished);
  const inspect = (): RingState => {
    const state = ringState(words, layout, counts);
    fullest = Math.max(fullest, state.standing);
    // Deaths may leave a row in the ring twice; even then there is a slot for each.
    if (state.standing > (job.mortality > 0 ? slots : job.rows)) broken ||= `${state.standing} rows stand in the ring`;
    if (state.doubled >= 0 && job.mortality === 0) broken ||= `row ${state.doubled} stands twice`;
    return state;
  };
  meet(gate);
  while (round < job.rounds && broken === '') {
    round++;
    // A slow consumer now and then: the ring fills as far as it can.
    if (random.int(8) === 0) waitUntil('the producer to finish its round', finished);
    inspect();
    const backoff = new Backoff();
    for (;;) {
      const last = finished();
      if (detector.step()) {
        taken++;
        backoff.reset();
        if (random.int(32) === 0) inspect();
      } else if (last) break;
      else backoff.pause();
    }
    for (let row = 0; row < job.rows; row++) {
      if (detector.mirror[row] !== finals[row]) {
        broken ||= `round ${round}: row ${row} is ${detector.mirror[row]} in the mirror, ${finals[row]} in truth`;
      }
    }
    if (inspect().standing !== 0) broken ||= `round ${round}: rows stand in a drained ring`;
    Atomics.store(gate, GATE.Checked, round);
  }
  Atomics.store(gate, GATE.Stop, 1);
  const { take, recover } = detector.mortal.deaths;
  return { rounds: round, taken, fullest, deathsInTake: take, deathsInRecovery: recover, broken };
}

parentPort?.postMessage(job.role === 'producer' ? produce() : consume());
