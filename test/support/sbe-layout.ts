/** SBE messages by their layout, for tests: an encoder that knows nothing but a layout, the layout of Binance's stream
 *  schema written down by hand, and a reader that takes a layout from a schema's XML. Shares no code with the engine. */

export type Primitive = 'uint8' | 'uint16' | 'uint32' | 'int8' | 'int64';

export interface FieldLayout {
  readonly name: string;
  readonly type: Primitive;
}

export interface GroupLayout {
  readonly name: string;
  readonly count: 'uint16' | 'uint32';
  readonly fields: readonly FieldLayout[];
}

export interface MessageLayout {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly FieldLayout[];
  readonly groups: readonly GroupLayout[];
  /** Variable data, each behind a length of one byte. */
  readonly data: readonly string[];
}

const field = (name: string, type: Primitive): FieldLayout => ({ name, type });
const EXPONENTS = [field('priceExponent', 'int8'), field('qtyExponent', 'int8')];
const LEVEL = [field('price', 'int64'), field('qty', 'int64')];
const SIDES: readonly GroupLayout[] = [
  { name: 'bids', count: 'uint16', fields: LEVEL },
  { name: 'asks', count: 'uint16', fields: LEVEL },
];

export const SCHEMA_ID = 1;
export const MESSAGES: readonly MessageLayout[] = [
  {
    name: 'TradesStreamEvent',
    id: 10_000,
    fields: [field('eventTime', 'int64'), field('transactTime', 'int64'), ...EXPONENTS],
    groups: [
      {
        name: 'trades',
        count: 'uint32',
        fields: [field('id', 'int64'), ...LEVEL, field('isBuyerMaker', 'uint8')],
      },
    ],
    data: ['symbol'],
  },
  {
    name: 'BestBidAskStreamEvent',
    id: 10_001,
    fields: [
      field('eventTime', 'int64'),
      field('bookUpdateId', 'int64'),
      ...EXPONENTS,
      ...['bidPrice', 'bidQty', 'askPrice', 'askQty'].map((name) => field(name, 'int64')),
    ],
    groups: [],
    data: ['symbol'],
  },
  {
    name: 'DepthSnapshotStreamEvent',
    id: 10_002,
    fields: [field('eventTime', 'int64'), field('bookUpdateId', 'int64'), ...EXPONENTS],
    groups: SIDES,
    data: ['symbol'],
  },
  {
    name: 'DepthDiffStreamEvent',
    id: 10_003,
    fields: [
      field('eventTime', 'int64'),
      field('firstBookUpdateId', 'int64'),
      field('lastBookUpdateId', 'int64'),
      ...EXPONENTS,
    ],
    groups: SIDES,
    data: ['symbol'],
  },
];

export type Fields = Readonly<Record<string, number | bigint>>;
export interface MessageValues {
  readonly fields: Fields;
  readonly groups?: Readonly<Record<string, readonly Fields[]>>;
  readonly data: Readonly<Record<string, string>>;
}

/** What a later version of a schema may do to its messages. */
export interface Later {
  readonly version: number;
  /** Bytes put after the fields of the root, and of each entry of a group. */
  readonly rootPad: number;
  readonly groupPad: number;
  /** Bytes after the last data known here. */
  readonly tail: number;
}
const FIRST_VERSION: Later = { version: 0, rootPad: 0, groupPad: 0, tail: 0 };

const SIZES: Readonly<Record<Primitive, number>> = { uint8: 1, uint16: 2, uint32: 4, int8: 1, int64: 8 };
const lengthOf = (fields: readonly FieldLayout[]): number => fields.reduce((sum, { type }) => sum + SIZES[type], 0);

