import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import type { VenueError } from '../../src/core/order.ts';
import type { HttpReply } from '../../src/core/socket.ts';
import { ownRates } from '../../src/net/order-outcomes.ts';
import { allPages, type Page, readItems } from '../../src/net/pages.ts';
import { needValue, type RestResult, refused, SignedRest } from '../../src/net/signed-rest.ts';

const ERROR: VenueError = { class: 'rate-limit', code: '9', message: 'slower' };
const FAILED = { ok: false, error: ERROR } as const;
const positive = (value: number): number | undefined => (value > 0 ? value * 10 : undefined);

function logOf(warnings: unknown[]): Log {
  const warn = (...said: unknown[]): void => {
    warnings.push(said);
  };
  return { debug: () => {}, info: () => {}, warn, error: () => {} } as unknown as Log;
}

describe('pages', () => {
  const ask =
    (pages: readonly (RestResult<Page<number, string>> | undefined)[], asked: (string | undefined)[]) =>
    async (key: string | undefined): Promise<RestResult<Page<number, string>>> => {
      asked.push(key);
      return pages[asked.length - 1] ?? FAILED;
    };
  const page = (items: readonly number[], next?: string): RestResult<Page<number, string>> => ({
    ok: true,
    value: { items, next },
  });

  it('are asked for until one names no next one', async () => {
    const asked: (string | undefined)[] = [];
    const result = await allPages(ask([page([1, 2], 'x'), page([], 'y'), page([3])], asked), positive, 'number');
    expect(result).toEqual({ ok: true, value: [10, 20, 30] });
    expect(asked).toEqual([undefined, 'x', 'y']);
  });

  it('end with the first refusal', async () => {
    expect(await allPages(ask([page([1], 'x')], []), positive, 'number')).toEqual(FAILED);
  });

  it('end with the first item that cannot be read', async () => {
    const asked: (string | undefined)[] = [];
    const result = await allPages(ask([page([1, -1], 'x'), page([2])], asked), positive, 'number');
    expect(result).toMatchObject({ ok: false, error: { class: 'unknown-outcome', code: 'protocol' } });
    expect(result).toMatchObject({ error: { message: expect.stringContaining('unreadable number') } });
    expect(asked).toEqual([undefined]);
  });

  it('have items that are read one by one', () => {
    expect(readItems([1, 2], positive, 'number')).toEqual({ ok: true, value: [10, 20] });
  });
});

describe('a result', () => {
  it('is its value, or the fault of its refusal', () => {
    expect(needValue('okx', { ok: true, value: 5 }, 'asking')).toBe(5);
    expect(() => needValue('okx', FAILED, 'asking')).toThrow('okx: asking: 9 slower');
  });

  it.each([
    [400, 'rate-limit'],
    [499, 'rate-limit'],
    [500, 'unknown-outcome'],
    [503, 'unknown-outcome'],
  ])('of a refusal with status %i is of class %s', (status, expected) => {
    const reply: HttpReply = { status, headers: {}, body: Buffer.alloc(0) };
    expect(refused(reply, ERROR)).toEqual({ ok: false, error: { ...ERROR, class: expected } });
  });
});

describe('fee rates', () => {
  const usual = { taker: '0.001', maker: '0.001' };
  const own = { taker: '0.0005', maker: '0' };
  const read = (value: string): typeof own | undefined => (value === 'own' ? own : undefined);

  it.each([
    ['are the account’s own', { ok: true, value: 'own' }, own, []],
    ['are the usual ones after a refusal', FAILED, usual, [ERROR]],
    [
      'are the usual ones where they cannot be read',
      { ok: true, value: '?' },
      usual,
      [expect.objectContaining({ code: 'protocol' })],
    ],
  ] as const)('%s', (_, result, expected, errors) => {
    const warnings: unknown[] = [];
    const said = { venue: 'okx', symbol: 'BTC-USDT', log: logOf(warnings) };
    expect(ownRates(result, read, usual, said)).toBe(expected);
    expect(warnings).toEqual(
      errors.map((error) => [
        { venue: 'okx', symbol: 'BTC-USDT', error },
        'fee rates not read; assuming the usual ones',
      ]),
    );
  });
});

describe('the clock before a log-on', () => {
  const rest = new SignedRest<unknown>({
    dialect: {
      venue: 'okx',
      sign: ({ query, body }) => ({ query, body, headers: {} }),
      read: () => FAILED,
      timePath: '/time',
      readTime: Number,
    },
    base: 'http://127.0.0.1',
    credentials: { apiKey: 'key', secret: 'secret' },
    http: { request: async () => ({ status: 429, headers: {}, body: Buffer.alloc(0) }), close: async () => {} },
    clock: new ManualClock(),
  });

  it('must be read for the first one', async () => {
    await expect(rest.syncForLogon(true, logOf([]))).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('is the old one for a later one, with a warning', async () => {
    const warnings: unknown[] = [];
    await rest.syncForLogon(false, logOf(warnings));
    expect(warnings).toEqual([
      [{ venue: 'okx', reason: expect.stringContaining('GET /time') }, 'venue clock not read; using the old offset'],
    ]);
  });
});
