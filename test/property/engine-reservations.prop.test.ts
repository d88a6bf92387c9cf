/** Whatever interleaving of sets that reserve, orders that are sent, filled in parts, filled late and settled, and books
 *  that move: nothing is promised twice, and in the end everything is free again but what fills used. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridText } from '../../src/core/decimal.ts';
import { REASONS } from '../../src/core/intent.ts';
import type { Fill } from '../../src/core/order.ts';
import { RateBudget } from '../../src/core/rate-budget.ts';
import { difference } from '../../src/engine/amounts.ts';
import { Inventory } from '../../src/engine/inventory.ts';
import { type Leg, newLeg, nextLeg } from '../../src/engine/leg.ts';
import { type PlannedOrder, plannedOrder } from '../../src/engine/plan.ts';
import { type Reservation, Reservations } from '../../src/engine/reservations.ts';
import { LiveRows } from '../../src/engine/rows.ts';
import { World } from '../unit/engine/world.ts';
import {
  ASSETS,
  amountOf,
  assetOf,
  FUNDS,
  INSTRUMENTS,
  type Lane,
  type Levels,
  leftOf,
  Model,
  type ModelOrder,
  type NewOrder,
  PLACES,
  ROWS,
  type Side,
  VENUES,
  venueOf,
} from './reservation-model.ts';

const SIDES: readonly Side[] = ['buy', 'sell'];
/** Long past every fill and book of a test. */
const NOW_MS = 1_000_000;

interface RealOrder {
  readonly reservation: Reservation;
  leg: Leg;
}

/** The ledger with what it reserves from. */
class Rig {
  readonly world = new World({ venues: VENUES, instruments: INSTRUMENTS });
  readonly inventory = new Inventory(VENUES, ASSETS, this.world.inventory);
  readonly budgets: readonly RateBudget[];
  readonly ledger: Reservations;
  readonly orders: RealOrder[] = [];
  readonly answers: string[] = [];
  trades = 0;

  constructor(limits: { venue: bigint; instrument: bigint }) {
    const { universe, buffer, layout, control, clock } = this.world;
    const bucket = {
      name: 'orders',
      scope: 'account' as const,
      rule: { kind: 'sliding' as const, windowMs: 3_600_000 },
      capacity: PLACES.reduce,
      weights: { place: 1 },
      source: '',
    };
    this.budgets = VENUES.map(
      (venue) => new RateBudget({ venue, limits: { buckets: [bucket], banStops: 'rest' }, clock, onEpisode: () => {} }),
    );
    VENUES.forEach((_, venue) => {
      this.inventory.setTotals(
        venue,
        ASSETS.map((asset) => ({ asset, free: `${FUNDS[asset]}`, locked: '0' })),
      );
    });
    this.ledger = new Reservations({
      universe,
      rows: new LiveRows(buffer, layout, { universe, control, clock, maxHeartbeatAgeNs: 1e15 }),
      inventory: this.inventory,
      budgets: this.budgets,
      limits: {
        maxVenueNotional: gridText(Number(limits.venue / 10n ** 12n), 6),
        maxInstrumentNotional: gridText(Number(limits.instrument / 10n ** 12n), 6),
      },
    });
  }

  planned({ row, side, limit, lots }: NewOrder): PlannedOrder {
    const { rows, instruments } = this.world.universe;
    const at = rows[row];
    const instrument = instruments[at?.instrumentIndex ?? -1];
    if (at === undefined || instrument === undefined) throw new RangeError(`no row ${row}`);
    return plannedOrder(at, instrument, side, BigInt(limit), BigInt(lots));
  }

  open(reservation: Reservation): void {
    const { row, side, price, size } = reservation.order;
    const { base, quote } = row.listing;
    const clientId = `${this.orders.length}`;
    const leg = newLeg({ clientId, run: '', role: 'leg', row: row.row, side, base, quote, price, size, sentAt: 0 });
    this.orders.push({ reservation, leg });
  }
}

/** Cheaper than `expect`, which would be called half a million times here. */
function same<T>(ours: T, model: T, what: string): void {
  if (ours !== model) throw new Error(`${what}: ${String(ours)}, and should be ${String(model)}`);
}

