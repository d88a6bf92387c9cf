/** Planted faults: how many times or how long each still acts, and on what. */
import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/units.ts';
import type { ActiveFault, FaultKind, SocketScope, VenueFaults } from './fault-port.ts';
import type { FaultRequest, LiftRequest } from './fault-requests.ts';

type Planted = { -readonly [Key in keyof ActiveFault]: ActiveFault[Key] };
type Where = { readonly instrument?: string; readonly scope?: SocketScope };

/** Defaults of `ms` by kind. */
const DEFAULT_MS: Partial<Record<FaultKind, number>> = { crossed: 300, 'late-fill': 300, 'clock-skew': 10_000 };
const OTHER_MS = 200;
/** Kinds that are a state rather than an event: without a bound they last this long. */
const LASTING: Partial<Record<FaultKind, number>> = { freeze: 5_000, 'clock-skew': 5_000, maintenance: 5_000 };
const HISTORY_KEPT = 10_000;

/** What happened to a fault, on the simulator's own clock. */
export interface FaultEvent {
  readonly at: number;
  readonly what: 'planted' | 'acted' | 'revealed' | 'lifted';
  readonly fault: number;
  readonly venue: string;
  readonly kind: FaultKind;
  readonly instrument?: string;
  readonly scope: SocketScope;
  /** When it ends by itself, with `planted`. */
  readonly until?: number;
}

export class FaultBoard {
  readonly #clock: Clock;
  #planted: Planted[] = [];
  #nextId = 1;
  /** How often each kind acted, by `venue/kind`. */
  readonly used = new Map<string, number>();
  /** Oldest first; the newest ten thousand. */
  readonly history: FaultEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  plant(request: FaultRequest): ActiveFault {
    const lasting = request.count === undefined ? LASTING[request.kind] : undefined;
    const durationMs = request.durationMs ?? lasting;
    const fault: Planted = {
      id: this.#nextId++,
      venue: request.venue,
      kind: request.kind,
      remaining: request.count ?? (durationMs === undefined ? 1 : Number.POSITIVE_INFINITY),
      until: durationMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.wallMs() + durationMs,
      scope: request.scope ?? 'all',
      ms: request.ms ?? DEFAULT_MS[request.kind] ?? OTHER_MS,
      fraction: request.fraction ?? 0.5,
      reason: request.reason ?? 'insufficient-balance',
      ...(request.instrument === undefined ? {} : { instrument: request.instrument }),
    };
    this.#planted.push(fault);
    this.#note('planted', fault);
    return { ...fault };
  }

  /** A trouble that happens once and at once, so that nothing stays planted. */
  note(request: FaultRequest): void {
    const fault = this.plant({ ...request, count: 1 });
    this.of(request.venue).take(request.kind);
    this.#planted = this.#planted.filter(({ id }) => id !== fault.id);
  }

  /** Lifts all faults, or those of one venue or kind; returns how many. */
  lift(where: LiftRequest = {}): number {
    this.#forgetSpent();
    const isMeant = (fault: Planted): boolean =>
      (where.venue === undefined || fault.venue === where.venue) &&
      (where.kind === undefined || fault.kind === where.kind) &&
      (where.id === undefined || fault.id === where.id);
    const lifted = this.#planted.filter(isMeant);
    for (const fault of lifted) this.#note('lifted', fault);
    this.#planted = this.#planted.filter((fault) => !isMeant(fault));
    return lifted.length;
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
        const taken = where?.instrument === undefined ? fault : { ...fault, instrument: where.instrument };
        this.#note('acted', taken);
        return { ...taken };
      },
      revealed: (fault) => this.#note('revealed', fault),
    };
  }

  #note(what: FaultEvent['what'], { id, venue, kind, instrument, scope, until }: ActiveFault): void {
    this.history.push({
      at: this.#clock.wallMs(),
      what,
      fault: id,
      venue,
      kind,
      scope,
      ...(instrument === undefined ? {} : { instrument }),
      ...(what === 'planted' && until !== Number.POSITIVE_INFINITY ? { until } : {}),
    });
    if (this.history.length > HISTORY_KEPT) this.history.shift();
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

/** A venue's clock: right, but for a `clock-skew` fault. Only wall time is off; durations are not. */
export const skewedClock = (clock: Clock, faults: VenueFaults): Clock => ({
  monotonicNs: () => clock.monotonicNs(),
  wallMs: () => (clock.wallMs() + (faults.peek('clock-skew')?.ms ?? 0)) as EpochMs,
  after: (ms, task) => clock.after(ms, task),
});
