import { expect, it } from 'vitest';
import { redactError, redactor } from '../../../src/core/redact.ts';

const redact = redactor({ apiKey: 'the-key', secret: 'the-secret', passphrase: 'the-passphrase' });

it.each([
  ['key the-key, secret the-secret, passphrase the-passphrase', 'key ***, secret ***, passphrase ***'],
  ['GET /order?id=1&signature=ab12&x=2', 'GET /order?id=1&signature=***&x=2'],
  ['refused Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_Z end', 'refused Bearer *** end'],
  ['nothing of ours, eyJust words', 'nothing of ours, eyJust words'],
])('takes out of "%s" what is secret', (text, shown) => {
  expect(redact(text)).toBe(shown);
});

it('leaves an error its class and code', () => {
  const error = { class: 'auth', code: 'x', message: 'bad the-secret', retryAfterMs: 5 } as const;
  expect(redactError(redact, error)).toEqual({ ...error, message: 'bad ***' });
});
