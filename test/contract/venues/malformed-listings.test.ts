/** One entry of a venue's list that cannot be read takes no others with it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/core/faults.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';

type Bag = Record<string, unknown>;

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null;

/** The list of instruments, whatever the venue puts around it: the longest collection of objects. */
function longestList(body: unknown): Bag {
  const found: Bag[] = [];
  const search = (value: unknown): void => {
    if (!isBag(value)) return;
    const parts = Object.values(value);
    if (parts.length >= 3 && parts.every(isBag)) found.push(value);
    for (const part of parts) search(part);
  };
  search(body);
  const [longest] = found.sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length);
  if (longest === undefined) throw new Error('no list in the body');
  return longest;
}

/** Answers as the venue does, without the texts of the first entry. */
const spoiling = (http: HttpPort): HttpPort => ({
  close: () => http.close(),
  async request(request) {
    const reply = await http.request(request);
    const body: unknown = JSON.parse(reply.body.toString('utf8'));
    const list = longestList(body);
    const first = Object.keys(list)[0] as string;
    const emptied = Object.entries(list[first] as Bag).map(([key, value]) => [
      key,
      typeof value === 'string' ? '' : value,
    ]);
    list[first] = Object.fromEntries(emptied);
    return { ...reply, body: Buffer.from(JSON.stringify(body)) };
  },
});

describe('a list with one entry that cannot be read', () => {
  const http = httpClient();
  let sim: RunningSim;

  beforeAll(async () => {
    sim = await runSim({ venues: [...venueRegistry.keys()], seed: 3, market: 'calm' });
  });

  afterAll(() => sim.close());

  it.each([...venueRegistry])('%s: all others', async (id, venue) => {
    const endpoints = sim.ready.venues[id];
    if (endpoints === undefined) throw new Error(`${id} is not simulated`);
    const whole = await venue.loadListings(endpoints, http);
    const faults: Fault[] = [];
    const rest = await venue.loadListings(endpoints, spoiling(http), { onMalformed: (fault) => faults.push(fault) });
    expect(rest).toEqual(whole.slice(1));
    expect(rest.length).toBeGreaterThan(2);
    for (const { code, message } of faults)
      expect([code, message]).toEqual(['venue/protocol', expect.stringContaining(id)]);
  });
});