function primitive(type: Primitive, value: number | bigint): Buffer {
  const bytes = Buffer.alloc(SIZES[type]);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

const encodeFields = (fields: readonly FieldLayout[], values: Fields, pad: number): Buffer =>
  Buffer.concat([...fields.map(({ name, type }) => primitive(type, values[name] ?? 0)), Buffer.alloc(pad, 0xab)]);

export function encodeMessage(layout: MessageLayout, values: MessageValues, later: Later = FIRST_VERSION): Buffer {
  const { version, rootPad, groupPad, tail } = later;
  const header = [lengthOf(layout.fields) + rootPad, layout.id, SCHEMA_ID, version];
  const groups = layout.groups.flatMap(({ name, count, fields }) => {
    const entries = values.groups?.[name] ?? [];
    return [
      primitive('uint16', lengthOf(fields) + groupPad),
      primitive(count, entries.length),
      ...entries.map((entry) => encodeFields(fields, entry, groupPad)),
    ];
  });
  const data = layout.data.flatMap((name) => {
    const text = Buffer.from(values.data[name] ?? '', 'utf8');
    return [primitive('uint8', text.length), text];
  });
  return Buffer.concat([
    ...header.map((value) => primitive('uint16', value)),
    encodeFields(layout.fields, values.fields, rootPad),
    ...groups,
    ...data,
    Buffer.alloc(tail, 0xcd),
  ]);
}

/** Reads a message of version 0 by its layout; what it leaves over is in `rest`. */
export function decodeMessage(layout: MessageLayout, bytes: Buffer): MessageValues & { readonly rest: number } {
  let at = 8;
  const read = (type: Primitive): bigint => {
    let value = 0n;
    for (let n = 0; n < SIZES[type]; n++) value |= BigInt(bytes[at + n] ?? 0) << BigInt(8 * n);
    at += SIZES[type];
    return type.startsWith('int') ? BigInt.asIntN(8 * SIZES[type], value) : value;
  };
  const readFields = (fields: readonly FieldLayout[]): Fields =>
    Object.fromEntries(fields.map(({ name, type }) => [name, read(type)]));
  const fields = readFields(layout.fields);
  const groups: Record<string, Fields[]> = {};
  for (const group of layout.groups) {
    if (Number(read('uint16')) !== lengthOf(group.fields))
      throw new Error(`${layout.name}: ${group.name} has no length`);
    groups[group.name] = Array.from({ length: Number(read(group.count)) }, () => readFields(group.fields));
  }
  const data: Record<string, string> = {};
  for (const name of layout.data) {
    const length = Number(read('uint8'));
    data[name] = bytes.subarray(at, at + length).toString('utf8');
    at += length;
  }
  return { fields, groups, data, rest: bytes.length - at };
}

export function layoutOf(name: string, messages: readonly MessageLayout[] = MESSAGES): MessageLayout {
  const found = messages.find((message) => message.name === name);
  if (found === undefined) throw new Error(`no message ${name}`);
  return found;
}

const attribute = (tag: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

/** The messages of a schema's XML, as far as Binance's stream schema uses the language. */
export function readSchema(xml: string): readonly MessageLayout[] {
  const text = xml.replace(/<!--[\s\S]*?-->/g, '');
  const primitives = new Map<string, Primitive>();
  const [types = ''] = /<types>[\s\S]*<\/types>/.exec(text) ?? [];
  const composites = new Map<string, string>();
  for (const [whole, head] of types.matchAll(/<composite([^>]*)>[\s\S]*?<\/composite>/g))
    composites.set(attribute(head ?? '', 'name'), whole);
  const plain = types.replace(/<composite[\s\S]*?<\/composite>/g, '');
  for (const [tag] of plain.matchAll(/<type [^>]*>/g))
    primitives.set(attribute(tag, 'name'), attribute(tag, 'primitiveType') as Primitive);
  for (const [tag] of plain.matchAll(/<enum [^>]*>/g))
    primitives.set(attribute(tag, 'name'), attribute(tag, 'encodingType') as Primitive);

  const fieldsOf = (body: string): FieldLayout[] =>
    Array.from(body.matchAll(/<field [^>]*>/g), ([tag]) => tag)
      // A constant is not on the wire.
      .filter((tag) => attribute(tag, 'presence') !== 'constant')
      .map((tag) => ({ name: attribute(tag, 'name'), type: primitives.get(attribute(tag, 'type')) ?? 'uint8' }));
  const countOf = (tag: string): 'uint16' | 'uint32' => {
    const dimensions = composites.get(attribute(tag, 'dimensionType') || 'groupSizeEncoding') ?? '';
    const count = [...dimensions.matchAll(/<type [^>]*>/g)]
      .map(([type]) => type)
      .find((type) => /numInGroup/.test(type));
    return attribute(count ?? '', 'primitiveType') as 'uint16' | 'uint32';
  };
  return Array.from(text.matchAll(/<sbe:message ([^>]*)>([\s\S]*?)<\/sbe:message>/g), ([, head = '', body = '']) => {
    const groups = Array.from(body.matchAll(/<group ([^>]*)>([\s\S]*?)<\/group>/g), ([, tag = '', inner = '']) => ({
      name: attribute(` ${tag}`, 'name'),
      count: countOf(` ${tag}`),
      fields: fieldsOf(inner),
    }));
    const outside = body.replace(/<group [\s\S]*?<\/group>/g, '');
    return {
      name: attribute(` ${head}`, 'name'),
      id: Number(attribute(` ${head}`, 'id')),
      fields: fieldsOf(outside),
      groups,
      data: Array.from(outside.matchAll(/<data [^>]*>/g), ([tag]) => attribute(tag, 'name')),
    };
  });
}
