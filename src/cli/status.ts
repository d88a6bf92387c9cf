/** `parallax status|venues|inventory`: what a running engine says of itself. */
import { InventorySchema, listOf, StatusSchema, VenueStatusSchema } from '../api/schemas.ts';
import { CLIENT_OPTIONS, clientCommand } from './client.ts';
import { grouped } from './format.ts';
import { type Line, table } from './lines.ts';
import * as parts from './sections.ts';

export const statusCommand = clientCommand({
  name: 'status',
  about: 'The state, figures and latencies of a running engine',
  options: CLIENT_OPTIONS,
  async run(client) {
    const status = await client.ask('GET', '/v1/status', StatusSchema);
    const lines: Line[] = [
      parts.headLine(status),
      ...parts.reasonLines(status),
      [],
      ...parts.venueLines(status.venues),
      [],
      ...parts.profitLines(status),
      ...parts.tradingLines(status),
      ...parts.riskLines(status),
      parts.refusalLine(status),
      [
        ['JOURNAL  ', 'dim'],
        `${grouped(status.journal.records)} records, at most ${status.journal.maxLagMs} ms behind`,
      ],
      [],
      ...parts.latencyLines(status),
      ...parts.faultLines(status, 10),
    ];
    return { json: status, lines };
  },
});

const VenuesSchema = listOf('venues', VenueStatusSchema);

export const venuesCommand = clientCommand({
  name: 'venues',
  about: 'Every venue of a running engine and its state',
  options: CLIENT_OPTIONS,
  async run(client) {
    const answer = await client.ask('GET', '/v1/venues', VenuesSchema);
    return { json: answer, lines: parts.venueLines(answer.venues ?? []) };
  },
});

const InventoryAnswerSchema = listOf('inventory', InventorySchema);

export const inventoryCommand = clientCommand({
  name: 'inventory',
  about: 'Balances of a running engine by venue and asset',
  options: CLIENT_OPTIONS,
  async run(client) {
    const answer = await client.ask('GET', '/v1/inventory', InventoryAnswerSchema);
    const right = true;
    const lines = table(
      [
        { name: 'VENUE' },
        { name: 'asset' },
        { name: 'free', right },
        { name: 'locked', right },
        { name: 'reserved', right },
      ],
      (answer.inventory ?? []).map((row) => [row.venue, row.asset, row.free, row.locked, row.reserved]),
    );
    return { json: answer, lines };
  },
});
