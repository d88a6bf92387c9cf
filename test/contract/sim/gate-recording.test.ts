/** The simulated Gate playing a recording of the real one, and its signatures against published vectors. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { requestText, signatureOf } from '../../../src/sim/venues/gate/sign.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { PUBLIC, startGate, subscribe } from './gate-harness.ts';

describeWithFixtures('a recording of Gate', (root) => {
  const path = join(root, 'gate/book_recordings/v4_spot_book_update_6syms.jsonl');

  it('is played to those who subscribe, byte for byte, the pairs that they asked for alone', () => {
    const recording = readRecording(path, ['binance', 'okx', 'gate']);
    expect(recording.venue).toBe('gate');
    const bench = startGate((clock) => newPlayer(recording, clock, 1));
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.order_book_update', ['OMG_USDT', '100ms']));
    socket.send(subscribe(bench, 'spot.tickers', ['FAST_USDT', 'INK_USDT']));
    expect(socket.take()).toMatchObject([{ result: { status: 'success' } }, { result: { status: 'success' } }]);
    bench.clock.advanceMs(60_000);
    const wanted = recording.frames
      .map(({ text }) => text)
      .filter(
        (text) =>
          text.includes('"event":"update"') &&
          ((text.includes('spot.order_book_update') && text.includes('"s":"OMG_USDT"')) ||
            (text.includes('spot.tickers') && /"currency_pair":"(FAST|INK)_USDT"/.test(text))),
      );
    expect(wanted.length).toBeGreaterThan(20);
    expect(socket.sent.slice(2)).toEqual(wanted);
  });

  it('answers for the book that it has, and for no other from its own', async () => {
    const recording = readRecording(path, ['gate']);
    const bench = startGate((clock) => newPlayer(recording, clock, 1));
    const { body } = await bench.request(
      'GET',
      '/api/v4/spot/order_book?currency_pair=OMG_USDT&limit=100&with_id=true',
    );
    const recorded = recording.bodies.find(({ url }) => url.includes('OMG_USDT'))?.body ?? '';
    expect(body).toEqual(JSON.parse(recorded));
    const own = await bench.request('GET', '/api/v4/spot/order_book?currency_pair=BTC_USDT');
    expect(own.body).toMatchObject({ bids: expect.arrayContaining([['96400', '0.5']]) });
  });
});

interface Vector {
  readonly name: string;
  readonly prehash: string;
  readonly expected: string;
  readonly secret: string;
  readonly body?: string;
}

describeWithFixtures('signatures of Gate', (root) => {
  const vectors = readJson<Vector[]>(join(root, 'gate/signatures/vectors.json'));

  it.each(vectors)('$name', ({ prehash, expected, secret, body }) => {
    expect(signatureOf(secret, prehash)).toBe(expected);
    if (body === undefined || !prehash.includes('\n')) return;
    const [method = '', path = '', query = '', , timestamp = ''] = prehash.split('\n');
    expect(requestText({ method, path, query, body, headers: {} }, timestamp)).toBe(prehash);
  });
});
