/** Routes that need no token: is it alive, may it trade, its metrics, the description of the API. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { ApiDeps } from './deps.ts';
import { ApiError } from './errors.ts';
import { NoQuerySchema } from './query.ts';
import { ErrorSchema, HealthSchema, ReadySchema } from './schemas.ts';

/** The content type of Prometheus' exposition text. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function addOpenRoutes(app: FastifyInstance, { view, readiness }: ApiDeps): void {
  const config = { open: true } as const;
  const errors = { '4xx': ErrorSchema, '5xx': ErrorSchema };
  const describe = (operationId: string, summary: string) => ({
    operationId,
    summary,
    tags: ['health'],
    querystring: NoQuerySchema,
    security: [],
  });

  app.get(
    '/healthz',
    { config, schema: { ...describe('health', 'The process answers'), response: { 200: HealthSchema, ...errors } } },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config,
      schema: {
        ...describe('ready', 'It may trade; 503 with the reasons when not'),
        response: { 200: ReadySchema, ...errors },
      },
    },
    () => {
      const { ready, reasons } = readiness();
      if (!ready) throw new ApiError(503, 'not-ready', `Not ready: ${reasons.join('; ')}`, { reasons });
      return { ready: true as const };
    },
  );

  app.get(
    '/metrics',
    {
      config,
      schema: {
        ...describe('metrics', 'Metrics for Prometheus'),
        response: { 200: { content: { [METRICS_TYPE]: { schema: Type.String() } } }, ...errors },
      },
    },
    async (_request, reply) => reply.type(METRICS_TYPE).send(await view.metrics()),
  );

  app.get('/docs/json', { config, schema: { hide: true } }, () => app.swagger());
}
