/** The bearer token of the admin API. */
import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Judges an `Authorization` header in a time that depends neither on the token nor on its length. */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const expected = digest(token);
  return (header) => {
    const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    // An absent token is compared too, so that its answer takes as long.
    return timingSafeEqual(digest(given ?? ''), expected) && given !== undefined;
  };
}
