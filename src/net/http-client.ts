/** The HTTP port over node:http and node:https with connections kept alive. */
import http from 'node:http';
import https from 'node:https';
import { Fault, messageOf } from '../core/faults.ts';
import type { HttpPort, HttpReply, HttpRequest } from '../core/socket.ts';

const TIMEOUT_MS = 10_000;
/** More than any venue's listing of all its instruments; a reply beyond it is a mistake or an attack. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Host and path. The query is left out: signed requests carry their signature there. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an unreadable address' : `${parsed.origin}${parsed.pathname}`;
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** One try. `reused` tells whether it went over a connection that was open before. */
class Attempt {
  reused = false;
  #request: http.ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;

  run(request: HttpRequest, agents: Agents): Promise<HttpReply> {
    return new Promise<HttpReply>((resolve, reject) => {
      const url = new URL(request.url);
      const isTls = url.protocol === 'https:';
      const body = request.body === undefined ? undefined : Buffer.from(request.body);
      const outgoing = (isTls ? https : http).request(url, {
        method: request.method,
        agent: isTls ? agents.https : agents.http,
        headers: {
          ...request.headers,
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        },
      });
      this.#request = outgoing;
      const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
      // One limit for the whole exchange: a reply that trickles in is as useless as none.
      this.#timer = setTimeout(() => outgoing.destroy(new Error(`no whole reply within ${timeoutMs} ms`)), timeoutMs);
      outgoing.on('error', reject);
      outgoing.on('response', (response) => this.#collect(response, resolve, reject));
      outgoing.end(body);
    }).finally(() => {
      this.reused = this.#request?.reusedSocket ?? false;
      clearTimeout(this.#timer);
    });
  }

  #collect(response: http.IncomingMessage, resolve: (reply: HttpReply) => void, reject: (error: Error) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) this.#request?.destroy(new Error(`the reply is longer than ${MAX_BODY_BYTES} bytes`));
      else chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), body: Buffer.concat(chunks) });
    });
    response.on('close', () => {
      if (!response.complete) reject(new Error('the connection ended inside the reply'));
    });
  }
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  const out: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) out[name] = Array.isArray(value) ? value.join(', ') : value;
  return out;
}

const wasReset = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

export function httpClient(): HttpPort {
  const agents: Agents = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true }),
  };
  return {
    async request(request) {
      const attempt = new Attempt();
      try {
        return await attempt.run(request, agents);
      } catch (first) {
        let error = first;
        // A server may close an idle kept-alive connection just as we use it. Asking again changes nothing for a GET;
        // anything else may have been done already, and its caller must ask the venue.
        if (request.method === 'GET' && attempt.reused && wasReset(first)) {
          try {
            return await new Attempt().run(request, agents);
          } catch (second) {
            error = second;
          }
        }
        const place = placeOf(request.url);
        throw new Fault('venue/unreachable', `${request.method} ${place}: ${messageOf(error)}`, {
          method: request.method,
          url: place,
        });
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
