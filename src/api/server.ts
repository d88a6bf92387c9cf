/** The admin API: puts plugins, token and routes together and listens.
 *  Thread: main, beside the engine, never on a hot path. */
import { isIPv6 } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { isLoopback } from '../core/config-check.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { tokenCheck } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import { ApiError, answerError } from './errors.ts';
import { addControlRoutes } from './routes-control.ts';
import { addLaterRoutes } from './routes-later.ts';
import { addOpenRoutes } from './routes-open.ts';
import { addReadRoutes } from './routes-read.ts';

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Parallax admin API',
    version: '1',
    description: 'Reads and steers one running engine. Times are epoch ms, amounts are exact decimal texts.',
  },
  components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ token: [] }],
};

/** The whole API, not listening. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    // Kept-alive connections do not hold up a drain.
    forceCloseConnections: true,
    ajv: { customOptions: { allErrors: true, removeAdditional: false } },
  });
  const isTokenRight = tokenCheck(deps.token);
  const isAllowed = (request: FastifyRequest): boolean => isTokenRight(request.headers.authorization);

  app.setErrorHandler((error, request, reply) => answerError(deps.log, error, request, reply));
  await app.register(helmet);
  await app.register(rateLimit, {
    max: deps.requestsPerMinute ?? 600,
    timeWindow: 60_000,
    // Callers without the token never use up the share of those who have it.
    keyGenerator: (request) => `${isAllowed(request) ? 'known' : 'unknown'} ${request.ip}`,
    errorResponseBuilder: (_request, { after }) =>
      new ApiError(429, 'rate-limited', `Too many requests; try again in ${after}`, { after }),
  });
  await app.register(swagger, { openapi: OPENAPI });

  // A body that is announced and empty is no body.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parseJson(request, body.toString(), done);
  });

  // After the rate limit (onRequest), before any body is read. Judged by the route, never by the text of the URL,
  // which may be written in more than one way.
  app.addHook('preParsing', async (request, reply) => {
    if (request.routeOptions.config.open === true || (request.is404 && !request.url.startsWith('/v1'))) return;
    if (isAllowed(request)) return;
    reply.header('www-authenticate', 'Bearer');
    throw new ApiError(401, 'unauthorized', 'Give the admin token: "Authorization: Bearer <token>"');
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    throw new ApiError(404, 'not-found', `There is no ${request.method} ${request.url.split('?')[0]}`);
  });

  addOpenRoutes(app, deps);
  await app.register(
    async (v1) => {
      addReadRoutes(v1, deps);
      addControlRoutes(v1, deps);
    },
    { prefix: '/v1' },
  );
  addLaterRoutes(app);
  await app.ready();
  return app;
}

export interface RunningApi {
  /** Where this machine reaches it. */
  readonly url: string;
  close(): Promise<void>;
}

/** Rejects with `api/bind` when the address cannot be had. */
export async function startApi(
  deps: ApiDeps,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningApi> {
  const app = await createApi(deps);
  try {
    await app.listen({ host, port });
  } catch (thrown) {
    await app.close();
    throw new Fault('api/bind', bindMessage(host, port, thrown), { host, port });
  }
  warnIfExposed(deps.log, host);
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return { url: reachableUrl(host, boundPort), close: () => app.close() };
}

function bindMessage(host: string, port: number, thrown: unknown): string {
  const what = `The admin API cannot listen on ${host}:${port}`;
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `${what}: another program has that port. Set api.port to another one, or to 0 for any that is free`;
    case 'EACCES':
      return `${what}: not allowed. Set api.port to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${what}: api.host is no address of this machine`;
    default:
      return `${what}: ${messageOf(thrown)}`;
  }
}

/** How this machine reaches a server that listens on `host`. */
export function reachableUrl(host: string, port: number): string {
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIPv6(own) ? `[${own}]` : own}:${port}`;
}

export function warnIfExposed(log: Log, host: string): void {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  if (!isEverywhere && isLoopback(reachableUrl(host, 0))) return;
  log.warn({ host }, 'other machines can reach the admin API, and it speaks plain HTTP; a tunnel is safer');
}
