/** `parallax books`: a recording's frames through a venue's parser and the feed's books, and what they end in. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../core/faults.ts';
import type { VenueDescriptor } from '../core/venue.ts';
import { type RecordedBook, replayRecording } from '../feeds/recording.ts';
import { readRecording } from '../feeds/recording-rows.ts';
import { venueRegistry } from '../venues/registry.ts';
import { type OptionSpecs, parseArguments, type UsageProblem, usage, usageMessage } from './arguments.ts';
import type { CommandIo } from './io.ts';

export interface BooksOptions {
  readonly descriptor: Pick<VenueDescriptor, 'stream'>;
  /** The recording's text. */
  readonly recording: string;
}

export interface BooksReport {
  readonly books: Readonly<Record<string, RecordedBook>>;
}

/** Throws a SyntaxError for a recording that cannot be read. */
export function runBooks(options: BooksOptions): BooksReport {
  return { books: replayRecording(options.descriptor.stream, readRecording(options.recording)) };
}

const OPTIONS = {
  venue: { kind: 'text', shows: 'ID', about: 'whose frames they are' },
  recording: { kind: 'text', shows: 'FILE', about: 'JSON lines of recorded frames' },
  json: { kind: 'flag', about: 'print JSON alone' },
} as const satisfies OptionSpecs;
const ABOUT = 'replays recorded frames and prints the books they end in';

/** `args` are those after `books`. Returns the exit code. */
export function booksCommand(args: readonly string[], io: Pick<CommandIo, 'out' | 'err'>): number {
  const { values, help, problems: found } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('books', ABOUT, OPTIONS));
    return 0;
  }
  const problems: UsageProblem[] = [...found];
  const isFaulty = (path: string): boolean => problems.some((problem) => problem.path === path);
  const descriptor = venueRegistry.get(values.venue ?? '');
  if (values.venue === undefined) {
    if (!isFaulty('--venue')) problems.push({ path: '--venue', message: 'is missing' });
  } else if (descriptor === undefined) {
    const known = [...venueRegistry.keys()].join(', ');
    problems.push({ path: '--venue', message: `names no venue: "${values.venue}" (there are: ${known})` });
  }
  let recording = '';
  if (values.recording === undefined) {
    if (!isFaulty('--recording')) problems.push({ path: '--recording', message: 'is missing' });
  } else {
    try {
      recording = readFileSync(values.recording, 'utf8');
    } catch (error) {
      problems.push({ path: '--recording', message: `cannot be read: ${messageOf(error)}` });
    }
  }
  let report: BooksReport = { books: {} };
  if (problems.length === 0 && descriptor !== undefined) {
    try {
      report = runBooks({ descriptor, recording });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      problems.push({ path: '--recording', message: `is no recording: ${error.message}` });
    }
  }
  if (problems.length > 0) {
    io.err(usageMessage('books', problems));
    return 2;
  }
  io.out(values.json ? JSON.stringify(report) : asText(report));
  return 0;
}

function asText(report: BooksReport): string {
  const lines: string[] = [];
  for (const [key, book] of Object.entries(report.books)) {
    const [bids, asks] = book.levels;
    lines.push(
      `${key}: ${book.trust}${book.crossed ? ', crossed' : ''}, ${bids} bids, ${asks} asks, ${book.gaps} gaps, ` +
        `${book.snapshots} snapshots, ${book.updates_applied} updates, ` +
        `checksums ${book.checksums.checked} checked, ${book.checksums.failed} failed`,
      `  sha256 ${book.sha256_full_book}`,
    );
    for (let level = 0; level < Math.max(book.top10_bids.length, book.top10_asks.length); level++) {
      const [bid, bidSize] = book.top10_bids[level] ?? ['', ''];
      const [ask, askSize] = book.top10_asks[level] ?? ['', ''];
      lines.push(`  ${bidSize.padStart(22)} ${bid.padStart(16)} | ${ask.padEnd(16)} ${askSize}`);
    }
  }
  return lines.length === 0 ? 'no books in this recording' : lines.join('\n');
}
