/** Routes that the contract names and this version does not have. They say so, and OpenAPI does not list them. */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from './errors.ts';

export const LATER_ROUTES: readonly (readonly [method: HTTPMethods, url: string])[] = [
  ['POST', '/v1/venues/:id/disable'],
  ['POST', '/v1/venues/:id/enable'],
  ['PATCH', '/v1/config'],
  ['POST', '/v1/opportunities/:id/execute'],
  ['POST', '/v1/notifications/test'],
  ['GET', '/stream'],
];

export function addLaterRoutes(app: FastifyInstance): void {
  for (const [method, url] of LATER_ROUTES) {
    app.route({
      method,
      url,
      schema: { hide: true },
      handler: () => {
        throw new ApiError(501, 'not-implemented', `${method} ${url} is not there yet in this version`);
      },
    });
  }
}
