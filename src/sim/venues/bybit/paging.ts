/** Lists of orders and executions: newest first, between times, page by page.
 *  Source: https://bybit-exchange.github.io/docs/v5/order/order-list (`startTime`, `endTime`, `limit`, `cursor`). */
import { paramsError } from './errors.ts';
import { boundedNumber, type RestResult } from './rest-public.ts';

export interface PageItem {
  /** Rises with time; a cursor names the last one of a page. */
  readonly id: number;
  readonly at: number;
  readonly row: () => object;
}

/** "endTime - startTime <= 7 days" */
const LONGEST_MS = 7 * 24 * 3_600_000;
const CURSOR = /^page_token=(\d{1,15})&$/;

export function pageOf(
  query: URLSearchParams,
  items: readonly PageItem[],
  size: { readonly most: number; readonly byDefault: number },
): RestResult {
  const limit = boundedNumber(query, 'limit', size.most, size.byDefault);
  if (limit === undefined) return { error: paramsError('limit invalid') };
  const [start, end] = [timeOf(query, 'startTime'), timeOf(query, 'endTime')];
  if (Number.isNaN(start) || Number.isNaN(end)) return { error: paramsError('startTime or endTime invalid') };
  if (start !== undefined && end !== undefined && end - start > LONGEST_MS) {
    return { error: paramsError('The time range between startTime and endTime cannot exceed 7 days') };
  }
  const cursor = query.get('cursor') ?? '';
  const after = cursor === '' ? undefined : CURSOR.exec(decoded(cursor))?.[1];
  if (cursor !== '' && after === undefined) return { error: paramsError('cursor invalid') };
  const kept = items.filter(
    ({ id, at }) =>
      (start === undefined || at >= start) &&
      (end === undefined || at <= end) &&
      (after === undefined || id < Number(after)),
  );
  kept.sort((a, b) => b.id - a.id);
  const page = kept.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && kept.length > page.length;
  const nextPageCursor = more ? encodeURIComponent(`page_token=${last.id}&`) : '';
  return { result: { list: page.map(({ row }) => row()), nextPageCursor, category: 'spot' } };
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** The cursor is told percent-encoded; clients send it so, or encode it once more. */
function decoded(cursor: string): string {
  try {
    return decodeURIComponent(cursor);
  } catch {
    return cursor;
  }
}
