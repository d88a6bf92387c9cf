/** What a person sees while the engine runs: a panel on a terminal, a line every few seconds elsewhere. */
import { join } from 'node:path';
import type { Engine } from '../actors/engine.ts';
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { LegSetRecord } from '../core/records.ts';
import { isTrade, LmdbJournalReader } from '../record/journal-reader.ts';
import { journalFolder } from '../record/journal-store.ts';
import type { RunIo } from './io.ts';
import { type PanelOptions, startPanel, statusLine } from './panel.ts';

const LINE_EVERY_MS = 5_000;
const TRADES_SHOWN = 20;

export interface WatchOptions {
  readonly io: RunIo;
  readonly dataDir: string;
  readonly log: Log;
  readonly apiUrl: string | undefined;
}

/** Returns the function that ends it. */
export function watch(engine: Engine, { io, dataDir, log, apiUrl }: WatchOptions): () => void {
  const { terminal } = io;
  if (terminal === undefined) {
    const timer = setInterval(() => log.info({}, statusLine(engine.view.status())), LINE_EVERY_MS);
    return () => clearInterval(timer);
  }
  const journal = new LmdbJournalReader(journalFolder(dataDir));
  const options: PanelOptions = {
    color: io.env['NO_COLOR'] === undefined,
    ...(apiUrl === undefined ? {} : { api: apiUrl, tokenPath: join(dataDir, 'admin-token') }),
  };
  let shown: readonly LegSetRecord[] = [];
  const stop = startPanel({
    view: engine.view,
    trades: () => {
      try {
        shown = journal.read('LegSet', { limit: TRADES_SHOWN, run: engine.context.run }).filter(isTrade);
      } catch (thrown) {
        log.warn({ cause: messageOf(thrown) }, 'the panel cannot read trades');
      }
      return shown;
    },
    screen: terminal,
    clock: systemClock(),
    log,
    options: () => options,
  });
  return () => {
    stop();
    journal.close();
  };
}
