/** Whether records and entries have the fields that the rules reckon with. Their bytes were whole; this is about what a
 *  mistaken or another version wrote. Pure. */
import type { Fill } from '../../core/order.ts';
import type { WalEntry, WalOrder } from '../../core/records.ts';
import { isAmount } from './amounts.ts';
import type { VerifiedRecord } from './evidence.ts';

/** What is wrong with it, in words; undefined when nothing is. */
export type Flaw = string | undefined;

export function flawOfRecord(record: VerifiedRecord): Flaw {
  switch (record.kind) {
    case 'Run':
      return flawOfTimes(record, ['startedAt']) ?? flawOfList(record.instruments, 'instruments', flawOfName);
    case 'Fill':
      return flawOfFill(record) ?? flawOfTexts(record, ['run', 'legSet', 'venue', 'instrument']);
    case 'Order':
      return (
        flawOfTexts(record, ['run', 'legSet', 'venue', 'instrument', 'symbol', 'side', 'status', 'role']) ??
        flawOfAmounts(record, ['size', 'filled', ...optional(record, 'price')])
      );
    case 'LegSet':
      return (
        flawOfTexts(record, ['run', 'instrument', 'opportunity', 'state']) ??
        flawOfTimes(record, ['openedAt', 'closedAt', 'expectedEdgeBps']) ??
        flawOfAmounts(record, ['residual']) ??
        flawOfAmounts(record.pnl, Object.keys(record.pnl ?? {})) ??
        flawOfAmounts(record.fees, Object.keys(record.fees ?? {})) ??
        flawOfList(record.legs, 'legs', (leg) => flawOfAmounts(leg, ['size', 'filled', 'averagePrice']))
      );
    case 'Balance':
      return (
        flawOfTexts(record, ['run', 'venue', 'reason']) ??
        flawOfList(record.balances, 'balances', (balance) => flawOfAmounts(balance, ['free', 'locked']))
      );
  }
}

export function flawOfEntry(entry: WalEntry): Flaw {
  switch (entry.kind) {
    case 'RunOpened':
      return flawOfTexts(entry, ['run']) ?? flawOfTimes(entry, ['at', 'epoch']);
    case 'LegSetOpened':
      return (
        flawOfTexts(entry, ['legSet', 'opportunity', 'instrument']) ??
        flawOfTimes(entry, ['at', 'edgeBps']) ??
        flawOfAmounts(entry, optional(entry, 'carried')) ??
        flawOfList(entry.orders, 'orders', flawOfOrder)
      );
    case 'OrderAdded':
      return flawOfTexts(entry, ['legSet']) ?? flawOfTimes(entry, ['at']) ?? flawOfOrder(entry.order);
    case 'OrderAcked':
      return flawOfTexts(entry, ['legSet', 'clientId', 'venueOrderId']) ?? flawOfTimes(entry, ['at']);
    case 'OrderUpdated':
      return (
        flawOfTexts(entry, ['legSet', 'clientId', 'status']) ??
        flawOfTimes(entry, ['at']) ??
        flawOfAmounts(entry, ['filled'])
      );
    case 'Filled':
      return flawOfTexts(entry, ['legSet', 'venue']) ?? flawOfTimes(entry, ['at']) ?? flawOfFill(entry.fill);
    case 'LegSetClosed':
      return (
        flawOfTexts(entry, ['legSet', 'state']) ??
        flawOfTimes(entry, ['at']) ??
        flawOfAmounts(entry, optional(entry, 'excess'))
      );
    case 'LossLimitReached':
      return flawOfTexts(entry, ['limit', 'reason']) ?? flawOfTimes(entry, ['at']);
    case 'LossLimitLifted':
      return flawOfTimes(entry, ['at']);
    default:
      // A kind of another version: the history says so.
      return undefined;
  }
}

const flawOfName = (name: unknown): Flaw => (typeof name === 'string' ? undefined : 'one is no name');

function flawOfFill(fill: Fill): Flaw {
  const texts = flawOfTexts(fill, ['clientId', 'tradeId', 'symbol', 'side', 'feeAsset']);
  return texts ?? flawOfAmounts(fill, ['price', 'size', 'fee', ...optional(fill, 'value')]);
}

const flawOfOrder = (order: WalOrder): Flaw =>
  flawOfTexts(order, ['clientId', 'role', 'venue', 'symbol', 'side']) ?? flawOfAmounts(order, ['price', 'size']);

const optional = (of: object, name: string): string[] => ((of as Named)[name] === undefined ? [] : [name]);

type Named = Readonly<Record<string, unknown>>;

function flawOf(of: object | undefined, names: readonly string[], isRight: (value: unknown) => boolean): Flaw {
  if (typeof of !== 'object' || of === null) return 'a part is missing';
  const wrong = names.find((name) => !isRight((of as Named)[name]));
  return wrong === undefined ? undefined : `${wrong} is ${JSON.stringify((of as Named)[wrong]) ?? 'missing'}`;
}

const flawOfTexts = (of: object, names: readonly string[]): Flaw =>
  flawOf(of, names, (value) => typeof value === 'string');

const flawOfTimes = (of: object, names: readonly string[]): Flaw => flawOf(of, names, Number.isFinite);

const flawOfAmounts = (of: object | undefined, names: readonly string[]): Flaw => flawOf(of, names, isAmount);

function flawOfList<T>(list: readonly T[], name: string, flaw: (item: T) => Flaw): Flaw {
  if (!Array.isArray(list)) return `${name} is missing`;
  for (const item of list) {
    const found = flaw(item);
    if (found !== undefined) return `in ${name}, ${found}`;
  }
  return undefined;
}
