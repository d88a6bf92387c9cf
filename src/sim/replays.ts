/** Recordings served in place of a market: each subscriber has one played to it, from its first subscription on, and
 *  hears the frames of what it subscribed to. Whose a recorded frame is, the venue says. */
import type { Subscriber } from './subscriber.ts';
import type { RecordingPlayer } from './wire-port.ts';

/** Takes the frames of one subscriber's recording, in order. */
export type ReplayListener = (text: string) => void;
/** @param isWanted whether what has this name is subscribed to by now */
export type ReplayServing<Listening> = (subscriber: Listening, isWanted: (name: string) => boolean) => ReplayListener;

interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

export class Replays<Listening extends object> {
  readonly #recording: RecordingPlayer | undefined;
  readonly #serve: ReplayServing<Listening>;
  readonly #replays = new Map<Listening, Replay>();

  constructor(recording: RecordingPlayer | undefined, serve: ReplayServing<Listening>) {
    this.#recording = recording;
    this.#serve = serve;
  }

  /** Whether there is a recording to be served, whose instruments are not those of the simulator. */
  get active(): boolean {
    return this.#recording?.active === true;
  }

  /** A subscriber's first name starts the recording; each later one lets more of its frames through. */
  add(subscriber: Listening, name: string): void {
    const known = this.#replays.get(subscriber);
    if (known !== undefined) {
      known.wanted.add(name);
      return;
    }
    const wanted = new Set([name]);
    const cancel = this.#recording?.play(this.#serve(subscriber, (one) => wanted.has(one)));
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
  }

  remove(subscriber: Listening, name: string): void {
    this.#replays.get(subscriber)?.wanted.delete(name);
  }

  /** The subscriber is gone. */
  forget(subscriber: Listening): void {
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  close(): void {
    for (const { cancel } of this.#replays.values()) cancel();
  }
}

/** Frames pass as they were recorded. @param nameOf of a frame; undefined for what nobody subscribes to */
export const unchanged =
  (nameOf: (text: string) => string | undefined): ReplayServing<Subscriber> =>
  (subscriber, isWanted) =>
  (text) => {
    const name = nameOf(text);
    if (name !== undefined && isWanted(name)) subscriber.push(text);
  };
