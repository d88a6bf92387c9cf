/** Kraken's two languages: legacy asset and pair names by REST (XXBT, XBTUSDT, XDGUSDT), and BTC/USDT, DOGE/USDT on the
 *  version-2 sockets. Decimals are those of https://api.kraken.com/0/public/Assets. */
import { lookup } from '../../lookup.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';

export interface AssetNames {
  /** Key of REST balances. */
  readonly id: string;
  readonly altname: string;
  readonly decimals: number;
  readonly displayDecimals: number;
  readonly collateral: number;
  readonly marginRate: string;
}

export const ASSETS: Readonly<Record<string, AssetNames>> = {
  BTC: { id: 'XXBT', altname: 'XBT', decimals: 10, displayDecimals: 5, collateral: 0.99, marginRate: '0.01' },
  ETH: { id: 'XETH', altname: 'ETH', decimals: 10, displayDecimals: 5, collateral: 0.99, marginRate: '0.02' },
  SOL: { id: 'SOL', altname: 'SOL', decimals: 10, displayDecimals: 5, collateral: 0.925, marginRate: '0.02' },
  XRP: { id: 'XXRP', altname: 'XRP', decimals: 8, displayDecimals: 5, collateral: 0.925, marginRate: '0.02' },
  DOGE: { id: 'XXDG', altname: 'XDG', decimals: 8, displayDecimals: 2, collateral: 0.925, marginRate: '0.02' },
  USDT: { id: 'USDT', altname: 'USDT', decimals: 8, displayDecimals: 4, collateral: 0.985, marginRate: '0.036' },
};

/** An asset that is not in the table has one name and eight decimals. */
export const assetOf = (asset: string): AssetNames =>
  lookup(ASSETS, asset) ?? {
    id: asset,
    altname: asset,
    decimals: 8,
    displayDecimals: 4,
    collateral: 0,
    marginRate: '0',
  };

/** Name on the version-2 sockets. */
export const socketName = ({ base, quote }: SimInstrument): string => `${base}/${quote}`;

/** `wsname` of `AssetPairs` (XBT/USDT): nothing but the version-1 socket takes it. */
export const legacySocketName = ({ base, quote }: SimInstrument): string =>
  `${assetOf(base).altname}/${assetOf(quote).altname}`;

export const bySocketName = (exchange: ExchangePort, name: string): SimInstrument | undefined =>
  exchange.instruments.find((instrument) => socketName(instrument) === name);

/** A pair as REST takes it: its id (also its altname here), or its new name. The `wsname` is refused, as recorded in
 *  September 2026. */
export const byRestName = (exchange: ExchangePort, name: string): SimInstrument | undefined =>
  exchange.instrumentBySymbol(name) ?? bySocketName(exchange, name);
