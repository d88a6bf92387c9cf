/** The acting routes under /v1. Each act stands in the audit trail; a trail that cannot be written never stops one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { messageOf } from '../core/faults.ts';
import type { EngineState } from '../core/status.ts';
import type { ApiDeps } from './deps.ts';
import { ApiError } from './errors.ts';
import { NoQuerySchema } from './query.ts';
import { ControlSchema, ErrorSchema } from './schemas.ts';

const NoBodySchema = Type.Object({}, { additionalProperties: false });
const HaltBodySchema = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Said wherever the halt is shown' }),
    ),
  },
  { additionalProperties: false },
);

/** What the state of the engine forbids, and why; the engine itself would only ignore it. */
function refusalOf(action: string, state: EngineState): string | undefined {
  if (action !== 'resume') return undefined;
  if (state === 'halted') return 'The engine is halted; only unhalt lifts that';
  if (state === 'draining' || state === 'stopped') return `The engine is ${state}; start it anew`;
  return undefined;
}

export function addControlRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { view, control, audit, log, clock } = deps;

  async function act(
    request: FastifyRequest,
    action: string,
    details: Record<string, unknown>,
    run: (by: string) => unknown,
  ) {
    const refusal = refusalOf(action, view.status().state);
    try {
      audit.append({
        at: clock.wallMs(),
        who: request.ip,
        agent: (request.headers['user-agent'] ?? '').slice(0, 200),
        action,
        outcome: refusal === undefined ? 'done' : 'refused',
        details: refusal === undefined ? details : { ...details, refusal },
      });
    } catch (thrown) {
      log.error({ action, cause: messageOf(thrown) }, 'the audit trail could not be written');
    }
    if (refusal !== undefined) throw new ApiError(409, 'wrong-state', refusal, { state: view.status().state });
    log.info({ action, who: request.ip, ...details }, 'asked over the admin API');
    await run(`api ${request.ip}`);
    const { state, reasons } = view.status();
    return { action, state, reasons };
  }

  const options = (operationId: string, summary: string, body: typeof NoBodySchema | typeof HaltBodySchema) => ({
    // A bucket of its own: reads, however many, never stand in the way of a halt.
    config: { rateLimit: {} },
    // A body may be left out.
    preValidation: async (request: FastifyRequest) => {
      request.body ??= {};
    },
    schema: {
      operationId,
      summary,
      tags: ['control'],
      querystring: NoQuerySchema,
      body,
      response: { 200: ControlSchema, '4xx': ErrorSchema, '5xx': ErrorSchema },
    },
  });

  app.post('/pause', options('pause', 'Start no new leg sets', NoBodySchema), (request) =>
    act(request, 'pause', {}, (by) => control.pause(by)),
  );
  app.post('/resume', options('resume', 'End a pause', NoBodySchema), (request) =>
    act(request, 'resume', {}, (by) => control.resume(by)),
  );
  app.post('/drain', options('drain', 'Finish what is open, start nothing, then stop', NoBodySchema), (request) =>
    act(request, 'drain', {}, (by) => control.drain(by)),
  );
  app.post<{ Body: Static<typeof HaltBodySchema> }>(
    '/halt',
    options('halt', 'Stop trading at once; latched until unhalt', HaltBodySchema),
    (request) => {
      const reason = request.body.reason ?? 'asked over the admin API';
      return act(request, 'halt', { reason }, (by) => control.halt(by, reason));
    },
  );
  app.post('/unhalt', options('unhalt', 'Lift a halt', NoBodySchema), (request) =>
    act(request, 'unhalt', {}, (by) => control.unhalt(by)),
  );
}
