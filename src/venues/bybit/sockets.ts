/** The two logged-on sockets of Bybit as one: pushes on the private one, orders on the trade one. Both up is up.
 *  https://bybit-exchange.github.io/docs/v5/ws/connect
 *  Demo trading takes no orders over sockets: its trade address is empty, and the private socket alone counts. */
import type { Json } from '../../core/json.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { Session } from '../../net/session.ts';
import { SessionGroup } from '../../net/session-group.ts';
import type { SessionDeps, SessionScript } from '../../net/session-port.ts';
import type { SignedRest } from '../../net/signed-rest.ts';
import { PushReader } from './pushes.ts';
import { HEARTBEAT, privateScript, type ScriptDeps, tradeScript } from './session.ts';
import { authFrame } from './sign.ts';

/** The log-on must arrive before it expires. */
const AUTH_EXPIRES_MS = 10_000;

export class Sockets {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<Json>;
  readonly #group: SessionGroup;
  #trade: Session | undefined;
  /** Request ids may not repeat; the session's own numbers begin anew with every process. */
  readonly #requestPrefix: string;

  constructor(deps: GatewayDeps, rest: SignedRest<Json>) {
    this.#deps = deps;
    this.#rest = rest;
    this.#requestPrefix = `${Math.round(deps.clock.wallMs()).toString(36)}-`;
    const { wsPrivate, wsTrade } = deps.endpoints;
    const pushes = new PushReader(deps.onEvent, deps.listings, deps.log);
    this.#group = new SessionGroup(deps.onEvent, (hooks) => {
      const session = this.#session('private socket', wsPrivate, hooks, privateScript, (frame) => pushes.read(frame));
      if (wsTrade === '') return [session];
      this.#trade = this.#session('trade socket', wsTrade, hooks, (script) => tradeScript(script, this.#requestPrefix));
      return [session, this.#trade];
    });
  }

  get isUp(): boolean {
    return this.#group.isUp;
  }

  connect(): Promise<void> {
    return this.#group.connect();
  }

  /** As `Session.request`, on the trade socket. `build` is given the whole request id. */
  request(build: (id: string) => string, timeoutMs: number): ReturnType<Session['request']> {
    return this.#trade?.request((id) => build(this.#requestPrefix + id), timeoutMs);
  }

  /** Replaces the trade socket once no order waits for its answer. */
  renewTrade(reason: string): void {
    this.#trade?.renew(reason);
  }

  close(): Promise<void> {
    return this.#group.close();
  }

  #session(
    name: string,
    url: string,
    hooks: Pick<SessionDeps, 'onUp' | 'onDown'>,
    toScript: (deps: ScriptDeps) => SessionScript,
    onPush: (frame: Json) => void = () => {},
  ): Session {
    const { credentials, sockets, clock, log } = this.#deps;
    const rest = this.#rest;
    return new Session({
      venue: 'bybit',
      name,
      script: async (isFirst) => {
        await rest.syncForLogon(isFirst, log);
        return toScript({
          url,
          auth: () => authFrame(credentials, rest.serverMs() + AUTH_EXPIRES_MS),
          clean: (error) => rest.clean(error),
        });
      },
      heartbeat: HEARTBEAT,
      sockets,
      clock,
      log,
      ...hooks,
      onPush,
    });
  }
}
