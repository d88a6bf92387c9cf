/** Entry of a ccxt worker: one exchange, either its market data or its order entry. ccxt is slow to load and busy to run,
 *  and lives nowhere else. Answers questions, streams frames; ends with the thread that started it. */
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../core/clock.ts';
import { COMPILE_CACHE } from '../../core/compile-cache.ts';
import { redactor } from '../../core/redact.ts';
import { Account } from './account.ts';
import { Books } from './books.ts';
import { venueErrorOf } from './errors.ts';
import { createExchange } from './exchange.ts';
import { listingOf } from './listings.ts';
import type { Ask, CcxtWorkerData, FromCcxt, ToCcxt } from './protocol.ts';

if (parentPort === null) throw new Error('ccxt.worker.ts is started by a venue only');
const port = parentPort;
enableCompileCache(COMPILE_CACHE);
const data = workerData as CcxtWorkerData;
const clock = systemClock();
const redact = redactor(data.credentials ?? { apiKey: '', secret: '' });
const sockets = new Map<number, Books>();
let account: Promise<Account> | undefined;
let opened: Account | undefined;

const post = (message: FromCcxt): void => port.postMessage(message);

async function theAccount(): Promise<Account> {
  account ??= Account.open(data, clock, (event) => post({ kind: 'Event', event, isUp: opened?.isUp ?? false }));
  // A venue that was away may be asked again.
  account.catch(() => {
    account = undefined;
  });
  opened = await account;
  return opened;
}

async function answer(ask: Ask): Promise<unknown> {
  if (ask.kind === 'listings') {
    const exchange = await createExchange(data, 'text');
    const markets = Object.values(await exchange.loadMarkets());
    const mode = Number(exchange.precisionMode);
    return markets.flatMap((market) => listingOf(data.venue, market, mode) ?? []);
  }
  if (ask.kind === 'close' && account === undefined) return undefined;
  const open = await theAccount();
  switch (ask.kind) {
    case 'connect':
      return open.connect();
    case 'place':
      return open.place(ask.order);
    case 'cancel':
      return open.cancel(ask.order);
    case 'query':
      return open.query(ask.order);
    case 'openOrders':
      return open.openOrders();
    case 'recentFills':
      return open.recentFills(ask.listing, ask.sinceMs);
    case 'balances':
      return open.balances();
    case 'feeRates':
      return open.feeRates(ask.listing);
    case 'close':
      return open.close();
  }
}

function openSocket(socket: number, symbols: readonly string[]): void {
  const books = new Books(data, symbols, clock, {
    onOpen: () => post({ kind: 'Opened', socket }),
    onFrame: (text, receivedAt) => post({ kind: 'Frame', socket, bytes: encoder.encode(text), receivedAt }),
    onPong: () => post({ kind: 'Pong', socket }),
    onClose: (reason) => {
      sockets.delete(socket);
      post({ kind: 'Closed', socket, reason: redact(reason) });
    },
  });
  sockets.set(socket, books);
}

const encoder = new TextEncoder();

port.on('message', (message: ToCcxt) => {
  switch (message.kind) {
    case 'Open':
      return openSocket(message.socket, message.symbols);
    case 'Ping':
      return sockets.get(message.socket)?.ping();
    case 'Close':
      return sockets.get(message.socket)?.close();
    case 'Ask': {
      const { id } = message;
      answer(message.ask).then(
        (value) => post({ kind: 'Answered', id, value }),
        (thrown: unknown) => post({ kind: 'Refused', id, error: venueErrorOf(thrown, redact) }),
      );
    }
  }
});

// A rejection that a class of ccxt leaves to nobody must not take orders down with it: what it meant is noticed by
// silence, by a deadline or by an order that is asked for.
process.on('unhandledRejection', () => {});
