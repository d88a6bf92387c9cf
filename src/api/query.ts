/** Query parameters of the reading routes: schema and meaning. */
import Type, { type Static } from 'typebox';
import type { RecordQuery } from '../core/records.ts';
import { invalidRequest, type RequestProblem } from './errors.ts';

const MAX_LIMIT = 1000;

const limit = Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: 100, description: 'At most so many' });
const time = (description: string) =>
  Type.String({ minLength: 1, description: `${description}: epoch milliseconds or an ISO 8601 date or time (UTC)` });
const instrument = Type.String({ pattern: '^[A-Z0-9]+-[A-Z0-9]+$', description: 'Canonical name, as BTC-USDT' });

const strict = { additionalProperties: false } as const;

export const NoQuerySchema = Type.Object({}, strict);
export const InstrumentQuerySchema = Type.Object({ instrument: Type.Optional(instrument) }, strict);
export const TimeQuerySchema = Type.Object(
  {
    limit,
    from: Type.Optional(time('Not before')),
    to: Type.Optional(time('Not after')),
  },
  strict,
);
export const RecordQuerySchema = Type.Object(
  { ...TimeQuerySchema.properties, instrument: Type.Optional(instrument) },
  strict,
);

export type InstrumentQuery = Static<typeof InstrumentQuerySchema>;
export type TimeQuery = Static<typeof TimeQuerySchema>;
export type RecordsQuery = Static<typeof RecordQuerySchema>;

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Epoch ms, or undefined when the text is no time. A time without zone is UTC, as everywhere in the journal. */
export function parseTime(text: string): number | undefined {
  // Fewer digits are a year or seconds: read as milliseconds they would be a time in 1970 that nobody means.
  if (/^(0|\d{12,15})$/.test(text)) return Number(text);
  if (!ISO.test(text)) return undefined;
  const isZoned = !text.includes('T') || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = Date.parse(isZoned ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Throws `invalid-request` naming every bad time at once. */
export function toRecordQuery(query: RecordsQuery): RecordQuery & { readonly limit: number } {
  const problems: RequestProblem[] = [];
  const read = (name: 'from' | 'to'): number | undefined => {
    const text = query[name];
    const ms = text === undefined ? undefined : parseTime(text);
    if (text !== undefined && ms === undefined) {
      problems.push({ path: `querystring.${name}`, message: 'must be epoch milliseconds or an ISO 8601 time' });
    }
    return ms;
  };
  const fromMs = read('from');
  const toMs = read('to');
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
    problems.push({ path: 'querystring.from', message: 'must not be after "to"' });
  }
  if (problems.length > 0) throw invalidRequest(problems);
  return {
    newestFirst: true,
    limit: query.limit,
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(query.instrument === undefined ? {} : { instrument: query.instrument }),
  };
}
