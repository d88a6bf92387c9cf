import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { type SymbolEntry, VERDICT } from '../../../src/core/venue.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { BitgetParser } from '../../../src/venues/bitget/parse.ts';
import { bitgetStream } from '../../../src/venues/bitget/stream.ts';

const entry = (symbol: string): SymbolEntry => ({ symbol, priceDecimals: 2, sizeDecimals: 6 });

function reader(symbols: readonly SymbolEntry[] = [entry('BTCUSDT')]) {
  const parser = new BitgetParser(symbols);
  const batch = new FrameBatch();
  return {
    parser,
    batch,
    read: (text: string): BookFrame => {
      const bytes = Buffer.from(`##${text}##`);
      parser.parse(bytes, 2, bytes.length - 2, batch);
      return batch.at(0);
    },
  };
}
const read = (text: string, symbols?: readonly SymbolEntry[]) => {
  const made = reader(symbols);
  return { ...made, frame: made.read(text) };
};

describe('bitget subscription plan', () => {
  const live = bitget.environments.live as NonNullable<(typeof bitget.environments)['live']>;

  it.each([
    ['short names', 'C'],
    ['long names', 'AVERYLONGNAMEOFACOINTHATTAKESMANYBYTES'],
  ])('asks for both channels of every symbol once, within the limits, with %s', (_, name) => {
    const symbols = Array.from({ length: 230 }, (__, index) => entry(`${name}${index}USDT`));
    const plans = bitgetStream.plan(live, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((__, index) => index));
    const asked: string[] = [];
    for (const plan of plans) {
      expect(plan.url).toBe('wss://ws.bitget.com/v2/ws/public');
      // Ten messages a second, pings among them; less than 50 channels a connection.
      expect(plan.subscribe.length).toBeLessThan(5);
      expect(plan.symbols.length * 2).toBeLessThan(50);
      const carried: string[] = [];
      for (const message of plan.subscribe) {
        const request = JSON.parse(message) as { op: string; args: Record<string, string>[] };
        expect(request.op).toBe('subscribe');
        expect(request.args.length).toBeGreaterThan(0);
        expect(Buffer.byteLength(JSON.stringify(request.args))).toBeLessThanOrEqual(4096);
        expect(request.args.every(({ instType }) => instType === 'SPOT')).toBe(true);
        carried.push(...request.args.map(({ channel, instId }) => `${channel}/${instId}`));
      }
      const wanted = plan.symbols.flatMap((index) => ['books', 'books1'].map((c) => `${c}/${symbols[index]?.symbol}`));
      expect(carried).toEqual(wanted);
      asked.push(...carried);
    }
    expect(new Set(asked).size).toBe(2 * symbols.length);
    expect(bitgetStream.plan(live, [])).toEqual([]);
  });

  it('pings in text: when idle, and at least every 30 s', () => {
    const heartbeat = bitgetStream.plan(live, [entry('BTCUSDT')])[0]?.heartbeat;
    expect(heartbeat).toEqual({ ping: { text: 'ping' }, idleMs: 1000, everyMs: 20_000, silenceMs: 3000 });
  });

  it('asks for a fresh snapshot of the book alone', () => {
    const args = [{ instType: 'SPOT', channel: 'books', instId: 'BTCUSDT' }];
    expect(bitgetStream.resubscribe?.('BTCUSDT').map((text) => JSON.parse(text))).toEqual([
      { op: 'unsubscribe', args },
      { op: 'subscribe', args },
    ]);
  });

  it('has demo trading on sockets of its own', () => {
    expect(bitget.environments.demo).toMatchObject({
      rest: live.rest,
      wsPublic: 'wss://wspap.bitget.com/v2/ws/public',
      wsPrivate: 'wss://wspap.bitget.com/v2/ws/private',
    });
  });
});

