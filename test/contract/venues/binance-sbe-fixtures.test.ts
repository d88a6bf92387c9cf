/** The binary frames of Binance that there are: each hand-encoded one of the stream schema gives the right event, and the
 *  recorded ones of other schemas are listed with the reason why they are none of ours. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../../src/core/frame.ts';
import { SbeParser } from '../../../src/venues/binance/sbe-parse.ts';
import { readKey, sign, signParams, signQuery } from '../../../src/venues/binance/sign.ts';
import { describeWithFixtures, readJson, readText } from '../../fixtures.ts';
import { encodeMessage, layoutOf, MESSAGES, readSchema } from '../../support/sbe-layout.ts';

interface Decimal {
  readonly mantissa: number;
  readonly decimal: string;
}
interface Level {
  readonly price: Decimal;
  readonly qty: Decimal;
}
interface Case {
  readonly hex: string;
  readonly error?: string;
  readonly decoded?: {
    readonly header: { readonly version: number };
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> & { readonly symbol: string };
  };
}

const DECIMALS = 8;
const SYMBOLS = [
  { symbol: 'ETHUSDT', priceDecimals: DECIMALS, sizeDecimals: DECIMALS },
  { symbol: 'BTCUSDT', priceDecimals: DECIMALS, sizeDecimals: DECIMALS },
];

const decimals = (list: LevelList): string[] =>
  Array.from({ length: list.count }, (_, n) =>
    [0, 1].map((part) => formatDecimal(BigInt(list.values[n * LEVEL_STRIDE + part] ?? -1), DECIMALS)).join(' x '),
  );
const plain = (text: string): string => formatDecimal(parseDecimal(text, DECIMALS), DECIMALS);
const wanted = (levels: unknown): string[] =>
  (levels as readonly Level[]).map(({ price, qty }) => `${plain(price.decimal)} x ${plain(qty.decimal)}`);

/** What is read and left alone. */
const LEFT_ALONE: Readonly<Record<string, string>> = {
  DepthSnapshotStreamEvent: 'twenty levels are not the whole book; the snapshot of a book comes by REST',
  TradesStreamEvent: 'trades change no book that depth does not change too; none are subscribed to',
};

function read(hex: string) {
  const bytes = Buffer.from(hex, 'hex');
  const parser = new SbeParser(SYMBOLS);
  const batch = new FrameBatch();
  parser.parse(bytes, 0, bytes.length, batch);
  expect(batch.count).toBe(1);
  return { frame: batch.at(0), parser };
}

