/** Control words: halt and pause (one word per writer, readers OR them), incarnations, heartbeats, acknowledgements. */
import { type Layout, WRITERS, type Writer } from './layout.ts';

export class Control {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #layout: Layout;
  readonly #halts: readonly number[];
  readonly #pauses: readonly number[];

  constructor(buffer: SharedArrayBuffer, layout: Layout) {
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#layout = layout;
    this.#halts = WRITERS.map((writer) => layout.halt[writer] / 4);
    this.#pauses = WRITERS.map((writer) => layout.pause[writer] / 4);
  }

  /** Writer: the one named. Halt is latched: it is lowered only by its writer, when a person asks. */
  setHalt(writer: Writer, on: boolean): void {
    Atomics.store(this.#words, this.#layout.halt[writer] / 4, on ? 1 : 0);
  }

  setPause(writer: Writer, on: boolean): void {
    Atomics.store(this.#words, this.#layout.pause[writer] / 4, on ? 1 : 0);
  }

  isHaltedBy(writer: Writer): boolean {
    return Atomics.load(this.#words, this.#layout.halt[writer] / 4) === 1;
  }

  isPausedBy(writer: Writer): boolean {
    return Atomics.load(this.#words, this.#layout.pause[writer] / 4) === 1;
  }

  get isHalted(): boolean {
    return this.#isRaised(this.#halts);
  }

  get isPaused(): boolean {
    return this.#isRaised(this.#pauses);
  }

  /** Writer: supervisor. Which life of the venue's feed may be priced. */
  setIncarnation(venue: number, incarnation: number): void {
    Atomics.store(this.#words, this.#at(this.#layout.incarnation, venue) / 4, incarnation);
  }

  incarnation(venue: number): number {
    return Atomics.load(this.#words, this.#at(this.#layout.incarnation, venue) / 4);
  }

  /** Writer: the venue's feed. A dead or hung feed cannot lower its own trust, but it stops doing this. */
  beat(venue: number, nowNs: number): void {
    this.#doubles[this.#at(this.#layout.heartbeat, venue) / 8] = nowNs;
  }

  lastBeat(venue: number): number {
    return this.#doubles[this.#at(this.#layout.heartbeat, venue) / 8] as number;
  }

  /** Writer: detector. The incarnation whose ring and flags it has cleared; only then may that feed publish. */
  acknowledge(venue: number, incarnation: number): void {
    Atomics.store(this.#words, this.#at(this.#layout.acknowledged, venue) / 4, incarnation);
  }

  acknowledged(venue: number): number {
    return Atomics.load(this.#words, this.#at(this.#layout.acknowledged, venue) / 4);
  }

  /** Writer: executor. Whether orders can be sent to the venue. */
  setGatewayUp(venue: number, up: boolean): void {
    Atomics.store(this.#words, this.#at(this.#layout.gateway, venue) / 4, up ? 1 : 0);
  }

  isGatewayUp(venue: number): boolean {
    return Atomics.load(this.#words, this.#at(this.#layout.gateway, venue) / 4) === 1;
  }

  /** Asked in every round of hot actors, so it makes no closure. */
  #isRaised(words: readonly number[]): boolean {
    for (let i = 0; i < words.length; i++) {
      if (Atomics.load(this.#words, words[i] as number) === 1) return true;
    }
    return false;
  }

  #at(offsets: readonly number[], venue: number): number {
    const offset = offsets[venue];
    if (offset === undefined) throw new RangeError(`no venue ${venue}`);
    return offset;
  }
}
