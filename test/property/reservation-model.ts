/** What the ledger of reservations has to say, worked out anew each time from a plain list of orders, fills and quotes.
 *  Shares no code with the ledger. Prices have two decimals, lots four; amounts are BigInt at 18. */

export const VENUES = ['alpha', 'beta', 'gamma'];
export const INSTRUMENTS = ['BTC-USDT', 'ETH-USDT'];
export const ROWS = VENUES.length * INSTRUMENTS.length;
export const ASSETS = ['BTC', 'ETH', 'USDT'];
export const FUNDS: Readonly<Record<string, bigint>> = { BTC: 60n, ETH: 40n, USDT: 3_000n };
/** Orders that a venue takes in the time of a test: all of it for what reduces risk, three quarters for new sets. */
export const PLACES = { open: 6, reduce: 8 } as const;

export type Side = 'buy' | 'sell';
export type Lane = 'open' | 'reduce';
export type Levels = readonly (readonly [price: number, lots: number])[];

/** Rows are venue-major. */
export const venueOf = (row: number): number => Math.floor(row / INSTRUMENTS.length);
export const instrumentOf = (row: number): number => row % INSTRUMENTS.length;
const baseOf = (row: number): string => ASSETS[instrumentOf(row)] as string;

export interface ModelOrder {
  readonly row: number;
  readonly side: Side;
  readonly limit: number;
  readonly lots: number;
  /** Whether it was in the books of the ledger while it was filled and settled: late fills are not. */
  filled: number;
  /** Of its asset, used by fills before its end. */
  used: bigint;
  /** What its reservation began with: less than it may take where an order was adopted without the balance for it. */
  readonly reserved: bigint;
  isSent: boolean;
  isOver: boolean;
}

export type NewOrder = Pick<ModelOrder, 'row' | 'side' | 'limit' | 'lots'>;

interface Take {
  readonly lots: number;
  readonly book: number;
  readonly venueAt: number;
}

export interface ModelBook {
  id: number;
  venueAt: number | undefined;
  asks: Levels;
  bids: Levels;
}

