/** Made-up histories of an engine that books right: what it appended to its log, what it wrote to its journal, when, and
 *  what the exchanges say of it. Shares no code with the engine nor with the verifier. */
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { JournalRecord, LegSetState, OrderRecord, RunRecord, WalEntry, WalOrder } from '../../src/core/records.ts';
import type { Evidence, LedgerFill, LedgerOrder, LogFile } from '../../src/record/verify/evidence.ts';
import { exact, exactText, plain, Tally } from './exact.ts';

/** Something that happened at `at`: an entry of the log, a record of the journal, or both in this order. */
export interface Step {
  readonly at: number;
  readonly run: string;
  readonly entry?: WalEntry;
  readonly record?: JournalRecord;
}

export interface Story {
  readonly steps: readonly Step[];
  readonly ledger: NonNullable<Evidence['ledger']>;
  readonly references: Evidence['references'];
  readonly endsAt: number;
}

export interface StoryOptions {
  readonly runs?: number;
  readonly setsPerRun?: number;
  /** The number of a fill that is charged ten times its fee, by everybody's word. */
  readonly wrongFeeOf?: number;
}

const T0 = 1_750_000_000_000;
const ONE = exact('1');
const LOT = exact('0.01');

interface Venue {
  readonly id: string;
  readonly rate: string;
  /** Fees come from the quote asset, or from what was received. */
  readonly inQuote: boolean;
  /** Decimals of a fee. */
  readonly decimals: number;
}

const VENUES: readonly Venue[] = [
  { id: 'alpha', rate: '0.001', inQuote: false, decimals: 8 },
  { id: 'beta', rate: '0.0008', inQuote: false, decimals: 18 },
  { id: 'gamma', rate: '0.004', inQuote: true, decimals: 5 },
];
const INSTRUMENTS = ['BTC-USDT', 'ETH-USDT'] as const;

interface Placed {
  readonly order: WalOrder;
  readonly venue: Venue;
  readonly venueOrderId: string;
  readonly sentAt: number;
  filled: bigint;
  value: bigint;
  status?: string;
}

interface Working {
  readonly id: string;
  readonly instrument: string;
  readonly opportunity: string;
  readonly openedAt: number;
  readonly orders: Placed[];
  readonly pnl: Tally;
  readonly fees: Tally;
  excess: bigint;
}

export function honestStory(seed: number, options: StoryOptions = {}): Story {
  return new Teller(seededRandom(seed), options).tell();
}

