/** Executors that live and die one after the other write a log; whatever is pruned of it, the next one starts the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WalEntry } from '../../src/core/records.ts';
import { WalTrail } from '../../src/record/wal-trail.ts';
import { Desk } from '../unit/engine/desk.ts';

const HOUR_MS = 3_600_000;

const venue = fc.nat(1);
const step = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('intend' as const) }), weight: 4 },
  {
    // So many lots of a hundred of the newest order there.
    arbitrary: fc.record({ kind: fc.constant('end' as const), venue, percent: fc.constantFrom(0, 40, 97, 99, 100) }),
    weight: 8,
  },
  { arbitrary: fc.record({ kind: fc.constant('late' as const), venue, percent: fc.constantFrom(1, 3) }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 600_000, HOUR_MS * 0.7, HOUR_MS),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constant('rotate' as const) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('prune' as const) }), weight: 3 },
  // The next executor is of the same run (it crashed), or of the next one, which may have given up what was open.
  {
    arbitrary: fc.record({ kind: fc.constant('die' as const), by: fc.constantFrom('crash', 'end', 'abandon') }),
    weight: 3,
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface File {
  readonly run: string;
  readonly entries: WalEntry[];
}

/** A log, whole and pruned, and who writes it. */
class Lives {
  readonly desk = new Desk();
  readonly files: File[] = [];
  pruned = 0;
  #run = 0;
  #written = 0;

  constructor() {
    this.begin();
  }

  get run(): string {
    return `run${this.#run}`;
  }

  get whole(): WalEntry[] {
    return this.files.flatMap(({ entries }) => entries);
  }

  get kept(): WalEntry[] {
    return this.files.slice(this.pruned).flatMap(({ entries }) => entries);
  }

  begin(): void {
    const { desk, run } = this;
    desk.executor.stop();
    const executor = desk.start({ run });
    executor.takeOver(this.kept, new Set());
    const at = desk.world.clock.wallMs();
    const epoch = this.files.length;
    this.files.push({ run, entries: [{ kind: 'RunOpened', run, epoch, at, ...executor.carriedOver() }] });
    executor.inquire();
    executor.resume();
    this.flush();
  }

  /** What was appended since the last time belongs to the newest file. */
  flush(): void {
    this.files.at(-1)?.entries.push(...this.desk.wal.slice(this.#written));
    this.#written = this.desk.wal.length;
  }

  async do(each: Step): Promise<void> {
    const { desk } = this;
    if (each.kind === 'intend') {
      desk.quoteAll();
      desk.intend();
    } else if (each.kind === 'pass') await desk.pass(each.ms);
    else if (each.kind === 'die') {
      if (each.by === 'abandon') desk.executor.abandonOpen();
      this.flush();
      if (each.by !== 'crash') this.#run++;
      this.begin();
    } else if (each.kind === 'rotate') this.files.push({ run: this.run, entries: [] });
    else if (each.kind === 'prune') this.#prune();
    else if (desk.gateways[each.venue]?.sent.length !== 0) this.#fill(each);
    this.flush();
  }

  #fill({ kind, venue: at, percent }: Extract<Step, { kind: 'end' | 'late' }>): void {
    const { desk } = this;
    const [whole = '0', decimals = ''] = (desk.last(at).order.size ?? '0').split('.');
    const lots = ((BigInt(whole + decimals.padEnd(4, '0')) * BigInt(percent)) / 100n).toString().padStart(5, '0');
    const size = `${lots.slice(0, -4)}.${lots.slice(-4)}`;
    if (/^0+$/.test(lots)) desk.miss(at);
    else if (kind === 'late') desk.tell(at, { kind: 'LegFilled', fill: desk.fillOf(desk.last(at), size, '0.0001') });
    else desk.fill(at, size, '0.0001', 'cancelled');
  }

  #prune(): void {
    const before = this.desk.world.clock.wallMs() - HOUR_MS;
    const trail = new WalTrail({ liveRun: this.run, before, hasRecord: () => true });
    for (const { run, entries } of this.files.slice(this.pruned)) if (trail.isPromising) trail.add(run, entries);
    this.pruned += trail.prunable;
  }

  /** All that an executor of `run` takes from these entries. */
  startFrom(entries: readonly WalEntry[], run: string): object {
    const next = new Desk();
    next.world.clock.advanceMs(this.desk.world.clock.wallMs() - next.world.clock.wallMs());
    const executor = next.start({ run });
    const taken = executor.takeOver(entries, new Set());
    const { inventory: _, ...report } = executor.report();
    const ids = this.whole.flatMap((entry) =>
      entry.kind === 'LegSetOpened' && entry.at >= this.desk.world.clock.wallMs() - HOUR_MS
        ? entry.orders.map(({ clientId }) => clientId)
        : [],
    );
    const known = ids.filter((id) => executor.knows(id));
    return { taken, report, known, carried: executor.carriedOver(), unsettled: executor.unsettled() };
  }
}

describe('a pruned log', () => {
  it('starts the next executor as the whole one does: open sets, crumbs, totals, and whom a late word may find', async () => {
    const seen = { pruned: 0, open: 0, dust: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        const lives = new Lives();
        for (const each of steps) {
          await lives.do(each);
          if (lives.pruned === 0 || each.kind === 'pass') continue;
          for (const run of [lives.run, 'next']) {
            expect(lives.startFrom(lives.kept, run)).toEqual(lives.startFrom(lives.whole, run));
          }
        }
        if (lives.pruned === 0) return;
        seen.pruned++;
        if (lives.desk.executor.openSets > 0) seen.open++;
        if (Object.keys(lives.desk.executor.carriedOver().dust).length > 0) seen.dust++;
      }),
      { numRuns: 400 },
    );
    // It is about something.
    for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(20);
  });
});
