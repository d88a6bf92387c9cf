/** Request parameters of both Binance APIs: read once, checked for form, counted. */
import { badParameter, duplicateParameter, empty, illegal, missing, tooPrecise, unread } from './errors.ts';

const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const DECIMAL = /^[0-9]{1,20}(\.[0-9]{1,20})?$/;
const INTEGER_RANGE = '^[0-9]{1,20}$';
const INTEGER = /^[0-9]{1,20}$/;
const SYMBOL_RANGE = '^[A-Z0-9-_.]{1,20}$';
const SYMBOL = /^[A-Z0-9\-_.]{1,20}$/;
/** Decimals that any price, quantity or amount may have (asset precision). */
const PRECISION = 8;

export class Params {
  readonly #values: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** From a query or form text. A name that comes twice is refused. */
  static fromQuery(...texts: readonly string[]): Params {
    const values = new Map<string, string>();
    for (const text of texts) {
      for (const [name, value] of new URLSearchParams(text)) {
        if (values.has(name)) throw duplicateParameter();
        values.set(name, value);
      }
    }
    return new Params(values);
  }

  /** From the `params` of a WebSocket API request. */
  static fromJson(given: Readonly<Record<string, unknown>>): Params {
    return new Params(new Map(Object.entries(given).map(([name, value]) => [name, jsonText(value)])));
  }

  /** `a=1&b=2…` in order of names, without the signature: what a WebSocket API request signs. */
  signedText(): string {
    return [...this.#values]
      .filter(([name]) => name !== 'signature')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
  }

  /** As it was sent; does not count as read. */
  peek(name: string): string | undefined {
    return this.#values.get(name);
  }

  text(name: string): string | undefined {
    this.#read.add(name);
    const value = this.#values.get(name);
    if (value === '') throw empty(name);
    return value;
  }

  needed(name: string): string {
    this.#read.add(name);
    const value = this.#values.get(name);
    if (value === undefined || value === '') throw missing(name);
    return value;
  }

  symbol(): string {
    return checkSymbol(this.needed('symbol'));
  }

  decimal(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!DECIMAL.test(value)) throw illegal(name, DECIMAL_RANGE);
    const decimals = (value.split('.')[1] ?? '').replace(/0+$/, '').length;
    if (decimals > PRECISION) throw tooPrecise(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw illegal(name, INTEGER_RANGE);
    return Number(value);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) throw badParameter(name);
    return known;
  }

  /** Refuses parameters that nothing asked for. */
  done(): void {
    const read = [...this.#values.keys()].filter((name) => this.#read.has(name)).length;
    if (read < this.#values.size) throw unread(read, this.#values.size);
  }
}

export function checkSymbol(symbol: string): string {
  if (!SYMBOL.test(symbol)) throw illegal('symbol', SYMBOL_RANGE);
  return symbol;
}

function jsonText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}
