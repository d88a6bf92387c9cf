/** The end of a play: every set is flat, held within the limit, or told and paused; and all books agree to the last unit. */
import type { JournalRecord } from '../../../src/core/records.ts';
import type { Desk } from '../../unit/engine/desk.ts';
import type { Exchange } from './exchange.ts';
import { type Account, accountOf, add, demand, demandSame, text, units } from './plain.ts';
import type { Setting } from './setting.ts';
import type { ToldSet } from './told.ts';
import type { TrueOrder } from './true-order.ts';
import type { Watcher } from './watcher.ts';

export interface Ended {
  readonly desk: Desk;
  readonly exchanges: readonly Exchange[];
  readonly watcher: Watcher;
  readonly setting: Setting;
}

/** How each set ended. Throws a `Violation`. */
export function verdictOf(ended: Ended): readonly string[] {
  const { desk, watcher } = ended;
  watcher.readLog();
  demand(desk.executor.openSets === 0, () => `${desk.executor.openSets} sets are still open`);
  const sets = [...watcher.sets.values()];
  for (const set of sets) {
    checkEnd(set, watcher);
    if (set.state !== 'unknown') checkTold(set, ended);
  }
  checkAccounts(ended, sets);
  const left = leftOf(sets);
  checkBooks(desk, sets, left);
  checkJournal(desk.records, sets);
  checkCounts(desk, watcher, sets);
  checkPause(desk, watcher);
  checkReplay(desk, left);
  return sets.map(({ state, carried }) => (carried === 0n ? state : `dust ${state}`));
}

/** A pause lasts once a set was closed with something amiss, whatever is learned later; one that only waited for a venue
 *  that could not be asked is over. No pause comes untold. */
function checkPause(desk: Desk, watcher: Watcher): void {
  const isPaused = desk.executor.report().pausedInstruments.length > 0;
  demand(isPaused === watcher.hasGoneAmiss, () =>
    isPaused ? 'a pause outlasts its reason' : 'a pause was lifted too early',
  );
  demand(!isPaused || watcher.alarms.length > 0, () => 'a pause came without an alarm');
}

function checkEnd(set: ToldSet, watcher: Watcher): void {
  const { id, state, owed } = set;
  demand(set.excess === owed, () => `${id} closed with ${text(set.excess)}, and owes ${text(owed)}`);
  const isSaid = watcher.alarms.some(({ code, legSet }) => legSet === id && code === `execution/${state}`);
  switch (state) {
    case 'working':
      return demand(false, () => `${id} was never closed`);
    case 'residual':
    case 'unknown':
      demand(isSaid, () => `${id} ended ${state}, and nobody was told`);
      return demand(state === 'unknown' || owed !== 0n, () => `${id} is called residual and is flat`);
    case 'held':
      return demand(owed !== 0n, () => `${id} holds nothing`);
    case 'missed':
    case 'refused':
      demand(!set.hasTraded, () => `${id} is called ${state} and has traded`);
  }
  // What crumbs are handed back stay crumbs of the ledger.
  demand(
    set.carried !== 0n || !watcher.isTradable(owed),
    () => `${id} ended ${state} and left ${text(owed)}, which trades`,
  );
}

/** Nothing that an exchange did is left untold in a set that is called known. */
function checkTold(set: ToldSet, { exchanges }: Ended): void {
  for (const told of set.orders) {
    const order = trueOrder(exchanges, told.clientId);
    const traded = order?.filled ?? 0n;
    demand(told.filled === traded, () => `${told.clientId} traded ${text(traded)}, and ${text(told.filled)} is known`);
    demand(told.isKnown, () => `${set.id} was closed ${set.state} without the last word of ${told.clientId}`);
    const isOver = order === undefined || order.state === 'done' || order.state === 'never';
    demand(isOver, () => `${told.clientId} still stands at its venue`);
  }
}

const trueOrder = (exchanges: readonly Exchange[], clientId: string): TrueOrder | undefined =>
  exchanges.map(({ orders }) => orders.get(clientId)).find((order) => order !== undefined);

/** What we think to own is what the exchanges say that we own; nothing stays reserved. */
function checkAccounts({ desk, exchanges, setting, watcher }: Ended, sets: readonly ToldSet[]): void {
  const untold = sets.some((set) => set.state === 'unknown');
  for (const [venue, { accounts, orders }] of exchanges.entries()) {
    const name = desk.world.universe.venues[venue];
    const told: Account = new Map();
    for (const clientId of orders.keys()) {
      for (const [asset, change] of watcher.order(clientId)?.changes ?? []) add(told, asset, change);
    }
    if (!untold) demandSame(told, accounts, `what was told of ${name}`);
    for (const { asset, free } of setting.funds) {
      const owned = units(free) + (told.get(asset) ?? 0n);
      const view = desk.inventory.view().find((entry) => entry.venue === name && entry.asset === asset);
      const reserved = units(view?.reserved ?? '0');
      const booked = units(view?.free ?? '0') + reserved;
      demand(booked === owned, () => `${asset} at ${name} is booked as ${text(booked)}, and is ${text(owned)}`);
      demand(untold || reserved === 0n, () => `${text(reserved)} ${asset} at ${name} is still reserved`);
    }
  }
}