class Teller {
  readonly #random: Random;
  readonly #options: StoryOptions;
  readonly #steps: Step[] = [];
  readonly #orders = new Map<string, LedgerOrder[]>(VENUES.map(({ id }) => [id, []]));
  readonly #fills = new Map<string, LedgerFill[]>(VENUES.map(({ id }) => [id, []]));
  readonly #balances = new Map<string, Tally>(
    VENUES.map(({ id }) => [id, new Tally().add('BTC', '50').add('ETH', '500').add('USDT', '123456.789')]),
  );
  #now = T0;
  #run = '';
  #epoch = 0;
  #ids = 0;
  #trades = 0;

  constructor(random: Random, options: StoryOptions) {
    this.#random = random;
    this.#options = options;
  }

  tell(): Story {
    const { runs = 1 + this.#random.int(3), setsPerRun } = this.#options;
    for (let n = 0; n < runs; n++) this.#tellRun(`run${n}`, setsPerRun ?? this.#random.int(6));
    return {
      steps: this.#steps,
      endsAt: this.#now,
      ledger: {
        venues: Object.fromEntries(
          VENUES.map(({ id }) => [id, { orders: this.#orders.get(id) ?? [], fills: this.#fills.get(id) ?? [] }]),
        ),
      },
      references: new Map(
        VENUES.map(({ id, rate }) => [
          id,
          {
            savedAt: T0,
            fees: { taker: rate, maker: rate },
            listings: INSTRUMENTS.map((instrument) => ({
              venue: id,
              instrument,
              base: instrument.slice(0, 3),
              quote: 'USDT',
              symbol: instrument.replace('-', ''),
              trading: true,
              priceTick: '0.01',
              sizeLot: '0.01',
              minSize: '0.01',
            })),
          },
        ]),
      ),
    };
  }

  #tellRun(run: string, sets: number): void {
    this.#run = run;
    this.#epoch++;
    this.#ids = 0;
    const startedAt = this.#wait(50);
    const record: RunRecord = {
      kind: 'Run',
      id: run,
      startedAt,
      mode: 'sim',
      topology: 'fused',
      venues: VENUES.map(({ id }) => id),
      instruments: INSTRUMENTS,
    };
    this.#steps.push({ at: startedAt, run, record });
    const openedAt = this.#wait(50);
    this.#steps.push({ at: openedAt, run, entry: { kind: 'RunOpened', run, epoch: this.#epoch, at: openedAt } });
    this.#tellBalances('start');
    for (let n = 0; n < sets; n++) this.#tellSet(n);
    this.#tellBalances('end');
    const endedAt = this.#wait(50);
    this.#steps.push({ at: endedAt, run, record: { ...record, endedAt, clean: true } });
  }

  #tellBalances(reason: 'start' | 'end'): void {
    for (const { id: venue } of VENUES) {
      const at = this.#wait(5);
      const balances = Object.entries(this.#balances.get(venue)?.texts() ?? {}).map(([asset, total]) => {
        const locked = reason === 'start' ? '1' : '0.5';
        return { asset, free: exactText(exact(total) - exact(locked)), locked };
      });
      const id = `${this.#run}-${venue}-${reason}`;
      this.#steps.push({
        at,
        run: this.#run,
        record: { kind: 'Balance', id, run: this.#run, at, venue, reason, balances },
      });
    }
  }

  #tellSet(n: number): void {
    const at = this.#wait(2_000);
    const buyer = this.#pick(VENUES);
    const seller = this.#pick(VENUES.filter((venue) => venue !== buyer));
    const instrument = this.#pick(INSTRUMENTS);
    const size = LOT * BigInt(1 + this.#random.int(500));
    const received = buyer.inQuote ? size : size - (size * exact(buyer.rate)) / ONE;
    const set: Working = {
      id: `${this.#run}-${String(n).padStart(4, '0')}`,
      instrument,
      opportunity: `${this.#run}-o${n}`,
      openedAt: at,
      orders: [],
      pnl: new Tally(),
      fees: new Tally(),
      excess: 0n,
    };
    const buy = this.#place(set, buyer, 'buy', 'leg', size, at);
    const sell = this.#place(set, seller, 'sell', 'leg', received < LOT ? size : received - (received % LOT), at);
    const edgeBps = this.#random.int(1_000_000) / 77_777;
    this.#steps.push({
      at,
      run: this.#run,
      entry: {
        kind: 'LegSetOpened',
        legSet: set.id,
        intent: n + 1,
        opportunity: set.opportunity,
        instrument,
        edgeBps,
        at,
        orders: [buy.order, sell.order],
      },
    });
    this.#settle(set, buy, this.#fate());
    this.#settle(set, sell, this.#fate());
    const isUnlucky = this.#random.int(8) === 0;
    const isUnknown = this.#random.int(12) === 0;
    if (!isUnlucky && !isUnknown) this.#unwind(set);
    this.#close(set, edgeBps, isUnlucky, isUnknown);
    // A late fill opens the set once more.
    const open = set.orders.find((placed) => placed.status === 'cancelled' && this.#restOf(placed) >= LOT);
    if (open !== undefined && this.#random.int(4) === 0) {
      this.#wait(3_000);
      this.#fill(set, open, LOT);
      this.#lastWord(set, open, this.#restOf(open) === 0n ? 'filled' : 'cancelled');
      this.#unwind(set);
      this.#close(set, edgeBps, false, false);
    }
  }

  #fate(): number {
    return this.#pick([1, 1, 1, 0.5, 0, 0, -1, -2]);
  }

  /** `fate`: the part of the order that fills; -1 rejected, -2 never known to the venue. */
  #settle(set: Working, placed: Placed, fate: number): void {
    const size = exact(placed.order.size);
    const lots = fate <= 0 ? 0n : fate === 1 ? size / LOT : size / LOT / 2n;
    const first = lots > 1n && this.#random.int(2) === 0 ? lots / 3n : 0n;
    for (const part of [first, lots - first]) if (part > 0n) this.#fill(set, placed, part * LOT);
    const ends = this.#pick(['cancelled', 'expired'] as const);
    const isWhole = this.#restOf(placed) === 0n;
    this.#lastWord(set, placed, isWhole ? 'filled' : fate === -1 ? 'rejected' : fate === -2 ? 'absent' : ends);
  }

  #restOf({ order, filled }: Placed): bigint {
    return exact(order.size) - filled;
  }

  #unwind(set: Working): void {
    const amount = set.excess < 0n ? -set.excess : set.excess;
    const size = amount - (amount % LOT);
    if (size === 0n) return;
    const at = this.#wait(100);
    const venue = this.#pick(VENUES.filter(({ inQuote }) => set.excess > 0n || inQuote));
    const placed = this.#place(set, venue, set.excess > 0n ? 'sell' : 'buy', 'unwind', size, at);
    this.#steps.push({
      at,
      run: this.#run,
      entry: { kind: 'OrderAdded', legSet: set.id, at, order: placed.order },
    });
    this.#settle(set, placed, 1);
  }

  #place(set: Working, venue: Venue, side: 'buy' | 'sell', role: 'leg' | 'unwind', size: bigint, at: number): Placed {
    const epoch = this.#epoch.toString(36).padStart(4, '0');
    const clientId = `inst1${epoch}${(++this.#ids).toString(36).padStart(8, '0')}`;
    const placed: Placed = {
      order: {
        clientId,
        role,
        row: 0,
        venue: venue.id,
        symbol: set.instrument.replace('-', ''),
        side,
        price: side === 'buy' ? '101' : '99.5',
        size: exactText(size),
      },
      venue,
      venueOrderId: `v${this.#epoch}${this.#ids}`,
      sentAt: at,
      filled: 0n,
      value: 0n,
    };
    set.orders.push(placed);
    return placed;
  }

  #fill(set: Working, placed: Placed, size: bigint): void {
    const at = this.#wait(20);
    const { order, venue } = placed;
    const [base = '', quote = ''] = set.instrument.split('-');
    const price = exact('100') + BigInt(this.#random.int(90)) * LOT;
    const value = (price * size) / ONE;
    const isBuy = order.side === 'buy';
    const charged = venue.inQuote || !isBuy ? value : size;
    const unit = ONE / 10n ** BigInt(venue.decimals);
    const isWrong = this.#trades === this.#options.wrongFeeOf;
    const whole = ((charged * exact(venue.rate)) / ONE) * (isWrong ? 10n : 1n);
    const fee = whole - (whole % unit);
    const feeAsset = venue.inQuote || !isBuy ? quote : base;
    const told = {
      clientId: order.clientId,
      venueOrderId: placed.venueOrderId,
      tradeId: String(++this.#trades),
      symbol: order.symbol,
      side: order.side,
      price: exactText(price),
      size: exactText(size),
      fee: exactText(fee),
      feeAsset,
      ...(venue.id === 'gamma' ? { value: exactText(value) } : {}),
      maker: false,
      venueAt: at - 1,
    };
    placed.filled += size;
    placed.value += value;
    const sign = isBuy ? 1n : -1n;
    for (const tally of [set.pnl, this.#balances.get(venue.id) as Tally]) {
      tally.add(base, exactText(size), sign).add(quote, exactText(value), isBuy ? -1n : 1n);
      tally.add(feeAsset, told.fee, -1n);
    }
    set.fees.add(feeAsset, told.fee);
    set.excess = exact(set.pnl.texts()[base] ?? '0');
    const { run } = this;
    const id = `${venue.id}:${order.symbol}:${told.tradeId}`;
    const { instrument } = set;
    this.#steps.push({
      at,
      run,
      entry: { kind: 'Filled', legSet: set.id, venue: venue.id, fill: told, at },
      record: { kind: 'Fill', id, run, legSet: set.id, venue: venue.id, instrument, receivedAt: at, ...told },
    });
    this.#fills.get(venue.id)?.push({
      instrument,
      symbol: order.symbol,
      tradeId: told.tradeId,
      orderId: placed.venueOrderId,
      clientId: order.clientId,
      side: order.side,
      price: told.price,
      size: told.size,
      quote: exactText(value),
      fee: told.fee,
      feeAsset,
      at: told.venueAt,
    });
  }

  get run(): string {
    return this.#run;
  }

  #lastWord(set: Working, placed: Placed, status: string): void {
    const at = this.#wait(20);
    const { order, venueOrderId, sentAt, filled } = placed;
    const isKnown = status !== 'rejected' && status !== 'absent';
    placed.status = status;
    const said = { filled: exactText(filled), ...(isKnown ? { venueOrderId } : {}) };
    const { row: _, clientId, ...rest } = order;
    this.#steps.push({
      at,
      run: this.#run,
      entry: { kind: 'OrderUpdated', legSet: set.id, clientId, status, ...said, at },
      record: {
        kind: 'Order',
        id: clientId,
        run: this.#run,
        legSet: set.id,
        instrument: set.instrument,
        type: 'limit',
        tif: 'ioc',
        ...rest,
        status: (status === 'absent' ? 'rejected' : status) as OrderRecord['status'],
        ...said,
        sentAt,
        doneAt: at,
      },
    });
    if (!isKnown) return;
    const rows = (this.#orders.get(order.venue) ?? []).filter((row) => row.clientId !== clientId);
    const row: LedgerOrder = {
      instrument: set.instrument,
      symbol: order.symbol,
      orderId: venueOrderId,
      clientId,
      side: order.side,
      price: order.price,
      size: order.size,
      filled: said.filled,
      status: status === 'filled' ? 'filled' : 'expired',
      createdAt: sentAt,
    };
    this.#orders.set(order.venue, [...rows, row]);
  }

  #close(set: Working, edgeBps: number, isUnlucky: boolean, isUnknown: boolean): void {
    const at = this.#wait(20);
    const traded = set.orders.some(({ filled }) => filled > 0n);
    const isRefused = set.orders.every(({ status }) => status === 'rejected');
    const isUnwound = set.orders.some(({ order, filled }) => order.role === 'unwind' && filled > 0n);
    const matched = isUnwound ? 'unwound' : traded ? 'filled' : isRefused ? 'refused' : 'missed';
    const amount = set.excess < 0n ? -set.excess : set.excess;
    const isResidual = isUnlucky && amount >= LOT;
    const state: LegSetState = isUnknown ? 'unknown' : isResidual ? 'residual' : matched;
    this.#steps.push({
      at,
      run: this.#run,
      entry: { kind: 'LegSetClosed', legSet: set.id, state, at },
      record: {
        kind: 'LegSet',
        id: set.id,
        run: this.#run,
        opportunity: set.opportunity,
        instrument: set.instrument,
        openedAt: set.openedAt,
        closedAt: at,
        state,
        expectedEdgeBps: Math.round(edgeBps * 10_000) / 10_000,
        pnl: set.pnl.texts(),
        fees: set.fees.texts(),
        legs: set.orders.map(({ order, filled, value }) => ({
          venue: order.venue,
          side: order.side,
          clientId: order.clientId,
          role: order.role,
          size: order.size,
          filled: exactText(filled),
          averagePrice: averagePrice(value, filled),
        })),
        residual: isUnknown || isResidual ? exactText(set.excess) : '0',
      },
    });
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.int(items.length)] as T;
  }

  /** Some time passes; what time it is then. */
  #wait(atMost: number): number {
    this.#now += 1 + this.#random.int(atMost);
    return this.#now;
  }
}

