/** Whether a venue pair may act now: one intent in flight, then a cool-down, no levels that were already taken, no open
 *  breaker. Thread: detector. Reads: control, feedback and breaker words. Steady state: no allocation. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import type { Control } from '../memory/control.ts';
import type { BreakerWords } from '../memory/shared-words.ts';
import { isOpen } from './breaker.ts';
import type { RowMirror } from './row-mirror.ts';

export interface PairGateDeps {
  readonly universe: Universe;
  readonly control: Control;
  readonly clock: Clock;
  readonly mirror: RowMirror;
  /** By pair: newest intent that the executor has settled. */
  readonly feedback: Float64Array;
  readonly breakers: BreakerWords;
  readonly cooldownNs: number;
}

const ASKS = 0;
const BIDS = 1;

export class PairGate {
  readonly #deps: PairGateDeps;
  readonly #venueOf: Int32Array;
  /** By pair: the intent in flight (0: none), and when the last one was found settled. */
  readonly #inFlight: Float64Array;
  readonly #settledAt: Float64Array;
  /** Pairs with an intent in flight, dense. */
  readonly #flying: Int32Array;
  #flyingCount = 0;
  /** By row and side: the state of the book whose levels we took; they count again once it is another one. */
  readonly #consumed: Float64Array;

  constructor(deps: PairGateDeps) {
    const { universe, feedback } = deps;
    this.#deps = deps;
    this.#venueOf = Int32Array.from(universe.rows, (row) => row.venueIndex);
    this.#inFlight = new Float64Array(feedback.length);
    this.#settledAt = new Float64Array(feedback.length).fill(Number.NEGATIVE_INFINITY);
    this.#flying = new Int32Array(feedback.length);
    this.#consumed = new Float64Array(universe.rows.length * 2).fill(Number.NaN);
  }

  /** Reason code. */
  check(buyRow: number, sellRow: number, pair: number): number {
    const { control, mirror, cooldownNs } = this.#deps;
    if (control.isHalted) return REASON.halted;
    if (control.isPaused) return REASON.paused;
    if (this.#inFlight[pair] !== 0) return REASON['in-flight'];
    if (mirror.nowNs - (this.#settledAt[pair] as number) < cooldownNs) return REASON['cool-down'];
    if (this.#isConsumed(buyRow, ASKS) || this.#isConsumed(sellRow, BIDS)) return REASON.consumed;
    if (!control.isGatewayUp(this.#venueOf[buyRow] as number)) return REASON['gateway-down'];
    if (!control.isGatewayUp(this.#venueOf[sellRow] as number)) return REASON['gateway-down'];
    const buy = this.#checkBreakers(buyRow);
    return buy === REASON.ok ? this.#checkBreakers(sellRow) : buy;
  }

  /** The executor decides; what it would refuse may not outrank what it would take. */
  #checkBreakers(row: number): number {
    const { venues, rows } = this.#deps.breakers;
    const nowMs = this.#deps.mirror.nowNs / 1e6;
    if (isOpen(venues[this.#venueOf[row] as number] as Float64Array, nowMs)) return REASON['breaker-venue'];
    return isOpen(rows[row] as Float64Array, nowMs) ? REASON['breaker-instrument'] : REASON.ok;
  }

  /** An intent left: its pair is in flight and its levels are taken. */
  onSent(intent: number, pair: number, buyRow: number, sellRow: number): void {
    this.#inFlight[pair] = intent;
    this.#flying[this.#flyingCount++] = pair;
    this.#consumed[buyRow * 2 + ASKS] = this.#deps.mirror.stateOf(buyRow);
    this.#consumed[sellRow * 2 + BIDS] = this.#deps.mirror.stateOf(sellRow);
  }

  /** Starts the cool-down of every pair whose intent has been settled since. */
  noteSettled(): void {
    for (let i = this.#flyingCount - 1; i >= 0; i--) {
      const pair = this.#flying[i] as number;
      if ((this.#deps.feedback[pair] as number) < (this.#inFlight[pair] as number)) continue;
      this.#inFlight[pair] = 0;
      this.#settledAt[pair] = this.#deps.clock.monotonicNs();
      this.#flying[i] = this.#flying[--this.#flyingCount] as number;
    }
  }

  /** The row starts over: nothing of it was taken. */
  forget(row: number): void {
    this.#consumed[row * 2 + ASKS] = Number.NaN;
    this.#consumed[row * 2 + BIDS] = Number.NaN;
  }

  #isConsumed(row: number, side: typeof ASKS | typeof BIDS): boolean {
    return this.#deps.mirror.stateOf(row) === this.#consumed[row * 2 + side];
  }
}
