/** The reading routes under /v1: what the engine says of itself, what the journal holds, who did what. */
import type { FastifyInstance } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { LegSetRecord, RecordQuery } from '../core/records.ts';
import type { ApiDeps } from './deps.ts';
import {
  type InstrumentQuery,
  InstrumentQuerySchema,
  NoQuerySchema,
  RecordQuerySchema,
  type RecordsQuery,
  TimeQuerySchema,
  toRecordQuery,
} from './query.ts';
import * as shapes from './schemas.ts';

export function addReadRoutes(app: FastifyInstance, { view, journal, audit }: ApiDeps): void {
  const schema = (operationId: string, summary: string, querystring: TObject, answer: TSchema) => ({
    schema: {
      operationId,
      summary,
      tags: ['reading'],
      querystring,
      response: { 200: answer, '4xx': shapes.ErrorSchema, '5xx': shapes.ErrorSchema },
    },
  });

  app.get('/status', schema('status', 'The engine as a whole', NoQuerySchema, shapes.StatusSchema), () =>
    view.status(),
  );
  app.get(
    '/venues',
    schema('venues', 'Every venue and its state', NoQuerySchema, shapes.listOf('venues', shapes.VenueStatusSchema)),
    () => ({ venues: view.status().venues }),
  );
  app.get<{ Querystring: InstrumentQuery }>(
    '/instruments',
    schema(
      'instruments',
      'Instruments, their grids and what each venue allows',
      InstrumentQuerySchema,
      shapes.listOf('instruments', shapes.InstrumentSchema),
    ),
    ({ query }) => ({ instruments: view.instruments().filter(({ id }) => (query.instrument ?? id) === id) }),
  );
  app.get<{ Querystring: InstrumentQuery }>(
    '/quotes',
    schema('quotes', 'Top of book and best edges now', InstrumentQuerySchema, shapes.QuotesSchema),
    ({ query }) => {
      const asked = (row: { readonly instrument: string }) => (query.instrument ?? row.instrument) === row.instrument;
      return { quotes: view.quotes().filter(asked), edges: view.edges().filter(asked) };
    },
  );
  app.get(
    '/inventory',
    schema('inventory', 'Balances by venue', NoQuerySchema, shapes.listOf('inventory', shapes.InventorySchema)),
    () => ({ inventory: view.inventory() }),
  );
  app.get('/pnl', schema('pnl', 'Profit of this run by asset', NoQuerySchema, shapes.PnlSchema), () => {
    const { run, pnl, valued, fees, legSets } = view.status();
    return { run, pnl, valued, fees, legSets };
  });
  app.get(
    '/config',
    schema('config', 'The configuration in force, without secrets', NoQuerySchema, shapes.ConfigAnswerSchema),
    () => ({ config: view.config() }),
  );

  app.get<{ Querystring: RecordsQuery }>(
    '/opportunities',
    schema(
      'opportunities',
      'Crossings seen, newest first',
      RecordQuerySchema,
      shapes.listOf('opportunities', shapes.OpportunitySchema),
    ),
    ({ query }) => ({ opportunities: journal.read('Opportunity', toRecordQuery(query)) }),
  );
  app.get<{ Querystring: RecordsQuery }>(
    '/orders',
    schema('orders', 'Orders, newest first', RecordQuerySchema, shapes.listOf('orders', shapes.OrderSchema)),
    ({ query }) => ({ orders: journal.read('Order', toRecordQuery(query)) }),
  );
  app.get<{ Querystring: RecordsQuery }>(
    '/trades',
    schema(
      'trades',
      'Leg sets of which something filled, newest first',
      RecordQuerySchema,
      shapes.listOf('trades', shapes.LegSetSchema),
    ),
    ({ query }) => ({ trades: readTrades((asked) => journal.read('LegSet', asked), toRecordQuery(query)) }),
  );
  app.get<{ Querystring: RecordsQuery }>(
    '/faults',
    schema('faults', 'Faults, newest first', TimeQuerySchema, shapes.listOf('faults', shapes.FaultSchema)),
    ({ query }) => ({ faults: journal.read('Fault', toRecordQuery(query)) }),
  );
  app.get<{ Querystring: RecordsQuery }>(
    '/audit',
    schema(
      'audit',
      'Who did what over this API, newest first',
      TimeQuerySchema,
      shapes.listOf('audit', shapes.AuditSchema),
    ),
    ({ query }) => ({ audit: audit.read(toRecordQuery(query)) }),
  );
}

const isTrade = (legSet: LegSetRecord): boolean => legSet.legs.some(({ filled }) => /[1-9]/.test(filled));

/** Leg sets without fills stand between trades in the journal, so reads grow until enough trades are found. */
export function readTrades(
  read: (query: RecordQuery) => LegSetRecord[],
  query: RecordQuery & { readonly limit: number },
): LegSetRecord[] {
  for (let asked = query.limit; ; asked *= 4) {
    const legSets = read({ ...query, limit: asked });
    const trades = legSets.filter(isTrade);
    if (trades.length >= query.limit || legSets.length < asked) return trades.slice(0, query.limit);
  }
}
