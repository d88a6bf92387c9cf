/** Planted faults: how many times or how long each still acts, and on what. */
import type { Clock } from '../core/clock.ts';
import type { VenueFaults } from './fault-port.ts';
import { type ActiveFault, FAULT_KINDS, type FaultKind, type SocketScope } from './fault-port.ts';
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
  readonly ms?: number;
  readonly fraction?: number;
  readonly reason?: Refusal;
}

type Planted = { -readonly [Key in keyof ActiveFault]: ActiveFault[Key] };
type Where = { readonly instrument?: string; readonly scope?: SocketScope };

const DEFAULT_SLOW_MS = 200;
const DEFAULT_CROSSED_MS = 300;

export class FaultBoard {
  readonly #clock: Clock;
  #planted: Planted[] = [];
  #nextId = 1;
  /** How often each kind acted, by `venue/kind`. */
  readonly used = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  plant(request: FaultRequest): ActiveFault {
    const fault: Planted = {
      id: this.#nextId++,
      venue: request.venue,
      kind: request.kind,
      remaining: request.count ?? (request.durationMs === undefined ? 1 : Number.POSITIVE_INFINITY),
      until: request.durationMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.wallMs() + request.durationMs,
      scope: request.scope ?? 'all',
      ms: request.ms ?? (request.kind === 'crossed' ? DEFAULT_CROSSED_MS : DEFAULT_SLOW_MS),
      fraction: request.fraction ?? 0.5,
      reason: request.reason ?? 'insufficient-balance',
      ...(request.instrument === undefined ? {} : { instrument: request.instrument }),
    };
    this.#planted.push(fault);
    return { ...fault };
  }

  /** Lifts all faults, or those of one venue or kind; returns how many. */
  lift(where: LiftRequest = {}): number {
    const before = this.#planted.length;
    this.#planted = this.#planted.filter(
      (fault) =>
        (where.venue !== undefined && fault.venue !== where.venue) ||
        (where.kind !== undefined && fault.kind !== where.kind) ||
        (where.id !== undefined && fault.id !== where.id),
    );
    return before - this.#planted.length;
  }

  list(): readonly ActiveFault[] {
    this.#forgetSpent();
    return this.#planted.map((fault) => ({ ...fault }));
  }

  /** The view that one venue's exchange, wire and server have. */
  of(venue: string): VenueFaults {
    const find = (kind: FaultKind, where: Where = {}): Planted | undefined => {
      if (this.#planted.length === 0) return undefined;
      this.#forgetSpent();
      return this.#planted.find((fault) => fault.venue === venue && fault.kind === kind && meets(fault, where));
    };
    return {
      peek: find,
      take: (kind, where) => {
        const fault = find(kind, where);
        if (fault === undefined) return undefined;
        fault.remaining--;
        const key = `${venue}/${kind}`;
        this.used.set(key, (this.used.get(key) ?? 0) + 1);
        return { ...fault };
      },
    };
  }

  #forgetSpent(): void {
    const now = this.#clock.wallMs();
    this.#planted = this.#planted.filter((fault) => fault.remaining > 0 && fault.until > now);
  }
}

/** A fault that names no instrument or scope meets every one; a question that names none is met by every fault. */
function meets(fault: Planted, where: Where): boolean {
  const instrument =
    fault.instrument === undefined || where.instrument === undefined || fault.instrument === where.instrument;
  const scope =
    fault.scope === 'all' || where.scope === undefined || where.scope === 'all' || fault.scope === where.scope;
  return instrument && scope;
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
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse('a fault is a JSON object');
  const given = body as Readonly<Record<string, unknown>>;
  const stray = Object.keys(given).find((key) => !KEYS.includes(key));
  if (stray !== undefined) return refuse(`unknown key "${stray}"; known: ${KEYS.join(', ')}`);
  const { venue, kind, instrument, scope, reason } = given;
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
    const value = given[key];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 0)) return refuse(`"${key}" is a number, 0 or more`);
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
