/** Endpoints as data: method, path (with `:names`), pool and weight, and what they answer. */
import type { SimAccount } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import type { WireError } from './errors.ts';
import type { Pool } from './rate-pools.ts';

export type RestResult = { readonly data: unknown } | { readonly error: WireError } | 'hang';

export interface RestCall {
  readonly http: HttpIn;
  readonly query: URLSearchParams;
  /** What stands for the path's names. */
  readonly named: Readonly<Record<string, string>>;
}

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly pool: Pool;
  readonly weight: number;
}

/** Needs no key. */
export interface OpenRoute extends Endpoint {
  readonly open: (call: RestCall) => RestResult;
}
export interface SignedRoute extends Endpoint {
  readonly signed: (call: RestCall, account: SimAccount) => RestResult | Promise<RestResult>;
}
export type Route = OpenRoute | SignedRoute;

export interface Match {
  readonly route: Route;
  readonly named: Readonly<Record<string, string>>;
}

export class Routes {
  readonly #exact = new Map<string, Route>();
  readonly #patterns: { readonly route: Route; readonly parts: readonly string[] }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.path.includes(':')) this.#patterns.push({ route, parts: route.path.split('/') });
      else this.#exact.set(`${route.method} ${route.path}`, route);
    }
  }

  find(method: string, path: string): Match | undefined {
    const exact = this.#exact.get(`${method} ${path}`);
    if (exact !== undefined) return { route: exact, named: {} };
    const given = path.split('/');
    for (const { route, parts } of this.#patterns) {
      if (route.method !== method) continue;
      const named = namesIn(parts, given);
      if (named !== undefined) return { route, named };
    }
    return undefined;
  }

  /** Whether the path is served at all, with another method. */
  knows(path: string): boolean {
    return ['GET', 'POST', 'DELETE'].some((method) => this.find(method, path) !== undefined);
  }
}

function namesIn(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) return undefined;
  const named: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const text = given[index] ?? '';
    if (part.startsWith(':')) {
      if (text === '') return undefined;
      named[part.slice(1)] = text;
    } else if (part !== text) return undefined;
  }
  return named;
}
