/** One damaged recording under a live feed: frames are lost, repeated, swapped, cut or broken, and after each the row is
 *  held against the plain reader's book. */
import { expect } from 'vitest';
import { decimalsOf, formatDecimal } from '../../../src/core/decimal.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import type { MarketStream } from '../../../src/core/venue.ts';
import type { RecordedRow } from '../../../src/feeds/recording-rows.ts';
import { FeedHarness } from '../../unit/feeds-harness.ts';
import type { PlainDepth, PlainVenue } from '../venues/plain/plain.ts';
import { PlainReader } from './plain-book.ts';

/** One symbol's depth in a recording. */
export interface Track {
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  readonly snapshot: TrackFrame;
  /** Behind the snapshot, in order. */
  readonly deltas: readonly TrackFrame[];
}

export interface TrackFrame {
  readonly row: RecordedRow;
  readonly bytes: Buffer;
  readonly depth: PlainDepth;
  readonly connectionSeq: number | undefined;
}

const DAMAGES = ['drop', 'duplicate', 'swap', 'cut', 'garbage', 'flip'] as const;
type Damage = (typeof DAMAGES)[number];

const LEVELS = 12;
/** Shares of frames that are damaged, and that are compared though nothing happened. */
const DAMAGED = 1 / 12;
const COMPARED = 1 / 5;

export interface Played {
  readonly outages: number;
  readonly frames: number;
}

export class DamagedFeed {
  readonly #plain: PlainVenue;
  readonly #track: Track;
  readonly #harness: FeedHarness;
  readonly #reader: PlainReader;
  readonly #random: Random;
  readonly #where: string;
  readonly #isRest: boolean;
  #sockets = 0;
  #outages = 0;
  #frames = 0;

  constructor(plain: PlainVenue, stream: MarketStream, track: Track, seed: number) {
    this.#plain = plain;
    this.#track = track;
    this.#random = seededRandom(seed);
    this.#reader = new PlainReader(plain);
    this.#where = `${plain.venue} ${track.symbol} seed ${seed}`;
    this.#isRest = stream.rule.snapshotFrom === 'rest';
    // Addresses that are asked for are no part of this test.
    const plan: MarketStream['plan'] = (endpoints, symbols) =>
      stream.plan(endpoints, symbols).map(({ dial: _, ...rest }) => rest);
    this.#harness = new FeedHarness({ stream: { ...stream, plan }, symbols: [track], seed });
  }

  /** @param length frames behind the snapshot */
  async play(length: number): Promise<Played> {
    const harness = this.#harness;
    harness.acknowledge();
    harness.feed.start();
    this.#accept();
    const { deltas } = this.#track;
    const end = Math.min(length, deltas.length);
    await this.#begin(1);
    await harness.warm();
    await this.#untilLive(0);
    for (let at = 1; at < end; at++) {
      const damage = this.#random.next() < DAMAGED ? DAMAGES[this.#random.int(DAMAGES.length)] : undefined;
      const isLast = at === end - 1;
      this.#deliver(at, damage === 'swap' && isLast ? undefined : damage);
      if (damage === 'swap' && !isLast) at++;
      if (!this.#reader.isInSync) await this.#resync(at);
    }
    await harness.feed.stop();
    return { outages: this.#outages, frames: this.#frames };
  }

  /** The book of the moment after delta `count - 1`: as a snapshot and what lies behind it. */
  async #begin(count: number): Promise<void> {
    const { snapshot, deltas } = this.#track;
    if (!this.#isRest) {
      this.#frame(snapshot, false);
      for (const delta of deltas.slice(0, count)) this.#frame(delta, false);
      return;
    }
    const last = deltas[count - 1] as TrackFrame;
    // Whatever arrives proves the subscription; then the feed asks for the book.
    if (this.#harness.http.pending.length === 0) this.#harness.socket.frame(last.bytes);
    const truth = new PlainReader(this.#plain);
    truth.onDepth(snapshot.depth);
    for (const delta of deltas.slice(0, count)) truth.onDepth(delta.depth);
    const body = this.#plain.snapshotBody?.(truth.book.levels('bids'), truth.book.levels('asks'), last.depth);
    for (let turn = 0; turn < 400 && this.#harness.http.pending.length === 0; turn++) await this.#pass();
    await this.#harness.answer(body ?? '');
    this.#reader.onDepth({
      ...last.depth,
      isSnapshot: true,
      bids: truth.book.levels('bids'),
      asks: truth.book.levels('asks'),
    });
  }

  #deliver(at: number, damage: Damage | undefined): void {
    const frame = this.#track.deltas[at] as TrackFrame;
    switch (damage) {
      case undefined:
        return this.#frame(frame, this.#random.next() < COMPARED);
      case 'drop':
        return;
      case 'duplicate':
        this.#frame(frame, true);
        return this.#frame(frame, true);
      case 'swap':
        this.#frame(this.#track.deltas[at + 1] as TrackFrame, true);
        return this.#frame(frame, true);
      case 'cut':
        return this.#broken(frame.bytes.subarray(0, -1 - this.#random.int(Math.min(40, frame.bytes.length - 2))));
      case 'garbage':
        return this.#broken(Buffer.from([0xff, 0x00, 0x7b, this.#random.int(256)]));
      case 'flip':
        return this.#broken(this.#flipped(frame.bytes));
    }
  }

  /** One structural byte is another one, so that it is no JSON any more. */
  #flipped(bytes: Buffer): Buffer {
    for (;;) {
      const copy = Buffer.from(bytes);
      const at = this.#random.int(copy.length);
      if (!'{}[]:,"'.includes(String.fromCharCode(copy[at] as number))) continue;
      copy[at] = '{}[]:,"x'.charCodeAt(this.#random.int(8));
      try {
        JSON.parse(copy.toString());
      } catch {
        return copy;
      }
    }
  }

  #frame(frame: TrackFrame, isCompared: boolean): void {
    this.#frames++;
    const wasInSync = this.#reader.isInSync;
    this.#harness.socket.frame(frame.bytes);
    const isNews = frame.connectionSeq === undefined || this.#reader.tryConnectionSeq(frame.connectionSeq);
    if (isNews) this.#reader.onDepth(frame.depth);
    this.#check(isCompared || (wasInSync && !this.#reader.isInSync));
  }

