import { crc32 } from 'node:zlib';
import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from './plain.ts';

interface Frame {
  readonly arg?: { readonly instType: string; readonly channel: string; readonly instId: string };
  readonly action?: string;
  readonly data?: readonly {
    readonly bids: readonly PlainLevel[];
    readonly asks: readonly PlainLevel[];
    readonly checksum?: number;
    readonly seq?: string;
    readonly pseq?: string;
  }[];
}

/** Ids are not part of what depth says; they are kept beside it, as the texts that stand on the wire. */
const ids = new WeakMap<PlainDepth, { readonly seq: string; readonly previous: string }>();

/** Ids may be longer than a number holds: in what is known to be JSON they become texts before anything reads them. */
function parse(text: string): Frame {
  JSON.parse(text);
  return JSON.parse(text.replace(/"(p?seq)":(\d+)/g, '"$1":"$2"')) as Frame;
}

function depthsOf({ t, data = '' }: RecordedRow): readonly PlainDepth[] {
  if (t !== 'recv' || data === 'pong') return [];
  const { arg, action, data: books = [] } = parse(data);
  if (arg?.instType !== 'SPOT' || arg.channel !== 'books' || action === undefined) return [];
  return books.map(({ bids, asks, checksum = 0, seq = '', pseq = '' }) => {
    const depth: PlainDepth = {
      symbol: arg.instId,
      isSnapshot: action === 'snapshot',
      bids,
      asks,
      ...(checksum === 0 ? {} : { checksum }),
    };
    ids.set(depth, { seq, previous: pseq });
    return depth;
  });
}

/** Each update names the one before it; a repeat of the last one is old news. */
class Sequence implements PlainSequence {
  #last: string | undefined;

  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap' {
    const id = ids.get(depth);
    if (id === undefined) throw new Error('a depth that is not of this venue');
    if (!depth.isSnapshot && (this.#last === undefined || (id.seq === this.#last && id.previous !== this.#last))) {
      return 'ignore';
    }
    const follows = depth.isSnapshot || id.previous === this.#last;
    this.#last = follows ? id.seq : undefined;
    return follows ? 'apply' : 'gap';
  }

  reset(): void {
    this.#last = undefined;
  }
}

export const bitgetPlain: PlainVenue = {
  venue: 'bitget',
  recordings: ['v2_wrapped_books_spot_5syms'],
  depthsOf,
  newSequence: () => new Sequence(),
  checksum: (bids, asks) => {
    const texts: string[] = [];
    for (let level = 0; level < 25; level++) {
      for (const each of [bids[level], asks[level]]) if (each !== undefined) texts.push(`${each[0]}:${each[1]}`);
    }
    return crc32(texts.join(':')) | 0;
  },
};
