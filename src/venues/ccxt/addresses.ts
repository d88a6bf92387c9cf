/** Points a ccxt class at other hosts: the origin of each of its addresses is replaced, the path after it stays; where the
 *  endpoint's own path ends with that path, the endpoint is taken as it is (it may have a part before it). Pure. */
import { isObject } from '../../core/json.ts';
import type { Endpoints } from '../../core/venue.ts';

const ORIGIN = /^(https?|wss?):\/\/[^/]*/;

/** `tree`: `exchange.urls.api` or a part of it. Addresses under a key that says `private` or `trade` take those
 *  endpoints, where they are named. An endpoint that is '' leaves ccxt's own. */
export function replaceOrigins(tree: unknown, endpoints: Endpoints, path = ''): unknown {
  if (Array.isArray(tree)) return tree.map((branch: unknown) => replaceOrigins(branch, endpoints, path));
  if (isObject(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, branch]) => [key, replaceOrigins(branch, endpoints, `${path}.${key}`)]),
    );
  }
  if (typeof tree !== 'string' || !ORIGIN.test(tree)) return tree;
  const base = tree.startsWith('ws') ? socketBase(endpoints, path.toLowerCase()) : endpoints.rest;
  const [origin] = ORIGIN.exec(base) ?? [];
  if (origin === undefined) return tree;
  const own = tree.replace(ORIGIN, '');
  return base.slice(origin.length).endsWith(own) ? base : `${origin}${own}`;
}

function socketBase({ wsPublic, wsPrivate, wsTrade }: Endpoints, path: string): string {
  if (path.includes('trade')) return wsTrade || wsPublic;
  return path.includes('private') ? wsPrivate || wsPublic : wsPublic;
}
