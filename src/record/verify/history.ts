/** What the entries of the write-ahead log add up to: runs, leg sets, orders and fills, and what breaks the order of
 *  things on the way. Pure. */
import type { Fill } from '../../core/order.ts';
import type { WalEntry, WalOrder } from '../../core/records.ts';
import type { VenueId } from '../../core/venue.ts';
import type { LogFile } from './evidence.ts';
import { type Finding, type FindingCode, finding } from './finding.ts';
import type { LogGaps } from './gaps.ts';
import { IdOrder } from './id-order.ts';
import { flawOfEntry } from './wholeness.ts';

type Entry<K extends WalEntry['kind']> = Extract<WalEntry, { kind: K }>;

export interface LoggedFill {
  /** `<venue>:<symbol>:<tradeId>`, the id of its record. */
  readonly id: string;
  readonly venue: VenueId;
  readonly legSet: string;
  readonly fill: Fill;
  readonly at: number;
  /** The run that logged it; of an adopted set a later one than opened it. */
  readonly run: string;
}

/** What was heard of an order. */
export interface Word {
  readonly said: Entry<'OrderUpdated'>;
  /** How many of its fills were logged before. */
  readonly fills: number;
  /** The run that logged it. */
  readonly run: string;
}

export interface LoggedOrder {
  readonly order: WalOrder;
  readonly legSet: string;
  readonly at: number;
  /** The run that announced it. */
  readonly run: string;
  readonly fills: LoggedFill[];
  readonly words: Word[];
  /** Announced more than once: what its entries add up to says nothing. */
  isDoubled: boolean;
}

export interface LoggedSet {
  readonly opened: Entry<'LegSetOpened'> & { readonly carried?: string };
  /** The run that opened it. */
  readonly run: string;
  readonly orders: LoggedOrder[];
  /** Its newest close; a late word opens it again. */
  closed?: Entry<'LegSetClosed'> & { readonly excess?: string };
  isOpen: boolean;
  lastAt: number;
  /** The run that wrote of it last. */
  lastRun: string;
}

export interface LoggedRun {
  readonly id: string;
  readonly openedAt: number;
  lastAt: number;
}

export interface History {
  readonly runs: ReadonlyMap<string, LoggedRun>;
  readonly sets: ReadonlyMap<string, LoggedSet>;
  readonly orders: ReadonlyMap<string, LoggedOrder>;
  readonly fills: ReadonlyMap<string, LoggedFill>;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

/** Where an entry stands. */
interface Place {
  readonly file: LogFile;
  readonly index: number;
}

export function historyOf(files: readonly LogFile[], gaps: LogGaps): History {
  const builder = new HistoryBuilder(gaps);
  for (const file of files) {
    builder.begin(file);
    for (const [index, entry] of file.entries.entries()) builder.add(entry, { file, index });
  }
  return builder;
}

class HistoryBuilder implements History {
  readonly runs = new Map<string, LoggedRun>();
  readonly sets = new Map<string, LoggedSet>();
  readonly orders = new Map<string, LoggedOrder>();
  readonly fills = new Map<string, LoggedFill>();
  readonly findings: Finding[] = [];
  entries = 0;
  readonly #gaps: LogGaps;
  readonly #ids = new IdOrder();

  constructor(gaps: LogGaps) {
    this.#gaps = gaps;
  }

  /** A file goes on for the executor of the one before, or begins with its own; unless that was lost. */
  begin({ entries }: LogFile): void {
    if (this.#gaps.isAny && entries[0]?.kind !== 'RunOpened') this.#ids.runs(undefined);
  }

  add(entry: WalEntry, place: Place): void {
    this.entries++;
    const flaw = flawOfEntry(entry);
    if (flaw !== undefined) {
      this.#gaps.lostAt(entry.at);
      this.#find('entry-malformed', `${whereOf(place)}, ${entry.kind}`, { log: flaw });
      return;
    }
    this.#noteRun(place.file.run, entry.at);
    switch (entry.kind) {
      case 'RunOpened':
        this.#ids.runs(entry.epoch);
        if (entry.run === place.file.run) return;
        return this.#find('run-mismatch', whereOf(place), { entry: entry.run, name: place.file.run });
      case 'LegSetOpened':
        return this.#open(entry, place);
      case 'OrderAcked':
        return this.#acknowledge(entry, place);
      case 'OrderAdded':
      case 'OrderUpdated':
      case 'Filled':
      case 'LegSetClosed':
        return this.#change(entry, place);
      case 'LossLimitReached':
      case 'LossLimitLifted':
        return;
      default:
        // Of a version that knows more.
        this.#find('kind-unknown', whereOf(place), { entry: (entry as { readonly kind: string }).kind });
    }
  }

  /** An ack may come after its set was closed, and opens nothing again. */
  #acknowledge({ legSet, clientId }: Entry<'OrderAcked'>, place: Place): void {
    if (this.orders.get(clientId)?.legSet === legSet || this.#gaps.isAny) return;
    this.#find('order-unannounced', `order ${clientId}`, { entry: `OrderAcked at ${whereOf(place)}` });
  }

  #noteRun(id: string, at: number): void {
    const run = this.runs.get(id);
    if (run === undefined) this.runs.set(id, { id, openedAt: at, lastAt: at });
    else run.lastAt = Math.max(run.lastAt, at);
  }

