/** One play: an executor, three exchanges, and whatever happens between them in the order that the tape wants. */
import { Desk, type FakeGateway } from '../../unit/engine/desk.ts';
import { Exchange, type Happening } from './exchange.ts';
import { Hearing } from './hearing.ts';
import { CHANCES, intend, quote, VENUES } from './market.ts';
import { type Line, ModelGateway } from './model-gateway.ts';
import { demand, units } from './plain.ts';
import { type Setting, settingOf } from './setting.ts';
import { Tape } from './tape.ts';
import { verdictOf } from './verdict.ts';
import { Watcher } from './watcher.ts';

/** Lots of an intent, ticks that a price moves by, and ms that pass. */
const SIZES = [10_000, 3_000, 1_000, 600];
const MOVES = [0, -40, 40, 150, -150];
const WAITS = [1, 20, 100, 600, 2_500];

const MAX_STEPS = 120;
/** Of waiting, once all trouble is over: two minutes. */
const MAX_ROUNDS = 300;

/** Shared memory is costly to make: plays follow each other in the same. */
let memory: SharedArrayBuffer | undefined;

export class Play {
  readonly desk: Desk;
  readonly setting: Setting;
  readonly exchanges: readonly Exchange[];
  readonly watcher: Watcher;
  readonly #tape: Tape;
  readonly #hearing: Hearing;
  readonly #pool: Happening[] = [];
  #intents: number;
  #found: unknown;

  constructor(bytes: Uint8Array) {
    this.#tape = new Tape(bytes);
    this.setting = settingOf(this.#tape);
    const { world, settings, funds } = this.setting;
    const options = { venues: VENUES, ...world, ...(memory === undefined ? {} : { memory }) };
    const gatewayOf = (venue: number, steps: string[]): FakeGateway => new ModelGateway(steps, () => this.#line(venue));
    this.desk = new Desk(options, settings, gatewayOf);
    memory = this.desk.world.buffer;
    this.watcher = new Watcher(this.desk, this.setting);
    this.#hearing = new Hearing(this.desk, this.watcher);
    const mute = this.#tape.draw(48) - 45;
    this.exchanges = VENUES.map((_, venue) => this.#exchange(venue, venue === mute));
    VENUES.forEach((_, venue) => {
      this.desk.inventory.setTotals(venue, funds);
      quote(this.desk, this.watcher, venue, 0, true);
    });
    this.#intents = 1 + this.#tape.draw(6);
  }

  #exchange(venue: number, isMute: boolean): Exchange {
    return new Exchange({
      venue,
      isMute,
      fee: units(this.setting.fees[venue] ?? '0'),
      // One venue rounds what moves in quote.
      ...(venue === 1 ? { valueDecimals: 4 } : {}),
      tape: this.#tape,
      pool: this.#pool,
      now: () => this.desk.world.clock.wallMs(),
      ear: this.#hearing,
    });
  }

  #line(venue: number): Line {
    const exchange = this.exchanges[venue] as Exchange;
    return {
      exchange,
      hearing: this.#hearing,
      throwsAtOnce: () => this.#tape.once(2),
      onSent: (request) => {
        try {
          this.watcher.onSent(venue, request, exchange.isUp);
        } catch (found) {
          this.#found ??= found;
        }
      },
    };
  }

  /** Returns how the sets ended; rejects with a `Violation`. */
  async run(): Promise<readonly string[]> {
    this.#intend(0);
    for (let step = 0; step < MAX_STEPS && !this.#isOver; step++) await this.#step();
    await this.#heal();
    return verdictOf(this);
  }

  get #isOver(): boolean {
    return this.#intents === 0 && this.#pool.length === 0 && this.desk.executor.openSets === 0;
  }

  async #step(): Promise<void> {
    const choice = this.#tape.draw(16);
    if (choice < 12 && this.#pool.length > 0) return this.#happen();
    if (choice === 15) this.#disturb();
    else if (choice >= 13 && this.#intents > 0) this.#intend(this.#tape.draw(CHANCES.length));
    else return this.#wait(this.#tape.pick(WAITS));
    await this.#hear();
  }

  #happen(): Promise<void> {
    const [happening] = this.#pool.splice(this.#tape.draw(this.#pool.length), 1) as [Happening];
    // Now and then a word is said twice.
    if (happening.kind === 'stream' && this.#tape.once(8)) this.#pool.push({ ...happening, lose: () => {} });
    happening.run();
    return this.#hear();
  }

  #wait(ms: number): Promise<void> {
    this.desk.world.clock.advanceMs(ms);
    this.desk.world.beat();
    return this.#hear();
  }

  async #hear(): Promise<void> {
    await this.#hearing.settle();
    if (this.#found !== undefined) throw this.#found;
    this.watcher.readLog();
  }

  #intend(chance: number): void {
    this.#intents--;
    intend(this.desk, chance, this.#tape.pick(SIZES));
  }

  #disturb(): void {
    const venue = this.#tape.draw(VENUES.length);
    const what = this.#tape.draw(10);
    if (what < 3) quote(this.desk, this.watcher, venue, this.#tape.pick(MOVES), true);
    else if (what < 5) quote(this.desk, this.watcher, venue, 0, false);
    else if (what < 7) this.#turn(venue, this.exchanges[venue]?.isUp === false);
    else if (what < 9) this.desk.isJournalBehind = !this.desk.isJournalBehind;
    else this.#halt(!this.watcher.isHalted);
  }

  #halt(isHalted: boolean): void {
    this.watcher.isHalted = isHalted;
    this.desk.world.control.setHalt('api', isHalted);
  }

  /** Order entry and stream of a venue go down or come up. What was on its way then may be lost. */
  #turn(venue: number, isUp: boolean): void {
    const [exchange, gateway] = [this.exchanges[venue] as Exchange, this.desk.gateways[venue] as FakeGateway];
    exchange.isUp = isUp;
    gateway.isUp = isUp;
    if (!isUp) {
      const lost = this.#pool.filter((word) => word.order.venue === venue && this.#mayLose(word) && this.#tape.once(2));
      for (const word of lost) {
        this.#pool.splice(this.#pool.indexOf(word), 1);
        word.lose?.();
      }
    }
    this.desk.tell(venue, isUp ? { kind: 'GatewayUp' } : { kind: 'GatewayDown', reason: 'closed' });
  }

  /** Nobody asks again for what is known. */
  #mayLose({ order, lose }: Happening): boolean {
    return lose !== undefined && this.watcher.order(order.clientId)?.isKnown === false;
  }

  /** All trouble ends, and the rest is told. What still stands open then is waited for. */
  async #heal(): Promise<void> {
    const { executor } = this.desk;
    this.desk.isJournalBehind = false;
    executor.doWork();
    if (this.#tape.once(2)) this.#halt(false);
    for (const [venue, exchange] of this.exchanges.entries()) {
      exchange.isHealed = true;
      if (!exchange.isUp) this.#turn(venue, true);
      if (!this.#tape.once(8)) quote(this.desk, this.watcher, venue, 0, true);
    }
    for (let quiet = 0, rounds = 0; quiet < 3; rounds++) {
      demand(rounds < MAX_ROUNDS, () => `${executor.openSets} sets never close`);
      while (this.#pool.length > 0) await this.#happen();
      quiet = executor.openSets > 0 ? 0 : quiet + 1;
      await this.#wait(quiet > 0 ? 3_000 : rounds < 20 ? 100 : 400);
    }
  }
}
