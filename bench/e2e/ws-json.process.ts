/** Contender `ws-json`: the smallest bot that does the trade. `ws`, `JSON.parse`, Map books, prices as floats; it signs
 *  and sends the same two orders. It checks no sequence, keeps no log, knows no limits. */
import WebSocket from 'ws';
import type { Endpoints } from '../../src/core/venue.ts';
import { signParams } from '../../src/venues/binance/sign.ts';
import { loginFrame } from '../../src/venues/okx/sign.ts';
import { CREDENTIALS, serve } from './contender.ts';
import type { VenueName } from './exchange.ts';
import { INSTRUMENTS, LOT_DECIMALS, TAKER } from './instruments.ts';

const KEPT = (1 - Number(TAKER)) ** 2;
const MIN_EDGE = 0.0001;
const MAX_NOTIONAL = 2000;

class MapBook {
  readonly bids = new Map<string, number>();
  readonly asks = new Map<string, number>();
  bid = 0;
  bidSize = 0;
  ask = Number.POSITIVE_INFINITY;
  askSize = 0;

  apply(bids: readonly (readonly string[])[], asks: readonly (readonly string[])[]): void {
    for (const [price = '', size = ''] of bids) set(this.bids, price, Number(size));
    for (const [price = '', size = ''] of asks) set(this.asks, price, Number(size));
  }

  setTop(bid: string, bidSize: string, ask: string, askSize: string): void {
    this.bid = Number(bid);
    this.bidSize = Number(bidSize);
    this.ask = Number(ask);
    this.askSize = Number(askSize);
  }
}

function set(side: Map<string, number>, price: string, size: number): void {
  if (size === 0) side.delete(price);
  else side.set(price, size);
}

type BinanceData = Record<'s' | 'B' | 'A', string> & { e?: string; b: string & string[][]; a: string & string[][] };
interface OkxFrame {
  readonly arg?: { readonly channel: string; readonly instId: string };
  readonly event?: string;
  readonly data?: readonly { readonly bids: string[][]; readonly asks: string[][] }[];
}

class Bot {
  readonly #books: Record<VenueName, Map<string, MapBook>>;
  readonly #binance: WebSocket;
  readonly #okx: WebSocket;
  #ids = 0;
  /** Orders whose answer has not come; nothing is sent meanwhile. */
  #open = 0;
  /** A chance that was taken must go before the next one counts. */
  readonly #taken = INSTRUMENTS.map(() => false);

  constructor(binance: WebSocket, okx: WebSocket) {
    const books = (venue: VenueName): Map<string, MapBook> =>
      new Map(INSTRUMENTS.map((instrument) => [instrument[venue], new MapBook()]));
    this.#books = { binance: books('binance'), okx: books('okx') };
    this.#binance = binance;
    this.#okx = okx;
    for (const socket of [binance, okx]) {
      socket.on('message', (data) => {
        if ('id' in (JSON.parse(String(data)) as object)) this.#open--;
      });
    }
  }

  onBinance(text: string): void {
    const { data } = JSON.parse(text) as { data: BinanceData };
    const book = this.#books.binance.get(data.s);
    if (book === undefined) return;
    if (data.e === 'depthUpdate') book.apply(data.b, data.a);
    else book.setTop(data.b, data.B, data.a, data.A);
    this.#look(INSTRUMENTS.findIndex(({ binance }) => binance === data.s));
  }

  onOkx(text: string): void {
    const { arg, data } = JSON.parse(text) as OkxFrame;
    const item = data?.[0];
    const book = arg === undefined ? undefined : this.#books.okx.get(arg.instId);
    if (book === undefined || item === undefined || arg === undefined) return;
    if (arg.channel === 'books') book.apply(item.bids, item.asks);
    else {
      const [bid = '', bidSize = ''] = item.bids[0] ?? [];
      const [ask = '', askSize = ''] = item.asks[0] ?? [];
      book.setTop(bid, bidSize, ask, askSize);
    }
    this.#look(INSTRUMENTS.findIndex(({ okx }) => okx === arg.instId));
  }

