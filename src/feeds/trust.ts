/** Trust in one row. Pure: what happened → what the row is worth. Only live rows are priced. */
import { DISTRUST_REASONS, type DistrustReason, TRUST, type Trust } from '../core/quote.ts';

export class RowTrust {
  state: Trust = TRUST.Syncing;
  /** Index into DISTRUST_REASONS of the last reason that the row left live; -1 before any. */
  reason = -1;

  get isLive(): boolean {
    return this.state === TRUST.Live;
  }

  /** The row's numbers are in order. Returns whether that is new. */
  restore(): boolean {
    return this.#move(TRUST.Live);
  }

  /** A connection is up and a fresh book is on its way. */
  await(): boolean {
    return this.#move(TRUST.Syncing);
  }

  /** Something is wrong. Returns whether the state changed; `leftLive` of the caller is `isLive` before the call. */
  distrust(reason: DistrustReason): boolean {
    if (this.state === TRUST.Live || this.reason < 0) this.reason = DISTRUST_REASONS.indexOf(reason);
    if (reason === 'silence') return this.#move(TRUST.Stale);
    // A silent connection that is then dropped was stale first; saying "suspect" would hide why.
    if (this.state === TRUST.Stale && reason === 'disconnect') return false;
    return this.#move(TRUST.Suspect);
  }

  #move(to: Trust): boolean {
    const changed = this.state !== to;
    this.state = to;
    return changed;
  }
}
