/** Faults as they are asked for over the control server: reads a request, or says what is wrong with it. */
import { isObject } from '../core/json.ts';
import { FAULT_KINDS, type FaultKind, type SocketScope } from './fault-port.ts';
import { REFUSALS, type Refusal } from './port.ts';

/** A fault as asked for over the control server. */
export interface FaultRequest {
  readonly venue: string;
  readonly kind: FaultKind;
  readonly instrument?: string;
  readonly scope?: SocketScope;
  /** How many times it acts; default 1 unless a duration is given. */
  readonly count?: number;
  /** How long it acts; absent: until its count is used up. */
  readonly durationMs?: number;
  /** Negative for `clock-skew` alone. */
  readonly ms?: number;
  readonly fraction?: number;
  readonly reason?: Refusal;
}

/** Which faults to lift. */
export interface LiftRequest {
  readonly venue?: string;
  readonly kind?: string;
  readonly id?: number;
}

export type FaultReading =
  | { readonly ok: true; readonly request: FaultRequest }
  | { readonly ok: false; readonly message: string };

const KEYS = ['venue', 'kind', 'instrument', 'scope', 'count', 'durationMs', 'ms', 'fraction', 'reason'];

/** Reads a fault request; says what is wrong with it. */
export function readFault(body: unknown, venues: readonly string[]): FaultReading {
  const refuse = (message: string): FaultReading => ({ ok: false, message });
  if (!isObject(body)) return refuse('a fault is a JSON object');
  const stray = Object.keys(body).find((key) => !KEYS.includes(key));
  if (stray !== undefined) return refuse(`unknown key "${stray}"; known: ${KEYS.join(', ')}`);
  const { venue, kind, instrument, scope, reason } = body;
  if (typeof venue !== 'string' || !venues.includes(venue)) {
    return refuse(`unknown venue "${String(venue)}"; known: ${venues.join(', ')}`);
  }
  const known = FAULT_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) return refuse(`unknown kind "${String(kind)}"; known: ${FAULT_KINDS.join(', ')}`);
  if (instrument !== undefined && typeof instrument !== 'string') return refuse('"instrument" is a text');
  const knownScope = (['public', 'private', 'all'] as const).find((candidate) => candidate === scope);
  if (scope !== undefined && knownScope === undefined) return refuse('"scope" is public, private or all');
  const knownReason = REFUSALS.find((candidate) => candidate === reason);
  if (reason !== undefined && knownReason === undefined) {
    return refuse(`unknown reason "${String(reason)}"; known: ${REFUSALS.join(', ')}`);
  }
  const numbers: { count?: number; durationMs?: number; ms?: number; fraction?: number } = {};
  for (const key of ['count', 'durationMs', 'ms', 'fraction'] as const) {
    const value = body[key];
    if (value === undefined) continue;
    const least = key === 'ms' && kind === 'clock-skew' ? Number.NEGATIVE_INFINITY : 0;
    if (typeof value !== 'number' || !(value >= least)) return refuse(`"${key}" is a number, 0 or more`);
    if (key === 'count' && !Number.isInteger(value)) return refuse('"count" is a whole number');
    if (key === 'fraction' && value > 1) return refuse('"fraction" is between 0 and 1');
    numbers[key] = value;
  }
  return {
    ok: true,
    request: {
      venue,
      kind: known,
      ...numbers,
      ...(instrument === undefined ? {} : { instrument }),
      ...(knownScope === undefined ? {} : { scope: knownScope }),
      ...(knownReason === undefined ? {} : { reason: knownReason }),
    },
  };
}

export type LiftReading =
  | { readonly ok: true; readonly where: LiftRequest }
  | { readonly ok: false; readonly message: string };

/** Reads which faults a query wants lifted; a slip in it must not lift others. */
export function readLift(query: string, venues: readonly string[]): LiftReading {
  const refuse = (message: string): LiftReading => ({ ok: false, message });
  const given = Object.fromEntries(new URLSearchParams(query));
  const stray = Object.keys(given).find((key) => !['venue', 'kind', 'id'].includes(key));
  if (stray !== undefined) return refuse(`unknown key "${stray}"; known: venue, kind, id`);
  const { venue, kind, id } = given;
  if (venue !== undefined && !venues.includes(venue)) {
    return refuse(`unknown venue "${venue}"; known: ${venues.join(', ')}`);
  }
  if (kind !== undefined && !FAULT_KINDS.some((known) => known === kind)) {
    return refuse(`unknown kind "${kind}"; known: ${FAULT_KINDS.join(', ')}`);
  }
  if (id !== undefined && !/^\d{1,15}$/.test(id)) return refuse('"id" is the number of a planted fault');
  const where = {
    ...(venue === undefined ? {} : { venue }),
    ...(kind === undefined ? {} : { kind }),
    ...(id === undefined ? {} : { id: Number(id) }),
  };
  return { ok: true, where };
}
