import { describe, expect, it } from 'vitest';
import { RING_HEADER } from '../../src/memory/layout.ts';
import { newGate } from './threads/gate.ts';
import { startNearWrap } from './threads/ring-state.ts';
import type { RingJob, RingReport } from './threads/rings.worker.ts';
import { runThreads, SEED } from './threads/run.ts';

interface Case {
  readonly kind: 'slots' | 'bytes';
  readonly capacity: number;
  readonly width: number;
  readonly messages: number;
}

async function run(ring: Case): Promise<RingReport[]> {
  const bytes = ring.kind === 'slots' ? ring.capacity * ring.width * 8 : ring.capacity;
  const buffer = new SharedArrayBuffer(RING_HEADER + bytes);
  // The cursors pass 2^31 or 2^32 on the way; byte cursors stand on multiples of 8.
  startNearWrap(new Int32Array(buffer), 0, 4_096);
  const shared = { ...ring, buffer, gate: newGate(), seed: SEED };
  return await runThreads<RingReport>(
    (['producer', 'consumer'] as const).map((role) => {
      const data: RingJob = { ...shared, role };
      return { script: 'rings.worker.ts', data };
    }),
  );
}

describe(`lossless rings (seed ${SEED})`, () => {
  it.each<Case>([
    { kind: 'slots', capacity: 1, width: 4, messages: 15_000 },
    { kind: 'slots', capacity: 16, width: 28, messages: 30_000 },
    { kind: 'bytes', capacity: 64, width: 28, messages: 30_000 },
    { kind: 'bytes', capacity: 1024, width: 508, messages: 30_000 },
  ])('$kind, capacity $capacity: all messages, in order, whole, under back-pressure', async (ring) => {
    const [producer, consumer] = await run(ring);
    expect([producer?.broken, consumer?.broken]).toEqual(['', '']);
    expect(consumer?.messages).toBe(ring.messages);
    // It was full at times, and empty at others.
    expect(producer?.refused).toBeGreaterThan(0);
    expect(consumer?.refused).toBeGreaterThan(0);
  });
});
