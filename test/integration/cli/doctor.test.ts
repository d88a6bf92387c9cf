/** The doctor against simulated exchanges: sound ones pass, and each trouble is found where it is. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Check, DoctorReport } from '../../../src/cli/checks.ts';
import { doctorCommand } from '../../../src/cli/doctor.ts';
import type { RunIo } from '../../../src/cli/io.ts';
import { closedPort } from '../../support/closed-port.ts';
import { type RawConfig, simConfig, writeConfig } from '../../support/engine-config.ts';
import { newFolder } from '../../support/folders.ts';
import { parallax } from '../../support/processes.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const VENUES = ['binance', 'bybit', 'kucoin'] as const;

/** A command of its own loads everything anew, also where many tests run beside it. */
const START_MS = 60_000;

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: 41, venues: VENUES, market: 'still' });
});

afterAll(() => sim.close());

afterEach(async () => {
  await sim.lift();
  for (const venue of VENUES) await sim.permit(venue, { withdraw: false, ipRestricted: true });
});

async function doctor(config: object, ...more: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io: RunIo = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: {},
    dataDir: newFolder(),
    signalled: () => new Promise(() => {}),
    stdinClosed: () => new Promise(() => {}),
    terminal: undefined,
    isErrOnTerminal: false,
  };
  const code = await doctorCommand(['--config', writeConfig(config), '--json', ...more], io);
  const report = out.length === 0 ? undefined : (JSON.parse(out.join('\n')) as DoctorReport);
  return { code, report, err: err.join('\n'), text: out.join('\n') };
}

const failures = (report: DoctorReport | undefined): string[] =>
  (report?.checks ?? []).filter(({ status }) => status === 'fail').map(({ venue = '-', check }) => `${venue} ${check}`);
const checkOf = (report: DoctorReport | undefined, venue: string, check: string): Check | undefined =>
  report?.checks.find((one) => one.venue === venue && one.check === check);

/** The configuration with one venue changed. */
function changed(venue: string, change: (of: RawConfig['venues'][number]) => void): RawConfig {
  const config = simConfig(sim.ready);
  const own = config.venues.find(({ id }) => id === venue);
  if (own === undefined) throw new Error(`no ${venue}`);
  change(own);
  return config;
}