  #broken(bytes: Buffer): void {
    this.#harness.socket.frame(bytes);
    this.#reader.onGarbage();
    this.#check(true);
  }

  #check(isCompared: boolean): void {
    const isLive = this.#harness.trust() === 'live';
    const where = `${this.#where}, frame ${this.#frames}`;
    if (!this.#reader.isInSync) expect(isLive, `${where}: priced out of sync`).toBe(false);
    if (!isLive || !isCompared) return;
    for (const side of ['bids', 'asks'] as const) {
      const most = Math.min(this.#plain.sizedLevels ?? LEVELS, LEVELS);
      expect(this.#published(side), where).toEqual(this.#reader.book.texts(side, most));
    }
  }

  #published(side: 'bids' | 'asks'): string[] {
    const { tick, lot } = this.#track;
    return this.#harness
      .side(side)
      .map(([price, size]) =>
        [formatDecimal(BigInt(price), decimalsOf(tick)), formatDecimal(BigInt(size), decimalsOf(lot))].join(),
      );
  }

  /** The feed asks by itself, on this connection or a new one; the venue gives its book of this moment. */
  async #resync(at: number): Promise<void> {
    this.#outages++;
    for (let turn = 0; turn < 400 && !this.#harness.socket.isOpen; turn++) {
      await this.#harness.advance(250);
      if (this.#harness.sockets.length !== this.#sockets) this.#accept();
    }
    await this.#begin(at + 1);
    await this.#untilLive(at);
  }

  /** A book that stands crossed or locked in the recording is not priced, however whole it is. */
  async #untilLive(at: number): Promise<void> {
    for (let turn = 0; turn < 400 && this.#harness.trust() !== 'live'; turn++) {
      if (this.#reader.book.isCrossedOrLocked) return;
      await this.#pass();
      if (this.#harness.sockets.length !== this.#sockets) {
        this.#accept();
        await this.#begin(at + 1);
      } else if (this.#isRest && this.#harness.http.pending.length > 0) await this.#begin(at + 1);
    }
    expect(this.#harness.trust(), `${this.#where}: live again`).toBe('live');
    this.#check(true);
  }

  async #pass(): Promise<void> {
    await this.#harness.advance(250);
    if (this.#harness.socket.isOpen) this.#harness.socket.pong();
  }

  #accept(): void {
    this.#sockets = this.#harness.sockets.length;
    this.#harness.socket.accept();
    this.#harness.socket.pong();
    this.#reader.onNewConnection();
  }
}
