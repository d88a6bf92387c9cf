import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/memory/layout.ts';
import type { DoorbellJob, DoorbellReport } from './threads/doorbell.worker.ts';
import { newGate } from './threads/gate.ts';
import { runThreads, SEED } from './threads/run.ts';
import { layoutOf } from './threads/shape.ts';

type Run = Pick<DoorbellJob, 'variant' | 'rounds' | 'lookAgain' | 'lostAfterMs'>;

async function run(options: Run): Promise<DoorbellReport[]> {
  const buffer = allocate(layoutOf(1));
  const { port1, port2 } = new MessageChannel();
  const ports = options.variant === 'post' ? { producer: port1, consumer: port2 } : undefined;
  const shared = { ...options, buffer, gate: newGate(), seed: SEED };
  const reports = await runThreads<DoorbellReport>(
    (['producer', 'consumer'] as const).map((role) => {
      const port = ports?.[role];
      const data: DoorbellJob = { ...shared, role, ...(port === undefined ? {} : { port }) };
      return { script: 'doorbell.worker.ts', data, transfer: port === undefined ? [] : [port] };
    }),
  );
  port1.close();
  port2.close();
  return reports;
}

describe(`doorbell (seed ${SEED})`, () => {
  it.each(['wait', 'post'] as const)('loses no wake-up of a consumer that sleeps by %s', async (variant) => {
    const rounds = 20_000;
    const [producer, consumer] = await run({ variant, rounds, lookAgain: true, lostAfterMs: 5_000 });
    expect(producer).toMatchObject({ lost: '', rounds });
    // It did go to sleep again and again; the other rounds caught it just before.
    expect(consumer?.sleeps).toBeGreaterThan(rounds / 10);
  });

  it('catches the mistake of sleeping without looking once more', async () => {
    const [producer] = await run({ variant: 'wait', rounds: 1_000_000, lookAgain: false, lostAfterMs: 500 });
    expect(producer?.lost).toMatch(/was lost/);
  });
});
