/** Tokens of the push sockets: what `bullet-public` and `bullet-private` hand out, valid for 24 hours.
 *  Source: https://www.kucoin.com/docs-new/websocket-api/base-info/get-private-token-spot-margin. */
import { monotonicMs } from '../../clock-readings.ts';
import type { SimAccount } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { HttpIn } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';

export const PING_INTERVAL_MS = 18_000;
export const PING_TIMEOUT_MS = 10_000;
export const PUSH_PATH = '/endpoint';
const LIFETIME_MS = 24 * 3_600_000;

interface Token {
  /** Absent: public. */
  readonly account: SimAccount | undefined;
  readonly untilMs: number;
}

export class Tokens {
  readonly #context: WireContext;
  readonly #tokens = new Map<string, Token>();

  constructor(context: WireContext) {
    this.#context = context;
  }

  /** The body of a bullet answer: a new token and where to take it. */
  issue(request: HttpIn, account: SimAccount | undefined): object {
    const { clock, random } = this.#context;
    const now = monotonicMs(clock);
    for (const [text, { untilMs }] of this.#tokens) if (untilMs <= now) this.#tokens.delete(text);
    const token = `2neAiuYvAU5cbMXpmsXD5OJlewXCKryg${keyText(random, 96)}==.${keyText(random, 22)}==`;
    this.#tokens.set(token, { account, untilMs: now + LIFETIME_MS });
    return {
      token,
      instanceServers: [
        {
          endpoint: `ws://${request.headers.host ?? '127.0.0.1'}${PUSH_PATH}`,
          encrypt: false,
          protocol: 'websocket',
          pingInterval: PING_INTERVAL_MS,
          pingTimeout: PING_TIMEOUT_MS,
        },
      ],
    };
  }

  /** The token in a socket's address; undefined when it is unknown or old. */
  ofQuery(query: string): Token | undefined {
    const token = this.#tokens.get(new URLSearchParams(query).get('token') ?? '');
    return token !== undefined && token.untilMs > monotonicMs(this.#context.clock) ? token : undefined;
  }
}
