/** Notes each change of a row's trust, as the detector came to see it, for the journal.
 *  Thread: detector. Allocates only when trust changes. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { DISTRUST_REASONS, TRUST_NAMES } from '../core/quote.ts';
import { QUOTE } from '../memory/layout.ts';
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
  readonly #outbox: RecordOutbox;
  readonly #known: Int8Array;
  #sequence = 0;

  constructor(deps: TrustLogDeps, mirror: RowMirror, outbox: RecordOutbox) {
    this.#deps = deps;
    this.#mirror = mirror;
    this.#outbox = outbox;
    this.#known = new Int8Array(deps.universe.rows.length);
  }

  /** The row was read, or dropped. */
  look(row: number): void {
    const trust = this.#mirror.get(row, QUOTE.TRUST);
    if (trust !== this.#known[row]) this.#write(row, trust);
  }

  #write(row: number, trust: number): void {
    const { universe, clock, settings } = this.#deps;
    const before = this.#known[row] as number;
    this.#known[row] = trust;
    const { venue = '', instrument = '' } = universe.rows[row] ?? {};
    const reason = DISTRUST_REASONS[this.#mirror.get(row, QUOTE.REASON)];
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
