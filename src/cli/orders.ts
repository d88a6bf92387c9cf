/** `parallax orders`: every order sent, legs and unwinding alike. */
import { errorText } from '../core/order.ts';
import { journalList, timeText } from './journal-list.ts';

export const ordersCommand = journalList({
  command: 'orders',
  about: 'Orders sent, from the journal',
  kind: 'Order',
  columns: [
    { name: 'sent (UTC)', text: (order) => timeText(order.sentAt) },
    { name: 'id', text: (order) => order.id },
    { name: 'venue', text: (order) => order.venue },
    { name: 'symbol', text: (order) => order.symbol },
    { name: 'role', text: (order) => order.role },
    { name: 'side', text: (order) => order.side },
    { name: 'type', text: ({ type, tif, orderKind = tif }) => `${type} ${orderKind}` },
    { name: 'price', right: true, text: (order) => order.price ?? 'market' },
    { name: 'size', right: true, text: (order) => order.size },
    { name: 'filled', right: true, text: (order) => order.filled },
    { name: 'status', text: (order) => order.status },
    { name: 'ms', right: true, text: (order) => String(order.doneAt - order.sentAt) },
    {
      name: 'error',
      text: ({ error }) => (error === undefined ? '' : `${error.class} ${errorText(error)}`),
    },
  ],
});
