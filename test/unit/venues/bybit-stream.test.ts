import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { VERDICT } from '../../../src/core/venue.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { createParser } from '../../../src/venues/bybit/parse.ts';
import { bybitStream } from '../../../src/venues/bybit/stream.ts';

describe('bybit plan', () => {
  const symbols = Array.from({ length: 250 }, (_, index) => ({
    symbol: `COIN${index}USDT`,
    priceDecimals: 2,
    sizeDecimals: 2,
  }));
  const plans = bybitStream.plan(
    bybit.environments.live ?? { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' },
    symbols,
  );

  it('carries every symbol once, within the limits of the venue', () => {
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    for (const { url, subscribe, symbols: carried } of plans) {
      expect(url).toBe('wss://stream.bybit.com/v5/public/spot');
      const requests = subscribe.map((text) => JSON.parse(text) as { op: string; args: string[] });
      const args = requests.flatMap((request) => request.args);
      expect(args).toEqual(
        carried.flatMap((index) => [`orderbook.50.COIN${index}USDT`, `orderbook.1.COIN${index}USDT`]),
      );
      for (const request of requests) {
        expect(request.op).toBe('subscribe');
        expect(request.args.length).toBeLessThanOrEqual(10);
        // One unknown topic fails its whole request: no request is shared.
        expect(new Set(request.args.map((topic) => topic.split('.')[2])).size).toBe(1);
      }
      expect(JSON.stringify(args).length).toBeLessThan(21_000);
    }
  });

  it('notices a dead connection within three seconds', () => {
    for (const { heartbeat } of plans) {
      expect(heartbeat).toEqual({ ping: { text: '{"op":"ping"}' }, idleMs: 1000, silenceMs: 3000 });
    }
  });

  it('asks for a fresh snapshot of the book alone', () => {
    const messages = bybitStream.resubscribe?.('BTCUSDT') ?? [];
    expect(messages.map((text) => JSON.parse(text))).toEqual([
      { op: 'unsubscribe', args: ['orderbook.50.BTCUSDT'] },
      { op: 'subscribe', args: ['orderbook.50.BTCUSDT'] },
    ]);
  });
});

describe('bybit sequence rule', () => {
  const judge = (lastSeq: number, u: number) => {
    const delta = new BookFrame();
    delta.lastSeq = u;
    return bybitStream.rule.judge(lastSeq, true, delta);
  };
  it('comes with its snapshot on the stream', () => expect(bybitStream.rule.snapshotFrom).toBe('stream'));
  it('applies what follows', () => expect(judge(10, 11)).toBe(VERDICT.Apply));
  it('goes on after a restart of the service', () => expect(judge(1, 2)).toBe(VERDICT.Apply));
  it('sees a missed update', () => expect(judge(10, 12)).toBe(VERDICT.Gap));
  it('sees a missed restart', () => expect(judge(1000, 2)).toBe(VERDICT.Gap));
  it('ignores a repeat of the last update', () => expect(judge(11, 11)).toBe(VERDICT.Ignore));
  it('holds an older repeat for a gap', () => expect(judge(11, 10)).toBe(VERDICT.Gap));
});

describe('bybit control frames', () => {
  const failed = (ret_msg: string) => JSON.stringify({ success: false, ret_msg, conn_id: 'x', op: 'subscribe' });
  const status = (...data: object[]) => JSON.stringify({ topic: 'system.status', ts: 1_751_858_399_649, data });
  const maintenance = {
    title: 't06',
    state: 'ongoing',
    serviceTypes: [2, 5],
    product: [1, 2],
    maintainType: 1,
    env: 1,
  };
  const cases: [string, object][] = [
    ['{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}', { kind: 'Pong' }],
    ['{"args":["1672916271846"],"op":"pong"}', { kind: 'Pong' }],
    [
      '{"success":true,"ret_msg":"subscribe","conn_id":"d9avt8shteepr00gfc1g-4zd1x","op":"subscribe"}',
      { kind: 'Subscribed' },
    ],
    [failed('error:already subscribed,topic:orderbook.1.ETHUSDT'), { kind: 'Subscribed', symbol: 'ETHUSDT' }],
    [
      failed('error:handler not found,topic:orderbook.50.NOPEUSDT'),
      {
        kind: 'Refused',
        code: 'subscribe',
        message: 'error:handler not found,topic:orderbook.50.NOPEUSDT',
        symbol: 'NOPEUSDT',
      },
    ],
    [
      failed('Invalid symbol :[orderbook.1.NOPEUSDT]'),
      { kind: 'Refused', code: 'subscribe', message: 'Invalid symbol :[orderbook.1.NOPEUSDT]', symbol: 'NOPEUSDT' },
    ],
    [failed('args size >10'), { kind: 'Refused', code: 'subscribe', message: 'args size >10' }],
    [status(maintenance), { kind: 'Status', trading: false, message: 'ongoing: t06' }],
    [
      status({ ...maintenance, state: 'completed' }, { ...maintenance, product: [1] }),
      { kind: 'Status', trading: true, message: 'completed: t06' },
    ],
    [
      status({ ...maintenance, state: 'completed' }, maintenance),
      { kind: 'Status', trading: false, message: 'ongoing: t06' },
    ],
  ];
  it.each(cases)('%s', (text, event) => {
    expect(bybitStream.readControl(text)).toEqual(event);
    const batch = new FrameBatch();
    createParser([]).parse(Buffer.from(text), 0, Buffer.byteLength(text), batch);
    expect(batch.at(0).kind).toBe(FRAME.Control);
  });

  it.each([
    '{"success":true,"ret_msg":"","op":"unsubscribe"}',
    status({ ...maintenance, state: 'scheduled' }),
    status({ ...maintenance, product: [1, 3] }),
    status({ ...maintenance, serviceTypes: [4] }),
    status({ ...maintenance, env: 2 }),
    'no JSON',
  ])('shows %s as a notice', (text) => {
    expect(bybitStream.readControl(text)).toEqual({ kind: 'Notice', message: text.slice(0, 200) });
  });
});