const LOT = 10n ** 14n;
const TICK_LOT = 10n ** 12n;
export const worthOf = ({ limit, lots }: NewOrder): bigint => BigInt(limit) * BigInt(lots) * TICK_LOT;
export const assetOf = ({ side, row }: NewOrder): string => (side === 'buy' ? 'USDT' : baseOf(row));
export const amountOf = (order: NewOrder): bigint => (order.side === 'buy' ? worthOf(order) : BigInt(order.lots) * LOT);

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export class Model {
  readonly orders: ModelOrder[] = [];
  readonly books: ModelBook[] = [];
  /** By venue: base and quote that fills moved. */
  readonly moved: { venue: number; asset: string; amount: bigint }[] = [];
  readonly #takes = new Map<string, Take[]>();
  readonly #sent: number[] = VENUES.map(() => 0);
  readonly #limits: { venue: bigint; instrument: bigint };

  constructor(limits: { venue: bigint; instrument: bigint }) {
    this.#limits = limits;
  }

  get open(): ModelOrder[] {
    return this.orders.filter(({ isOver }) => !isOver);
  }

  total(venue: number, asset: string): bigint {
    const changes = this.moved.filter((entry) => entry.venue === venue && entry.asset === asset);
    return (FUNDS[asset] as bigint) * 10n ** 18n + sum(changes.map(({ amount }) => amount));
  }

  reserved(venue: number, asset: string): bigint {
    return sum(
      this.open
        .filter((order) => venueOf(order.row) === venue && assetOf(order) === asset)
        .map(({ reserved, used }) => reserved - used),
    );
  }

  notional(of: (order: ModelOrder) => boolean): bigint {
    return sum(this.open.filter(of).map(worthOf));
  }

  aimed(row: number, side: Side): number {
    return sumOf(this.open.filter((order) => order.row === row && order.side === side).map(leftOf));
  }

  /** Lots of single fills that the book cannot show yet: it is the one that was filled from, or older than the fill. */
  unseen(row: number, side: Side): number {
    const book = this.books[row] as ModelBook;
    const takes = this.#takes.get(`${row} ${side}`) ?? [];
    return sumOf(takes.filter((take) => !shows(book, take)).map(({ lots }) => lots));
  }

  /** The reason why an order may not be added beside these, or `ok`. */
  judge(order: NewOrder, beside: readonly NewOrder[], lane: Lane): string {
    const { row } = order;
    const venue = venueOf(row);
    const others = (of: (other: NewOrder) => boolean): readonly NewOrder[] => beside.filter(of);
    if (lane === 'open') {
      const inRow = others((other) => other.row === row && other.side === order.side);
      const claimed = this.aimed(row, order.side) + sumOf(inRow.map(({ lots }) => lots)) + this.#discount(order);
      if (claimed > 0 && within(this.books[row] as ModelBook, order) - claimed < order.lots) return 'depth-taken';
      const atVenue = this.notional((other) => venueOf(other.row) === venue);
      const besideAtVenue = sum(others((other) => venueOf(other.row) === venue).map(worthOf));
      if (atVenue + besideAtVenue + worthOf(order) > this.#limits.venue) return 'limit-venue-notional';
      const isSame = (other: NewOrder): boolean => instrumentOf(other.row) === instrumentOf(row);
      const inInstrument = this.notional(isSame) + sum(others(isSame).map(worthOf));
      if (inInstrument + worthOf(order) > this.#limits.instrument) return 'limit-instrument-notional';
    }
    const waiting = this.open.filter((other) => !other.isSent && venueOf(other.row) === venue).length;
    const places = (this.#sent[venue] as number) + waiting + others((other) => venueOf(other.row) === venue).length;
    if (places + 1 > PLACES[lane]) return 'limit-order-rate';
    const asset = assetOf(order);
    const taken = others((other) => venueOf(other.row) === venue && assetOf(other) === asset).map(amountOf);
    const free = this.total(venue, asset) - this.reserved(venue, asset) - sum(taken);
    return amountOf(order) > free ? 'no-inventory' : 'ok';
  }

  send(order: ModelOrder): void {
    order.isSent = true;
    const venue = venueOf(order.row);
    this.#sent[venue] = (this.#sent[venue] as number) + 1;
  }

  /** `lots` at `price`, fees of 0.1 %: of base bought, of quote sold for. A maker's takes nothing from the book. */
  fill(order: ModelOrder, lots: number, price: number, venueAt: number, isMaker: boolean): void {
    const { row, side } = order;
    const venue = venueOf(row);
    const base = BigInt(lots) * LOT;
    const quote = BigInt(price) * BigInt(lots) * TICK_LOT;
    const isBuy = side === 'buy';
    this.moved.push({ venue, asset: baseOf(row), amount: isBuy ? base - base / 1_000n : -base });
    this.moved.push({ venue, asset: 'USDT', amount: isBuy ? -quote : quote - quote / 1_000n });
    if (!order.isOver) {
      const used = order.used + (isBuy ? quote : base);
      order.used = used < order.reserved ? used : order.reserved;
    }
    if (!isMaker) this.#take(row, side, lots, venueAt);
    order.filled += lots;
  }

  #take(row: number, side: Side, lots: number, venueAt: number): void {
    const book = this.books[row] as ModelBook;
    const key = `${row} ${side}`;
    // What is discounted of a side is one sum, forgotten as a whole.
    const kept = this.#discount({ row, side, limit: 0, lots: 0 }) === 0 ? [] : (this.#takes.get(key) as Take[]);
    this.#takes.set(key, [...kept, { lots, book: book.id, venueAt }]);
  }

  #discount({ row, side }: NewOrder): number {
    const takes = this.#takes.get(`${row} ${side}`) ?? [];
    const newest = takes.at(-1);
    const book = this.books[row] as ModelBook;
    if (newest === undefined) return 0;
    const venueAt = Math.max(...takes.map((take) => take.venueAt));
    return shows(book, { ...newest, venueAt }) ? 0 : sumOf(takes.map(({ lots }) => lots));
  }
}

export const leftOf = ({ lots, filled }: ModelOrder): number => lots - filled;

const shows = ({ id, venueAt }: ModelBook, take: Take): boolean =>
  id !== take.book && (venueAt === undefined || venueAt >= take.venueAt);

const within = ({ asks, bids }: ModelBook, { side, limit }: NewOrder): number =>
  sumOf(
    (side === 'buy' ? asks : bids)
      .filter(([price]) => (side === 'buy' ? price <= limit : price >= limit))
      .map(([, lots]) => lots),
  );
