/** What the simulated Binance lists, with the ticks, lots and limits that the real one has for these symbols. */
import type { ExchangePolicy, InstrumentSpec } from '../../port.ts';

const LISTED: readonly InstrumentSpec[] = [
  {
    id: 'BTC-USDT',
    symbol: 'BTCUSDT',
    tick: '0.01',
    lot: '0.00001',
    minSize: '0.00001',
    maxSize: '9000',
    maxMarketSize: '116.02367821',
    minNotional: '5',
  },
  {
    id: 'ETH-USDT',
    symbol: 'ETHUSDT',
    tick: '0.01',
    lot: '0.0001',
    minSize: '0.0001',
    maxSize: '9000',
    maxMarketSize: '2719.4271',
    minNotional: '5',
  },
  {
    id: 'SOL-USDT',
    symbol: 'SOLUSDT',
    tick: '0.01',
    lot: '0.001',
    minSize: '0.001',
    maxSize: '90000',
    maxMarketSize: '25402.113',
    minNotional: '5',
  },
  {
    id: 'XRP-USDT',
    symbol: 'XRPUSDT',
    tick: '0.0001',
    lot: '0.1',
    minSize: '0.1',
    maxSize: '9222449',
    maxMarketSize: '1404563.4',
    minNotional: '5',
  },
  {
    id: 'DOGE-USDT',
    symbol: 'DOGEUSDT',
    tick: '0.00001',
    lot: '1',
    minSize: '1',
    maxSize: '9000000',
    maxMarketSize: '5834592',
    minNotional: '1',
  },
];

/** The same for every symbol: the largest price, the largest value of a limit order (which market orders may pass), and
 *  the most orders that may stand open. */
export const MAX_PRICE = '1000000';
const MAX_NOTIONAL = '9000000';
export const MAX_OPEN_ORDERS = 200;

export const INSTRUMENTS = LISTED.map((spec): InstrumentSpec => ({ ...spec, maxNotional: MAX_NOTIONAL }));

/** Commission is cut to the asset's 8 decimals and taken from what was bought or received (no BNB in these accounts). */
/** A quarter off with BNB; without enough of it the whole fee is taken from what was received.
 *  https://www.binance.com/en/fee/schedule */
const BNB = { asset: 'BNB', share: '0.75', price: '600', quote: 'USDT' };

export const POLICY: ExchangePolicy = {
  fees: { taker: '0.001', maker: '0.001', truncateTo: 8, token: BNB },
  priceBand: 5,
  clientIds: 'open',
  marketWithoutLiquidity: 'expire',
};
