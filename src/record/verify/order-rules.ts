/** Rules of orders: what the entries of the log add up to is in itself right, and is what the journal says. Pure. */
import type { OrderRecord } from '../../core/records.ts';
import { amountOf, plain, textOf } from './amounts.ts';
import { type Case, isLost, isUncertain } from './case.ts';
import { differences, type Finding, finding, NOTHING } from './finding.ts';
import type { LoggedOrder, Word } from './history.ts';

/** What a word of the log is called in the journal. Other words are not the last. */
const LAST_WORDS: Readonly<Record<string, string>> = {
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
  absent: 'rejected',
};

/** The newest word of an order, which a late fill may make another one follow. */
export const lastWord = ({ words }: LoggedOrder): Word['said'] | undefined => words.at(-1)?.said;

/** The order's status in the journal's words; undefined while its outcome is not known. */
export const lastStatus = (order: LoggedOrder): string | undefined => LAST_WORDS[lastWord(order)?.status ?? ''];

/** Base that its fills add up to, or the first of them. */
export const filledBy = ({ fills }: LoggedOrder, count = fills.length): bigint =>
  fills.slice(0, count).reduce((sum, { fill }) => sum + amountOf(fill.size), 0n);

export function orderFindings(from: Case): Finding[] {
  const { history, journal, gaps } = from;
  const logged = [...history.orders.values()].flatMap((order) => [
    ...ownFindings(from, order),
    ...compared(from, order),
  ]);
  const unlogged = [...journal.orders.values()]
    .filter(({ id, sentAt, doneAt, legSet }) => {
      return !history.orders.has(id) && !gaps.covers(sentAt, doneAt) && !isLost(from, legSet);
    })
    .map(({ id, legSet, status }) =>
      finding('order-unlogged', `order ${id} of leg set ${legSet}`, { log: NOTHING, journal: status }),
    );
  return [...logged, ...unlogged];
}

const whereOf = ({ order, legSet }: LoggedOrder): string => `order ${order.clientId} of leg set ${legSet}`;

/** What the log alone shows. */
function ownFindings(from: Case, order: LoggedOrder): Finding[] {
  const set = from.history.sets.get(order.legSet);
  const filled = filledBy(order);
  const size = amountOf(order.order.size);
  if (filled > size && !order.isDoubled) {
    return [finding('order-overfilled', whereOf(order), { size: textOf(size), filled: textOf(filled) })];
  }
  const status = lastStatus(order);
  // While a set is open its fills may still come.
  if (set === undefined || set.isOpen || isUncertain(from, set) || status === undefined) return [];
  // Each last word speaks of the fills before it, the very last of all.
  const words = order.words.map(({ said, fills }, index) => ({
    said,
    adds: filledBy(order, index === order.words.length - 1 ? undefined : fills),
  }));
  const wrong = words.find(
    ({ said, adds }) => Object.hasOwn(LAST_WORDS, said.status) && amountOf(said.filled) !== adds,
  );
  if (wrong !== undefined) {
    const figures = { [wrong.said.status]: plain(wrong.said.filled), fills: textOf(wrong.adds) };
    return [finding('order-filled', whereOf(order), figures)];
  }
  const isRight =
    filled === size ? status === 'filled' : status !== 'filled' && (status !== 'rejected' || filled === 0n);
  if (isRight) return [];
  return [finding('order-status', whereOf(order), { status, size: textOf(size), filled: textOf(filled) })];
}

/** Against its record. */
function compared(from: Case, logged: LoggedOrder): Finding[] {
  const { journal, history, horizon } = from;
  const { order, words, legSet } = logged;
  const word = words.at(-1);
  const set = history.sets.get(legSet);
  if (set === undefined || isUncertain(from, set) || journal.isUnusable('Order', order.clientId)) return [];
  const record = journal.orders.get(order.clientId);
  const status = lastStatus(logged);
  const isYoung = word === undefined || word.said.at > horizon.judgedUntil(word.run);
  if (record === undefined) {
    if (status === undefined || isYoung) return [];
    return [finding('order-missing', whereOf(logged), { log: status, journal: NOTHING })];
  }
  const fields = {
    legSet: [legSet, record.legSet] as const,
    role: [order.role, record.role] as const,
    venue: [order.venue, record.venue] as const,
    instrument: [set.opened.instrument, record.instrument] as const,
    symbol: [order.symbol, record.symbol] as const,
    side: [order.side, record.side] as const,
    price: [plain(order.price), record.price === undefined ? '' : plain(record.price)] as const,
    size: [plain(order.size), plain(record.size)] as const,
    ...(status === undefined || isYoung ? {} : wordFields(logged, status, record)),
  };
  return differences('order-differs', `order ${order.clientId}`, ['log', 'journal'], fields);
}

/** What the last word says; an earlier version of the record may stand in the journal while it is young. */
const wordFields = (order: LoggedOrder, status: string, record: OrderRecord) => ({
  status: [status, record.status] as const,
  filled: [plain(lastWord(order)?.filled ?? '0'), plain(record.filled)] as const,
  venueOrderId: [lastWord(order)?.venueOrderId, record.venueOrderId] as const,
});
