/** `POST /api/v5/trade/cancel-all-after`: a timer for all orders of the account, or for those of one tag.
 *  Source: https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-cancel-all-after (its example has seconds). */
import type { DeadManTimers } from '../../dead-man.ts';
import type { SimAccount } from '../../port.ts';
import { wireError } from './errors.ts';
import { type Arguments, TAG } from './order-entry.ts';
import type { RestResult } from './rest-public.ts';

const LEAST_S = 10;
const MOST_S = 120;

/** The tag in a request, '' where it has none; undefined: no tag that may be. */
export function readTag({ tag = '' }: Arguments): string | undefined {
  return typeof tag === 'string' && (tag === '' || TAG.test(tag)) ? tag : undefined;
}

export function setDeadMan(
  timers: DeadManTimers,
  account: SimAccount,
  { timeOut }: Arguments,
  tag: string,
  nowMs: number,
): RestResult {
  if (timeOut === undefined || timeOut === '') return { error: wireError('50014', 'timeOut') };
  const seconds = typeof timeOut === 'string' && /^\d{1,3}$/.test(timeOut) ? Number(timeOut) : -1;
  if (seconds !== 0 && (seconds < LEAST_S || seconds > MOST_S)) return { error: wireError('51000', 'timeOut') };
  const scope = { name: tag, isMeant: ({ note }: { note: Readonly<Record<string, string>> }) => note.tag === tag };
  const triggerAt = timers.set(account, seconds * 1000, tag === '' ? undefined : scope);
  return {
    rows: [{ triggerTime: String(Math.floor(triggerAt / 1000)), tag, ts: String(Math.floor(nowMs / 1000)) }],
  };
}