type Command = fc.Command<Model, Rig>;

/** Nothing is promised twice, and ledger and model agree on all of it. */
function compare(model: Model, rig: Rig): void {
  VENUES.forEach((_, venue) => {
    for (const asset of ASSETS) {
      const total = model.total(venue, asset);
      const reserved = model.reserved(venue, asset);
      same(rig.inventory.total(venue, asset), total, `${asset} at ${venue}`);
      same(rig.inventory.free(venue, asset), total - reserved, `free ${asset} at ${venue}`);
    }
  });
  for (let row = 0; row < ROWS; row++) {
    for (const side of SIDES) same(rig.ledger.aimedAt(row, side), model.aimed(row, side), `lots of row ${row}`);
  }
  const open = rig.ledger.openNotional().get('USDT') ?? 0n;
  same(
    open,
    model.notional(() => true),
    'open notional',
  );
}

class Reserve implements Command {
  readonly #orders: readonly NewOrder[];
  readonly #lane: Lane;

  constructor(orders: readonly NewOrder[], lane: Lane) {
    this.#orders = orders;
    this.#lane = lane;
  }

  check = (): boolean => true;

  run(model: Model, rig: Rig): void {
    const reasons = this.#orders.map((order, index) => model.judge(order, this.#orders.slice(0, index), this.#lane));
    const expected = reasons.find((reason) => reason !== 'ok') ?? 'ok';
    const reserved = rig.ledger.tryReserve(
      this.#orders.map((order) => rig.planned(order)),
      this.#lane,
    );
    expect(typeof reserved === 'number' ? REASONS[reserved] : 'ok').toBe(expected);
    rig.answers.push(expected);
    if (typeof reserved !== 'number') {
      this.#orders.forEach((order, index) => {
        if (this.#lane === 'open') this.#expectRoom(model, order);
        model.orders.push({ ...order, filled: 0, used: 0n, reserved: amountOf(order), isSent: false, isOver: false });
        rig.open(reserved[index] as Reservation);
      });
    }
    compare(model, rig);
  }

  /** No level counts twice, be it aimed at or taken and not shown yet, by each single fill. */
  #expectRoom(model: Model, { row, side, lots, limit }: NewOrder): void {
    const claimed = model.aimed(row, side) + model.unseen(row, side);
    if (claimed === 0) return;
    const levels = model.books[row]?.[side === 'buy' ? 'asks' : 'bids'] ?? [];
    const inside = levels.filter(([price]) => (side === 'buy' ? price <= limit : price >= limit));
    expect(claimed + lots).toBeLessThanOrEqual(inside.reduce((sum, [, size]) => sum + size, 0));
  }

  toString = (): string => `reserve ${this.#lane} ${JSON.stringify(this.#orders)}`;
}

/** An order that is out already. */
class Adopt implements Command {
  readonly #order: NewOrder;

  constructor(order: NewOrder) {
    this.#order = order;
  }

  check = (): boolean => true;

