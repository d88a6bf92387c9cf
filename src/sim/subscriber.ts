/** Whoever listens to channels that push texts. */
export interface Subscriber {
  push(text: string): void;
}
