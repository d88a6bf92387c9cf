/** Notes each change of a row's trust, as the detector came to see it, for the journal.
 *  Thread: detector. Allocates only when trust changes. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { DISTRUST_REASONS, TRUST_NAMES, type Trust } from '../core/quote.ts';
import { QUOTE } from '../memory/layout.ts';
import type { RowHolds } from '../memory/row-holds.ts';
import type { RecordOutbox } from './record-outbox.ts';
import type { RowMirror } from './row-mirror.ts';

export interface TrustLogDeps {
  readonly universe: Universe;
  readonly clock: Clock;
  readonly settings: { readonly run: string };
}

export class TrustLog {
  readonly #deps: TrustLogDeps;
  readonly #mirror: RowMirror;
  readonly #holds: RowHolds;
  readonly #outbox: RecordOutbox;
  readonly #known: Int8Array;
  #sequence = 0;

  constructor(deps: TrustLogDeps, mirror: RowMirror, holds: RowHolds, outbox: RecordOutbox) {
    this.#deps = deps;
    this.#mirror = mirror;
    this.#holds = holds;
    this.#outbox = outbox;
    this.#known = new Int8Array(deps.universe.rows.length);
  }

  /** The row was read, or dropped. Returns whether its trust is another than before. */
  look(row: number): boolean {
    const own = this.#mirror.get(row, QUOTE.TRUST) as Trust;
    const trust = this.#holds.trustOf(row, own);
    if (trust === this.#known[row]) return false;
    this.#write(row, trust, trust !== own);
    return true;
  }

  /** `isHeld`: live by its feed, but not what its name says, or suspended. */
  #write(row: number, trust: Trust, isHeld: boolean): void {
    const { universe, clock, settings } = this.#deps;
    const before = this.#known[row] as number;
    this.#known[row] = trust;
    const { venue = '', instrument = '' } = universe.rows[row] ?? {};
    const reason = isHeld ? this.#holds.reason(row) : DISTRUST_REASONS[this.#mirror.get(row, QUOTE.REASON)];
    const now = clock.wallMs();
    const receivedAt = this.#mirror.get(row, QUOTE.RECEIVED_AT);
    const from: string = TRUST_NAMES[before] ?? '';
    const to: string = TRUST_NAMES[trust] ?? '';
    this.#outbox.write({
      kind: 'Trust',
      id: `${settings.run}-t${clock.monotonicNs().toString(36)}-${(this.#sequence++).toString(36)}`,
      run: settings.run,
      at: now,
      venue,
      instrument,
      from,
      to,
      ...(to === 'live' || reason === undefined ? {} : { reason }),
      delayMs: receivedAt === 0 ? 0 : Math.max(0, Math.round((clock.monotonicNs() - receivedAt) / 1e3) / 1e3),
    });
  }
}
