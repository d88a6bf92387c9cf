/** One socket of a connection, from dialling to its end: what is known of it, and what is said on it. Thread: feed. */
import type { Clock } from '../core/clock.ts';
import type { Socket } from '../core/socket.ts';
import type { ConnectionPlan } from '../core/venue.ts';
import { PacedSender, type SharedWindows, windowsOf } from './paced-sender.ts';

export class ConnectionLine {
  /** Absent while its address is asked for. */
  socket: Socket | undefined;
  isUp = false;
  wasHeard = false;
  /** We ended it. */
  isDropped = false;
  openedAt = 0;
  heardAt = 0;
  pingedAt = 0;
  readonly sender: PacedSender;
  readonly #plan: ConnectionPlan;
  readonly #clock: Clock;

  constructor(plan: ConnectionPlan, clock: Clock, shared: SharedWindows) {
    this.#plan = plan;
    this.#clock = clock;
    this.sender = new PacedSender({
      clock,
      windows: windowsOf(plan, shared),
      // Stamped when it leaves, not when it was asked for.
      transmit: (text) => this.socket?.send(plan.stamp?.(text, clock.wallMs()) ?? text) ?? false,
    });
  }

  /** No more often than the heartbeat has it: its places among the messages are counted by that. */
  ping(): void {
    this.pingedAt = this.#clock.monotonicNs();
    const { ping } = this.#plan.heartbeat;
    if (ping === 'frame') this.socket?.ping();
    else this.socket?.send(typeof ping.text === 'string' ? ping.text : ping.text(this.#clock.wallMs()));
  }
}
