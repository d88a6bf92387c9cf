/** Exact decimal arithmetic for the tests' own books; shares nothing with the engine's. */

const SCALE = 40;

/** As a BigInt of 10^-40. Throws on anything that is no plain decimal of at most 40 decimals. */
export function exact(text: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d{1,40}))?$/.exec(text);
  if (found === null) throw new Error(`"${text}" is no plain decimal`);
  const [, sign = '', whole = '', fraction = ''] = found;
  const magnitude = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

export function exactText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The same number in one spelling. */
export const plain = (text: string): string => exactText(exact(text));

/** Sums by asset. */
export class Tally {
  readonly #sums = new Map<string, bigint>();

  add(asset: string, amount: string, sign: 1n | -1n = 1n): this {
    this.#sums.set(asset, (this.#sums.get(asset) ?? 0n) + sign * exact(amount));
    return this;
  }

  addAll(amounts: Readonly<Record<string, string>>, sign: 1n | -1n = 1n): this {
    for (const [asset, amount] of Object.entries(amounts)) this.add(asset, amount, sign);
    return this;
  }

  /** In the order of assets, zeros left out. */
  texts(): Record<string, string> {
    return Object.fromEntries(
      [...this.#sums]
        .filter(([, sum]) => sum !== 0n)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([asset, sum]) => [asset, exactText(sum)]),
    );
  }
}
