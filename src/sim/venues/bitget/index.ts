/** Bitget v2 spot (classic account) as the simulator knows it: REST, `/v2/ws/public` and `/v2/ws/private`.
 *  Source: https://www.bitget.com/api-doc/spot/intro and https://www.bitget.com/api-doc/common/websocket-intro. */
import { keyText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { INSTRUMENTS, POLICY } from './instruments.ts';
import { createBitgetWire } from './wire.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');

export const bitget: SimVenue = {
  id: 'bitget',
  instruments: INSTRUMENTS,
  policy: POLICY,
  // Frames recorded in September 2026 have none; the documentation still has its rules.
  hasChecksums: false,
  // https://www.bitget.com/api-doc/common/websocket-intro: 300 in five minutes.
  connections: { count: 300, windowMs: 300_000 },
  makeCredentials: (random) => ({
    apiKey: `bg_${hex(keyText(random, 16))}`,
    secret: hex(keyText(random, 32)),
    // "passphrase 8-32 characters with letters and numbers"
    passphrase: keyText(random, 12),
  }),
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}/v2/ws/public`,
    wsPrivate: `ws://127.0.0.1:${port}/v2/ws/private`,
    // Orders go by REST: the socket takes them of market makers and brokers only.
    wsTrade: `ws://127.0.0.1:${port}/v2/ws/private`,
  }),
  createWire: createBitgetWire,
};
