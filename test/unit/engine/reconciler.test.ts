/** An executor's books against those of venues that say something else. */
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Balance, OrderReport } from '../../../src/core/order.ts';
import type { Drift } from '../../../src/engine/reconcile.ts';
import { Reconciler, type ReconcilerDeps } from '../../../src/engine/reconciler.ts';
import { assetsOf } from '../../../src/engine/terms.ts';
import { Desk, heard } from './desk.ts';

const EVERY_MS = 60_000;
const ONE = 10n ** 18n;
const held = (asset: string, free: string, locked = '0'): Balance => ({ asset, free, locked });
const BOOKS = [held('BTC', '10'), held('USDT', '100000')];

class Fixture {
  readonly desk = new Desk();
  readonly balances: Balance[][] = [[...BOOKS], [...BOOKS]];
  readonly open: OrderReport[][] = [[], []];
  readonly drifts: { readonly venueIndex: number; readonly drifts: readonly Drift[] }[] = [];
  readonly questions: string[] = [];
  hasRoom = true;
  hasBalances = true;
  failure: Fault | undefined;
  readonly reconciler: Reconciler;

  constructor(change: Partial<ReconcilerDeps> = {}) {
    const { desk } = this;
    desk.gateways.forEach((gateway, venueIndex) => {
      gateway.openOrders = async () => {
        this.questions.push(`orders ${venueIndex}`);
        return this.open[venueIndex] ?? [];
      };
      gateway.balances = (async () => {
        this.questions.push(`balances ${venueIndex}`);
        if (this.failure !== undefined) throw this.failure;
        return this.balances[venueIndex] ?? [];
      }) as never;
    });
    const { universe, clock } = desk.world;
    this.reconciler = new Reconciler({
      universe,
      gateways: desk.gateways,
      budgets: desk.gateways.map(() => ({ hasRoom: () => this.hasRoom })),
      instance: 'test0',
      everyMs: EVERY_MS,
      tolerance: 10n ** 10n,
      assets: assetsOf(universe),
      inventory: desk.inventory,
      executor: desk.executor,
      hasBalances: () => this.hasBalances,
      counters: desk.world.executorCounters(),
      clock,
      log: silentLog,
      onDrift: (venueIndex, drifts) => void this.drifts.push({ venueIndex, drifts }),
      onFault: (fault) => void desk.faults.push(fault),
      onCrash: (thrown) => {
        throw thrown;
      },
      ...change,
    });
    this.reconciler.start();
  }

