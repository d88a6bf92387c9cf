/** What is open has to end before it can be judged: longer than a drain waits, where an answer was lost. */
import { readWal } from './agreement.ts';
import type { EngineProcess } from './engine-process.ts';
import { until } from './until.ts';
import { openOrdersOf, unsettledOrdersOf } from './wal-state.ts';

/** Waits until the engine's log says of no leg set that it is open. */
export async function setsClosed(engine: EngineProcess, timeoutMs = 30_000): Promise<void> {
  const open = () => openOrdersOf(readWal(engine.dataDir));
  await until('every leg set to be closed in the log', () => open().length === 0, {
    timeoutMs,
    everyMs: 100,
    seen: () => ({ open: open(), log: engine.process.err.slice(-2_000) }),
  });
}

/** Waits until nothing is open, and the last word of every order is known: a start waits for no venue that it may not ask
 *  for long, and learns of the rest while it trades. */
export async function allKnown(engine: EngineProcess, timeoutMs: number): Promise<void> {
  await engine.post('/v1/pause');
  const left = () => {
    const log = readWal(engine.dataDir);
    return { unsettled: unsettledOrdersOf(log), open: openOrdersOf(log) };
  };
  const isKnown = (): boolean => {
    const { unsettled, open } = left();
    return unsettled.length === 0 && open.length === 0;
  };
  await until('what an earlier run left to be known', isKnown, { timeoutMs, everyMs: 100, seen: left });
}
