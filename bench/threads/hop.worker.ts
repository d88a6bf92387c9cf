/** The far end of hop/spsc: sends back what arrives, over the rings while told to spin, else as messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { SlotRing } from '../../src/memory/slot-ring.ts';
import type { HopData, HopMessage } from '../hop.bench.ts';

const { buffer, there, back, slots, words } = workerData as HopData;
const incoming = new SlotRing(buffer, there, slots, words);
const outgoing = new SlotRing(buffer, back, slots, words);
const slot = new Float64Array(words);

/** Until a slot that starts with a negative number. */
function spin(): void {
  for (;;) {
    while (!incoming.tryPop(slot)) Atomics.pause();
    if ((slot[0] as number) < 0) return;
    outgoing.tryPush(slot);
  }
}

parentPort?.on('message', (message: HopMessage) => {
  if (message.kind === 'Close') process.exit(0);
  if (message.kind === 'Echo') parentPort?.postMessage(message);
  if (message.kind === 'Spin') {
    parentPort?.postMessage(message);
    spin();
  }
});
