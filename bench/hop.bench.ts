/** hop/spsc: one way between two threads, half the round trip of one intent slot through two rings with both ends
 *  spinning, against `postMessage` of the same 28 doubles. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { build } from 'hdr-histogram-js';
import { INTENT, RING_HEADER } from '../src/memory/layout.ts';
import { SlotRing } from '../src/memory/slot-ring.ts';
import { type Bench, type BenchRow, type Budget, OURS, takeTurns, toRow } from './rounds.ts';

export interface HopData {
  readonly buffer: SharedArrayBuffer;
  /** Offsets of the two rings. */
  readonly there: number;
  readonly back: number;
  readonly slots: number;
  readonly words: number;
}

export type HopMessage =
  | { readonly kind: 'Spin' }
  | { readonly kind: 'Echo'; readonly slot: Float64Array }
  | { readonly kind: 'Close' };

const NAME = 'hop/spsc';
const SLOTS = 16;
const MAX_TRIPS = 50_000;
/** On a busy machine both ends seldom run at once, and a trip then lasts a time slice, which says nothing of the rings: a
 *  round goes on until they did run, up to so many times its length, and does not count when they did not. */
const ENOUGH_TRIPS = 500;
const PATIENCE = 8;

async function hopRow(budget: Budget): Promise<BenchRow[]> {
  const ringBytes = RING_HEADER + SLOTS * INTENT.SLOT * 8;
  const buffer = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer as SharedArrayBuffer;
  const data: HopData = { buffer, there: 0, back: ringBytes, slots: SLOTS, words: INTENT.SLOT };
  const outgoing = new SlotRing(buffer, data.there, SLOTS, INTENT.SLOT);
  const incoming = new SlotRing(buffer, data.back, SLOTS, INTENT.SLOT);
  const worker = new Worker(new URL('./threads/hop.worker.ts', import.meta.url), { workerData: data, env: {} });
  const slot = new Float64Array(INTENT.SLOT);
  const all = { [OURS]: build(), postmessage: build() };

  const finish = (name: keyof typeof all, trips: readonly number[]): number => {
    if (trips.length < ENOUGH_TRIPS) return Number.NaN;
    const round = build();
    for (const trip of trips) {
      const hopNs = Math.max(1, Math.round((trip * 1e6) / 2));
      round.recordValue(hopNs);
      all[name].recordValue(hopNs);
    }
    return round.getValueAtPercentile(50);
  };

  const isOver = (trips: number, ms: number): boolean =>
    trips >= MAX_TRIPS || ms > budget.roundMs * (trips < ENOUGH_TRIPS ? PATIENCE : 1);

  /** Both ends spin; a preempted one makes single trips long, which the median does not see. */
  const overRings = async (): Promise<number> => {
    worker.postMessage({ kind: 'Spin' } satisfies HopMessage);
    await once(worker, 'message');
    const start = performance.now();
    const trips: number[] = [];
    while (!isOver(trips.length, performance.now() - start)) {
      slot[0] = 1;
      const from = performance.now();
      outgoing.tryPush(slot);
      while (!incoming.tryPop(slot)) Atomics.pause();
      trips.push(performance.now() - from);
    }
    slot[0] = -1;
    outgoing.tryPush(slot);
    return finish(OURS, trips);
  };

  const overMessages = async (): Promise<number> => {
    const start = performance.now();
    const trips: number[] = [];
    while (!isOver(trips.length, performance.now() - start)) {
      const from = performance.now();
      worker.postMessage({ kind: 'Echo', slot } satisfies HopMessage);
      await once(worker, 'message');
      trips.push(performance.now() - from);
    }
    return finish('postmessage', trips);
  };

  try {
    const rounds = await takeTurns(
      [
        { name: OURS, measure: overRings },
        { name: 'postmessage', measure: overMessages },
      ],
      budget.rounds,
    );
    if (rounds.length === 0) {
      console.error(`${NAME}: left out, the machine is too busy for two threads to run at once`);
      return [];
    }
    const percentiles = Object.fromEntries(
      Object.entries(all).map(([name, histogram]) => [
        name,
        { p50: histogram.getValueAtPercentile(50), p99: histogram.getValueAtPercentile(99) },
      ]),
    );
    const note = `half a round trip of ${INTENT.SLOT} doubles, p50; both ends spin on the rings, the event loop waits for messages`;
    return [toRow({ name: NAME, unit: 'ns', note }, rounds, percentiles)];
  } finally {
    const exited = once(worker, 'exit');
    worker.postMessage({ kind: 'Close' } satisfies HopMessage);
    await exited;
  }
}

export const hopBench: Bench = { rows: [NAME], run: (_wanted, budget) => hopRow(budget) };
