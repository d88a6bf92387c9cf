import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { type SymbolEntry, VERDICT } from '../../../src/core/venue.ts';
import { okx } from '../../../src/venues/okx/index.ts';
import { OkxParser } from '../../../src/venues/okx/parse.ts';
import { okxStream } from '../../../src/venues/okx/stream.ts';

const entry = (symbol: string): SymbolEntry => ({ symbol, priceDecimals: 2, sizeDecimals: 8 });

function read(text: string, symbols: readonly SymbolEntry[] = [entry('BTC-USDT')]) {
  const parser = new OkxParser(symbols);
  const batch = new FrameBatch();
  const bytes = Buffer.from(text);
  parser.parse(bytes, 0, bytes.length, batch);
  return { batch, frame: batch.at(0), parser };
}

describe('okx subscription plan', () => {
  const live = okx.environments.live as NonNullable<(typeof okx.environments)['live']>;

  it('asks for books and bbo-tbt of every symbol once, in requests far below 64 KB', () => {
    const symbols = Array.from({ length: 230 }, (_, index) => entry(`COIN${index}-USDT`));
    const plans = okxStream.plan(live, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    const asked = new Set<string>();
    for (const plan of plans) {
      expect(plan.url).toBe('wss://ws.okx.com:8443/ws/v5/public');
      for (const message of plan.subscribe) {
        expect(Buffer.byteLength(message)).toBeLessThan(65_536 / 4);
        const request = JSON.parse(message) as { op: string; args: { channel: string; instId: string }[] };
        expect(request.op).toBe('subscribe');
        for (const arg of request.args) asked.add(`${arg.channel}/${arg.instId}`);
      }
      const carried = plan.symbols.map((index) => symbols[index]?.symbol);
      for (const symbol of carried) expect(asked.has(`books/${symbol}`) && asked.has(`bbo-tbt/${symbol}`)).toBe(true);
    }
    expect(asked.size).toBe(2 * symbols.length);
    expect(okxStream.plan(live, [])).toEqual([]);
  });

  it('pings in text, well before the venue gives up after 30 s', () => {
    const heartbeat = okxStream.plan(live, [entry('BTC-USDT')])[0]?.heartbeat;
    expect(heartbeat?.ping).toEqual({ text: 'ping' });
    expect(heartbeat?.idleMs).toBeLessThan(heartbeat?.silenceMs ?? 0);
    expect(heartbeat?.silenceMs).toBeLessThan(30_000);
  });

  it('asks for a fresh snapshot of the book alone', () => {
    const messages = okxStream.resubscribe?.('BTC-USDT') ?? [];
    const args = [{ channel: 'books', instId: 'BTC-USDT' }];
    expect(messages.map((text) => JSON.parse(text))).toEqual([
      { op: 'unsubscribe', args },
      { op: 'subscribe', args },
    ]);
  });
});

describe('okx sequence rule', () => {
  const delta = (seq: number, prev: number): BookFrame => {
    const frame = new BookFrame();
    frame.kind = FRAME.Delta;
    frame.firstSeq = seq;
    frame.lastSeq = seq;
    frame.prevSeq = prev;
    return frame;
  };
  const judge = (lastSeq: number, seq: number, prev: number) => okxStream.rule.judge(lastSeq, true, delta(seq, prev));

  it('comes with its snapshot on the stream', () => expect(okxStream.rule.snapshotFrom).toBe('stream'));
  it('applies what follows', () => expect(judge(10, 15, 10)).toBe(VERDICT.Apply));
  it('applies a keep-alive', () => expect(judge(10, 10, 10)).toBe(VERDICT.Apply));
  it('applies a maintenance reset that chains', () => expect(judge(1000, 3, 1000)).toBe(VERDICT.Apply));
  it('goes on after the reset', () => expect(judge(3, 5, 3)).toBe(VERDICT.Apply));
  it('sees a missed update', () => expect(judge(10, 20, 15)).toBe(VERDICT.Gap));
  it('sees a missed reset', () => expect(judge(1000, 5, 3)).toBe(VERDICT.Gap));
  it('ignores a repeat of the last update', () => expect(judge(15, 15, 10)).toBe(VERDICT.Ignore));
  it('holds an older repeat for a gap', () => expect(judge(20, 15, 10)).toBe(VERDICT.Gap));
  it('leaves frames without ids to their checksum', () => expect(judge(-1, -1, -1)).toBe(VERDICT.Apply));
});

describe('okx control frames', () => {
  const cases: [string, object][] = [
    ['pong', { kind: 'Pong' }],
    [
      '{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}',
      { kind: 'Subscribed', symbol: 'BTC-USDT' },
    ],
    [
      '{"event":"error","code":"60018","msg":"Wrong URL or channel:books,instId:NO-SUCH doesn\'t exist.","connId":"a"}',
      {
        kind: 'Refused',
        code: '60018',
        message: "Wrong URL or channel:books,instId:NO-SUCH doesn't exist.",
        symbol: 'NO-SUCH',
      },
    ],
    [
      '{"event":"error","code":"60012","msg":"Illegal request"}',
      { kind: 'Refused', code: '60012', message: 'Illegal request' },
    ],
    [
      '{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect."}',
      { kind: 'Goodbye', message: 'The connection will soon be closed for a service upgrade. Please reconnect.' },
    ],
    [
      '{"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"abcd"}',
      {
        kind: 'Refused',
        code: '',
        message: '{"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"abcd"}',
      },
    ],
  ];
  it.each(cases)('%s', (text, event) => {
    expect(okxStream.readControl(text)).toEqual(event);
    expect(read(text).frame.kind).toBe(FRAME.Control);
  });

  it('shows a strange one as a notice', () => {
    expect(okxStream.readControl('{"event":"unsubscribe","arg":{}}').kind).toBe('Notice');
    expect(okxStream.readControl('garbage').kind).toBe('Notice');
  });
});

describe('okx parser', () => {
  const update =
    '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["83802","0","0","0"]],' +
    '"bids":[["83800.80","1.25","0","18"]],"instId":"BTC-USDT","ts":"1790358602306","seqId":7,"prevSeqId":6}]}';

  it('reads an update with numbers, text shapes, ids and time', () => {
    const { frame, batch, parser } = read(update);
    expect(batch.count).toBe(1);
    expect(parser.fallbacks).toBe(0);
    expect(frame).toMatchObject({ kind: FRAME.Delta, symbol: 0, firstSeq: 7, lastSeq: 7, prevSeq: 6 });
    expect(frame.venueAt).toBe(1_790_358_602_306);
    expect(frame.checksum).toBeNaN();
    expect([...frame.asks.values.subarray(0, 3)]).toEqual([8_380_200, 0, 0]);
    expect([...frame.bids.values.subarray(0, 3)]).toEqual([8_380_080, 125_000_000, 2 * 64 + 2]);
  });

  it('reads the best bid and offer', () => {
    const { frame, parser } = read(
      '{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["2","3","0","13"]],"bids":[],"ts":"1","seqId":9}]}',
    );
    expect(parser.fallbacks).toBe(0);
    expect(frame).toMatchObject({ kind: FRAME.Top, symbol: 0, firstSeq: 9, lastSeq: 9, prevSeq: -1, venueAt: 1 });
    expect([frame.asks.count, frame.bids.count]).toEqual([1, 0]);
  });

  it('tells what a finer or larger number needs', () => {
    const { frame } = read(update.replace('83802', '83802.125').replace('1.25', '123456789.25'));
    expect(frame.neededPriceDecimals).toBe(3);
    expect(frame.saturated).toBe(true);
  });

  it('finds every symbol among many', () => {
    const symbols = Array.from({ length: 300 }, (_, index) => entry(`C${index}-USDT`));
    for (const index of [0, 1, 137, 299]) {
      expect(read(update.replace('BTC', `C${index}`), symbols).frame.symbol).toBe(index);
    }
    expect(read(update.replace('BTC', 'C300'), symbols).frame.kind).toBe(FRAME.UnknownSymbol);
  });

  it('takes the other way for another shape, with the same events', () => {
    const { frame, parser } = read(JSON.stringify(JSON.parse(update), null, 2));
    expect(parser.fallbacks).toBe(1);
    expect(frame).toMatchObject({ kind: FRAME.Delta, lastSeq: 7, prevSeq: 6 });
    const two = read(update.replace('}]}', '},{"asks":[],"bids":[],"seqId":8,"prevSeqId":7}]}'));
    expect(two.batch.count).toBe(2);
    expect(two.batch.at(1).lastSeq).toBe(8);
  });

  it.each([
    ['', FRAME.Malformed],
    ['{"arg"', FRAME.Malformed],
    ['[]', FRAME.Malformed],
    [update.replace('"1.25"', '"x"'), FRAME.Malformed],
    [update.replace('"update"', '"upset"'), FRAME.Malformed],
    [update.replace(',"ts"', ',"instId":"BTC\\q","ts"'), FRAME.Malformed],
    [update.replace(',"ts"', ',"instId":"BTC\u0001","ts"'), FRAME.Malformed],
    [update.replace('"data":[{', '"data":[],"x":[{'), FRAME.Malformed],
    ['{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{}]}', FRAME.Ignored],
  ])('%s', (text, kind) => {
    const { batch, frame } = read(text);
    expect(batch.count).toBe(1);
    expect(frame.kind).toBe(kind);
    expect([frame.bids.count, frame.asks.count]).toEqual([0, 0]);
  });

  it('names the symbol of a malformed book', () => {
    expect(read(update.replace('"1.25"', '"x"')).frame).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
  });

  it('reads a REST book', () => {
    const parser = new OkxParser([entry('BTC-USDT')]);
    const batch = new FrameBatch();
    const parse = (text: string, symbol: number) => {
      const bytes = Buffer.from(text);
      parser.parseSnapshot(bytes, 0, bytes.length, symbol, batch);
      return batch.at(0);
    };
    const body =
      '{"code":"0","msg":"","data":[{"asks":[["3","1","0","1"]],"bids":[["2","1","0","1"]],"ts":"5","seqId":4}]}';
    expect(parse(body, 0)).toMatchObject({ kind: FRAME.Snapshot, symbol: 0, lastSeq: 4, venueAt: 5 });
    expect(parse(body.replace('"0"', '"50011"'), 0).kind).toBe(FRAME.Malformed);
    expect(parse(body, 7).kind).toBe(FRAME.Malformed);
  });
});
