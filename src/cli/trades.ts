/** `parallax trades`: leg sets of which something filled. */
import { isTrade } from '../record/journal-reader.ts';
import { amounts } from './format.ts';
import { journalList, timeText } from './journal-list.ts';

export const tradesCommand = journalList({
  command: 'trades',
  about: 'Leg sets of which something filled, from the journal',
  kind: 'LegSet',
  includes: isTrade,
  columns: [
    { name: 'opened (UTC)', text: (set) => timeText(set.openedAt) },
    { name: 'id', text: (set) => set.id },
    { name: 'instrument', text: (set) => set.instrument },
    { name: 'state', text: (set) => set.state },
    { name: 'ms', right: true, text: (set) => String(set.closedAt - set.openedAt) },
    { name: 'bps', right: true, text: (set) => set.expectedEdgeBps.toFixed(2) },
    {
      name: 'legs',
      text: ({ legs }) =>
        legs.map(({ venue, side, filled, averagePrice }) => `${venue} ${side} ${filled} @ ${averagePrice}`).join('; '),
    },
    { name: 'profit', text: (set) => amounts(set.pnl) },
    { name: 'residual', right: true, text: (set) => set.residual },
  ],
});
