/** Gate spot as the simulator knows it. Keys have the venue's shape and are worth nothing elsewhere. */
import { hexText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { INSTRUMENTS } from './instruments.ts';
import { createGateWire, PRIVATE_PATH, PUBLIC_PATH } from './wire.ts';

/** Fees in GT; the share that is left differs by level. https://www.gate.com/fee */
const GT = { asset: 'GT', share: '0.9', price: '10', quote: 'USDT' };

export const gate: SimVenue = {
  id: 'gate',
  instruments: INSTRUMENTS,
  hasChecksums: false,
  names: { clientId: (text) => text.replace(/^t-/, '') },
  policy: {
    // VIP 0 without GT, since 2025; taken from what was received, unrounded.
    fees: { taker: '0.001', maker: '0.001', token: GT },
    // REPEATED_CREATION is documented, but not of what; a client of 2026 has it for a `text` that is still known. The
    // venue's own people wrote in 2023 that of two orders with one text the later is found. Nothing may rely on it.
    clientIds: 'open',
    marketWithoutLiquidity: 'expire',
    // POC_FILL_IMMEDIATELY
    postOnlyTaking: 'refuse',
    // Without a self-trade group the account is not kept from trading with itself.
    selfTrade: 'trade',
  },
  makeCredentials: (random) => ({ apiKey: hexText(random, 32), secret: hexText(random, 64), passphrase: '' }),
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}${PUBLIC_PATH}`,
    wsPrivate: `ws://127.0.0.1:${port}${PRIVATE_PATH}`,
    wsTrade: `ws://127.0.0.1:${port}${PRIVATE_PATH}`,
  }),
  createWire: createGateWire,
};