describe('bitget sequence rule', () => {
  const delta = (seq: number, prev: number): BookFrame => {
    const frame = new BookFrame();
    frame.kind = FRAME.Delta;
    frame.firstSeq = seq;
    frame.lastSeq = seq;
    frame.prevSeq = prev;
    return frame;
  };
  const judge = (lastSeq: number, seq: number, prev: number) =>
    bitgetStream.rule.judge(lastSeq, true, delta(seq, prev));

  it('comes with its snapshot on the stream', () => expect(bitgetStream.rule.snapshotFrom).toBe('stream'));
  it('applies what follows', () => expect(judge(10, 15, 10)).toBe(VERDICT.Apply));
  it('sees a missed update', () => expect(judge(10, 20, 15)).toBe(VERDICT.Gap));
  it('ignores a repeat of the last update', () => expect(judge(15, 15, 10)).toBe(VERDICT.Ignore));
  it('holds an older repeat for a gap', () => expect(judge(20, 15, 10)).toBe(VERDICT.Gap));
  it('holds an update that follows nothing for a gap', () => expect(judge(10, 15, -1)).toBe(VERDICT.Gap));
  it('leaves frames without ids to their checksum', () => expect(judge(-1, -1, -1)).toBe(VERDICT.Apply));
  it('sees ids end', () => expect(judge(10, -1, -1)).toBe(VERDICT.Gap));
  it('sees ids begin', () => expect(judge(-1, 10, -1)).toBe(VERDICT.Gap));
});

describe('bitget control frames', () => {
  const cases: [string, object][] = [
    ['pong', { kind: 'Pong' }],
    [
      '{"event":"subscribe","arg":{"instType":"SPOT","channel":"books","instId":"BTCUSDT"}}',
      { kind: 'Subscribed', symbol: 'BTCUSDT' },
    ],
    [
      '{"event":"error","arg":{"instType":"SPOT","channel":"candle1h","instId":"BTCUSDT"},"code":30016,"msg":"Param error","op":"subscribe"}',
      { kind: 'Refused', code: '30016', message: 'Param error', symbol: 'BTCUSDT' },
    ],
    [
      '{"event":"error","code":"30001","msg":"instType:SPOT,channel:books,instId:NOSUCH doesn\'t exist"}',
      {
        kind: 'Refused',
        code: '30001',
        message: "instType:SPOT,channel:books,instId:NOSUCH doesn't exist",
        symbol: 'NOSUCH',
      },
    ],
    [
      '{"event":"error","code":30006,"msg":""}',
      { kind: 'Refused', code: '30006', message: '{"event":"error","code":30006,"msg":""}' },
    ],
  ];
  it.each(cases)('%s', (text, event) => {
    expect(bitgetStream.readControl(text)).toEqual(event);
    expect(read(text).frame.kind).toBe(FRAME.Control);
  });

  it('shows a strange one as a notice', () => {
    expect(bitgetStream.readControl('{"event":"unsubscribe","arg":{}}').kind).toBe('Notice');
    expect(bitgetStream.readControl('garbage').kind).toBe('Notice');
  });
});

const update =
  '{"action":"update","arg":{"instType":"SPOT","channel":"books","instId":"BTCUSDT"},"data":[{"asks":[["83744.78","0"],' +
  '["83747.2","0.238934"]],"bids":[],"ts":"1790358811400","seq":850169288983,"pseq":850169286126}],"ts":1790358811401}';
const books = (action: string, seq: string, pseq: string, channel = 'books'): string =>
  `{"action":"${action}","arg":{"instType":"SPOT","channel":"${channel}","instId":"BTCUSDT"},"data":[{"asks":[["2","1"]],` +
  `"bids":[["1","1"]],"ts":"1790358811400","seq":${seq},"pseq":${pseq}}],"ts":1790358811401}`;

