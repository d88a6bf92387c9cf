/** `parallax opportunities`: gross crossings, how long they lived, and what stood in their way. */
import { journalList, timeText } from './journal-list.ts';

export const opportunitiesCommand = journalList({
  command: 'opportunities',
  about: 'Gross crossings and what became of them, from the journal',
  kind: 'Opportunity',
  columns: [
    { name: 'opened (UTC)', text: (each) => timeText(each.openedAt) },
    { name: 'id', text: (each) => each.id },
    { name: 'instrument', text: (each) => each.instrument },
    { name: 'buy', text: (each) => each.buyVenue },
    { name: 'sell', text: (each) => each.sellVenue },
    { name: 'ms', right: true, text: (each) => each.lifeMs.toFixed(0) },
    { name: 'gross bps', right: true, text: (each) => each.grossEdgeBps.toFixed(2) },
    { name: 'net bps', right: true, text: (each) => each.netEdgeBps.toFixed(2) },
    { name: 'size', right: true, text: (each) => each.size },
    { name: 'profit', right: true, text: (each) => each.profit },
    { name: 'intents', right: true, text: (each) => String(each.intents) },
    { name: 'verdict', text: (each) => each.verdict },
  ],
});
