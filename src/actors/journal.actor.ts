/** Empties the record rings into LMDB, samples quotes and removes old files of the log. Never on a hot thread. */
import { systemClock } from '../core/clock.ts';
import { RECORD_PRODUCERS } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';
import { journalFolder, walFolder } from '../record/journal-store.ts';
import { JournalWriter } from '../record/journal-writer.ts';
import { QuoteSampler } from '../record/quote-sampler.ts';
import { WalPruner } from '../record/wal-pruner.ts';
import type { Actor } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import type { CrashPoint } from './crash-point.ts';

export class JournalActor implements Actor {
  readonly #writer: JournalWriter;
  readonly #sampler: QuoteSampler;
  readonly #pruner: WalPruner;
  readonly #crashPoint: CrashPoint | undefined;

  constructor({ context, views, guard, onFault }: ActorHost) {
    const clock = guard.clock(systemClock());
    this.#crashPoint = views.crashPoint(context.crashAt);
    const { quoteSampleMs, quoteRetentionHours, walRetentionHours } = context.config.journal;
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
    this.#pruner = new WalPruner({
      folder: walFolder(context.dataDir),
      run: context.run,
      retentionHours: walRetentionHours,
      find: (kind, id) => this.#writer.find(kind, id),
      clock,
      counters: views.journalCounters(),
      onFault,
    });
  }

  start(): void {
    this.#sampler.start();
    this.#pruner.start();
  }

  doWork(): number {
    if (this.#writer.isBehind) this.#crashPoint?.pass('before-journal');
    const written = this.#writer.drain();
    if (written > 0) this.#crashPoint?.pass('after-journal');
    return written;
  }

  get hasWork(): boolean {
    return this.#writer.isBehind;
  }

  onCommand(): void {}

  async stop(): Promise<void> {
    this.#sampler.stop();
    this.#pruner.stop();
    while (this.#writer.drain() > 0);
    await this.#writer.close();
  }
}
