/** Every error that the admin API answers, in one shape: `{ "error": { "code", "message", "details" } }`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';

/** A refusal with its HTTP status, a stable code and what the caller needs to mend it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface RequestProblem {
  /** `querystring.limit`, `body.reason` */
  readonly path: string;
  readonly message: string;
}

export const invalidRequest = (problems: readonly RequestProblem[]): ApiError =>
  new ApiError(400, 'invalid-request', problems.map(({ path, message }) => `${path} ${message}`).join('; '), {
    problems,
  });

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid-request',
  404: 'not-found',
  413: 'too-large',
  414: 'too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
  503: 'unavailable',
};

/** Turns whatever a route or a plugin threw into the one shape. Causes of a 500 go to the log, not to the caller. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof Fault) return new ApiError(500, thrown.code, thrown.message, thrown.details);
  const { validation, validationContext, statusCode, message } = (thrown ?? {}) as Partial<FastifyError>;
  if (validation !== undefined) {
    return invalidRequest(
      validation.map((problem) => {
        const extra = problem.params.additionalProperty;
        const at = `${validationContext ?? 'request'}${problem.instancePath.replaceAll('/', '.')}`;
        return extra === undefined
          ? { path: at, message: problem.message ?? 'is not valid' }
          : { path: `${at}.${String(extra)}`, message: 'is not a known parameter' };
      }),
    );
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError(statusCode, CODES[statusCode] ?? 'refused', message ?? 'The request was refused');
  }
  return new ApiError(500, 'internal', 'The engine could not answer; its log says why');
}

export function answerError(log: Log, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toApiError(thrown);
  if (error.status >= 500 && error.status !== 501 && !(thrown instanceof ApiError)) {
    log.error({ method: request.method, route: request.routeOptions.url, cause: messageOf(thrown) }, 'API call failed');
  }
  const { code, message, details } = error;
  return reply.code(error.status).type('application/json').send({ error: { code, message, details } });
}
