import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../src/core/order.ts';
import type { Session } from '../../src/net/session.ts';
import { SessionGroup } from '../../src/net/session-group.ts';
import type { SessionDeps } from '../../src/net/session-port.ts';

type Hooks = Pick<SessionDeps, 'onUp' | 'onDown'>;

/** What a group asks of a session. */
class Scripted {
  isUp = false;
  readonly said: string[];
  readonly name: string;
  readonly #refuses: boolean;
  readonly #hooks: Hooks;

  constructor(name: string, said: string[], hooks: Hooks, refuses: boolean) {
    this.name = name;
    this.said = said;
    this.#hooks = hooks;
    this.#refuses = refuses;
  }

  async start(): Promise<void> {
    this.said.push(`start ${this.name}`);
    if (this.#refuses) throw new Error(`${this.name} refused`);
    this.turn(true);
  }

  async close(): Promise<void> {
    this.said.push(`close ${this.name}`);
    this.turn(false);
  }

  turn(isUp: boolean): void {
    if (isUp === this.isUp) return;
    this.isUp = isUp;
    if (isUp) this.#hooks.onUp();
    else this.#hooks.onDown(`${this.name} lost`);
  }
}

function setUp({ refuses = '' } = {}) {
  const said: string[] = [];
  const events: GatewayEvent[] = [];
  const sessions: Scripted[] = [];
  const group = new SessionGroup(
    (event) => events.push(event),
    (hooks) => {
      sessions.push(...['first', 'second'].map((name) => new Scripted(name, said, hooks, name === refuses)));
      return sessions as unknown as readonly Session[];
    },
  );
  const [first, second] = sessions as [Scripted, Scripted];
  return { said, events, group, first, second };
}

describe('a group of sessions', () => {
  it('starts one after the other, and is up when all are', async () => {
    const { said, events, group } = setUp();
    expect(group.isUp).toBe(false);
    await group.connect();
    expect(said).toEqual(['start first', 'start second']);
    expect(group.isUp).toBe(true);
    expect(events).toEqual([{ kind: 'GatewayUp' }]);
  });

  it('is down with the first that is lost, and says so once', async () => {
    const { events, group, first, second } = setUp();
    await group.connect();
    second.turn(false);
    first.turn(false);
    second.turn(true);
    expect(group.isUp).toBe(false);
    first.turn(true);
    expect(events).toEqual([
      { kind: 'GatewayUp' },
      { kind: 'GatewayDown', reason: 'second lost' },
      { kind: 'GatewayUp' },
    ]);
  });

  it('closes what it opened when one is refused, and never was up', async () => {
    const { said, events, group } = setUp({ refuses: 'second' });
    await expect(group.connect()).rejects.toThrow('second refused');
    expect(said).toEqual(['start first', 'start second', 'close first']);
    expect(events).toEqual([]);
  });

  it('does not start the others when the first is refused', async () => {
    const { said, group } = setUp({ refuses: 'first' });
    await expect(group.connect()).rejects.toThrow('first refused');
    expect(said).toEqual(['start first']);
  });

  it('closes all', async () => {
    const { said, group } = setUp();
    await group.connect();
    await group.close();
    expect(said.slice(2)).toEqual(['close first', 'close second']);
    expect(group.isUp).toBe(false);
  });
});
