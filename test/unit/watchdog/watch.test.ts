import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Alarm } from '../../../src/watchdog/alarm.ts';
import type { Brief } from '../../../src/watchdog/protocol.ts';
import { EXIT, type ExitCode, Watch } from '../../../src/watchdog/watch.ts';
import { FakeVenue, pass, report } from './fakes.ts';

const SILENCE_MS = 1_000;
const id = (epoch: string, sequence: string): string => `ab0z9${epoch}${sequence.padStart(8, '0')}`;
const OURS = id('0003', '1');
const OF_A_SUCCESSOR = id('0004', '1');
const BRIEF: Brief = {
  kind: 'Watch',
  run: 'r',
  enginePid: 1,
  instance: 'ab0z9',
  epoch: 3,
  dataDir: '',
  logLevel: 'info',
  silenceMs: SILENCE_MS,
  giveUpMs: 3_000,
  configured: [],
  venues: [
    {
      venue: 'v',
      endpoints: { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' },
      credentials: { apiKey: '', secret: '' },
      listings: [],
    },
  ],
  unwatched: ['kraken'],
};

function begin(...open: readonly string[]) {
  const clock = new ManualClock();
  const venue = new FakeVenue(...open);
  const alarms: Alarm[] = [];
  const watch = new Watch({
    clock,
    log: silentLog,
    open: () => venue,
    writeAlarm: (_, alarm) => void alarms.push(alarm),
  });
  const beatFor = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      watch.onMessage({ kind: 'Beat' });
      await pass(clock, 250);
    }
  };
  const end = async (): Promise<ExitCode> => {
    let code: ExitCode | undefined;
    watch.onEnd().then((ended) => {
      code = ended;
    });
    for (let n = 0; n < 1_000 && code === undefined; n++) await pass(clock, 50);
    if (code === undefined) throw new Error('it does not end');
    return code;
  };
  watch.onMessage(BRIEF);
  return { watch, clock, venue, alarms, beatFor, end, pass: (ms: number) => pass(clock, ms) };
}

const openOf = ({ open }: FakeVenue): string[] => open.map(({ clientId }) => clientId);

describe('the watchdog', () => {
  it('does nothing while the engine beats, and nothing after its goodbye', async () => {
    const { watch, venue, alarms, beatFor, end } = begin(OURS);
    await beatFor(5_000);
    watch.onMessage({ kind: 'Goodbye' });
    expect(await end()).toBe(EXIT.Clean);
    expect(venue.looks).toBe(0);
    expect(alarms).toEqual([]);
  });

  it('waits for the first beat of the first executor', async () => {
    const { venue, pass: go } = begin(OURS);
    await go(10 * SILENCE_MS);
    expect(venue.looks).toBe(0);
  });

  it('cancels what the watched executor and those before it have open, once it is silent', async () => {
    const person = 'a-person';
    const older = id('0001', 'zz');
    const { venue, alarms, beatFor, pass: go } = begin(OURS, OF_A_SUCCESSOR, older, person);
    await beatFor(2_000);
    await go(SILENCE_MS + 200);
    expect(openOf(venue)).toEqual([OF_A_SUCCESSOR, person]);
    expect(alarms).toMatchObject([{ why: 'silent', outcome: 'working' }]);
    await go(3_000);
    expect(alarms).toMatchObject([
      {},
      {
        why: 'silent',
        outcome: 'clear',
        unwatched: ['kraken'],
        venues: [{ found: [OURS, older], cancelled: [OURS, older] }],
      },
    ]);
    expect(venue.isClosed).toBe(true);
  });

  it('alarms once for one silence, and again for the next', async () => {
    const { alarms, beatFor, pass: go } = begin();
    await beatFor(1_000);
    await go(10_000);
    expect(alarms).toHaveLength(2);
    await beatFor(2_000);
    await go(10_000);
    expect(alarms).toHaveLength(4);
  });

  it('goes on trying while the engine is silent and orders may be open', async () => {
    const { venue, alarms, beatFor, pass: go } = begin(OURS);
    venue.onCancel = () => ({ kind: 'failed', error: { class: 'maintenance', code: 'm', message: 'closed' } });
    await beatFor(1_000);
    await go(10_000);
    expect(alarms.filter(({ outcome }) => outcome === 'unclear').length).toBeGreaterThan(1);
    venue.onCancel = () => ({ kind: 'cancelled' });
    await go(5_000);
    expect(openOf(venue)).toEqual([]);
    expect(alarms.at(-1)?.outcome).toBe('clear');
  });

  it('leaves what is open to an engine that came back', async () => {
    const { watch, venue, alarms, beatFor, pass: go } = begin(OURS);
    venue.onCancel = () => ({ kind: 'failed', error: { class: 'other', code: 'x', message: 'x' } });
    await beatFor(1_000);
    await go(SILENCE_MS + 500);
    watch.onMessage({ kind: 'Beat' });
    await beatFor(2_000);
    expect(alarms.at(-1)).toMatchObject({ why: 'silent', outcome: 'stopped' });
  });

  it('cancels when the engine is gone without a goodbye, and says with its exit code how that went', async () => {
    const { venue, alarms, beatFor, end } = begin(OURS);
    await beatFor(1_000);
    expect(await end()).toBe(EXIT.Cleared);
    expect(openOf(venue)).toEqual([]);
    expect(alarms.at(-1)).toMatchObject({ why: 'gone', outcome: 'clear', venues: [{ cancelled: [OURS] }] });
    const stuck = begin(OURS);
    stuck.venue.onCancel = () => ({ kind: 'failed', error: { class: 'maintenance', code: 'm', message: 'closed' } });
    expect(await stuck.end()).toBe(EXIT.Unclear);
    expect(stuck.alarms.at(-1)).toMatchObject({ why: 'gone', outcome: 'unclear', venues: [{ end: 'unclear' }] });
  });

  it('cancels for a frozen engine that is killed in the end, also what came up meanwhile', async () => {
    const { venue, alarms, beatFor, end, pass: go } = begin();
    await beatFor(1_000);
    await go(SILENCE_MS + 3_000);
    venue.open.push(report(OURS));
    expect(await end()).toBe(EXIT.Cleared);
    expect(openOf(venue)).toEqual([]);
    expect(alarms.map(({ why, outcome }) => `${why} ${outcome}`)).toEqual([
      'silent working',
      'silent clear',
      'gone working',
      'gone clear',
    ]);
  });

  it('counts the silence of a successor from its beginning', async () => {
    const { watch, venue, pass: go } = begin(OURS);
    watch.onMessage({ ...BRIEF, epoch: 4 });
    await go(SILENCE_MS - 200);
    expect(venue.looks).toBe(0);
    await go(400);
    expect(venue.looks).toBeGreaterThan(0);
  });

  it('ends when nobody ever said whom to watch', async () => {
    const clock = new ManualClock();
    const watch = new Watch({ clock, log: silentLog, open: () => new FakeVenue(), writeAlarm: () => {} });
    expect(await watch.onEnd()).toBe(EXIT.Clean);
  });
});
