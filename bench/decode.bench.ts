/** decode/<venue>.<channel>: one frame's bytes → book event, against `JSON.parse` of the same bytes, or of the JSON frame
 *  that says the same where the venue's frames are binary. */
import { FrameBatch } from '../src/core/frame.ts';
import { descriptorOf } from '../src/venues/registry.ts';
import { FRAME_SETS, type FrameSet } from './frames.ts';
import { interleavedSuite } from './interleaved-suite.ts';
import { type Bench, type BenchRow, type Budget, OURS, toRow } from './rounds.ts';

const rowOf = (channel: string): string => `decode/${channel}`;

async function decodeRow(channel: string, set: FrameSet, budget: Budget): Promise<BenchRow> {
  const { frames, symbols, source, asJson = frames, view = (descriptor) => descriptor } = set;
  const parser = view(descriptorOf(channel.split('.')[0] ?? '')).stream.createParser(symbols);
  const batch = new FrameBatch();
  const ours = (): number => {
    let levels = 0;
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[i] as Buffer;
      parser.parse(frame, 0, frame.length, batch);
      const event = batch.at(0);
      levels += event.bids.count + event.asks.count;
    }
    return levels;
  };
  const jsonParse = (): number => {
    let found = 0;
    for (let i = 0; i < asJson.length; i++) {
      if (typeof JSON.parse((asJson[i] as Buffer).toString('utf8')) === 'object') found++;
    }
    return found;
  };
  if (ours() === 0) throw new Error(`${channel}: nothing was decoded`);
  const units = frames.length;
  const rounds = await interleavedSuite(
    rowOf(channel),
    [
      { name: OURS, run: ours, units },
      { name: 'json-parse', run: jsonParse, units },
    ],
    budget,
  );
  const note = `${source}; ${parser.fallbacks === 0 ? 'none' : parser.fallbacks} fell back to JSON; the peer only parses${asJson === frames ? '' : ' the JSON frame of the same event'}, ours gives integers on the grid`;
  return toRow({ name: rowOf(channel), unit: 'ns/frame', note }, rounds);
}

export const decodeBenches: readonly Bench[] = Object.entries(FRAME_SETS).map(([channel, load]) => ({
  rows: [rowOf(channel)],
  run: async (_wanted, budget) => [await decodeRow(channel, load(), budget)],
}));