  #open(opened: LoggedSet['opened'], place: Place): void {
    const { legSet, at } = opened;
    if (this.sets.has(legSet)) return this.#find('set-doubled', `leg set ${legSet}`, { again: whereOf(place) });
    const { run } = place.file;
    const set: LoggedSet = { opened, run, orders: [], isOpen: true, lastAt: at, lastRun: run };
    this.sets.set(legSet, set);
    for (const order of opened.orders) this.#announce(set, order, at, place);
  }

  #announce(set: LoggedSet, order: WalOrder, at: number, place: Place): void {
    const { clientId } = order;
    const known = this.orders.get(clientId);
    if (known !== undefined) {
      known.isDoubled = true;
      set.orders.push(known);
      const figures = { first: `leg set ${known.legSet}`, again: `leg set ${set.opened.legSet}, ${whereOf(place)}` };
      return this.#find('order-doubled', `order ${clientId}`, figures);
    }
    const wrong = this.#ids.check(clientId);
    if (wrong !== undefined) this.#find('client-id-order', `order ${clientId}`, wrong);
    const logged: LoggedOrder = {
      order,
      legSet: set.opened.legSet,
      at,
      run: place.file.run,
      fills: [],
      words: [],
      isDoubled: false,
    };
    this.orders.set(clientId, logged);
    set.orders.push(logged);
  }

  #change(entry: Entry<'OrderAdded' | 'OrderUpdated' | 'Filled' | 'LegSetClosed'>, place: Place): void {
    const set = this.sets.get(entry.legSet);
    if (set !== undefined) {
      set.isOpen = entry.kind !== 'LegSetClosed';
      set.lastAt = Math.max(set.lastAt, entry.at);
      set.lastRun = place.file.run;
    } else if (!this.#gaps.isAny) {
      // Its beginning may stand in what was pruned or damaged; in a whole log it never was.
      this.#find('set-unopened', `leg set ${entry.legSet}`, { entry: `${entry.kind} at ${whereOf(place)}` });
    }
    if (entry.kind === 'LegSetClosed') {
      if (set !== undefined) set.closed = entry;
    } else if (entry.kind === 'OrderAdded') {
      if (set !== undefined) this.#announce(set, entry.order, entry.at, place);
    } else {
      const clientId = entry.kind === 'Filled' ? entry.fill.clientId : entry.clientId;
      const order = this.orders.get(clientId);
      const isAnnounced = order?.legSet === entry.legSet;
      if (set !== undefined && !isAnnounced && order?.isDoubled !== true && !this.#gaps.isAny) {
        this.#find('order-unannounced', `order ${clientId}`, { entry: `${entry.kind} at ${whereOf(place)}` });
      }
      if (entry.kind === 'Filled') this.#fill(entry, order, place);
      else if (order !== undefined && isAnnounced) {
        order.words.push({ said: entry, fills: order.fills.length, run: place.file.run });
      }
    }
  }

  #fill({ venue, legSet, fill, at }: Entry<'Filled'>, order: LoggedOrder | undefined, place: Place): void {
    const id = `${venue}:${fill.symbol}:${fill.tradeId}`;
    if (this.fills.has(id)) return this.#find('fill-doubled', `fill ${id}`, { again: whereOf(place) });
    const logged: LoggedFill = { id, venue, legSet, fill, at, run: place.file.run };
    this.fills.set(id, logged);
    if (order?.legSet === legSet) order.fills.push(logged);
  }

  #find(code: FindingCode, where: string, figures: Finding['figures']): void {
    this.findings.push(finding(code, where, figures));
  }
}

const whereOf = ({ file, index }: Place): string => `${file.name}, entry ${index + 1}`;
