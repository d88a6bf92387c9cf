/** What legs are sent as, by configuration: what the venue, the log and the journal are told, and how each kind ends. */
import { describe, expect, it } from 'vitest';
import type { OrderKind } from '../../../src/core/order.ts';
import type { WalEntry } from '../../../src/core/records.ts';
import { Leftovers } from '../../../src/engine/leftovers.ts';
import { Replay } from '../../../src/engine/replay.ts';
import { Desk, heard } from './desk.ts';

const start = (kind: OrderKind, change: { restMs?: number; bandBps?: number } = {}): Desk =>
  new Desk({}, { orders: { kind, restMs: 1_000, bandBps: 10, ...change } });

const orders = (desk: Desk) => desk.records.filter((record) => record.kind === 'Order');

describe('legs of a kind', () => {
  it.each([
    ['ioc', 'ioc', ['100', '101']],
    ['fok', 'fok', ['100', '101']],
    ['limit-for', 'gtc', ['100', '101']],
    ['market-band', 'ioc', ['100.1', '100.9']],
  ] as const)('%s are told so everywhere', async (kind, tif, prices) => {
    const desk = start(kind);
    desk.intend();
    const sent = [desk.last(0).order, desk.last(1).order];
    expect(sent.map((order) => [order.type, order.tif, order.price])).toEqual(
      prices.map((price) => ['limit', tif, price]),
    );
    expect(sent.map(({ lifeMs }) => lifeMs)).toEqual(kind === 'limit-for' ? [2_000, 2_000] : [undefined, undefined]);
    expect(desk.wal[0]).toMatchObject({ orders: [{ orderKind: kind }, { orderKind: kind }] });
    desk.fill(0, '1', '0.001');
    desk.fill(1, '0.999', '0.1');
    expect(orders(desk)).toMatchObject([
      { orderKind: kind, tif, status: 'filled' },
      { orderKind: kind, tif, status: 'filled' },
    ]);
    expect(desk.count()).toMatchObject({ setsFilled: 1, ordersTimedOut: 0 });
    await desk.pass(10_000);
    expect(desk.gateways.map(({ cancelled, asked }) => [cancelled.length, asked.length])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('leave hedges what they are: at once or not', () => {
    for (const kind of ['fok', 'limit-for', 'market-band'] as const) {
      const desk = start(kind);
      desk.intend();
      desk.fill(0, '1', '0.001');
      desk.miss(1);
      expect(desk.last(1).order, kind).toMatchObject({ side: 'sell', tif: 'ioc' });
      expect(desk.last(1).order.lifeMs, kind).toBeUndefined();
      expect(desk.wal.at(-1), kind).toMatchObject({ kind: 'OrderAdded', order: { role: 'unwind', orderKind: 'ioc' } });
    }
  });
});

describe('a leg that rests', () => {
  it('is cancelled when its time is over, and what the other one filled is hedged', async () => {
    const desk = start('limit-for');
    desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    desk.fill(0, '1', '0.001');
    await desk.pass(999);
    expect(desk.gateways[1]?.cancelled).toEqual([]);
    await desk.pass(1);
    const { clientId } = desk.last(1).order;
    expect(desk.gateways[1]?.cancelled).toEqual([clientId]);
    expect(desk.gateways[0]?.cancelled).toEqual([]);
    expect(desk.count()).toMatchObject({ ordersTimedOut: 1, ordersUnknown: 0 });
    desk.tell(1, { kind: 'OrderUpdated', report: desk.reportOf(desk.last(1), 'cancelled', '0') });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', tif: 'ioc', size: '0.999' });
    desk.fill(1, '0.999', '0.1');
    expect(desk.count()).toMatchObject({ setsUnwound: 1, ordersCancelled: 1 });
  });

  it('is not late before its time is over and the answer is due', async () => {
    const desk = start('limit-for', { restMs: 5_000 });
    desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    await desk.pass(4_999);
    expect(desk.gateways.map(({ cancelled, asked }) => [cancelled.length, asked.length])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    await desk.pass(1);
    expect(desk.gateways.map(({ cancelled }) => cancelled.length)).toEqual([1, 1]);
    // No last word after the cancel: it is asked for.
    await desk.pass(2_100);
    expect(desk.gateways.map(({ asked }) => asked.length)).toEqual([1, 1]);
  });

  it('fills in part, is cancelled, and the set comes out even', async () => {
    const desk = start('limit-for');
    desk.intend();
    desk.fill(0, '1', '0.001');
    const fill = desk.fillOf(desk.last(1), '0.4', '0.04');
    desk.tell(1, { kind: 'LegFilled', fill });
    await desk.pass(1_000);
    desk.tell(1, { kind: 'OrderUpdated', report: desk.reportOf(desk.last(1), 'cancelled', '0.4') });
    expect(desk.last(1).order).toMatchObject({ side: 'sell', tif: 'ioc', size: '0.599' });
    desk.fill(1, '0.599', '0.06');
    expect(desk.executor.report()).toMatchObject({ openSets: 0, dust: {} });
  });

  it.each([
    ['is gone', { kind: 'absent' }],
    ['could not be reached', { kind: 'failed', error: { class: 'rate-limit', code: '429', message: 'slow down' } }],
    ['broke the gateway', new Error('a bug')],
  ] as const)('that %s is asked for, and what still stands is cancelled again', async (_, outcome) => {
    const desk = start('limit-for');
    const [alpha] = desk.gateways;
    if (alpha === undefined) throw new Error('no gateway');
    const cancel = alpha.cancel.bind(alpha);
    let first = true;
    alpha.cancel = async (order) => {
      if (!first) return cancel(order);
      first = false;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    desk.fill(1, '0.999', '0.1');
    await desk.pass(1_000);
    await desk.pass(100);
    expect(alpha.asked.length).toBe(1);
    const report = desk.reportOf(desk.last(0), 'open', '0');
    await alpha.asked[0]?.answer({ kind: 'found', report, fills: [] });
    expect(alpha.cancelled).toEqual([desk.last(0).order.clientId]);
  });

  it('fills while its cancel is on its way', async () => {
    const desk = start('limit-for');
    desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    desk.fill(0, '1', '0.001');
    await desk.pass(1_000);
    desk.fill(1, '0.999', '0.1');
    await heard();
    expect(desk.count()).toMatchObject({ setsFilled: 1, ordersFilled: 2 });
    await desk.pass(10_000);
    expect(desk.gateways.map(({ asked }) => asked.length)).toEqual([0, 0]);
  });

  it('is left alone once the executor has stopped', async () => {
    const desk = start('limit-for');
    desk.intend();
    desk.executor.stop();
    await desk.pass(5_000);
    expect(desk.gateways.map(({ cancelled }) => cancelled.length)).toEqual([0, 0]);
  });
});

describe('a leg with a band', () => {
  it('is sent while the price has moved within it, and reserves what it may cost', () => {
    const desk = start('market-band');
    desk.world.write(desk.world.row('alpha'), { bids: [[9_990, 100_000]], asks: [[10_010, 100_000]] });
    desk.intend();
    expect(desk.last(0).order.price).toBe('100.1');
    expect(desk.inventory.free(0, 'USDT')).toBe(999_000n * 10n ** 17n - 10n ** 17n);
    desk.world.write(desk.world.row('alpha'), { bids: [[9_990, 100_000]], asks: [[10_011, 100_000]] });
    desk.start({ orders: { kind: 'market-band', restMs: 0, bandBps: 10 } });
    desk.intend();
    expect(desk.refusals()).toMatchObject({ 'price-moved': 1 });
  });

  it('has to gain at the end of it', () => {
    // 1 % and two fees of 0.1 %: what is left of it bears 39 bps a side, and not 40.
    for (const [bandBps, reason] of [
      [39, 'ok'],
      [40, 'below-fees'],
    ] as const) {
      const desk = start('market-band', { bandBps });
      desk.intend();
      expect(desk.refusals()).toEqual({ [reason]: 1 });
    }
  });
});

describe('a log', () => {
  const replayed = (entries: readonly WalEntry[], desk: Desk) => {
    const replay = new Replay(desk.world.universe, new Leftovers());
    for (const entry of entries) replay.step(entry);
    return replay.sets.flatMap(({ legs }) => legs.map(({ orderKind, status }) => [orderKind, status]));
  };

  it('keeps the kinds of its orders', () => {
    const desk = start('limit-for');
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    expect(replayed(desk.wal, desk).map(([kind]) => kind)).toEqual(['limit-for', 'limit-for', 'ioc']);
  });

  it('of an older version has orders of the one kind that there was', () => {
    const desk = start('ioc');
    desk.intend();
    const [opened] = desk.wal;
    if (opened?.kind !== 'LegSetOpened') throw new Error('no set');
    const older = { ...opened, orders: opened.orders.map(({ orderKind: _, ...order }) => order) };
    expect(replayed([older], desk)).toEqual(replayed([opened], desk));
  });

  it('of resting orders has them asked for and cancelled by a successor', async () => {
    const desk = start('limit-for');
    desk.intend();
    await desk.ack(0);
    await desk.ack(1);
    const past = [...desk.wal];
    desk.executor.stop();
    const successor = desk.start({ orders: { kind: 'limit-for', restMs: 1_000, bandBps: 0 } });
    successor.takeOver(past, new Set());
    successor.inquire();
    await desk.pass(100);
    const asked = desk.gateways[0]?.asked[0];
    await asked?.answer({ kind: 'found', report: desk.reportOf(desk.last(0), 'open', '0'), fills: [] });
    expect(desk.gateways[0]?.cancelled).toEqual([desk.last(0).order.clientId]);
  });
});