describe('bitget parser', () => {
  it('reads an update with numbers, text shapes, ids and time', () => {
    const { frame, batch, parser } = read(update);
    expect(batch.count).toBe(1);
    expect(parser.fallbacks).toBe(0);
    expect(frame).toMatchObject({
      kind: FRAME.Delta,
      symbol: 0,
      firstSeq: 850_169_288_983,
      lastSeq: 850_169_288_983,
      prevSeq: 850_169_286_126,
      venueAt: 1_790_358_811_400,
    });
    expect(frame.checksum).toBeNaN();
    expect([...frame.asks.values.subarray(0, 6)]).toEqual([8_374_478, 0, 2 * 64, 8_374_720, 238_934, 64 + 6]);
    expect([frame.asks.count, frame.bids.count]).toEqual([2, 0]);
  });

  it('reads the best bid and offer, on the line of the book', () => {
    const { read: next, parser } = reader();
    next(books('snapshot', '10', '0'));
    expect(next(books('snapshot', '12', '0', 'books1'))).toMatchObject({ kind: FRAME.Top, symbol: 0, lastSeq: 12 });
    expect(parser.fallbacks).toBe(0);
  });

  it('reads fields in any order, and the older ones', () => {
    const { frame, parser } = read(update.replace('"ts":"1790358811400"', '"checksum":-1367582038'));
    expect(parser.fallbacks).toBe(0);
    expect(frame).toMatchObject({ kind: FRAME.Delta, checksum: -1_367_582_038, venueAt: Number.NaN });
    expect(read(update.replace(/,"seq".*?}/, '}')).frame).toMatchObject({
      kind: FRAME.Delta,
      lastSeq: -1,
      prevSeq: -1,
    });
  });

  it.each([
    ['just behind 2^53', 9_007_199_254_740_993n],
    ['of nineteen digits', 1_343_064_377_779_269_632n],
    ['of twenty digits', 12_343_064_377_999_999_999n],
  ])('compares ids exactly, %s', (_, first) => {
    const { read: next, parser } = reader();
    const seqs: number[][] = [];
    for (let id = first; id < first + 4n; id++) {
      const frame = next(books(id === first ? 'snapshot' : 'update', String(id), String(id - 1n)));
      seqs.push([frame.prevSeq, frame.lastSeq]);
    }
    expect(parser.fallbacks).toBe(0);
    const origin = seqs[0]?.[1] ?? Number.NaN;
    expect(Number.isSafeInteger(origin) && origin > 0).toBe(true);
    expect(seqs.slice(1)).toEqual([1, 2, 3].map((step) => [origin + step - 1, origin + step]));
    // The slow way, too.
    const spaced = next(
      JSON.stringify(JSON.parse(books('update', '1', '1')), null, 1).replace('"seq": 1', `"seq": ${first + 9n}`),
    );
    expect([parser.fallbacks, spaced.lastSeq]).toEqual([1, origin + 9]);
    // As doubles they would not be four ids.
    expect(new Set([0n, 1n, 2n, 3n].map((step) => Number(first + step))).size).toBeLessThan(4);
  });

  it('gives up an id that is too far to be compared, until a snapshot begins a new line', () => {
    const { read: next } = reader();
    next(books('snapshot', '1343064377779269632', '0'));
    expect(next(books('update', '77', '76'))).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
    expect(next(books('snapshot', '77', '0', 'books1'))).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
    expect(next(books('snapshot', '77', '0'))).toMatchObject({ kind: FRAME.Snapshot, lastSeq: 77 });
    expect(next(books('update', '78', '77'))).toMatchObject({ kind: FRAME.Delta, lastSeq: 78, prevSeq: 77 });
  });

  it('keeps the lines of symbols apart', () => {
    const { read: next } = reader([entry('BTCUSDT'), entry('ETHUSDT')]);
    next(books('snapshot', '1343064377779269632', '0'));
    expect(next(books('snapshot', '77', '0').replace('BTC', 'ETH'))).toMatchObject({ symbol: 1, lastSeq: 77 });
    const btc = next(books('update', '1343064377779269633', '1343064377779269632'));
    expect(btc.lastSeq - btc.prevSeq).toBe(1);
  });

  it('tells what a finer or larger number needs', () => {
    const { frame } = read(update.replace('83747.2', '83747.125').replace('0.238934', '12345678901.25'));
    expect(frame.neededPriceDecimals).toBe(3);
    expect(frame.saturated).toBe(true);
  });

  it('finds every symbol among many', () => {
    const symbols = Array.from({ length: 300 }, (_, index) => entry(`C${index}USDT`));
    for (const index of [0, 1, 137, 299]) {
      expect(read(update.replace('BTC', `C${index}`), symbols).frame.symbol).toBe(index);
    }
    expect(read(update.replace('BTC', 'C300'), symbols).frame.kind).toBe(FRAME.UnknownSymbol);
  });

  it('takes the other way for another shape, with the same events', () => {
    const { frame, parser } = read(JSON.stringify(JSON.parse(update), null, 2));
    expect(parser.fallbacks).toBe(1);
    expect(frame).toMatchObject({ kind: FRAME.Delta, lastSeq: 850_169_288_983, prevSeq: 850_169_286_126 });
    const two = read(update.replace('}],"ts"', '},{"asks":[],"bids":[],"seq":850169288984}],"ts"'));
    expect(two.batch.count).toBe(2);
    expect(two.batch.at(1).lastSeq).toBe(850_169_288_984);
  });

  it.each([
    ['', FRAME.Malformed],
    ['{"arg"', FRAME.Malformed],
    ['[]', FRAME.Malformed],
    [update.replace('"0.238934"', '"x"'), FRAME.Malformed],
    [update.replace('"update"', '"upset"'), FRAME.Malformed],
    [update.replace('"books"', '"books1"'), FRAME.Malformed],
    [update.replace('"seq":', '"seq":-'), FRAME.Malformed],
    [update.replace('850169288983', '12.5'), FRAME.Malformed],
    [update.replace('850169288983', '0850169288983'), FRAME.Malformed],
    [update.replace('850169288983', '8'.repeat(30)), FRAME.Malformed],
    [update.replace('"1790358811400"', '"soon"'), FRAME.Malformed],
    [update.replace('"data":[{', '"data":[],"x":[{'), FRAME.Malformed],
    [update.slice(0, -1), FRAME.Malformed],
    [update.replace('"books"', '"books15"'), FRAME.Ignored],
    [update.replace('SPOT', 'USDT-FUTURES'), FRAME.Ignored],
    ['{"action":"update","arg":{"instType":"SPOT","channel":"trade","instId":"BTCUSDT"},"data":[{}]}', FRAME.Ignored],
  ])('%s', (text, kind) => {
    const { batch, frame } = read(text);
    expect(batch.count).toBe(1);
    expect(frame.kind).toBe(kind);
    expect([frame.bids.count, frame.asks.count]).toEqual([0, 0]);
  });

  it('names the symbol of a malformed book', () => {
    expect(read(update.replace('"0.238934"', '"x"')).frame).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
  });

  it('reads a REST book', () => {
    const { parser, batch } = reader();
    const parse = (text: string, symbol: number) => {
      const bytes = Buffer.from(text);
      parser.parseSnapshot(bytes, 0, bytes.length, symbol, batch);
      return batch.at(0);
    };
    const body = '{"code":"00000","msg":"success","data":{"asks":[["3","1"]],"bids":[["2","1"]],"ts":"5"}}';
    expect(parse(body, 0)).toMatchObject({ kind: FRAME.Snapshot, symbol: 0, lastSeq: -1, venueAt: 5 });
    expect(parse(body.replace('00000', '40034'), 0).kind).toBe(FRAME.Malformed);
    expect(parse(body.replace('"data":{', '"data":null,"x":{'), 0).kind).toBe(FRAME.Malformed);
    expect(parse(body, 7).kind).toBe(FRAME.Malformed);
  });
});
