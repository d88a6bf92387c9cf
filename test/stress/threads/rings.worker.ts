/** Producer or consumer of a lossless ring that is far too small: what is refused is tried again. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { ByteRing } from '../../../src/memory/byte-ring.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { Backoff, meet } from './gate.ts';

export interface RingJob {
  readonly role: 'producer' | 'consumer';
  readonly kind: 'slots' | 'bytes';
  readonly buffer: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  /** Slots, or bytes. */
  readonly capacity: number;
  /** Doubles a slot, or the longest message in bytes. */
  readonly width: number;
  readonly messages: number;
  readonly seed: number;
}

export interface RingReport {
  readonly messages: number;
  /** Pushes that found the ring full, or pops that found it empty. */
  readonly refused: number;
  readonly broken: string;
}

const job = workerData as RingJob;
const gate = new Int32Array(job.gate);
/** Long stretches of one thread being slow, so that the ring is seen full and empty. */
const STRETCH = 500;

interface Channel {
  tryPush(message: number): boolean;
  /** Undefined when empty; else what is wrong with the message, or empty. */
  tryPop(message: number): string | undefined;
}

/** The words of message n are drawn from a generator that both threads seed alike. */
function slotChannel(random: Random): Channel {
  const ring = new SlotRing(job.buffer, 0, job.capacity, job.width);
  const expected = new Float64Array(job.width);
  const target = new Float64Array(job.width);
  let drawn = -1;
  const draw = (message: number): void => {
    if (drawn === message) return;
    drawn = message;
    expected[0] = message;
    for (let i = 1; i < job.width; i++) expected[i] = random.next();
  };
  return {
    tryPush(message) {
      draw(message);
      return ring.tryPush(expected);
    },
    tryPop(message) {
      if (!ring.tryPop(target)) return undefined;
      draw(message);
      const at = target.findIndex((word, i) => word !== expected[i]);
      return at < 0 ? '' : `message ${message}: word ${at} is ${target[at]}, not ${expected[at]}`;
    },
  };
}

function byteChannel(random: Random): Channel {
  const ring = new ByteRing(job.buffer, 0, job.capacity);
  let expected = Buffer.alloc(0);
  let drawn = -1;
  const draw = (message: number): void => {
    if (drawn === message) return;
    drawn = message;
    // Short, long and empty ones: every distance to the ring's end comes up.
    expected = Buffer.alloc(random.int(4) === 0 ? random.int(job.width + 1) : random.int(24), random.int(256));
    if (expected.length >= 4) expected.writeUInt32LE(message);
  };
  return {
    tryPush(message) {
      draw(message);
      return ring.tryPush(expected);
    },
    tryPop(message) {
      const popped = ring.tryPop();
      if (popped === undefined) return undefined;
      draw(message);
      if (expected.equals(popped)) return '';
      return `message ${message}: ${Buffer.from(popped).toString('hex', 0, 40)}, not ${expected.toString('hex', 0, 40)}`;
    },
  };
}

function run(): RingReport {
  const content = seededRandom(job.seed);
  const channel = job.kind === 'slots' ? slotChannel(content) : byteChannel(content);
  const pace = seededRandom(job.seed + (job.role === 'producer' ? 1 : 2));
  const backoff = new Backoff();
  let refused = 0;
  let slow = false;
  meet(gate);
  for (let message = 0; message < job.messages; message++) {
    if (message % STRETCH === 0) slow = pace.int(3) === 0;
    if (slow) for (let i = pace.int(40); i > 0; i--) Atomics.pause();
    for (;;) {
      const outcome = job.role === 'producer' ? channel.tryPush(message) || undefined : channel.tryPop(message);
      if (outcome === undefined) {
        refused++;
        backoff.pause();
        continue;
      }
      if (typeof outcome === 'string' && outcome !== '') return { messages: message, refused, broken: outcome };
      backoff.reset();
      break;
    }
  }
  const surplus = job.role === 'consumer' ? channel.tryPop(job.messages) : undefined;
  return { messages: job.messages, refused, broken: surplus === undefined ? '' : 'a message that nobody sent' };
}

parentPort?.postMessage(run());
