/** A detector over a world, and what comes out of it. */
import type { Intent } from '../../../src/core/intent.ts';
import type { JournalRecord } from '../../../src/core/records.ts';
import { Detector } from '../../../src/engine/detector.ts';
import type { DetectorSettings } from '../../../src/engine/detector-port.ts';
import { newIntentSlot, readIntent } from '../../../src/memory/intent-codec.ts';
import { INTENT } from '../../../src/memory/layout.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { type Quote, World, type WorldOptions } from './world.ts';

export class Scout {
  readonly world: World;
  readonly records: JournalRecord[] = [];
  readonly #settings: Partial<DetectorSettings>;
  readonly #intents: SlotRing;
  isJournalBehind = false;
  detector: Detector;

  constructor(options: WorldOptions = {}, settings: Partial<DetectorSettings> = {}) {
    this.world = new World(options);
    this.#settings = settings;
    const { buffer, layout, universe } = this.world;
    this.#intents = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    for (const venue of universe.venues) {
      for (const { base, quote } of universe.instruments) {
        this.world.fund(venue, base, 1_000);
        this.world.fund(venue, quote, 1e9);
      }
    }
    this.detector = this.start();
  }

  /** A detector on the memory as it stands; the next one is the successor. */
  start(life = 0): Detector {
    const { world } = this;
    this.detector = new Detector({
      universe: world.universe,
      buffer: world.buffer,
      layout: world.layout,
      control: world.control,
      clock: world.clock,
      settings: {
        run: 'run',
        minEdgeBps: 1,
        maxEdgeBps: 300,
        maxNotional: 2_000,
        minProfit: 0,
        cooldownNs: 100e6,
        maxPriceRatio: 1e9,
        maxHeartbeatAgeNs: 1_500e6,
        filters: [],
        ...this.#settings,
      },
      records: {
        tryWrite: (record) => {
          if (this.isJournalBehind) return false;
          this.records.push(record);
          return true;
        },
      },
      counters: world.counters(),
      reasons: world.reasons('detector'),
      filterCounters: world.filterCounters(),
      wireToDecision: world.histogram('wireToDecision'),
      executorBell: world.bell(),
      firstIntent: life * 1_000 + 1,
      firstOpportunity: life * 1_000 + 1,
    });
    return this.detector;
  }

  /** Publishes a row and lets the detector look. */
  quote(venue: string, bid: number, ask: number, more: Partial<Quote> & { lots?: number } = {}): Intent[] {
    const { lots = 1_000_000, ...rest } = more;
    this.world.publish(this.world.row(venue), { bids: [[bid, lots]], asks: [[ask, lots]], ...rest });
    return this.look();
  }

  look(): Intent[] {
    this.detector.doWork();
    return this.taken();
  }

  taken(): Intent[] {
    const slot = newIntentSlot();
    const out: Intent[] = [];
    while (this.#intents.tryPop(slot)) out.push(readIntent(slot));
    return out;
  }

  /** The executor is done with an intent. */
  settle(intent: Pick<Intent, 'id' | 'pair'> | undefined): void {
    if (intent !== undefined) this.world.feedback[intent.pair] = intent.id;
  }

  /** Time goes on; hearts beat. */
  pass(ms: number): void {
    this.world.clock.advanceMs(ms);
    this.world.beat();
  }

  venuesOf = (intent: Intent | undefined) => intent?.legs.map(({ row }) => this.world.universe.rows[row]?.venue);
  count = () => this.world.counters().snapshot();
  filtered = () =>
    Object.fromEntries(Object.entries(this.world.filterCounters().snapshot()).filter(([, count]) => count > 0));
  reasons = () =>
    Object.fromEntries(Object.entries(this.world.reasons('detector').snapshot()).filter(([, count]) => count > 0));
  lives = () => this.records.filter((record) => record.kind === 'Opportunity');
}
