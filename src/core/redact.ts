/** Keeps secrets out of everything that is shown, logged or stored. */
import type { VenueError } from './order.ts';
import type { Credentials } from './venue.ts';

export type Redact = (text: string) => string;

/** Signed tokens (JWTs): good for as long as they live, whoever has them. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Texts of others (the venue's words, network errors) may repeat what was sent to them. */
export function redactor(credentials: Credentials): Redact {
  const { apiKey, secret, passphrase = '' } = credentials;
  const secrets = [secret, passphrase, apiKey].filter((text) => text !== '');
  return (text) =>
    secrets
      .reduce((rest, hidden) => rest.replaceAll(hidden, '***'), text)
      .replace(/signature=[\w%]+/g, 'signature=***')
      .replace(TOKEN, '***');
}

export const redactError = (redact: Redact, error: VenueError): VenueError => ({
  ...error,
  message: redact(error.message),
});
