/** A producer that publishes one item at a time, and a consumer that sleeps between them: on the doorbell's word, or in
 *  its event loop until a message is posted to its port. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../../src/core/random.ts';
import { Doorbell } from '../../../src/memory/doorbell.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { Backoff, GATE, meet } from './gate.ts';
import { layoutOf } from './shape.ts';

export interface DoorbellJob {
  readonly role: 'producer' | 'consumer';
  readonly variant: 'wait' | 'post';
  readonly buffer: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  readonly rounds: number;
  readonly seed: number;
  /** False plants a mistake: the consumer goes to sleep without looking once more. */
  readonly lookAgain: boolean;
  /** How long an item may lie unseen before the wake-up counts as lost. */
  readonly lostAfterMs: number;
  /** For the post variant: the producer's end, and the consumer's. */
  readonly port?: MessagePort;
}

export interface DoorbellReport {
  readonly rounds: number;
  /** Times that the consumer went to sleep. */
  readonly sleeps: number;
  readonly lost: string;
}

const job = workerData as DoorbellJob;
const layout = layoutOf(1);
const gate = new Int32Array(job.gate);
const ring = new SlotRing(job.buffer, layout.intents.offset, layout.intents.slots, 1);
const item = new Float64Array(1);
const scratch = new Int32Array(1);

/** Passes about `cycles` cycles, in steps finer than a pause: the moments that can lose a wake-up are that short. */
function idle(cycles: number): void {
  for (let i = 0; i < cycles; i++) scratch[0] = Math.imul(scratch[0] as number, 5) + 1;
}

function produce(): DoorbellReport {
  const random = seededRandom(job.seed);
  const { port } = job;
  const bell = new Doorbell(job.buffer, layout, 'executor', port === undefined ? undefined : () => port.postMessage(0));
  let lost = '';
  let round = 0;
  meet(gate);
  while (round < job.rounds && lost === '') {
    // From "still awake" over "just about to sleep" to "fast asleep".
    idle(random.int(16) === 0 ? random.int(20_000) : random.int(400));
    item[0] = round;
    ring.tryPush(item);
    bell.ring();
    round++;
    const start = performance.now();
    const backoff = new Backoff(2_000);
    while (Atomics.load(gate, GATE.Checked) !== round && lost === '') {
      backoff.pause();
      if (performance.now() - start > job.lostAfterMs) lost = `wake-up ${round} was lost`;
    }
  }
  Atomics.store(gate, GATE.Stop, 1);
  port?.postMessage(0);
  return { rounds: round, sleeps: 0, lost };
}

/** Takes what is there; false when nothing was. */
function drain(): boolean {
  let any = false;
  while (ring.tryPop(item)) {
    any = true;
    Atomics.store(gate, GATE.Checked, (item[0] as number) + 1);
  }
  return any;
}

/** The moment between an empty ring and the announcement is when a wake-up can get lost; now and then it is longer. */
const dawdling = seededRandom(job.seed + 1);
function dawdle(): void {
  if (dawdling.int(8) === 0) idle(dawdling.int(2_000));
}

function consumeLoopless(): DoorbellReport {
  const bell = new Doorbell(job.buffer, layout, 'executor');
  let sleeps = 0;
  meet(gate);
  while (Atomics.load(gate, GATE.Stop) === 0) {
    if (drain()) continue;
    dawdle();
    bell.announce();
    if (job.lookAgain && !ring.isEmpty) {
      bell.retract();
      continue;
    }
    sleeps++;
    // Longer than the producer's patience: only the bell, or the end of the test, can be in time.
    bell.wait(job.lostAfterMs * 2);
  }
  return { rounds: 0, sleeps, lost: '' };
}

function consumeInLoop(port: MessagePort): Promise<DoorbellReport> {
  const bell = new Doorbell(job.buffer, layout, 'executor');
  let sleeps = 0;
  return new Promise((resolve) => {
    const work = (): void => {
      if (Atomics.load(gate, GATE.Stop) === 1) {
        port.close();
        resolve({ rounds: 0, sleeps, lost: '' });
        return;
      }
      for (;;) {
        drain();
        dawdle();
        bell.announce();
        if (!job.lookAgain || ring.isEmpty) break;
        bell.retract();
      }
      sleeps++;
    };
    port.on('message', work);
    meet(gate);
    work();
  });
}

const report =
  job.role === 'producer' ? produce() : job.port === undefined ? consumeLoopless() : await consumeInLoop(job.port);
parentPort?.postMessage(report);
