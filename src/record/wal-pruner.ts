/** Removes files of the write-ahead log that no start needs any more, so that starts do not replay an ever-growing log.
 *  Thread: journal, which knows what was committed. Reads: log, LMDB. Writes: the log's folder. */
import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { JOURNAL_COUNTERS } from '../core/metrics.ts';
import type { JournalRecord, RecordKind, WalEntry } from '../core/records.ts';
import type { Counters } from '../memory/counters.ts';
import { readWal, walFiles, walRunOf } from './wal-files.ts';
import { WalTrail } from './wal-trail.ts';

/** The executor is up by then, and what it wrote again of dead runs is in the journal. */
const FIRST_MS = 15_000;
const EVERY_MS = 3_600_000;

export interface WalPrunerOptions {
  readonly folder: string;
  /** The run that goes on. */
  readonly run: string;
  readonly retentionHours: number;
  /** A committed record; undefined when there is none. */
  readonly find: <K extends RecordKind>(kind: K, id: string) => Extract<JournalRecord, { kind: K }> | undefined;
  readonly clock: Clock;
  readonly counters: Counters<keyof typeof JOURNAL_COUNTERS>;
  readonly onFault: (fault: Fault) => void;
}

export class WalPruner {
  readonly #options: WalPrunerOptions;
  #isStopped = false;
  #isAtWork = false;
  #cancel = (): void => {};

  constructor(options: WalPrunerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#after(FIRST_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #after(ms: number): void {
    this.#cancel = this.#options.clock.after(ms, () => {
      this.prune().catch((thrown: unknown) => this.#options.onFault(faultOf(thrown, this.#options.folder)));
      this.#after(EVERY_MS);
    });
  }

  /** Resolves to the paths that were removed. Leaves the thread its turns between files. */
  async prune(): Promise<readonly string[]> {
    const { clock, retentionHours, folder, counters } = this.#options;
    const before = clock.wallMs() - retentionHours * 3_600_000;
    const paths = walFiles(folder);
    if (this.#isAtWork || paths.length < 2 || !isOld(paths[0] as string, before)) return [];
    this.#isAtWork = true;
    try {
      const count = await this.#prunable(paths, before);
      const doomed = this.#isStopped ? [] : paths.slice(0, count);
      for (const path of doomed) remove(path, folder);
      counters.add(counters.slot('logFilesPruned'), doomed.length);
      return doomed;
    } finally {
      this.#isAtWork = false;
    }
  }

  async #prunable(paths: readonly string[], before: number): Promise<number> {
    const hasRecord = (entry: WalEntry): boolean => this.#hasRecord(entry);
    const trail = new WalTrail({ liveRun: this.#options.run, before, hasRecord });
    for (const path of paths) {
      if (this.#isStopped || !trail.isPromising) return 0;
      trail.add(walRunOf(path), readWal(path).entries);
      await nextTurn();
    }
    return trail.prunable;
  }

  /** A set that closed again replaced its record: only one as young will do. */
  #hasRecord(entry: WalEntry): boolean {
    const { find } = this.#options;
    switch (entry.kind) {
      case 'Filled':
        return find('Fill', `${entry.venue}:${entry.fill.symbol}:${entry.fill.tradeId}`) !== undefined;
      case 'OrderUpdated':
        return find('Order', entry.clientId) !== undefined;
      case 'LegSetClosed':
        return (find('LegSet', entry.legSet)?.closedAt ?? Number.NEGATIVE_INFINITY) >= entry.at;
      default:
        return true;
    }
  }
}

/** Nothing was written to it since: whatever it holds is as old. */
const isOld = (path: string, before: number): boolean => statSync(path).mtimeMs < before;

/** Oldest first, each gone for good before the next: what is left is always an end of the log. */
function remove(path: string, folder: string): void {
  rmSync(path);
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const faultOf = (thrown: unknown, folder: string): Fault =>
  thrown instanceof Fault
    ? thrown
    : new Fault('record/unwritable', `old files of the log in ${folder} cannot be removed: ${messageOf(thrown)}`, {
        folder,
      });
