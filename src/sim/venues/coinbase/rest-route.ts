/** A REST endpoint: where it is, who may ask, and how what it tells is cut into pages. */
import type { SimAccount } from '../../port.ts';
import type { RestError } from './errors.ts';
import { invalidArgument } from './errors.ts';

export interface Call {
  readonly query: URLSearchParams;
  /** What stands in the path's one variable part; empty where it has none. */
  readonly id: string;
}

export type RestResult = { readonly body: object } | { readonly error: RestError };

export interface PublicRoute {
  /** Its one group is the path's variable part. */
  readonly path: RegExp;
  run(call: Call): RestResult;
}

export interface PrivateRoute {
  readonly path: RegExp;
  run(call: Call, account: SimAccount): RestResult;
}

export const answer = (body: object): RestResult => ({ body });
export const fail = (error: RestError): RestResult => ({ error });

/** A list parameter; it may be given often, or once with commas. */
export const listParam = (query: URLSearchParams, ...names: readonly string[]): readonly string[] =>
  names
    .flatMap((name) => query.getAll(name))
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');

/** A number parameter, as the gateway reads it, or what it says of one that is none. */
export function numberParam(query: URLSearchParams, name: string, most: number): number | RestError {
  const text = query.get(name) ?? '';
  if (text === '') return most;
  if (!/^\d{1,9}$/.test(text)) {
    return invalidArgument(`parsing field "${name}": strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  const value = Number(text);
  return value === 0 ? most : Math.min(value, most);
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasNext: boolean;
  readonly cursor: string;
}

/** Items after `cursor`, which is how many came before. */
export function pageOf<Item>(all: readonly Item[], query: URLSearchParams, most: number): Page<Item> | RestError {
  const limit = numberParam(query, 'limit', most);
  if (typeof limit !== 'number') return limit;
  const text = query.get('cursor') ?? '';
  if (text !== '' && !/^\d{1,9}$/.test(text)) return invalidArgument('invalid cursor');
  const from = Number(text === '' ? '0' : text);
  const items = all.slice(from, from + limit);
  const hasNext = from + items.length < all.length;
  return { items, hasNext, cursor: hasNext ? String(from + items.length) : '' };
}
