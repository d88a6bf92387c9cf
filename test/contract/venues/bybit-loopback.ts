/** A server on loopback that speaks as much Bybit as logging on and acknowledging orders needs, and keeps every frame. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../../src/core/venue.ts';

export interface ClientFrame {
  readonly op: string;
  readonly reqId?: string;
  readonly args?: readonly unknown[];
  readonly header?: Readonly<Record<string, string>>;
}

export interface Loopback {
  readonly endpoints: Endpoints;
  readonly frames: ClientFrame[];
  readonly paths: string[];
  /** Cuts every open socket. */
  cut(): void;
  close(): Promise<void>;
}

const ORDER_ID = '1552132392821724672';

function answerTo(frame: ClientFrame, isTrade: boolean): object {
  if (isTrade) {
    const { op, reqId } = frame;
    const data = op === 'auth' ? {} : { data: { orderId: ORDER_ID, orderLinkId: '' } };
    return { ...(reqId === undefined ? {} : { reqId }), retCode: 0, retMsg: 'OK', op, ...data, connId: 'x-1' };
  }
  if (frame.op === 'ping') return { op: 'pong', args: ['1675418560633'], conn_id: 'x-2' };
  return { success: true, ret_msg: '', op: frame.op, conn_id: 'x-2' };
}

/** @param instruments what its list of instruments holds */
export async function loopback(instruments: readonly object[]): Promise<Loopback> {
  const frames: ClientFrame[] = [];
  const paths: string[] = [];
  const open = new Set<WebSocket>();
  const http = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    const now = Date.now();
    // What both clients ask for: the time, the instruments; ccxt also, which kind of account this is.
    const time = { timeSecond: String(now / 1000), timeNano: `${now}000000` };
    const account = { uta: 1, unified: 0, unifiedMarginStatus: 6 };
    const result = { ...time, ...account, category: 'spot', list: instruments };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: now }));
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    paths.push(`WS ${request.url}`);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame;
      frames.push(frame);
      socket.send(JSON.stringify(answerTo(frame, request.url === '/v5/trade')));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const sockets = `ws://127.0.0.1:${port}/v5`;
  return {
    endpoints: {
      rest: `http://127.0.0.1:${port}`,
      wsPublic: `${sockets}/public/spot`,
      wsPrivate: `${sockets}/private`,
      wsTrade: `${sockets}/trade`,
    },
    frames,
    paths,
    cut: () => {
      for (const socket of open) socket.terminate();
    },
    async close() {
      for (const socket of open) socket.terminate();
      server.close();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
