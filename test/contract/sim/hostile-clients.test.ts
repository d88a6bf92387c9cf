/** Clients that send what no documentation allows: each gets an error, and the exchanges go on. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type ReadyVenue, type RunningSim, runSim } from '../../../src/sim/main.ts';

let sim: RunningSim;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  sim = await runSim({ market: 'still', seed: 5, latencyMs: [0, 0] });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});

afterAll(() => sim.close());

function venueOf(id: string): ReadyVenue {
  const venue = sim.ready.venues[id];
  if (venue === undefined) throw new Error(`${id} is not simulated`);
  return venue;
}

/** The first answer to `message` on a fresh connection; OKX takes three of them a second. */
const ask = (url: string, message: object): Promise<unknown> =>
  vi.waitFor(() => askOnce(url, message), { timeout: 10_000, interval: 50 });

function askOnce(url: string, message: object): Promise<unknown> {
  const socket = new WebSocket(url);
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify(message)));
    socket.once('message', (data) => resolve(JSON.parse(data.toString())));
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
}

/** Names that every JavaScript object answers to. */
const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

describe('Binance', () => {
  it.each(['/ws/%zz', '/stream?streams=%zz', '/stream?streams=btcusdt@trade/%E0%A4%A'])(
    'takes the stream address %s for streams that do not exist',
    async (path) => {
      const reply = await ask(venueOf('binance').wsPublic + path, {
        method: 'GET_PROPERTY',
        params: ['combined'],
        id: 1,
      });
      expect(reply).toMatchObject({ result: path.startsWith('/stream'), id: 1 });
    },
  );

  it.each(INHERITED)('knows no method "%s"', async (method) => {
    const reply = await ask(venueOf('binance').wsTrade, { id: 1, method });
    expect(reply).toMatchObject({ id: 1, status: 400, error: { code: -1000, msg: `Unknown method: ${method}` } });
  });

  async function refusal(params: Readonly<Record<string, string>>, signature?: string): Promise<unknown> {
    const { rest, apiKey, secret } = venueOf('binance');
    const query = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString();
    const sign = signature ?? createHmac('sha256', secret).update(query).digest('hex');
    const response = await fetch(`${rest}/api/v3/order?${query}&signature=${encodeURIComponent(sign)}`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': apiKey },
    });
    return response.json();
  }

  it.each(INHERITED)('knows no order type and no time in force "%s"', async (name) => {
    const order = { symbol: 'BTCUSDT', side: 'BUY', quantity: '0.001', price: '90000' };
    expect(await refusal({ ...order, type: name, timeInForce: 'GTC' })).toMatchObject({ code: -1116 });
    expect(await refusal({ ...order, type: 'LIMIT', timeInForce: name })).toMatchObject({ code: -1115 });
  });

  it('refuses a signature of as many letters that takes more bytes', async () => {
    expect(await refusal({ symbol: 'BTCUSDT' }, 'é'.repeat(64))).toMatchObject({ code: -1022 });
  });
});

describe('OKX', () => {
  it.each(INHERITED)('knows no operation and no channel "%s"', async (name) => {
    const { wsPublic } = venueOf('okx');
    expect(await ask(wsPublic, { op: name, args: [] })).toMatchObject({ event: 'error', code: '60019' });
    const args = [{ channel: name, instId: 'BTC-USDT' }];
    expect(await ask(wsPublic, { op: 'subscribe', args })).toMatchObject({ event: 'error', code: '60018' });
  });
});

it('says in one fault that a port is taken', async () => {
  const port = Number(new URL(sim.ready.control).port);
  await expect(runSim({ venues: ['okx'], market: 'still', port })).rejects.toMatchObject({
    code: 'sim/failed',
    message: expect.stringContaining(`port ${port}`),
  });
});