  run(model: Model, rig: Rig): void {
    const venue = venueOf(this.#order.row);
    const asset = assetOf(this.#order);
    const free = model.total(venue, asset) - model.reserved(venue, asset);
    const amount = amountOf(this.#order);
    const reserved = free <= 0n ? 0n : free < amount ? free : amount;
    model.orders.push({ ...this.#order, filled: 0, used: 0n, reserved, isSent: true, isOver: false });
    rig.open(rig.ledger.adopt(rig.planned(this.#order)));
    compare(model, rig);
  }

  toString = (): string => `adopt ${JSON.stringify(this.#order)}`;
}

/** Of an order among those that can. */
abstract class OfOrder implements Command {
  readonly #pick: number;

  constructor(pick: number) {
    this.#pick = pick;
  }

  abstract can(order: ModelOrder): boolean;
  abstract act(model: Model, rig: Rig, order: ModelOrder, real: RealOrder): void;

  check = (model: Readonly<Model>): boolean => model.orders.some((order) => this.can(order));

  run(model: Model, rig: Rig): void {
    const able = model.orders.filter((order) => this.can(order));
    const order = able[this.#pick % able.length] as ModelOrder;
    this.act(model, rig, order, rig.orders[model.orders.indexOf(order)] as RealOrder);
    compare(model, rig);
  }

  toString = (): string => `${this.constructor.name} ${this.#pick}`;
}

class Send extends OfOrder {
  can = ({ isSent, isOver }: ModelOrder): boolean => !isSent && !isOver;

  act(model: Model, rig: Rig, order: ModelOrder, { reservation }: RealOrder): void {
    const { venueIndex, listing } = reservation.order.row;
    rig.ledger.onSending(reservation);
    // Its place was held: whatever was reserved meanwhile, the gateway finds room.
    expect(rig.budgets[venueIndex]?.tryTake('place', 'reduce', listing.symbol)).toBe(true);
    expect(() => rig.ledger.onSending(reservation)).toThrow('is sent twice');
    model.send(order);
  }
}

class FillPart extends OfOrder {
  readonly #share: number;
  readonly #better: number;
  readonly #venueAt: number;
  readonly #isMaker: boolean;

  constructor(pick: number, share: number, better: number, venueAt: number, isMaker: boolean) {
    super(pick);
    this.#share = share;
    this.#better = better;
    this.#venueAt = venueAt;
    this.#isMaker = isMaker;
  }

  /** A settled order too: its fill is late then. */
  can = (order: ModelOrder): boolean => order.isSent && leftOf(order) > 0;

  act(model: Model, rig: Rig, order: ModelOrder, real: RealOrder): void {
    const lots = Math.max(1, Math.floor((leftOf(order) * this.#share) / 100));
    const price = order.side === 'buy' ? order.limit - this.#better : order.limit + this.#better;
    const before = real.leg;
    const fill = this.#fillOf(rig, order, before, lots, price);
    const event = { kind: 'Filled' as const, fill, at: NOW_MS };
    real.leg = nextLeg(before, event);
    rig.inventory.apply(venueOf(order.row), difference(real.leg.changes, before.changes));
    rig.ledger.onFill({ before, after: real.leg, event }, order.isOver ? undefined : real.reservation);
    model.fill(order, lots, price, this.#venueAt, this.#isMaker);
  }

  #fillOf(rig: Rig, { side, row }: ModelOrder, { clientId }: Leg, lots: number, price: number): Fill {
    const fee = side === 'buy' ? gridText(lots, 7) : gridText(lots * price, 9);
    const listing = rig.world.universe.rows[row]?.listing;
    return {
      clientId,
      venueOrderId: '',
      tradeId: `${++rig.trades}`,
      symbol: listing?.symbol ?? '',
      side,
      price: gridText(price, 2),
      size: gridText(lots, 4),
      fee,
      feeAsset: (side === 'buy' ? listing?.base : listing?.quote) ?? '',
      maker: this.#isMaker,
      venueAt: this.#venueAt,
    };
  }

  override toString = (): string =>
    `fill ${this.#share} % at ${this.#venueAt}, ${this.#better} better${this.#isMaker ? ', maker' : ''}`;
}

class Settle extends OfOrder {
  /** Also one that was never sent: its set died before. */
  can = ({ isOver }: ModelOrder): boolean => !isOver;

  act(_model: Model, rig: Rig, order: ModelOrder, { reservation }: RealOrder): void {
    order.isOver = true;
    rig.ledger.release(reservation);
    expect(() => rig.ledger.release(reservation)).toThrow('released twice');
  }
}

/** A book moves, or is written again without news. */
class Quote implements Command {
  readonly #row: number;
  readonly #sizes: Levels;
  readonly #laterMs: number;
  readonly #isNews: boolean;

  constructor(row: number, sizes: Levels, laterMs: number, isNews: boolean) {
    this.#row = row;
    this.#sizes = sizes;
    this.#laterMs = laterMs;
    this.#isNews = isNews;
  }

  check = (): boolean => true;

  run(model: Model, rig: Rig): void {
    quote(model, rig, this.#row, this.#isNews ? this.#sizes : undefined, this.#laterMs);
    compare(model, rig);
  }

  toString = (): string => `quote ${this.#row} ${this.#isNews ? JSON.stringify(this.#sizes) : 'again'}`;
}

function quote(model: Model, rig: Rig, row: number, sizes: Levels | undefined, laterMs: number): void {
  const book = model.books[row];
  if (book === undefined || sizes !== undefined) {
    const levels = sizes ?? [[1_000, 1_000]];
    // A venue's time does not go back; gamma sends none.
    const venueAt = venueOf(row) === 2 ? undefined : (book?.venueAt ?? 0) + laterMs;
    model.books[row] = {
      id: (book?.id ?? 0) + 1,
      venueAt,
      asks: levels.map(([lots], level) => [10_000 + level * 5, lots]),
      bids: levels.map(([, lots], level) => [9_995 - level * 5, lots]),
    };
  }
  const { asks, bids, id, venueAt } = model.books[row] as NonNullable<typeof book>;
  rig.world.write(row, { asks, bids, seq: id, ...(venueAt === undefined ? {} : { venueAt }) });
}

/** Many meet in one row. */
const row = fc.oneof(fc.constant(0), fc.nat(ROWS - 1));
const order = fc.record({
  row,
  side: fc.constantFrom(...SIDES),
  limit: fc.integer({ min: 9_980, max: 10_015 }),
  lots: fc.oneof(
    fc.integer({ min: 1, max: 500 }),
    fc.integer({ min: 1, max: 8_000 }),
    fc.integer({ min: 1, max: 200_000 }),
  ),
});
const size = fc.oneof(fc.integer({ min: 1, max: 8_000 }), fc.integer({ min: 1, max: 400_000 }));
const sizes = fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 4 });
const pick = fc.nat(1_000);
const reserve = fc
  .tuple(fc.array(order, { minLength: 1, maxLength: 3 }), fc.constantFrom<Lane>('open', 'open', 'reduce'))
  .map(([orders, lane]) => new Reserve(orders, lane));
const commands = [
  reserve,
  reserve,
  reserve,
  order.map((each) => new Adopt(each)),
  pick.map((each) => new Send(each)),
  fc
    .tuple(pick, fc.integer({ min: 1, max: 100 }), fc.nat(20), fc.integer({ min: 0, max: 400 }), fc.boolean())
    .map(([each, share, better, venueAt, isMaker]) => new FillPart(each, share, better, venueAt, isMaker)),
  pick.map((each) => new Settle(each)),
  fc
    .tuple(row, sizes, fc.nat(80), fc.boolean())
    .map(([at, levels, laterMs, isNews]) => new Quote(at, levels, laterMs, isNews)),
];
/** From tight to wide, in quote units at 18 decimals. */
const limit = fc
  .oneof(fc.bigInt({ min: 50n, max: 20_000n }), fc.constant(1_000_000n))
  .map((units) => units * 10n ** 18n);

describe('reservations', () => {
  it('are never oversubscribed and never leak, whatever is reserved, filled, settled and quoted', () => {
    const answers = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.record({ venue: limit, instrument: limit }),
        fc.commands(commands, { maxCommands: 100, size: 'max' }),
        (limits, steps) => {
          const model = new Model(limits);
          const rig = new Rig(limits);
          for (let at = 0; at < ROWS; at++) quote(model, rig, at, undefined, 0);
          fc.modelRun(() => ({ model, real: rig }), steps);
          rig.orders.forEach(({ reservation }, index) => {
            const each = model.orders[index] as ModelOrder;
            if (each.isOver) return;
            each.isOver = true;
            rig.ledger.release(reservation);
          });
          for (const answer of rig.answers) answers.set(answer, (answers.get(answer) ?? 0) + 1);
          compare(model, rig);
          expect([...rig.ledger.openNotional()]).toEqual([]);
          for (const { reserved } of rig.inventory.view()) expect(reserved).toBe('0');
        },
      ),
      // Shrinking a hundred commands is cut short, so that a failure is shown before the test's own time is over.
      { numRuns: 500, interruptAfterTimeLimit: 40_000 },
    );
    // Every part of the ledger has had its say.
    const refusals = [
      'depth-taken',
      'limit-venue-notional',
      'limit-instrument-notional',
      'limit-order-rate',
      'no-inventory',
    ];
    for (const answer of ['ok', ...refusals]) expect(answers.get(answer) ?? 0, answer).toBeGreaterThan(20);
  });
});
