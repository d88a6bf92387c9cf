/** Any interleaving of what venues say about the orders of a leg set ends flat, unwound, or residual and saying so.
 *
 *  The model keeps its own truth: what each order really traded, in whole numbers of 10^-8, and what has been told of it
 *  so far. It shares no code with the machine and is asked before every judgement. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fill, VenueError } from '../../src/core/order.ts';
import type { Side } from '../../src/core/units.ts';
import { isSettled, type LegEvent, newLeg } from '../../src/engine/leg.ts';
import { addLeg, applyToSet, changesOf, feesOf, judge, type LegSet } from '../../src/engine/saga.ts';

interface Machine {
  readonly apply: typeof applyToSet;
  readonly judge: typeof judge;
}

const MACHINE: Machine = { apply: applyToSet, judge };

/** Size of a lot, price of a tick and the fee rate, all in units of 10^-8. */
const LOT = 100_000n;
const TICK = 1_000_000n;
const FEE = 100_000n;
const ONE = 100_000_000n;
const MIN_LOTS = 10n;
const MAX_UNWINDS = 8;

const text = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(9, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
};

const FATES = ['filled', 'partial', 'unfilled', 'rejected', 'absent'] as const;

interface Truth {
  readonly clientId: string;
  readonly side: Side;
  readonly fate: (typeof FATES)[number];
  readonly lots: bigint;
  /** Lots that the venue's words claim so far, and that told fills add up to. */
  claimed: bigint;
  told: bigint;
  readonly tradeIds: Set<string>;
  hasLastWord: boolean;
}

interface Message {
  readonly order: Truth;
  readonly event: LegEvent;
  /** What the model learns from it. */
  readonly lots?: bigint;
  readonly isLastWord?: boolean;
  readonly isEcho?: boolean;
}

const ERROR: VenueError = { class: 'filter', code: '-1013', message: 'refused' };

/** Cheaper than `expect`, which is called half a million times here. */
function same<T>(ours: T, model: T, what: string): void {
  if (ours !== model) throw new Error(`${what}: ${String(ours)}, and should be ${String(model)}`);
}

const TO_ASSET_SCALE = 10n ** 10n;

function sameBooks(ours: ReadonlyMap<string, bigint>, model: ReadonlyMap<string, bigint>, what: string): void {
  for (const asset of new Set([...ours.keys(), ...model.keys()])) {
    same(ours.get(asset) ?? 0n, (model.get(asset) ?? 0n) * TO_ASSET_SCALE, `${what} of ${asset}`);
  }
}

class Play {
  readonly #tape: Uint8Array;
  readonly #machine: Machine;
  readonly #orders: Truth[] = [];
  readonly #pool: Message[] = [];
  readonly #balances = new Map<string, bigint>();
  readonly #fees = new Map<string, bigint>();
  #at = 0;
  #trades = 0;
  set: LegSet;

  constructor(tape: Uint8Array, machine: Machine) {
    this.#tape = tape;
    this.#machine = machine;
    this.set = {
      id: 'set',
      intent: 1,
      opportunity: 'opportunity',
      instrumentIndex: 0,
      pair: 1,
      edgeBps: 5,
      openedAt: 0,
      legs: [],
      state: 'working',
    };
    this.#send('leg', 'buy', 1_000n);
    this.#send('leg', 'sell', 999n);
  }

  run(): void {
    let state: string | undefined;
    while (this.#pool.length > 0) {
      this.#deliver();
      state = this.#judge();
    }
    this.#checkEnd(state);
  }

