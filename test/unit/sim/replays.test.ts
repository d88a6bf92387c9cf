import { describe, expect, it } from 'vitest';
import { Replays, unchanged } from '../../../src/sim/replays.ts';
import type { Subscriber } from '../../../src/sim/subscriber.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';

/** A recording whose frames the test plays, to everyone that has it played. */
function newRecording() {
  const listeners = new Set<(text: string) => void>();
  const player: RecordingPlayer = {
    active: true,
    play: (onFrame) => {
      listeners.add(onFrame);
      return () => listeners.delete(onFrame);
    },
    httpBody: () => undefined,
  };
  return {
    player,
    listeners,
    frame: (text: string) => {
      for (const listener of listeners) listener(text);
    },
  };
}

const newSubscriber = (): Subscriber & { readonly heard: string[] } => {
  const heard: string[] = [];
  return { heard, push: (text) => heard.push(text) };
};
const nameOf = (text: string): string | undefined => (text.includes('=') ? text.split('=')[0] : undefined);

describe('recordings in place of a market', () => {
  it('are there or not', () => {
    const { player } = newRecording();
    expect(new Replays(player, unchanged(nameOf)).active).toBe(true);
    expect(new Replays({ ...player, active: false }, unchanged(nameOf)).active).toBe(false);
    expect(new Replays(undefined, unchanged(nameOf)).active).toBe(false);
  });

  it('start with the first name, and let through what is subscribed to by now', () => {
    const recording = newRecording();
    const replays = new Replays(recording.player, unchanged(nameOf));
    const one = newSubscriber();
    const two = newSubscriber();
    replays.add(one, 'books');
    recording.frame('books=1');
    recording.frame('trades=1');
    recording.frame('pong');
    replays.add(one, 'trades');
    replays.add(two, 'trades');
    recording.frame('trades=2');
    replays.remove(one, 'books');
    recording.frame('books=2');
    expect(one.heard).toEqual(['books=1', 'trades=2']);
    expect(two.heard).toEqual(['trades=2']);
    expect(recording.listeners.size).toBe(2);
  });

  it('end with the subscriber, and all at once', () => {
    const recording = newRecording();
    const replays = new Replays(recording.player, unchanged(nameOf));
    const [one, two, three] = [newSubscriber(), newSubscriber(), newSubscriber()];
    for (const subscriber of [one, two, three]) replays.add(subscriber, 'books');
    replays.forget(one);
    expect(recording.listeners.size).toBe(2);
    replays.add(one, 'books');
    expect(recording.listeners.size).toBe(3);
    replays.close();
    expect(recording.listeners.size).toBe(0);
  });
});
