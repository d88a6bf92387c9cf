/** What checking who a request is from comes to. What is signed, and how, is the venue's. */
import { timingSafeEqual } from 'node:crypto';
import type { SimAccount } from './port.ts';

export type AuthResult<Failure> =
  | { readonly ok: true; readonly account: SimAccount }
  | { readonly ok: false; readonly error: Failure };

export const refuse = <Failure>(error: Failure): AuthResult<Failure> => ({ ok: false, error });

/** Whether two texts are the same, in bytes (a text of as many characters may have more of them) and in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
