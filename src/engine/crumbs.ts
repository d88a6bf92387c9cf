/** Base that is left over is traded as a set of its own: crumbs once some venue takes as much, and everything once it is
 *  past the exposure limit. Nobody asked for such a set, so it is opened only where new sets are.
 *  Thread: executor. Writes: write-ahead log, leftovers. */
import type { Clock } from '../core/clock.ts';
import type { Instrument, Universe } from '../core/instrument.ts';
import type { WriteAhead } from '../core/records.ts';
import type { Control } from '../memory/control.ts';
import type { LeftoverKind } from './leftovers.ts';
import { openedEntry } from './leg-set-record.ts';
import type { OutcomeCounts } from './outcome-counts.ts';
import type { LegSet } from './saga.ts';
import { newWork, type SetParts, type Work } from './set-register.ts';

/** How long crumbs that nobody took are left alone. */
const DUST_RETRY_MS = 60_000;
/** Nothing is opened meanwhile, so this is soon. */
const REDUCE_RETRY_MS = 1_000;

interface Pace {
  readonly retryMs: number;
  /** By instrument: monotonic ns. */
  readonly notBefore: Map<number, number>;
}

export interface CrumbsDeps {
  readonly universe: Universe;
  readonly control: Control;
  readonly clock: Clock;
  readonly wal: WriteAhead;
}

/** What is asked of a set of crumbs, and done with it once it is open. */
export interface CrumbsPort {
  /** A person has to look at it, or an outcome is awaited: what is left over there may not be what it seems. */
  readonly isPaused: (instrumentIndex: number) => boolean;
  /** Whether its excess would be hedged now. */
  readonly wouldHedge: (set: LegSet) => boolean;
  readonly judge: (work: Work) => void;
}

/** `carried`: signed base at ASSET_SCALE. Such a set occupies no venue pair. */
export const crumbSet = (
  { index, base, quote }: Instrument,
  carried: bigint,
  { id, openedAt }: Pick<LegSet, 'id' | 'openedAt'>,
): LegSet => ({
  id,
  intent: 0,
  opportunity: '',
  instrumentIndex: index,
  pair: -1,
  edgeBps: 0,
  openedAt,
  base,
  quote,
  carried,
  legs: [],
  state: 'working',
});

export class Crumbs {
  readonly #deps: CrumbsDeps;
  readonly #parts: SetParts;
  readonly #counts: OutcomeCounts;
  readonly #port: CrumbsPort;
  readonly #crumbs: Pace = { retryMs: DUST_RETRY_MS, notBefore: new Map() };
  readonly #reduction: Pace = { retryMs: REDUCE_RETRY_MS, notBefore: new Map() };

  constructor(deps: CrumbsDeps, parts: SetParts, counts: OutcomeCounts, port: CrumbsPort) {
    this.#deps = deps;
    this.#parts = parts;
    this.#counts = counts;
    this.#port = port;
  }

  /** Trades an instrument's crumbs, if some venue takes as much. */
  trade(instrument: Instrument): void {
    this.#tryOpen(instrument, this.#leftOver('dust', instrument), this.#crumbs);
  }

  /** A set of crumbs is closed. What was taken is no reason to wait with the next. */
  onClosed({ instrumentIndex, legs }: LegSet): void {
    if (legs.some(({ filled }) => filled > 0n)) this.#crumbs.notBefore.delete(instrumentIndex);
  }

  /** Trades all that an instrument has left over: crumbs, and what is held. */
  reduce(instrument: Instrument): void {
    const all = this.#leftOver('dust', instrument) + this.#leftOver('held', instrument);
    if (this.#tryOpen(instrument, all, this.#reduction)) this.#counts.add('setsReducing');
  }

  /** A set that was opened again judges its own. */
  #leftOver(kind: LeftoverKind, { id }: Instrument): bigint {
    const { leftovers, register } = this.#parts;
    return leftovers.ofOthers(kind, id, register.openIds());
  }

  #tryOpen(instrument: Instrument, carried: bigint, { retryMs, notBefore }: Pace): boolean {
    const { clock, control, universe, wal } = this.#deps;
    const { leftovers, register, ids } = this.#parts;
    const now = clock.monotonicNs();
    if (control.isHalted || control.isPaused || carried === 0n) return false;
    if (this.#port.isPaused(instrument.index)) return false;
    if (now < (notBefore.get(instrument.index) ?? Number.NEGATIVE_INFINITY)) return false;
    const set = crumbSet(instrument, carried, { id: ids.next(), openedAt: clock.wallMs() });
    if (!this.#port.wouldHedge(set)) return false;
    notBefore.set(instrument.index, now + retryMs * 1e6);
    leftovers.take(instrument.id, carried);
    wal.append(openedEntry(set, universe));
    const work = newWork(set);
    register.open(work);
    this.#counts.add('setsOpened');
    this.#port.judge(work);
    return true;
  }
}