  #look(index: number): void {
    const instrument = INSTRUMENTS[index];
    if (instrument === undefined) return;
    const binance = this.#books.binance.get(instrument.binance) as MapBook;
    const okx = this.#books.okx.get(instrument.okx) as MapBook;
    const buyer =
      (okx.bid / binance.ask) * KEPT - 1 > MIN_EDGE
        ? 'binance'
        : (binance.bid / okx.ask) * KEPT - 1 > MIN_EDGE
          ? 'okx'
          : undefined;
    const isFree = !this.#taken[index] && this.#open === 0;
    if (buyer === undefined) this.#taken[index] = false;
    else if (isFree) this.#trade(index, buyer, buyer === 'okx' ? okx : binance, buyer === 'okx' ? binance : okx);
  }

  #trade(index: number, buyer: VenueName, buy: MapBook, sell: MapBook): void {
    this.#open = 2;
    this.#taken[index] = true;
    const size = Math.min(buy.askSize, sell.bidSize, MAX_NOTIONAL / buy.ask);
    const bought = size.toFixed(LOT_DECIMALS);
    const sold = (size * (1 - Number(TAKER))).toFixed(LOT_DECIMALS);
    this.#send(buyer, index, 'buy', buy.ask, bought);
    this.#send(buyer === 'okx' ? 'binance' : 'okx', index, 'sell', sell.bid, sold);
  }

  #send(venue: VenueName, index: number, side: 'buy' | 'sell', price: number, size: string): void {
    const instrument = INSTRUMENTS[index];
    if (instrument === undefined) return;
    const id = ++this.#ids;
    const priceText = price.toFixed(instrument.decimals);
    if (venue === 'binance') {
      const params = {
        symbol: instrument.binance,
        side: side.toUpperCase(),
        type: 'LIMIT',
        timeInForce: 'IOC',
        price: priceText,
        quantity: size,
        newClientOrderId: `bot${id}`,
        newOrderRespType: 'FULL',
        recvWindow: 2000,
        timestamp: Date.now(),
      };
      const { apiKey, secret } = CREDENTIALS;
      this.#binance.send(JSON.stringify({ id, method: 'order.place', params: signParams(params, apiKey, secret) }));
      return;
    }
    const args = [
      {
        instIdCode: instrument.code,
        tdMode: 'cash',
        clOrdId: `bot${id}`,
        side,
        ordType: 'ioc',
        sz: size,
        px: priceText,
      },
    ];
    this.#okx.send(JSON.stringify({ id: String(id), op: 'order', expTime: String(Date.now() + 2000), args }));
  }
}

const connect = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });

/** Resolves once the private channel takes orders. */
async function logOn({ wsTrade }: Endpoints): Promise<WebSocket> {
  const socket = await connect(wsTrade);
  const answered = new Promise((resolve) => {
    socket.once('message', resolve);
  });
  socket.send(loginFrame(CREDENTIALS, Math.floor(Date.now() / 1000)));
  await answered;
  return socket;
}

serve(async (addresses) => {
  const bot = new Bot(await connect(addresses.binance.wsTrade), await logOn(addresses.okx));
  const streams = INSTRUMENTS.flatMap(({ binance }) => [
    `${binance.toLowerCase()}@depth@100ms`,
    `${binance.toLowerCase()}@bookTicker`,
  ]);
  const okx = await connect(addresses.okx.wsPublic);
  okx.on('message', (data) => bot.onOkx(String(data)));
  const args = INSTRUMENTS.flatMap(({ okx: instId }) => [
    { channel: 'books', instId },
    { channel: 'bbo-tbt', instId },
  ]);
  okx.send(JSON.stringify({ op: 'subscribe', args }));
  const binance = await connect(`${addresses.binance.wsPublic}/stream?streams=${streams.join('/')}`);
  binance.on('message', (data) => bot.onBinance(String(data)));
  return { sharedBytes: 0, stop: async () => {} };
});
