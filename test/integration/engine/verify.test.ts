/** `parallax verify` on what a real run left: nothing to say of it as it is, and of each mistake exactly that mistake. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyCommand } from '../../../src/cli/verify.ts';
import type { FillRecord, LegSetRecord } from '../../../src/core/records.ts';
import { readJournal } from '../../support/agreement.ts';
import { closedSets, startEngine } from '../../support/engine-process.ts';
import { exact, exactText } from '../../support/exact.ts';
import { parallax } from '../../support/processes.ts';
import { changeLog, changeRecords, copyOf, damageEntry } from '../../support/tamper.ts';

interface Answer {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly lines: readonly string[];
}

/** As a process of its own, as people run it. */
async function verify(dataDir: string): Promise<Answer> {
  const child = parallax(['verify', '--data', dataDir, '--json']);
  const { code } = await child.end(60_000);
  return answerOf(code, child.out, child.err);
}

/** Of a copy, which nobody writes to any more. */
async function verifyHere(dataDir: string): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text), env: {} };
  return answerOf(await verifyCommand(['--data', dataDir, '--json'], io), out.join('\n'), err.join('\n'));
}

function answerOf(code: number | null, out: string, err: string): Answer {
  if (out === '') throw new Error(`verify said nothing: ${err}`);
  const { findings } = JSON.parse(out) as { findings: { code: string; line: string }[] };
  return { code, codes: findings.map((finding) => finding.code), lines: findings.map(({ line }) => line) };
}

const plus = (text: string, by: string): string => exactText(exact(text) + exact(by));
const CONFIG = { api: { port: 0 }, idle: 'park', log: { level: 'warn' } };

let dataDir: string;
let whileRunning: Answer;
/** A trade of the run, and a fill of it whose fee is money: a fee in what was bought changes what the trade left over. */
let set: LegSetRecord;
let fill: FillRecord;

beforeAll(async () => {
  const engine = startEngine({ config: CONFIG, args: ['--for', '8s', '--seed', '7'] });
  dataDir = engine.dataDir;
  await engine.reached('some closed leg sets', (status) => closedSets(status) >= 3, 60_000);
  whileRunning = await verify(dataDir);
  await engine.endsWith(0, 60_000);
  const { legSets, fills } = readJournal(copyOf(dataDir));
  const filled = new Map(legSets.filter(({ state }) => state === 'filled').map((each) => [each.id, each]));
  const candidates = fills.filter(
    (each) => filled.has(each.legSet) && each.feeAsset === 'USDT' && exact(each.fee) !== 0n,
  );
  fill = candidates[Math.floor(candidates.length / 2)] as FillRecord;
  set = filled.get(fill.legSet) as LegSetRecord;
}, 120_000);

describe('verify', () => {
  it('passes beside the running engine', () => {
    expect(whileRunning).toEqual({ code: 0, codes: [], lines: [] });
  });

  it('passes on an honest journal', async () => {
    expect(await verify(dataDir)).toEqual({ code: 0, codes: [], lines: [] });
  });

  it('passes over the next run of the same folder, whose exchanges are new', async () => {
    const copy = copyOf(dataDir);
    const engine = startEngine({ config: CONFIG, args: ['--for', '5s', '--seed', '9'], dataDir: copy });
    await engine.endsWith(0, 60_000);
    expect(await verify(copy)).toEqual({ code: 0, codes: [], lines: [] });
    // Neither takes the other's place in the journal.
    const { runs, fills } = readJournal(copyOf(copy));
    expect(runs.map(({ id }) => fills.some(({ run }) => run === id))).toEqual([true, true]);
  });

  it('passes on what a kill leaves', async () => {
    const engine = startEngine({ config: CONFIG, args: ['--seed', '8'] });
    await engine.reached('a closed leg set', (status) => closedSets(status) >= 1, 60_000);
    engine.process.signal('SIGKILL');
    await engine.process.end(10_000);
    expect(await verify(engine.dataDir)).toEqual({ code: 0, codes: [], lines: [] });
  });
});

