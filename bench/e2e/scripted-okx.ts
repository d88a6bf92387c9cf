/** As much OKX v5 as the engine needs to start, see books, and have its orders answered: every order is taken and then
 *  cancelled unfilled. Shapes: https://www.okx.com/docs-v5/en/ */
import { okxCancelled } from '../order-replies.ts';
import {
  INSTRUMENTS,
  type Levels,
  type Listed,
  LOT_DECIMALS,
  movedLevels,
  restingLevels,
  type Top,
} from './instruments.ts';

const FIRST_ID = 50_000;

const listing = ({ base, okx, code, decimals }: Listed): object => ({
  instType: 'SPOT',
  instId: okx,
  instIdCode: code,
  baseCcy: base,
  quoteCcy: 'USDT',
  state: 'live',
  tickSz: (10 ** -decimals).toFixed(decimals),
  lotSz: (10 ** -LOT_DECIMALS).toFixed(LOT_DECIMALS),
  minSz: (10 ** -LOT_DECIMALS).toFixed(LOT_DECIMALS),
  maxLmtSz: '9999999',
});

const DETAILS = ['USDT', ...INSTRUMENTS.map(({ base }) => base)].map((ccy) => ({
  ccy,
  availBal: '1000000',
  frozenBal: '0',
}));

interface Argument {
  readonly channel?: string;
  readonly instId?: string;
  readonly instIdCode?: number;
  readonly clOrdId?: string;
  readonly side?: string;
}

export interface OkxRequest {
  readonly id?: string;
  readonly op: string;
  readonly args: readonly Argument[];
}

/** Levels as this venue writes them: two more texts, of which the last counts orders. */
const written = (levels: Levels): string => JSON.stringify(levels.map(([price, size]) => [price, size, '0', '2']));

export class ScriptedOkx {
  /** Newest id by instrument; it counts for both channels. */
  readonly #ids = new Map(INSTRUMENTS.map(({ okx }) => [okx, FIRST_ID]));
  /** Id of the newest `books` message by instrument, which the next one names. */
  readonly #bookIds = new Map(INSTRUMENTS.map(({ okx }) => [okx, FIRST_ID]));
  #orders = 0;

  rest(path: string): object | undefined {
    const data = ((): object[] | undefined => {
      switch (path) {
        case '/api/v5/public/instruments':
          return INSTRUMENTS.map(listing);
        case '/api/v5/public/time':
          return [{ ts: String(Date.now()) }];
        case '/api/v5/account/balance':
          return [{ details: DETAILS }];
        default:
          return undefined;
      }
    })();
    return data === undefined ? undefined : { code: '0', msg: '', data };
  }

  /** What the venue sends in return, in its order. */
  answers(request: OkxRequest): string[] {
    switch (request.op) {
      case 'login':
        return [JSON.stringify({ event: 'login', code: '0', msg: '', connId: 'bench' })];
      case 'subscribe':
        return request.args.flatMap((arg) => [
          JSON.stringify({ event: 'subscribe', arg, connId: 'bench' }),
          ...(arg.channel === 'books' ? this.#snapshots(arg.instId) : []),
        ]);
      case 'order':
        return this.#order(request);
      default:
        return [];
    }
  }

  top({ okx, decimals }: Listed, { bid, ask }: Top): string {
    const side = (price: number): string => `[["${price.toFixed(decimals)}","5","0","3"]]`;
    return (
      `{"arg":{"channel":"bbo-tbt","instId":"${okx}"},"data":[{"asks":${side(ask)},"bids":${side(bid)},` +
      `"ts":"${Date.now()}","seqId":${this.#next(okx)}}]}`
    );
  }

  depth(instrument: Listed, at: number): string {
    const { okx } = instrument;
    const previous = this.#bookIds.get(okx);
    const id = this.#next(okx);
    this.#bookIds.set(okx, id);
    return (
      `{"arg":{"channel":"books","instId":"${okx}"},"action":"update","data":[{` +
      `"asks":${written(movedLevels(instrument, 'ask', at))},"bids":${written(movedLevels(instrument, 'bid', at))},` +
      `"ts":"${Date.now()}","checksum":0,"seqId":${id},"prevSeqId":${previous}}]}`
    );
  }

  #snapshots(symbol: string | undefined): string[] {
    const asked = INSTRUMENTS.find(({ okx }) => okx === symbol);
    if (asked === undefined) return [];
    const id = this.#next(asked.okx);
    this.#bookIds.set(asked.okx, id);
    return [
      `{"arg":{"channel":"books","instId":"${asked.okx}"},"action":"snapshot","data":[{` +
        `"asks":${written(restingLevels(asked, 'ask'))},"bids":${written(restingLevels(asked, 'bid'))},` +
        `"ts":"${Date.now()}","checksum":0,"seqId":${id},"prevSeqId":-1}]}`,
    ];
  }

  #order({ id, args }: OkxRequest): string[] {
    const [order] = args;
    const symbol = INSTRUMENTS.find(({ code }) => code === order?.instIdCode)?.okx;
    const { taken, ended, at } = okxCancelled(order ?? {}, symbol, String(++this.#orders));
    return [
      JSON.stringify({ id, op: 'order', code: '0', msg: '', data: [taken], inTime: at, outTime: at }),
      JSON.stringify({ arg: { channel: 'orders', instType: 'SPOT' }, data: [ended] }),
    ];
  }

  #next(symbol: string): number {
    const id = (this.#ids.get(symbol) ?? 0) + 1;
    this.#ids.set(symbol, id);
    return id;
  }
}
