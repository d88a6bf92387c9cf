/** What a simulated venue counts and writes down of those who connect and ask. */
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { bitget } from '../../../src/sim/venues/bitget/index.ts';
import { okx } from '../../../src/sim/venues/okx/index.ts';
import { sign } from './bitget-harness.ts';
import { type LoopbackBench, startVenue } from './venue-bench.ts';

let bench: LoopbackBench;
afterEach(() => bench.close());

describe('a simulated venue', () => {
  it('refuses the connection that is one too many, and writes all of them down', async () => {
    bench = await startVenue(okx);
    const sockets = wsSockets(systemClock());
    const came = [1, 2, 3, 4].map(
      () =>
        new Promise<string>((resolve) => {
          sockets.open(bench.endpoints.wsPublic, {
            onOpen: () => resolve('open'),
            onFrame: () => {},
            onPong: () => {},
            onClose: (_code, reason) => resolve(reason),
          });
        }),
    );
    const ends = await Promise.all(came);
    expect(ends.filter((end) => end === 'open')).toHaveLength(3);
    expect(ends.filter((end) => end.includes('429'))).toHaveLength(1);
    expect(bench.requests.map(({ method, path, status }) => `${method} ${path} ${status}`).sort()).toEqual([
      'CONNECT /ws/v5/public 101',
      'CONNECT /ws/v5/public 101',
      'CONNECT /ws/v5/public 101',
      'CONNECT /ws/v5/public 429',
    ]);
  });

  it('writes requests down with what was answered, and tells what is left of a limit', async () => {
    bench = await startVenue(bitget);
    const path = '/api/v2/spot/account/assets';
    const { apiKey, secret, passphrase } = bench.account;
    const ask = (): Promise<Response> => {
      const timestamp = String(Date.now());
      const headers = {
        'access-key': apiKey,
        'access-passphrase': passphrase,
        'access-timestamp': timestamp,
        'access-sign': sign(secret, `${timestamp}GET${path}`),
      };
      return fetch(`${bench.endpoints.rest}${path}`, { headers });
    };
    const left: number[] = [];
    for (let n = 0; n < 3; n++) left.push(Number((await ask()).headers.get('x-mbx-used-remain-limit')));
    expect(left).toEqual([9, 8, 7]);
    bench.plant({ kind: 'http-429' });
    expect((await ask()).status).toBe(429);
    expect(bench.requests.map(({ method, path: asked, status }) => [method, asked, status])).toEqual([
      ['GET', path, 200],
      ['GET', path, 200],
      ['GET', path, 200],
      ['GET', path, 429],
    ]);
  });
});
