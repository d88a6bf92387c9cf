/** How many of the oldest files of the write-ahead log no start needs any more. Pure.
 *
 *  A start replays every file. What it takes from the oldest ones is what is still open, crumbs and holdings, and closed sets
 *  that a late word may come for. So they may go together when all of this holds:
 *  1. They are of earlier runs, and old: nobody will hear of their orders again.
 *  2. The journal has the record of each entry that makes one.
 *  3. Each leg set that they open was closed for good, and nothing of it stands in a file that stays.
 *  4. The first file that stays begins with a run, and with the crumbs, holdings and losses that all before it
 *     add up to. */
import type { WalEntry } from '../core/records.ts';

/** An executor remembers closed sets for an hour (`SetRegister`), those of earlier runs from its start on. */
const REMEMBERED_MS = 3_600_000;
/** What all runs before add up to, as a run says at its beginning. */
const SUMS = ['dust', 'held', 'losses'] as const;

interface FileTrail {
  readonly lastAt: number;
  readonly beginsRun: boolean;
}

interface SetTrail {
  /** Indices of the files that open it, and that speak of it last. */
  readonly opened: number;
  last: number;
  /** Client ids of orders without a last word. */
  readonly unsettled: Set<string>;
  isOver: boolean;
}

export interface TrailOptions {
  /** The run that goes on. */
  readonly liveRun: string;
  /** Wall time, ms: younger entries are kept. */
  readonly before: number;
  /** Whether the journal has the record of an entry. */
  readonly hasRecord: (entry: WalEntry) => boolean;
}

export class WalTrail {
  readonly #options: TrailOptions;
  readonly #files: FileTrail[] = [];
  readonly #sets = new Map<string, SetTrail>();
  /** So many of the first files are old, of earlier runs, and in the journal. */
  #candidates = 0;
  #liveSince: number | undefined;

  constructor(options: TrailOptions) {
    this.#options = options;
  }

  /** Whether anything may come of it: if not, no further file need be read. */
  get isPromising(): boolean {
    return this.#candidates > 0 || this.#files.length === 0;
  }

  /** Takes the next file, oldest first. `run` is what its name says. */
  add(run: string, entries: readonly WalEntry[]): void {
    const index = this.#files.length;
    const [first] = entries;
    const lastAt = entries.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
    const beginsRun = first?.kind === 'RunOpened' && SUMS.every((sum) => first[sum] !== undefined);
    this.#files.push({ lastAt, beginsRun });
    const { liveRun, before, hasRecord } = this.#options;
    if (run === liveRun && first !== undefined) this.#liveSince ??= first.at;
    const isCandidate = this.#candidates === index && run !== liveRun && lastAt < before && entries.every(hasRecord);
    if (isCandidate) this.#candidates++;
    for (const entry of entries) this.#note(entry, index, isCandidate);
  }

  /** 0 while the run that goes on has not said its beginning. */
  get prunable(): number {
    const liveSince = this.#liveSince ?? Number.NEGATIVE_INFINITY;
    const young = this.#files.findIndex(({ lastAt }) => lastAt >= liveSince - REMEMBERED_MS);
    const most = Math.min(this.#candidates, young < 0 ? this.#files.length : young);
    for (let count = most; count > 0; count--) if (this.#isCut(count)) return count;
    return 0;
  }

  #isCut(count: number): boolean {
    if (this.#files[count]?.beginsRun !== true) return false;
    for (const { opened, last, isOver } of this.#sets.values()) {
      if (opened < count && (!isOver || last >= count)) return false;
    }
    return true;
  }

  #note(entry: WalEntry, index: number, isCandidate: boolean): void {
    if (!('legSet' in entry)) return;
    if (entry.kind === 'LegSetOpened') {
      const unsettled = new Set(entry.orders.map(({ clientId }) => clientId));
      if (isCandidate) this.#sets.set(entry.legSet, { opened: index, last: index, unsettled, isOver: false });
      return;
    }
    const set = this.#sets.get(entry.legSet);
    if (set === undefined) return;
    set.last = index;
    // An ack may come after the end, and changes nothing.
    if (entry.kind === 'OrderAcked') return;
    if (entry.kind === 'OrderAdded') set.unsettled.add(entry.order.clientId);
    if (entry.kind === 'Filled') set.unsettled.add(entry.fill.clientId);
    if (entry.kind === 'OrderUpdated') set.unsettled.delete(entry.clientId);
    // Closed unknown with an order that has no last word: every start asks for it again.
    set.isOver = entry.kind === 'LegSetClosed' && (entry.state !== 'unknown' || set.unsettled.size === 0);
  }
}