describe('verify finds', () => {
  it('a missing fill', async () => {
    const copy = copyOf(dataDir);
    await changeRecords(copy, 'Fill', (record) => (record.id === fill.id ? undefined : record));
    const { code, codes, lines } = await verifyHere(copy);
    expect([code, codes]).toEqual([1, ['fill-missing']]);
    expect(lines[0]).toContain(fill.id);
  });

  it('an order that is announced twice', async () => {
    const copy = copyOf(dataDir);
    changeLog(copy, (entries) =>
      entries.flatMap((entry) => {
        const order = entry.kind === 'LegSetOpened' && entry.legSet === set.id ? entry.orders[0] : undefined;
        return order === undefined
          ? [entry]
          : [entry, { kind: 'OrderAdded', legSet: set.id, at: entry.at, order } as const];
      }),
    );
    expect(await verifyHere(copy)).toMatchObject({ code: 1, codes: ['order-doubled'] });
  });

  it('an order that the exchange took twice', async () => {
    const copy = copyOf(dataDir);
    // Under an id of its own: an order that the log knows nothing of.
    changeLog(copy, (entries) => entries.filter((entry) => !('legSet' in entry) || entry.legSet !== set.id));
    await changeRecords(copy, 'LegSet', (record) => (record.id === set.id ? undefined : record));
    await changeRecords(copy, 'Order', (record) => (record.legSet === set.id ? undefined : record));
    await changeRecords(copy, 'Fill', (record) => (record.legSet === set.id ? undefined : record));
    const { code, codes } = await verifyHere(copy);
    expect(code).toBe(1);
    // The balances tell of it too.
    expect(new Set(codes)).toEqual(new Set(['balance-odd', 'ledger-order-unlogged', 'ledger-fill-unlogged']));
  });

  it('a wrong fee in the journal', async () => {
    const copy = copyOf(dataDir);
    await changeRecords(copy, 'Fill', (record) =>
      record.id === fill.id ? { ...record, fee: plus(record.fee, record.fee) } : record,
    );
    const { code, codes, lines } = await verifyHere(copy);
    expect([code, codes]).toEqual([1, ['fill-differs']]);
    expect(lines[0]).toMatch(/, fee: log \S+, journal \S+$/);
  });

  it('a wrong fee that all our books agree on, by the exchange and by the rate', async () => {
    const copy = copyOf(dataDir);
    await chargeTwice(copy, fill);
    const witnessed = await verifyHere(copy);
    expect([witnessed.code, [...witnessed.codes].sort()]).toEqual([1, ['fee-odd', 'ledger-fill-differs']]);
    rmSync(join(copy, 'sim-ledger.json'));
    expect(await verifyHere(copy)).toMatchObject({ code: 1, codes: ['fee-odd'] });
    rmSync(join(copy, 'reference'), { recursive: true });
    expect(await verifyHere(copy)).toMatchObject({ code: 1, codes: ['fee-odd'] });
  });

  it('a broken record of the log, whichever it is', async () => {
    for (const kind of ['LegSetOpened', 'Filled', 'OrderUpdated', 'LegSetClosed'] as const) {
      const copy = copyOf(dataDir);
      damageEntry(copy, (entry) => entry.kind === kind && entry.legSet === set.id);
      const { code, codes, lines } = await verifyHere(copy);
      expect([kind, code, codes], lines.join('\n')).toEqual([kind, 1, ['log-damaged']]);
      expect(lines[0]).toMatch(/\.wal, byte \d+: log \d+ bytes/);
    }
  });

  it('a wrong balance', async () => {
    const copy = copyOf(dataDir);
    await changeRecords(copy, 'Balance', (record) =>
      record.venue !== fill.venue || record.reason !== 'end'
        ? record
        : {
            ...record,
            balances: record.balances.map((row) =>
              row.asset === 'USDT' ? { ...row, free: plus(row.free, '0.00000001') } : row,
            ),
          },
    );
    const { code, codes, lines } = await verifyHere(copy);
    expect([code, codes]).toEqual([1, ['balance-odd']]);
    expect(lines[0]).toContain(`USDT at ${fill.venue}`);
  });

  it('a missing leg set', async () => {
    const copy = copyOf(dataDir);
    await changeRecords(copy, 'LegSet', (record) => (record.id === set.id ? undefined : record));
    expect(await verifyHere(copy)).toMatchObject({ code: 1, codes: ['set-missing'] });
  });

  it('an order that filled beyond its size', async () => {
    const copy = copyOf(dataDir);
    const { clientId } = fill;
    const size = exactText(exact(fill.size) / 2n);
    rmSync(join(copy, 'sim-ledger.json'));
    changeLog(copy, (entries) =>
      entries.map((entry) =>
        entry.kind !== 'LegSetOpened'
          ? entry
          : { ...entry, orders: entry.orders.map((each) => (each.clientId === clientId ? { ...each, size } : each)) },
      ),
    );
    await changeRecords(copy, 'Order', (record) => (record.id === clientId ? { ...record, size } : record));
    await changeRecords(copy, 'LegSet', (record) => ({
      ...record,
      legs: record.legs.map((leg) => (leg.clientId === clientId ? { ...leg, size } : leg)),
    }));
    expect(await verifyHere(copy)).toMatchObject({ code: 1, codes: ['order-overfilled'] });
  });

  it('a leg set with a profit that its fills did not make', async () => {
    const copy = copyOf(dataDir);
    await changeRecords(copy, 'LegSet', (record) =>
      record.id !== set.id
        ? record
        : { ...record, pnl: { ...record.pnl, USDT: plus(record.pnl['USDT'] ?? '0', '0.00001') } },
    );
    const { code, codes, lines } = await verifyHere(copy);
    expect([code, codes]).toEqual([1, ['set-pnl']]);
    expect(lines[0]).toMatch(/USDT: fills \S+, journal \S+$/);
  });
});

/** Doubles the fee of a fill in every book that the engine keeps. */
async function chargeTwice(dataDir: string, { id, legSet, run, venue, fee, feeAsset }: FillRecord): Promise<void> {
  const less = `-${fee}`;
  changeLog(dataDir, (entries) =>
    entries.map((entry) =>
      entry.kind === 'Filled' && `${entry.venue}:${entry.fill.symbol}:${entry.fill.tradeId}` === id
        ? { ...entry, fill: { ...entry.fill, fee: plus(fee, fee) } }
        : entry,
    ),
  );
  await changeRecords(dataDir, 'Fill', (record) => (record.id === id ? { ...record, fee: plus(fee, fee) } : record));
  await changeRecords(dataDir, 'LegSet', (record) =>
    record.id !== legSet
      ? record
      : {
          ...record,
          pnl: { ...record.pnl, [feeAsset]: plus(record.pnl[feeAsset] ?? '0', less) },
          fees: { ...record.fees, [feeAsset]: plus(record.fees[feeAsset] ?? '0', fee) },
        },
  );
  await changeRecords(dataDir, 'Balance', (record) =>
    record.run !== run || record.venue !== venue || record.reason !== 'end'
      ? record
      : {
          ...record,
          balances: record.balances.map((row) =>
            row.asset === feeAsset ? { ...row, free: plus(row.free, less) } : row,
          ),
        },
  );
}
