/** `parallax verify`: whether the journal, the write-ahead log and their witnesses add up. Writes nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Evidence } from '../record/verify/evidence.ts';
import { lineOf } from '../record/verify/finding.ts';
import { END_MS } from '../record/verify/horizon.ts';
import { newestEnd, readEvidence } from '../record/verify/read-evidence.ts';
import { type Verdict, verdictOn } from '../record/verify/verify.ts';
import { type OptionSpecs, parseArguments, usage, usageMessage } from './arguments.ts';
import { type CommandIo, DEFAULT_DATA_DIR } from './io.ts';
import { explained, JOURNAL_OPTIONS } from './journal-options.ts';
import { renderLine } from './lines.ts';

const OPTIONS = { data: JOURNAL_OPTIONS.data, json: JOURNAL_OPTIONS.json } as const satisfies OptionSpecs;

/** Resolves to the exit code: 0 all adds up, 1 something does not, 2 there is nothing to verify. */
export async function verifyCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, help, problems } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('verify', 'Whether the journal and the log of orders add up; the engine may be running', OPTIONS));
    return 0;
  }
  if (problems.length > 0) {
    io.err(usageMessage('verify', problems));
    return 2;
  }
  const dataDir = values.data ?? io.dataDir ?? DEFAULT_DATA_DIR;
  try {
    const evidence = await settledEvidence(dataDir);
    if (evidence === undefined) {
      io.err(usageMessage('verify', [{ path: '--data', message: `has neither journal nor log: ${dataDir}` }]));
      return 2;
    }
    const verdict = verdictOn(evidence);
    io.out(values.json ? JSON.stringify(asJson(verdict)) : asText(verdict));
    return verdict.ok ? 0 : 1;
  } catch (thrown) {
    io.err(explained(thrown));
    return 1;
  }
}

/** The last records of a run come after its end; an end that is only just past is waited out. */
async function settledEvidence(dataDir: string): Promise<Evidence | undefined> {
  const evidence = readEvidence(dataDir);
  const waitMs = (evidence === undefined ? 0 : (newestEnd(evidence) ?? 0)) + END_MS - Date.now();
  if (evidence === undefined || waitMs <= 0) return evidence;
  await pause(Math.min(waitMs, END_MS));
  return readEvidence(dataDir);
}

const asJson = ({ findings, ...rest }: Verdict) => ({
  ...rest,
  findings: findings.map((finding) => ({ ...finding, line: lineOf(finding) })),
});

function asText({ ok, findings, notes, counted }: Verdict): string {
  const { runs, entries, legSets, orders, fills } = counted;
  const lines = [
    ...findings.map(lineOf),
    ...notes.map((note) => `note  ${note}`),
    `${runs} runs, ${entries} log entries, ${legSets} leg sets, ${orders} orders, ${fills} fills: ${
      ok ? 'all adds up' : `${findings.length} findings`
    }`,
  ];
  return lines.map((line) => renderLine([line], Number.POSITIVE_INFINITY, false)).join('\n');
}
