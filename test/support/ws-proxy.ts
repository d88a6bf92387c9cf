/** Stands between an engine and one WebSocket address: passes everything on, and can put frames of its own into the
 *  stream to the engine or damage what passes. */
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export interface WsProxy {
  /** What the engine is given in place of the real address; paths and queries are kept. */
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  /** Sends a frame to every connected engine. */
  inject(frame: string | Uint8Array): void;
  /** Cuts the next frames that come from the venue to half their length. */
  truncateNext(count: number): void;
  close(): void;
}

export async function startWsProxy(target: string): Promise<WsProxy> {
  const { origin, pathname } = new URL(target.replace(/^ws/, 'http'));
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  let connections = 0;
  let truncating = 0;
  server.on('connection', (client, request) => {
    connections++;
    const upstream = new WebSocket(`${origin.replace(/^http/, 'ws')}${request.url ?? '/'}`, {
      perMessageDeflate: false,
    });
    const early: { data: Buffer; isBinary: boolean }[] = [];
    client.on('message', (data: Buffer, isBinary) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(data, { binary: isBinary });
      else early.push({ data, isBinary });
    });
    upstream.on('open', () => {
      for (const { data, isBinary } of early) upstream.send(data, { binary: isBinary });
    });
    upstream.on('message', (data: Buffer, isBinary) => {
      const isCut = truncating > 0 && data.length > 100;
      if (isCut) truncating--;
      client.send(isCut ? data.subarray(0, data.length >> 1) : data, { binary: isBinary });
    });
    upstream.on('error', () => client.terminate());
    upstream.on('close', () => client.close());
    client.on('error', () => upstream.terminate());
    client.on('close', () => upstream.terminate());
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${pathname === '/' ? '' : pathname}`,
    get connections() {
      return connections;
    },
    inject: (frame) => {
      for (const client of server.clients) client.send(frame, { binary: typeof frame !== 'string' });
    },
    truncateNext: (count) => {
      truncating = count;
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
