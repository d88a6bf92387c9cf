import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { VenueError } from '../../src/core/order.ts';
import type { MonoNs } from '../../src/core/units.ts';
import { OrderEntry } from '../../src/net/order-entry.ts';
import type { Answer, SessionRequest } from '../../src/net/session-port.ts';
import type { RestResult } from '../../src/net/signed-rest.ts';

const SENT_AT = 100 as MonoNs;
const AT = 900 as MonoNs;
const REFUSAL: VenueError = { class: 'clock', code: '7', message: 'the secret is late' };

const requestOf = (answer: Answer): SessionRequest => ({ sentAt: SENT_AT, answer: Promise.resolve(answer) });
const answered = (frame: object): SessionRequest => requestOf({ kind: 'answered', frame: { ...frame }, at: AT });
const LOST = requestOf({ kind: 'lost', reason: 'no answer' });

function setUp() {
  const clock = new ManualClock();
  const noted: VenueError[] = [];
  const entry = new OrderEntry<string>({
    clock,
    rest: {
      clean: (error) => ({ ...error, message: error.message.replace('secret', '***') }),
      noteRefusal: (error) => noted.push(error),
    },
    read: ({ id }) => (typeof id === 'string' ? { ok: true, value: id } : { ok: false, error: REFUSAL }),
    orderIdOf: (id) => id,
  });
  const overRest =
    (result: RestResult<string>, tookNs = 50) =>
    async (): Promise<RestResult<string>> => {
      clock.advanceMs(tookNs / 1e6);
      return result;
    };
  const never = async (): Promise<RestResult<string>> => {
    throw new Error('nothing is sent twice');
  };
  return { clock, noted, entry, overRest, never };
}

describe('an order', () => {
  it('goes over the socket where it was written, and never again over REST', async () => {
    const { entry, never } = setUp();
    expect(await entry.place(answered({ id: 'a' }), never)).toEqual({
      kind: 'acked',
      venueOrderId: 'a',
      sentAt: SENT_AT,
      ackedAt: AT,
    });
    expect(await entry.place(LOST, never)).toEqual({ kind: 'unknown', reason: 'no answer', sentAt: SENT_AT });
  });

  it('goes over REST where nothing was written', async () => {
    const { clock, entry, overRest } = setUp();
    const sentAt = clock.monotonicNs();
    const outcome = await entry.place(undefined, overRest({ ok: true, value: 'b' }, 50_000_000));
    expect(outcome).toEqual({ kind: 'acked', venueOrderId: 'b', sentAt, ackedAt: sentAt + 50_000_000 });
  });

  it('is refused in clean words, of which the keeper of the time hears', async () => {
    const { noted, entry, never } = setUp();
    const error = { ...REFUSAL, message: 'the *** is late' };
    expect(await entry.place(answered({}), never)).toEqual({ kind: 'rejected', error, sentAt: SENT_AT, ackedAt: AT });
    expect(noted).toEqual([error]);
  });
});

describe('a cancel', () => {
  it('goes over the socket, else over REST', async () => {
    const { entry, overRest, never } = setUp();
    expect(await entry.cancel(answered({ id: 'a' }), never)).toEqual({ kind: 'cancelled' });
    const error: VenueError = { class: 'unknown-order', code: '1', message: '' };
    expect(await entry.cancel(undefined, overRest({ ok: false, error }))).toEqual({ kind: 'absent' });
  });

  it('that is lost has failed, with an outcome that is not known', async () => {
    const { noted, entry, never } = setUp();
    expect(await entry.cancel(LOST, never)).toEqual({
      kind: 'failed',
      error: { class: 'unknown-outcome', code: 'lost', message: 'no answer' },
    });
    expect(noted).toEqual([]);
  });
});
