/** Keeps secrets out of everything that is shown, logged or stored. */
import type { VenueError } from '../../core/order.ts';
import type { Credentials } from '../../core/venue.ts';

export type Redact = (text: string) => string;

/** Texts of others (the venue's words, network errors) may repeat what was sent to them. */
export function redactor(credentials: Credentials): Redact {
  const secrets = [credentials.apiKey, credentials.secret].filter((secret) => secret !== '');
  return (text) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text).replace(/signature=\w+/g, 'signature=***');
}

export const redactError = (redact: Redact, error: VenueError): VenueError => ({
  ...error,
  message: redact(error.message),
});