/** Cut at eight decimals: a grid two decimals finer than the prices, and four more. */
function averagePrice(value: bigint, filled: bigint): string {
  if (filled === 0n) return '0';
  const unit = exact('0.00000001');
  const average = (value * ONE) / filled;
  return plain(exactText(average - (average % unit)));
}

export interface Look {
  /** Wall time of reading; default: a day later. */
  readonly readAt?: number;
  /** What was appended, and what was written to the journal, up to these times; default: everything. */
  readonly logUntil?: number;
  readonly journalUntil?: number;
}

/** What somebody who looks at the data folder finds. */
export function evidenceOf({ steps, ledger, references, endsAt }: Story, look: Look = {}): Evidence {
  const { logUntil = endsAt, journalUntil = endsAt, readAt = endsAt + 86_400_000 } = look;
  const newest = new Map<string, JournalRecord>();
  for (const { at, record } of steps) {
    if (record !== undefined && at <= journalUntil) newest.set(`${record.kind} ${record.id}`, record);
  }
  const records = [...newest.values()];
  const of = <K extends JournalRecord['kind']>(kind: K): Extract<JournalRecord, { kind: K }>[] =>
    records.filter((record): record is Extract<JournalRecord, { kind: K }> => record.kind === kind);
  const entries = steps.filter(({ at }) => at <= logUntil);
  const runs = [...new Set(entries.filter(({ entry }) => entry !== undefined).map(({ run }) => run))];
  return {
    readAt,
    journal: {
      runs: of('Run'),
      legSets: of('LegSet'),
      orders: of('Order'),
      fills: of('Fill'),
      balances: of('Balance'),
      unreadable: [],
      newestAt: 0,
    },
    log: runs.map(
      (run, index): LogFile => ({
        name: `${String(index + 1).padStart(8, '0')}-${run}.wal`,
        number: index + 1,
        run,
        entries: entries.flatMap((step) => (step.run === run && step.entry !== undefined ? [step.entry] : [])),
        damage: [],
        bytes: 0,
        tornBytes: 0,
      }),
    ),
    references,
    // Kept when the last run ended.
    ...(logUntil >= endsAt ? { ledger } : {}),
    notes: [],
  };
}
