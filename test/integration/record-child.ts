/** A process that writes the write-ahead log and the journal as fast as it can until it is killed.
 *  argv: data folder, run id, padding of each record. Says on stdout, one line each: `w <n>` when leg set n is in the
 *  write-ahead log, `j <n>` when orders up to n are committed. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/core/clock.ts';
import { JOURNAL_COUNTERS } from '../../src/core/metrics.ts';
import { ByteRing } from '../../src/memory/byte-ring.ts';
import { Counters } from '../../src/memory/counters.ts';
import { RING_HEADER } from '../../src/memory/layout.ts';
import { journalFolder, walFolder } from '../../src/record/journal-store.ts';
import { JournalWriter } from '../../src/record/journal-writer.ts';
import { ringSink } from '../../src/record/ring-sink.ts';
import { WriteAheadLog } from '../../src/record/wal.ts';

const [data = '', run = '', padding = '0'] = process.argv.slice(2);
const RING = 1 << 16;
const ring = new ByteRing(new SharedArrayBuffer(RING_HEADER + RING), 0, RING);
const clock = systemClock();
const sink = ringSink(ring, { ring() {} }, clock);
const names = Object.keys(JOURNAL_COUNTERS) as (keyof typeof JOURNAL_COUNTERS)[];
const failed = (fault: Error): never => {
  throw fault;
};
const writer = new JournalWriter({
  folder: journalFolder(data),
  rings: [ring],
  counters: new Counters(new SharedArrayBuffer(names.length * 8), 0, names),
  clock,
  onFault: failed,
});
const log = new WriteAheadLog({
  folder: walFolder(data),
  run,
  rotateBytes: 20_000,
  syncEveryMs: 5,
  onFault: failed,
});
const venue = 'x'.repeat(Number(padding));

function write(n: number): void {
  const legSet = `${run}-s${n}`;
  log.append({
    kind: 'LegSetOpened',
    legSet,
    intent: n,
    opportunity: '',
    instrument: 'BTC-USDT',
    edgeBps: 1,
    at: clock.wallMs(),
    orders: [],
  });
  writeSync(1, `w ${n}\n`);
  const isIn = sink.tryWrite({
    kind: 'Balance',
    id: legSet,
    run,
    at: clock.wallMs(),
    venue,
    reason: 'reconcile',
    balances: [],
  });
  if (!isIn) throw new Error('the ring is full');
}

function turn(n: number): void {
  for (let next = n; next < n + 7; next++) write(next);
  writer.drain();
  writeSync(1, `j ${n + 6}\n`);
  // Through the event loop, so that the background fdatasync of the log takes part.
  setImmediate(turn, n + 7);
}
turn(0);
