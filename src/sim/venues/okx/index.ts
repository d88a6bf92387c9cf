/** OKX spot as the simulator knows it. Ticks, lots and minimum sizes are those of the venue's own listing; the
 *  `instIdCode` numbers are made up (documented to differ between environments), as are the keys. */
import type { InstrumentSpec } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { createOkxWire } from './wire.ts';

/** Largest sizes are what a double still counts exactly in lots; OKX's own are larger and as unreachable. */
const INSTRUMENTS: readonly InstrumentSpec[] = [
  { id: 'BTC-USDT', code: 11_001, tick: '0.1', lot: '0.00000001', minSize: '0.00001', maxSize: '90000000' },
  { id: 'ETH-USDT', code: 11_002, tick: '0.01', lot: '0.000001', minSize: '0.0001', maxSize: '9000000000' },
  { id: 'SOL-USDT', code: 11_003, tick: '0.01', lot: '0.000001', minSize: '0.01', maxSize: '9000000000' },
  { id: 'XRP-USDT', code: 11_004, tick: '0.0001', lot: '0.000001', minSize: '1', maxSize: '9000000000' },
  { id: 'DOGE-USDT', code: 11_005, tick: '0.00001', lot: '0.000001', minSize: '10', maxSize: '9000000000' },
].map((spec) => ({ ...spec, symbol: spec.id }));

const hex = (text: string): string => Buffer.from(text).toString('hex');

export const okx: SimVenue = {
  id: 'okx',
  instruments: INSTRUMENTS,
  // Since 2026 the field is 0.
  hasChecksums: false,
  // https://www.okx.com/docs-v5/en/#overview-websocket-connect: three a second.
  connections: { count: 3, windowMs: 1_000 },
  policy: {
    // An ordinary account (Lv1); taken from what was received, unrounded.
    fees: { taker: '0.001', maker: '0.0008' },
    // "clOrdId must be unique among the clOrdIds of all pending orders."
    clientIds: 'open',
    marketWithoutLiquidity: 'expire',
    // Accepted, then canceled by the system (cancelSource 31).
    postOnlyTaking: 'expire',
  },
  makeCredentials: (random) => {
    const raw = hex(keyText(random, 16));
    return {
      apiKey: [raw.slice(0, 8), raw.slice(8, 12), raw.slice(12, 16), raw.slice(16, 20), raw.slice(20, 32)].join('-'),
      secret: hex(keyText(random, 16)).toUpperCase(),
      passphrase: keyText(random, 12),
    };
  },
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}/ws/v5/public`,
    wsPrivate: `ws://127.0.0.1:${port}/ws/v5/private`,
    wsTrade: `ws://127.0.0.1:${port}/ws/v5/private`,
  }),
  createWire: createOkxWire,
};