describe('the doctor', () => {
  it('passes sound venues, with figures for every one of them', async () => {
    for (const venue of VENUES) await sim.permit(venue, { ipRestricted: true });
    const { code, report, err } = await doctor(simConfig(sim.ready));
    expect({ failed: failures(report), err, code }).toEqual({ failed: [], err: '', code: 0 });
    expect(report?.ok).toBe(true);
    for (const venue of VENUES) {
      const of = (check: string) => checkOf(report, venue, check);
      for (const check of ['instruments', 'key', 'permissions', 'fees', 'log-on']) {
        expect(of(check), `${venue} ${check}`).toMatchObject({ status: 'pass' });
      }
      expect(of('permissions')?.details).toEqual({
        canRead: true,
        canTrade: true,
        canWithdraw: false,
        ipRestricted: true,
      });
      expect(of('clock')?.details).toMatchObject({ offsetMs: expect.any(Number), errorMs: expect.any(Number) });
      // Market data, and order entry with the private stream.
      const sockets = report?.checks.filter((one) => one.venue === venue && one.check === 'socket') ?? [];
      expect(sockets.length, venue).toBeGreaterThanOrEqual(2);
      for (const timed of [...sockets, of('rest')]) {
        expect(timed?.details).toMatchObject({ minMs: expect.any(Number), medianMs: expect.any(Number) });
        expect(timed?.details?.['samples']).toBeGreaterThan(2);
      }
    }
    // It looked, and that was all.
    expect(Object.values((await sim.ledger()).venues).flatMap(({ orders }) => orders)).toEqual([]);
  });

  it('refuses keys that may withdraw, unless told otherwise by flag or configuration', async () => {
    await sim.permit('bybit', { withdraw: true });
    const { code, report } = await doctor(simConfig(sim.ready));
    expect({ failed: failures(report), code }).toEqual({ failed: ['bybit permissions'], code: 1 });
    expect(checkOf(report, 'bybit', 'permissions')?.message).toContain('the key may withdraw');
    const flagged = await doctor(simConfig(sim.ready), '--allow-withdrawal');
    expect({ failed: failures(flagged.report), code: flagged.code }).toEqual({ failed: [], code: 0 });
    expect(checkOf(flagged.report, 'bybit', 'permissions')).toMatchObject({ status: 'warn' });
    const configured = await doctor({ ...simConfig(sim.ready), security: { allowWithdrawalKeys: true } });
    expect({ failed: failures(configured.report), code: configured.code }).toEqual({ failed: [], code: 0 });
  });

  it('warns of a key that works from any address', async () => {
    await sim.permit('binance', { ipRestricted: false });
    const { code, report } = await doctor(simConfig(sim.ready));
    expect(code).toBe(0);
    expect(checkOf(report, 'binance', 'permissions')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('any address'),
    });
  });

  it('finds a clock that is off, on its side', async () => {
    await sim.plant({ venue: 'binance', kind: 'clock-skew', ms: -20_000, durationMs: 60_000 });
    const { code, report } = await doctor(simConfig(sim.ready));
    expect({ failed: failures(report), code }).toEqual({ failed: ['binance clock'], code: 1 });
    const { offsetMs } = (checkOf(report, 'binance', 'clock')?.details ?? {}) as { offsetMs: number };
    expect(Math.abs(offsetMs + 20_000)).toBeLessThan(1_000);
  });

  it('finds a wrong key, and tells nobody what it is', async () => {
    const secret = 'wrongwrongwrongwrongwrongwrongwrong';
    const config = changed('bybit', ({ credentials }) => {
      credentials.secret = secret;
    });
    const { code, report, text } = await doctor(config);
    expect({ failed: failures(report), code }).toEqual({ failed: ['bybit key'], code: 1 });
    // What such a key may do cannot be asked, and it does not log on.
    for (const check of ['permissions', 'fees', 'log-on']) expect(checkOf(report, 'bybit', check)).toBeUndefined();
    expect(text).not.toContain(secret);
    for (const { apiKey, secret: own } of Object.values(sim.ready.venues)) {
      expect(text).not.toContain(apiKey);
      expect(text).not.toContain(own);
    }
  });

  it('finds endpoints that cannot be reached, each by itself', async () => {
    const port = await closedPort();
    const address = (scheme: string): string => `${scheme}://127.0.0.1:${port}`;
    const without = async (venue: string, name: 'rest' | 'wsPublic' | 'wsTrade') => {
      const { code, report } = await doctor(
        changed(venue, ({ endpoints }) => {
          endpoints[name] = address(name === 'rest' ? 'http' : 'ws');
        }),
      );
      expect(code).toBe(1);
      return failures(report);
    };
    expect(await without('binance', 'rest')).toEqual(['binance rest']);
    expect(await without('bybit', 'wsPublic')).toEqual(['bybit socket']);
    expect(await without('kucoin', 'wsTrade')).toEqual(['kucoin log-on']);
  });

  it('takes being asked too often for no fault of the venue', async () => {
    for (const venue of ['binance', 'bybit']) await sim.plant({ venue, kind: 'http-429', count: 1 });
    const { code, report } = await doctor(simConfig(sim.ready));
    expect({ failed: failures(report), code }).toEqual({ failed: [], code: 0 });
    expect(await sim.faultsUsed()).toMatchObject({ 'binance/http-429': 1, 'bybit/http-429': 1 });
  });

  it('finds configured fees that the account does not have', async () => {
    const config = { ...simConfig(sim.ready), venues: simConfig(sim.ready).venues.map((venue) => ({ ...venue })) };
    Object.assign(config.venues[0] ?? {}, { fees: { taker: '0.0001' } });
    const { code, report } = await doctor(config);
    expect({ failed: failures(report), code }).toEqual({ failed: ['binance fees'], code: 1 });
  });

  it('looks at nothing with a wrong configuration', async () => {
    const { code, report, err } = await doctor({ ...simConfig(sim.ready), mode: 'wild', nonsense: 1 });
    expect({ code, report }).toEqual({ code: 2, report: undefined });
    expect(err).toContain('mode: must be one of sim, paper, live');
    expect(err).toContain('nonsense: is not a known setting');
  });

  it('is a command with a table, or JSON alone, and an exit code', async () => {
    const config = writeConfig(simConfig(sim.ready));
    const data = join(newFolder(), 'data');
    const plain = parallax(['doctor', '--config', config, '--data', data]);
    expect(await plain.end(START_MS)).toEqual({ code: 0, signal: null });
    expect(plain.out).toMatch(/^STATUS {2}venue +check +found\n/);
    expect(plain.out).toMatch(/\n\d+ passed, \d+ warnings?, 0 failed\n$/);
    await sim.permit('kucoin', { withdraw: true });
    const json = parallax(['doctor', '--config', config, '--data', data, '--json']);
    expect(await json.end(START_MS)).toEqual({ code: 1, signal: null });
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, failed: 1 });
    const wrong = parallax(['doctor', '--confg', config]);
    expect(await wrong.end(START_MS)).toEqual({ code: 2, signal: null });
    expect(wrong.err).toContain('--confg is not an option here');
  });
});