/** Base that the sets left over, by what became of it. */
function leftOf(sets: readonly ToldSet[]): { readonly dust: bigint; readonly held: bigint } {
  const left = { dust: 0n, held: 0n };
  for (const { state, isCrumbs, owed, carried } of sets) {
    if (state === 'held') left.held += owed;
    if (isCrumbs) left.dust += owed;
    left.dust -= carried;
  }
  return left;
}

/** The run's totals, and where each unit of base went. */
function checkBooks(desk: Desk, sets: readonly ToldSet[], left: ReturnType<typeof leftOf>): void {
  const report = desk.executor.report();
  const [pnl, fees]: [Account, Account] = [new Map(), new Map()];
  for (const set of sets) {
    for (const [asset, change] of set.sum('changes')) add(pnl, asset, change);
    for (const [asset, fee] of set.sum('fees')) add(fees, asset, fee);
  }
  demandSame(accountOf(report.pnl), pnl, 'profit');
  demandSame(accountOf(report.fees), fees, 'fees');
  demandSame(accountOf(report.dust), new Map([['BTC', left.dust]]), 'dust');
  demandSame(accountOf(report.held), new Map([['BTC', left.held]]), 'what is held');
}

/** A successor that reads the log finds the same left over. */
function checkReplay(desk: Desk, left: ReturnType<typeof leftOf>): void {
  const next = desk.start({ run: 'next' });
  next.takeOver(desk.wal, new Set());
  const { dust, held } = next.carriedOver();
  demandSame(accountOf(dust), new Map([['BTC-USDT', left.dust]]), 'dust in the log');
  demandSame(accountOf(held), new Map([['BTC-USDT', left.held]]), 'what is held, by the log,');
}

/** The journal's last word on every set and order, and each fill once. */
function checkJournal(records: readonly JournalRecord[], sets: readonly ToldSet[]): void {
  const filled = new Map<string, bigint>();
  const fills = new Set<string>();
  const orders = new Map<string, string>();
  const closed = new Map<string, Extract<JournalRecord, { kind: 'LegSet' }>>();
  for (const record of records) {
    if (record.kind === 'LegSet') closed.set(record.id, record);
    if (record.kind === 'Order') orders.set(record.id, record.filled);
    if (record.kind !== 'Fill') continue;
    demand(!fills.has(record.id), () => `fill ${record.id} stands in the journal twice`);
    fills.add(record.id);
    filled.set(record.clientId, (filled.get(record.clientId) ?? 0n) + units(record.size));
  }
  for (const set of sets) {
    const record = closed.get(set.id);
    demand(record?.state === set.state, () => `the journal calls ${set.id} ${record?.state}, and not ${set.state}`);
    demandSame(accountOf(record?.pnl ?? {}), set.sum('changes'), `profit of ${set.id}`);
    demandSame(accountOf(record?.fees ?? {}), set.sum('fees'), `fees of ${set.id}`);
    for (const order of set.orders) {
      const { clientId } = order;
      const inFills = filled.get(clientId) ?? 0n;
      demand(inFills === order.filled, () => `the journal's fills of ${clientId} are ${text(inFills)}`);
      if (!order.isKnown) continue;
      const inOrder = units(orders.get(clientId) ?? '0');
      demand(inOrder === order.filled, () => `the journal's order ${clientId} filled ${text(inOrder)}`);
    }
  }
}

/** Each set and order is counted once, under its last outcome. */
function checkCounts(desk: Desk, watcher: Watcher, sets: readonly ToldSet[]): void {
  const count = desk.count();
  const ended = (state: string): number => sets.filter((set) => set.state === state).length;
  const same = (name: keyof typeof count, model: number): void =>
    demand(count[name] === model, () => `${name} is ${count[name]}, and should be ${model}`);
  same('setsOpened', sets.length);
  same('ordersSent', watcher.placed);
  same('setsFilled', ended('filled'));
  same('setsUnwound', ended('unwound'));
  same('setsMissed', ended('missed'));
  same('setsHeld', ended('held'));
  same('setsResidual', ended('residual'));
  same('setsUnknown', ended('unknown'));
}