  #draw(below: number): number {
    const value = this.#tape[this.#at % this.#tape.length] as number;
    this.#at++;
    return value % below;
  }

  #deliver(): void {
    const index = this.#draw(this.#pool.length);
    const message = this.#pool[index] as Message;
    this.#pool.splice(index, 1);
    // Now and then a word is said twice.
    if (message.isEcho !== true && this.#draw(8) === 0) this.#pool.push({ ...message, isEcho: true });
    const { order, event } = message;
    if (event.kind === 'Filled') {
      if (!order.tradeIds.has(event.fill.tradeId)) {
        order.tradeIds.add(event.fill.tradeId);
        order.told += message.lots ?? 0n;
        this.#move(event.fill);
      }
    } else if (message.lots !== undefined && message.lots > order.claimed) order.claimed = message.lots;
    if (message.isLastWord === true || order.told === order.lots) order.hasLastWord = true;
    this.set = this.#machine.apply(this.set, order.clientId, event);
  }

  /** The model's own books. */
  #move(fill: Fill): void {
    const add = (book: Map<string, bigint>, asset: string, by: bigint): void => {
      book.set(asset, (book.get(asset) ?? 0n) + by);
    };
    const units = (decimal: string): bigint => BigInt(decimal.replace('.', ''));
    const size = units(fill.size);
    const value = (size * units(fill.price)) / ONE;
    add(this.#balances, 'BTC', fill.side === 'buy' ? size : -size);
    add(this.#balances, 'USDT', fill.side === 'buy' ? -value : value);
    add(this.#balances, fill.feeAsset, -units(fill.fee));
    add(this.#fees, fill.feeAsset, units(fill.fee));
  }

  #excess(): bigint {
    return this.#balances.get('BTC') ?? 0n;
  }

  #isTradable(): boolean {
    const excess = this.#excess();
    return (excess < 0n ? -excess : excess) >= MIN_LOTS * LOT;
  }

  #judge(): string | undefined {
    const judgement = this.#machine.judge(this.set, (_, excess) => excess >= MIN_LOTS * LOT * 10n ** 10n);
    if (judgement.kind === 'wait') return undefined;
    // Nobody judges before every order has had its last word and every fill that the venue claims was told.
    for (const order of this.#orders) {
      if (!order.hasLastWord || order.told < order.claimed) throw new Error(`${order.clientId} was judged too early`);
    }
    same(judgement.excess, this.#excess() * TO_ASSET_SCALE, 'excess');
    if (judgement.kind === 'close') return judgement.state;
    const unwinds = this.#orders.filter((order) => order.clientId.startsWith('unwind')).length;
    same(unwinds < MAX_UNWINDS, true, 'unwinds left');
    same(judgement.side, this.#excess() > 0n ? 'sell' : 'buy', 'side');
    same(this.#isTradable(), true, 'tradable');
    const lots = (this.#excess() > 0n ? this.#excess() : -this.#excess()) / LOT;
    this.#send('unwind', judgement.side, lots);
    return undefined;
  }

  #send(role: 'leg' | 'unwind', side: Side, lots: bigint): void {
    const clientId = `${role}${this.#orders.length}`;
    // Orders fill more often than not, else hardly any set would.
    const fate = FATES[Math.max(0, this.#draw(8) - 3)] as Truth['fate'];
    const order: Truth = {
      clientId,
      side,
      fate,
      lots,
      claimed: 0n,
      told: 0n,
      tradeIds: new Set(),
      hasLastWord: false,
    };
    this.#orders.push(order);
    const leg = newLeg({
      clientId,
      role,
      row: 0,
      side,
      base: 'BTC',
      quote: 'USDT',
      price: text(1_000n * TICK),
      size: text(lots * LOT),
      sentAt: 0,
    });
    this.set = addLeg(this.set, leg);
    this.#plan(order);
  }

  /** Everything that will be said of an order, in no order. */
  #plan(order: Truth): void {
    const say = (event: LegEvent, more: Omit<Message, 'order' | 'event'> = {}): void => {
      this.#pool.push({ order, event, ...more });
    };
    const venueOrderId = `venue-${order.clientId}`;
    const report = (status: 'open' | 'filled' | 'cancelled' | 'expired' | 'rejected', lots: bigint): void =>
      say(
        { kind: 'Reported', status, filled: text(lots * LOT), venueOrderId, at: 1 },
        { lots, isLastWord: status !== 'open' },
      );
    const { fate } = order;
    if (fate === 'absent') {
      say({ kind: 'OutcomeUnknown' });
      return say({ kind: 'FoundAbsent', at: 1 }, { isLastWord: true });
    }
    if (fate === 'rejected') {
      if (this.#draw(3) > 0) return say({ kind: 'Rejected', error: ERROR, at: 1 }, { isLastWord: true });
      say({ kind: 'OutcomeUnknown' });
      return report('rejected', 0n);
    }
    const answer = this.#draw(8);
    if (answer < 5) say({ kind: 'Acked', venueOrderId, at: 1 });
    else if (answer < 7) say({ kind: 'OutcomeUnknown' });
    // An answer that the order itself contradicts; it counts as a last word until then.
    else say({ kind: 'Rejected', error: ERROR, at: 1 }, { isLastWord: true });
    // A venue that does not know its own order yet.
    if (this.#draw(16) === 0) say({ kind: 'FoundAbsent', at: 1 }, { isLastWord: true });
    const filled =
      fate === 'filled' ? order.lots : fate === 'unfilled' ? 0n : (order.lots * BigInt(1 + this.#draw(9))) / 10n;
    if (this.#draw(3) === 0) report('open', this.#draw(2) === 0 ? 0n : filled / 2n);
    report(fate === 'filled' ? 'filled' : this.#draw(2) === 0 ? 'cancelled' : 'expired', filled);
    let left = filled;
    while (left > 0n) {
      const share = (left * BigInt(1 + this.#draw(4))) / 4n;
      const lots = share === 0n ? left : share;
      left -= lots;
      say({ kind: 'Filled', fill: this.#fill(order, lots), at: 1 }, { lots });
    }
  }

  #fill(order: Truth, lots: bigint): Fill {
    const price = (990n + BigInt(this.#draw(21))) * TICK;
    const size = lots * LOT;
    const value = (size * price) / ONE;
    const isPaidApart = this.#draw(16) === 0;
    const fee = isPaidApart ? 12_345n : ((order.side === 'buy' ? size : value) * FEE) / ONE;
    return {
      clientId: order.clientId,
      venueOrderId: `venue-${order.clientId}`,
      tradeId: `${++this.#trades}`,
      symbol: 'BTCUSDT',
      side: order.side,
      price: text(price),
      size: text(size),
      fee: text(fee),
      feeAsset: isPaidApart ? 'BNB' : order.side === 'buy' ? 'BTC' : 'USDT',
      maker: false,
      venueAt: 1,
    };
  }

  #checkEnd(state: string | undefined): void {
    same(this.set.legs.every(isSettled), true, 'all settled');
    sameBooks(changesOf(this.set), this.#balances, 'balance');
    sameBooks(feesOf(this.set), this.#fees, 'fees');
    const unwinds = this.#orders.filter((order) => order.clientId.startsWith('unwind'));
    if (this.#isTradable()) {
      same(state, 'residual', 'state');
      same(unwinds.length, MAX_UNWINDS, 'unwinds');
    } else if (this.#orders.every((order) => order.told === 0n)) {
      same(state === 'missed' || state === 'refused', true, 'nothing filled');
      if (state === 'refused') {
        const areRejected = this.#orders.every((order) => order.fate === 'rejected');
        same(areRejected, true, 'refused by all');
      }
    } else same(state, unwinds.some((order) => order.told > 0n) ? 'unwound' : 'filled', 'state');
    ENDS.set(state ?? 'none', (ENDS.get(state ?? 'none') ?? 0) + 1);
  }
}

/** How the plays of a machine ended. */
const ENDS = new Map<string, number>();

const tape = fc.uint8Array({ minLength: 64, maxLength: 64 });
const playsOut = (machine: Machine, numRuns: number): void => {
  fc.assert(
    fc.property(tape, (bytes) => new Play(bytes, machine).run()),
    { numRuns },
  );
};

const isFinal = new Set(['filled', 'cancelled', 'expired', 'rejected', 'absent']);

const MUTANTS: Readonly<Record<string, Machine>> = {
  'drops a late fill': {
    ...MACHINE,
    apply: (set, clientId, event) => {
      const leg = set.legs.find((entry) => entry.clientId === clientId);
      return event.kind === 'Filled' && leg !== undefined && isFinal.has(leg.status)
        ? set
        : applyToSet(set, clientId, event);
    },
  },
  'books a fill as often as it is told': {
    ...MACHINE,
    apply: (set, clientId, event) => {
      const known = set.legs.find((leg) => leg.clientId === clientId)?.tradeIds.size ?? 0;
      if (event.kind !== 'Filled') return applyToSet(set, clientId, event);
      const fill = { ...event.fill, tradeId: `${event.fill.tradeId}/${known}` };
      return applyToSet(set, clientId, { ...event, fill });
    },
  },
  'judges before all orders are settled': {
    ...MACHINE,
    judge: (set, isTradable) => {
      const legs = set.legs.map((leg) =>
        isSettled(leg) ? leg : { ...leg, status: 'cancelled' as const, claimed: leg.filled },
      );
      return judge({ ...set, legs }, isTradable);
    },
  },
  'settles on the final word, whatever fills it speaks of': {
    ...MACHINE,
    apply: (set, clientId, event) =>
      applyToSet(set, clientId, event.kind === 'Reported' ? { ...event, filled: '0' } : event),
  },
  'takes an ack for news after the end': {
    ...MACHINE,
    apply: (set, clientId, event) => {
      const next = applyToSet(set, clientId, event);
      if (event.kind !== 'Acked') return next;
      const legs = next.legs.map((leg) => (leg.clientId === clientId ? { ...leg, status: 'open' as const } : leg));
      return { ...next, legs };
    },
  },
};

describe('a leg set', () => {
  it('ends right in any interleaving, and its balances to the last unit', { timeout: 60_000 }, () => {
    ENDS.clear();
    playsOut(MACHINE, 20_000);
    // Every end is reached often enough to mean something.
    for (const end of ['filled', 'unwound', 'missed', 'refused', 'residual']) {
      expect(ENDS.get(end) ?? 0, end).toBeGreaterThan(50);
    }
  });

  it.each(Object.keys(MUTANTS))('would be caught if it %s', (name) => {
    expect(() => playsOut(MUTANTS[name] as Machine, 3_000)).toThrow('Property failed');
  });
});
