/** Rules of fills: each stands in the log and in the journal, once and alike. Pure. */
import type { FillRecord } from '../../core/records.ts';
import type { VenueId } from '../../core/venue.ts';
import { plain, textOf, worthOf } from './amounts.ts';
import type { Case } from './case.ts';
import { differences, type Finding, finding, NOTHING } from './finding.ts';
import type { LoggedFill } from './history.ts';

export function fillFindings(from: Case): Finding[] {
  const { history, journal, gaps } = from;
  const logged = [...history.fills.values()].flatMap((fill) => {
    const record = journal.fills.get(fill.id);
    if (record !== undefined) return differing(fill, record, instrumentOf(from, fill));
    if (journal.isUnusable('Fill', fill.id) || fill.at > from.horizon.judgedUntil(fill.run)) return [];
    return [finding('fill-missing', whereOf(fill), { log: shortOf(fill.fill), journal: NOTHING })];
  });
  const unlogged = [...journal.fills.values()]
    .filter(({ id, receivedAt }) => !history.fills.has(id) && !gaps.covers(receivedAt))
    .map((record) => finding('fill-unlogged', whereOf(record), { log: NOTHING, journal: shortOf(record) }));
  return [...logged, ...unlogged];
}

/** A fill with what the other rules need to know of it. */
export interface KnownFill extends Omit<LoggedFill, 'legSet'> {
  readonly legSet: string;
  readonly instrument: string;
}

/** Fills of the log, and those of the journal that stood in parts of the log that are gone. */
export function knownFills(from: Case): KnownFill[] {
  const { history, journal, gaps } = from;
  const logged = [...history.fills.values()].map((fill) => ({ ...fill, instrument: instrumentOf(from, fill) }));
  const lost = [...journal.fills.values()].filter(
    ({ id, receivedAt }) => !history.fills.has(id) && gaps.covers(receivedAt),
  );
  return [...logged, ...lost.map(knownFill)];
}

function knownFill(record: FillRecord): KnownFill {
  const { id, venue, legSet, instrument, run, receivedAt } = record;
  return { id, venue, legSet, instrument, run, at: receivedAt, fill: record };
}

/** Of its set; where that is lost, as the journal says. */
const instrumentOf = ({ history, journal }: Case, { id, legSet }: LoggedFill): string =>
  history.sets.get(legSet)?.opened.instrument ?? journal.fills.get(id)?.instrument ?? '';

const whereOf = ({ id, legSet }: { readonly id: string; readonly legSet: string }): string =>
  `fill ${id} of leg set ${legSet}`;

const shortOf = ({ side, size, price }: LoggedFill['fill']): string => `${side} ${size} at ${price}`;

function differing(logged: LoggedFill, record: FillRecord, instrument: string): Finding[] {
  const { fill } = logged;
  const pair = <T>(of: (fill: LoggedFill['fill']) => T): [T, T] => [of(fill), of(record)];
  const places: Record<string, [VenueId, VenueId]> = {
    venue: [logged.venue, record.venue],
    legSet: [logged.legSet, record.legSet],
    instrument: [instrument, record.instrument],
  };
  return differences('fill-differs', `fill ${logged.id}`, ['log', 'journal'], {
    ...places,
    clientId: pair(({ clientId }) => clientId),
    venueOrderId: pair(({ venueOrderId }) => venueOrderId),
    tradeId: pair(({ tradeId }) => tradeId),
    symbol: pair(({ symbol }) => symbol),
    side: pair(({ side }) => side),
    price: pair(({ price }) => plain(price)),
    size: pair(({ size }) => plain(size)),
    fee: pair(({ fee }) => plain(fee)),
    feeAsset: pair(({ feeAsset }) => feeAsset),
    value: pair((each) => (each.value === undefined ? '' : textOf(worthOf(each)))),
    maker: pair(({ maker }) => maker),
    venueAt: pair(({ venueAt }) => venueAt),
  });
}
