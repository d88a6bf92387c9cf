/** Money of the model: whole numbers of 10^-8, read and written by hand. */
export type Account = Map<string, bigint>;

export const ONE = 100_000_000n;

/** Decimal text with at most eight decimals. Of an engine's finer amount the rest has to be zeros. */
export function units(text: string): bigint {
  const [, sign, whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '' || /[1-9]/.test(part.slice(8))) throw new Error(`"${text}" is no amount of the model`);
  const amount = BigInt(whole + part.slice(0, 8).padEnd(8, '0'));
  return sign === '-' ? -amount : amount;
}

/** Decimal text, padded as venues pad it. */
export function text(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(9, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

export const times = (a: bigint, b: bigint): bigint => (a * b) / ONE;
export const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

export function add(account: Account, asset: string, by: bigint): void {
  account.set(asset, (account.get(asset) ?? 0n) + by);
}

/** A finding of the model against the engine. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function demand(holds: boolean, what: () => string): void {
  if (!holds) throw new Violation(what());
}

/** Asset by asset, an absent one counting as zero. */
export function demandSame(ours: ReadonlyMap<string, bigint>, model: ReadonlyMap<string, bigint>, what: string): void {
  for (const asset of new Set([...ours.keys(), ...model.keys()])) {
    const [booked, owned] = [ours.get(asset) ?? 0n, model.get(asset) ?? 0n];
    demand(booked === owned, () => `${what} of ${asset} is ${text(booked)}, and should be ${text(owned)}`);
  }
}

export const accountOf = (texts: Readonly<Record<string, string>>): Account =>
  new Map(Object.entries(texts).map(([asset, amount]) => [asset, units(amount)]));