describeWithFixtures('binance SBE fixtures', (root) => {
  const folder = join(root, 'binance/sbe');
  const cases = readJson<readonly Case[]>(join(folder, 'stream_hand_encoded.json'));

  it('the layout that the tests encode by is that of the official schema', () => {
    expect(readSchema(readText(join(folder, 'stream_1_0.xml')))).toEqual(MESSAGES);
  });

  it.each(cases.map((each, index) => [each.error ?? each.decoded?.message ?? '', index, each] as const))(
    '%s (case %i)',
    (_name, _index, { hex, error, decoded }) => {
      const { frame, parser } = read(hex);
      if (decoded === undefined) {
        const isUnknown = error === 'unknown templateId';
        expect(frame.kind).toBe(isUnknown ? FRAME.Ignored : FRAME.Malformed);
        expect(parser.fallbacks).toBe(isUnknown ? 1 : 0);
        expect([frame.bids.count, frame.asks.count]).toEqual([0, 0]);
        return;
      }
      const { fields, message } = decoded;
      expect(parser.fallbacks).toBe(0);
      expect(SYMBOLS[frame.symbol]?.symbol).toBe(fields.symbol);
      if (message in LEFT_ALONE) {
        expect(frame.kind).toBe(FRAME.Ignored);
        return;
      }
      const isTop = message === 'BestBidAskStreamEvent';
      expect(frame).toMatchObject({
        kind: isTop ? FRAME.Top : FRAME.Delta,
        firstSeq: isTop ? fields.bookUpdateId : fields.firstBookUpdateId,
        lastSeq: isTop ? fields.bookUpdateId : fields.lastBookUpdateId,
        prevSeq: -1,
        venueAt: Math.floor(Number(fields.eventTime) / 1000),
        saturated: false,
        neededPriceDecimals: 0,
        neededSizeDecimals: 0,
      });
      const bids = isTop ? [{ price: fields.bidPrice, qty: fields.bidQty }] : fields.bids;
      const asks = isTop ? [{ price: fields.askPrice, qty: fields.askQty }] : fields.asks;
      expect(decimals(frame.bids)).toEqual(wanted(bids));
      expect(decimals(frame.asks)).toEqual(wanted(asks));
    },
  );

  it('the encoder of the tests writes the hand-encoded frames, byte for byte', () => {
    const number = (value: unknown): number => {
      if (typeof value === 'object' && value !== null) return (value as Decimal).mantissa;
      return value === 'True' ? 1 : value === 'False' ? 0 : Number(value);
    };
    const written = cases.flatMap(({ hex, decoded }) => {
      if (decoded === undefined || decoded.header.version !== 0) return [];
      const { fields, message } = decoded;
      const plainFields = Object.entries(fields).filter(([, value]) => !Array.isArray(value));
      const groups = Object.entries(fields).filter(([, value]) => Array.isArray(value));
      const entry = (value: object) =>
        Object.fromEntries(Object.entries(value).map(([key, each]) => [key, number(each)]));
      const bytes = encodeMessage(layoutOf(message), {
        fields: Object.fromEntries(
          plainFields.filter(([name]) => name !== 'symbol').map(([name, value]) => [name, number(value)]),
        ),
        groups: Object.fromEntries(groups.map(([name, entries]) => [name, (entries as object[]).map(entry)])),
        data: { symbol: fields.symbol },
      });
      return [[bytes.toString('hex'), hex]];
    });
    expect(written.length).toBeGreaterThanOrEqual(5);
    for (const [bytes, hex] of written) expect(bytes).toBe(hex);
  });

  it('user data in SBE is of another schema and not asked for: the WebSocket API answers us in JSON', () => {
    const frames = readJson<{ hex: string; decoded: { header: { schemaId: number }; message: string } }[]>(
      join(folder, 'user_data_real_1.json'),
    );
    expect(frames.length).toBeGreaterThan(0);
    for (const { hex, decoded } of frames) {
      expect(decoded.header.schemaId, decoded.message).toBe(3);
      expect(read(hex).frame.kind, decoded.message).toBe(FRAME.Malformed);
    }
  });

  it('Ed25519 signatures match the published vector', () => {
    const vectors = readJson<{ prehash: string; expected: string; private_key_pem?: string }[]>(
      join(root, 'binance/signatures/vectors.json'),
    );
    const [vector] = vectors.filter((each) => each.private_key_pem !== undefined);
    if (vector?.private_key_pem === undefined) throw new Error('no Ed25519 vector');
    const base64 = vector.private_key_pem.replace(/-----[^-]+-----|\n/g, '');
    for (const secret of [vector.private_key_pem, vector.private_key_pem.trim(), base64]) {
      const key = readKey(secret);
      if (key === undefined) throw new Error('no key');
      expect(key.asymmetricKeyType).toBe('ed25519');
      expect(sign(vector.prehash, key)).toBe(vector.expected);
      const query = signQuery({ symbol: '币安', timestamp: 1 }, key);
      const [, payload = '', signature = ''] = /^(.*)&signature=(.*)$/.exec(query) ?? [];
      expect(signature).not.toMatch(/[+/=]/);
      expect(decodeURIComponent(signature)).toBe(sign(payload, key));
      expect(signParams({ b: 1, a: 2 }, 'k', key).signature).toBe(sign('a=2&apiKey=k&b=1', key));
    }
  });
});