  /** Time goes by in steps, so that answers are heard between them. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) await this.desk.pass(500);
    await heard();
  }

  get codes(): string[] {
    return this.desk.faults.map(({ code }) => code);
  }

  order(clientId: string, symbol?: string): OrderReport {
    const own = this.desk.world.universe.rows[this.desk.world.row('alpha')]?.listing.symbol ?? '';
    return {
      clientId,
      venueOrderId: `v-${clientId}`,
      symbol: symbol ?? own,
      side: 'buy',
      status: 'open',
      filled: '0',
      venueAt: 1,
    };
  }
}

describe('the reconciler', () => {
  it('asks every venue once a round, one after the other, and finds nothing where nothing is', async () => {
    const { questions, codes, desk, pass } = bound(new Fixture());
    await pass(EVERY_MS / 2);
    expect(questions).toEqual(['orders 0', 'balances 0']);
    await pass(EVERY_MS / 2);
    expect(questions).toEqual(['orders 0', 'balances 0', 'orders 1', 'balances 1']);
    await pass(2 * EVERY_MS);
    expect(questions.length).toBe(12);
    expect(codes()).toEqual([]);
    expect(desk.count()).toMatchObject({ reconciliations: 6, reconciliationsSkipped: 0, balanceDrifts: 0 });
  });

  it('tells a drift once, with both figures, and goes on with that of the venue', async () => {
    const fixture = new Fixture();
    const { desk } = fixture;
    fixture.balances[0] = [held('BTC', '10.25', '0.5'), held('USDT', '99000'), held('DOGE', '7')];
    await fixture.pass(EVERY_MS / 2);
    expect(fixture.codes).toEqual([]);
    expect(desk.inventory.total(0, 'BTC')).toBe(10n * ONE);
    await fixture.pass(2_000);
    expect(fixture.codes).toEqual(['execution/reconcile']);
    expect(desk.faults[0]?.message).toContain('10.75 BTC where we had 10, 99000 USDT where we had 100000');
    expect(desk.faults[0]?.details).toEqual({
      venue: 'alpha',
      drifts: [
        { asset: 'BTC', ours: '10', theirs: '10.75' },
        { asset: 'USDT', ours: '100000', theirs: '99000' },
      ],
    });
    expect(fixture.drifts).toEqual([
      {
        venueIndex: 0,
        drifts: [
          { asset: 'BTC', ours: 10n * ONE, theirs: 1075n * 10n ** 16n },
          { asset: 'USDT', ours: 100_000n * ONE, theirs: 99_000n * ONE },
        ],
      },
    ]);
    expect(desk.inventory.free(0, 'BTC')).toBe(1075n * 10n ** 16n);
    expect(desk.inventory.free(0, 'USDT')).toBe(99_000n * ONE);
    expect(desk.inventory.total(1, 'BTC')).toBe(10n * ONE);
    await fixture.pass(3 * EVERY_MS);
    expect(fixture.codes.length).toBe(1);
    expect(desk.count()).toMatchObject({ balanceDrifts: 2 });
  });

  it('takes nothing for drift that is gone at the second look', async () => {
    const fixture = new Fixture();
    fixture.balances[0] = [held('BTC', '9'), held('USDT', '100000')];
    await fixture.pass(EVERY_MS / 2);
    fixture.balances[0] = [...BOOKS];
    await fixture.pass(2 * EVERY_MS);
    expect(fixture.codes).toEqual([]);
  });

  it('is not misled by an order in flight, whose fill the venue shows before it is told', async () => {
    const fixture = new Fixture();
    const { desk } = fixture;
    desk.intend();
    // The leg at alpha filled: 1 BTC less its fee for 100 USDT.
    fixture.balances[0] = [held('BTC', '10.999'), held('USDT', '99900')];
    await fixture.pass(EVERY_MS / 2 + 5_000);
    expect(fixture.codes).toEqual([]);
    desk.fill(0, '1', '0.001');
    await fixture.pass(EVERY_MS);
    expect(fixture.codes.filter((code) => code === 'execution/reconcile')).toEqual([]);
  });

  it('finds drift that was there beside an order in flight once that is over', async () => {
    const fixture = new Fixture();
    const { desk } = fixture;
    desk.intend();
    fixture.balances[1] = [held('BTC', '8'), held('USDT', '100000')];
    await fixture.pass(EVERY_MS + 5_000);
    expect(fixture.codes.filter((code) => code === 'execution/reconcile')).toEqual([]);
    desk.miss(0);
    desk.miss(1);
    await fixture.pass(EVERY_MS + 5_000);
    expect(fixture.codes.filter((code) => code === 'execution/reconcile').length).toBe(1);
    expect(desk.inventory.free(1, 'BTC')).toBe(8n * ONE);
  });

  it('cancels and tells an order of ours that nobody knows, and leaves those of others alone', async () => {
    const fixture = new Fixture();
    const orphan = 'test00001zzzzzzzz';
    fixture.open[0] = [fixture.order(orphan), fixture.order('person7'), fixture.order('other00010000001')];
    await fixture.pass(EVERY_MS / 2);
    expect(fixture.desk.gateways[0]?.cancelled).toEqual([orphan]);
    expect(fixture.codes).toEqual(['recovery/orphan']);
    expect(fixture.desk.faults[0]?.details).toEqual({ venue: 'alpha', orphans: [orphan] });
    // It still stands: cancelled again, and not told again.
    await fixture.pass(EVERY_MS);
    expect(fixture.desk.gateways[0]?.cancelled).toEqual([orphan, orphan]);
    expect(fixture.codes).toEqual(['recovery/orphan']);
    expect(fixture.desk.count()).toMatchObject({ orphans: 1 });
  });

  it('leaves an order alone that is open here too, and cancels one that was settled here and still stands', async () => {
    const fixture = new Fixture();
    const { desk } = fixture;
    desk.intend();
    const { clientId } = desk.last(0).order;
    fixture.open[0] = [fixture.order(clientId)];
    await desk.ack(0);
    await fixture.pass(EVERY_MS / 2);
    expect(desk.gateways[0]?.cancelled).toEqual([]);
    desk.miss(0);
    desk.miss(1);
    await fixture.pass(EVERY_MS);
    // The answer may have been older than the order's end.
    expect(desk.gateways[0]?.cancelled).toEqual([]);
    await fixture.pass(2_000);
    expect(desk.gateways[0]?.cancelled).toEqual([clientId]);
    expect(fixture.codes).toEqual(['execution/standing']);
    expect(desk.count()).toMatchObject({ standingOrders: 1 });
  });

  it('does not ask a venue that is down, keeps us out, has not said its balances, or refuses', async () => {
    const without = async (prepare: (fixture: Fixture) => void): Promise<Fixture> => {
      const fixture = new Fixture();
      fixture.balances[0] = [held('BTC', '1'), held('USDT', '1')];
      prepare(fixture);
      await fixture.pass(3 * EVERY_MS);
      expect(fixture.drifts).toEqual([]);
      expect(fixture.codes).toEqual([]);
      expect(fixture.desk.count()).toMatchObject({ reconciliations: 0 });
      return fixture;
    };
    const down = await without(({ desk }) => {
      for (const gateway of desk.gateways) gateway.isUp = false;
    });
    expect(down.questions).toEqual([]);
    expect(down.desk.count()).toMatchObject({ reconciliationsSkipped: 6 });
    const closed = await without((fixture) => {
      fixture.hasRoom = false;
    });
    expect(closed.questions).toEqual([]);
    const unheard = await without((fixture) => {
      fixture.hasBalances = false;
    });
    expect(unheard.questions).toEqual([]);
    expect(unheard.desk.count()).toMatchObject({ reconciliationsSkipped: 0 });
    const refused = await without((fixture) => {
      fixture.failure = new Fault('venue/refused', 'no');
    });
    expect(refused.desk.count()).toMatchObject({ reconciliationsSkipped: 6 });
  });

  it('stops', async () => {
    const fixture = new Fixture();
    fixture.reconciler.stop();
    await fixture.pass(2 * EVERY_MS);
    expect(fixture.questions).toEqual([]);
  });
});

/** Its parts, with their methods bound. */
function bound(fixture: Fixture) {
  const { questions, desk } = fixture;
  return { questions, desk, codes: () => fixture.codes, pass: (ms: number) => fixture.pass(ms) };
}
