/** `parallax pause|resume|drain|halt|unhalt`: steer a running engine. */
import { ControlSchema } from '../api/schemas.ts';
import type { OptionSpecs } from './arguments.ts';
import { CLIENT_OPTIONS, clientCommand } from './client.ts';
import type { Line } from './lines.ts';

const HALT_OPTIONS = {
  ...CLIENT_OPTIONS,
  reason: { kind: 'text', shows: 'TEXT', about: 'Said wherever the halt is shown' },
} as const satisfies OptionSpecs;

const said = ({ action, state, reasons }: { action: string; state: string; reasons: readonly string[] }): Line[] => [
  [`${action}: the engine is ${state}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`],
];

const controlCommand = (name: string, about: string) =>
  clientCommand({
    name,
    about,
    options: CLIENT_OPTIONS,
    async run(client) {
      const answer = await client.ask('POST', `/v1/${name}`, ControlSchema);
      return { json: answer, lines: said(answer) };
    },
  });

export const pauseCommand = controlCommand('pause', 'Start no new leg sets; finish what is open');
export const resumeCommand = controlCommand('resume', 'End a pause');
export const drainCommand = controlCommand('drain', 'Finish what is open, start nothing, then stop the engine');
export const unhaltCommand = controlCommand('unhalt', 'Lift a halt');

export const haltCommand = clientCommand({
  name: 'halt',
  about: 'Stop trading at once; only unhalt lifts it',
  options: HALT_OPTIONS,
  async run(client, { reason }) {
    const answer = await client.ask('POST', '/v1/halt', ControlSchema, reason === undefined ? {} : { reason });
    return { json: answer, lines: said(answer) };
  },
});
