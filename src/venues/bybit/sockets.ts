/** The two logged-on sockets of Bybit as one: pushes on the private one, orders on the trade one. Both up is up.
 *  https://bybit-exchange.github.io/docs/v5/ws/connect
 *  Demo trading takes no orders over sockets: its trade address is empty, and the private socket alone counts. */
import type { Json } from '../../core/json.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { Session } from '../../net/session.ts';
import type { SessionScript } from '../../net/session-port.ts';
import type { SignedRest } from '../../net/signed-rest.ts';
import { PushReader } from './pushes.ts';
import { HEARTBEAT, privateScript, type ScriptDeps, tradeScript } from './session.ts';
import { authFrame } from './sign.ts';

/** The log-on must arrive before it expires. */
const AUTH_EXPIRES_MS = 10_000;

export class Sockets {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<Json>;
  readonly #private: Session;
  readonly #trade: Session | undefined;
  /** Request ids may not repeat; the session's own numbers begin anew with every process. */
  readonly #requestPrefix: string;
  #wasUp = false;

  constructor(deps: GatewayDeps, rest: SignedRest<Json>) {
    this.#deps = deps;
    this.#rest = rest;
    this.#requestPrefix = `${Math.round(deps.clock.wallMs()).toString(36)}-`;
    const { wsPrivate, wsTrade } = deps.endpoints;
    const pushes = new PushReader(deps.onEvent, deps.listings, deps.log);
    this.#private = this.#session('private socket', wsPrivate, privateScript, (frame) => pushes.read(frame));
    this.#trade =
      wsTrade === ''
        ? undefined
        : this.#session('trade socket', wsTrade, (script) => tradeScript(script, this.#requestPrefix));
  }

  get isUp(): boolean {
    return this.#private.isUp && (this.#trade?.isUp ?? true);
  }

  /** One after the other, so that a wrong key is refused once. */
  async connect(): Promise<void> {
    await this.#private.start();
    try {
      await this.#trade?.start();
    } catch (thrown) {
      await this.#private.close();
      throw thrown;
    }
  }

  /** As `Session.request`, on the trade socket. `build` is given the whole request id. */
  request(build: (id: string) => string, timeoutMs: number): ReturnType<Session['request']> {
    return this.#trade?.request((id) => build(this.#requestPrefix + id), timeoutMs);
  }

  /** Replaces the trade socket once no order waits for its answer. */
  renewTrade(reason: string): void {
    this.#trade?.renew(reason);
  }

  async close(): Promise<void> {
    await Promise.all([this.#private.close(), this.#trade?.close()]);
  }

  #session(
    name: string,
    url: string,
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
      onUp: () => this.#onUp(),
      onDown: (reason) => this.#onDown(reason),
      onPush,
    });
  }

  #onUp(): void {
    if (this.#wasUp || !this.isUp) return;
    this.#wasUp = true;
    this.#deps.onEvent({ kind: 'GatewayUp' });
  }

  #onDown(reason: string): void {
    if (!this.#wasUp) return;
    this.#wasUp = false;
    this.#deps.onEvent({ kind: 'GatewayDown', reason });
  }
}
