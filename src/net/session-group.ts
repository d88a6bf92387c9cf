/** Several logged-on sockets as one: up is when all of them are. */
import type { GatewayEvent } from '../core/order.ts';
import type { Session } from './session.ts';
import type { SessionDeps } from './session-port.ts';

export class SessionGroup {
  readonly #sessions: readonly Session[];
  readonly #onEvent: (event: GatewayEvent) => void;
  #wasUp = false;

  /** @param open makes the sessions, in the order in which they are to start */
  constructor(
    onEvent: (event: GatewayEvent) => void,
    open: (hooks: Pick<SessionDeps, 'onUp' | 'onDown'>) => readonly Session[],
  ) {
    this.#onEvent = onEvent;
    this.#sessions = open({ onUp: () => this.#onChange(''), onDown: (reason) => this.#onChange(reason) });
  }

  get isUp(): boolean {
    return this.#sessions.every((session) => session.isUp);
  }

  /** One after the other, so that a wrong key is refused once; what was opened before a refusal is closed. */
  async connect(): Promise<void> {
    const started: Session[] = [];
    try {
      for (const session of this.#sessions) {
        await session.start();
        started.push(session);
      }
    } catch (thrown) {
      await Promise.all(started.map((session) => session.close()));
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }

  #onChange(reason: string): void {
    const { isUp } = this;
    if (isUp === this.#wasUp) return;
    this.#wasUp = isUp;
    this.#onEvent(isUp ? { kind: 'GatewayUp' } : { kind: 'GatewayDown', reason });
  }
}
