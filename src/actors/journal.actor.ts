/** Empties the record rings into LMDB and samples quotes. Never on a hot thread. */
import { systemClock } from '../core/clock.ts';
import { RECORD_PRODUCERS } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';
import { journalFolder } from '../record/journal-store.ts';
import { JournalWriter } from '../record/journal-writer.ts';
import { QuoteSampler } from '../record/quote-sampler.ts';
import type { Actor } from './actor.ts';
import type { ActorHost } from './actor-host.ts';

export class JournalActor implements Actor {
  readonly #writer: JournalWriter;
  readonly #sampler: QuoteSampler;

  constructor({ context, views, guard, onFault }: ActorHost) {
    const clock = guard.clock(systemClock());
    const { quoteSampleMs, quoteRetentionHours } = context.config.journal;
    this.#writer = new JournalWriter({
      folder: journalFolder(context.dataDir),
      rings: RECORD_PRODUCERS.map((producer) => views.recordRing(producer)),
      counters: views.journalCounters(),
      clock,
      onFault,
    });
    this.#sampler = new QuoteSampler({
      reader: new QuoteReader(views.buffer, views.layout),
      universe: context.universe,
      incarnation: (venue) => views.control.incarnation(venue),
      holds: new RowHolds(views.buffer, views.layout),
      store: this.#writer,
      clock,
      everyMs: quoteSampleMs,
      retentionHours: quoteRetentionHours,
    });
  }

  start(): void {
    this.#sampler.start();
  }

  doWork(): number {
    return this.#writer.drain();
  }

  get hasWork(): boolean {
    return this.#writer.isBehind;
  }

  onCommand(): void {}

  async stop(): Promise<void> {
    this.#sampler.stop();
    while (this.#writer.drain() > 0);
    await this.#writer.close();
  }
}
