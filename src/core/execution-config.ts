/** What orders are sent as, how long they are waited for, and what becomes of what one leg filled and the other did not: a part of the
 *  configuration. */
import Type from 'typebox';
import { ORDER_KINDS } from './order.ts';

const strict = { additionalProperties: false } as const;

export const ExecutionSchema = Type.Object(
  {
    orderTimeoutMs: Type.Number({
      default: 2000,
      minimum: 50,
      description: 'After this an outcome is unknown and is asked for',
    }),
    resolveTimeoutMs: Type.Number({
      default: 10_000,
      minimum: 100,
      description:
        'After this an unknown outcome pauses the instrument; time in which its venue may not be asked does not count',
    }),
    reconcileEveryMs: Type.Integer({
      default: 60_000,
      minimum: 1_000,
      description: 'How often balances and open orders are compared with each venue',
    }),
    reconcileTolerance: Type.String({
      pattern: '^\\d+(\\.\\d{1,18})?$',
      default: '0.00000001',
      description: 'Units of an asset that a balance may differ by, since venues round what they show',
    }),
    orders: Type.Object(
      {
        kind: Type.Union(
          ORDER_KINDS.map((kind) => Type.Literal(kind)),
          {
            default: 'ioc',
            description: 'What the legs of an intent are sent as; hedges are immediate-or-cancel always',
          },
        ),
        restMs: Type.Integer({
          default: 1_000,
          minimum: 50,
          maximum: 60_000,
          description: 'limit-for: how long a leg rests before it is cancelled',
        }),
        bandBps: Type.Number({
          default: 2,
          minimum: 0,
          maximum: 1_000,
          description: 'market-band: how far past the price decided on a leg may go; a set has to gain there too',
        }),
      },
      { ...strict, default: {} },
    ),
    hedge: Type.Object(
      {
        policy: Type.Union([Type.Literal('retry'), Type.Literal('unwind'), Type.Literal('hold')], {
          default: 'unwind',
          description:
            'What comes first when one leg filled more than the other: the missing side again within a budget, the ' +
            'excess back at the best of all venues, or keeping it within limits.maxExposure',
        }),
        retryMs: Type.Number({ default: 500, minimum: 0, description: 'How long it is tried again' }),
        retryBudgetBps: Type.Number({
          default: 0,
          minimum: 0,
          description: 'What a set may lose by it in the end, of what its legs traded',
        }),
        unwindMs: Type.Number({
          default: 10_000,
          minimum: 0,
          description: 'How long it is unwound; after that it is held, or the instrument is paused',
        }),
      },
      { ...strict, default: {} },
    ),
  },
  { ...strict, default: {} },
);
