/** KuCoin hands out the addresses of its push sockets, each with a token that is good for 24 hours.
 *  https://www.kucoin.com/docs-new/websocket-api/base-info/get-public-token-spot-margin */
import { Fault } from '../../core/faults.ts';
import { isObject, objectsOf, parseObject, textOf } from '../../core/json.ts';
import type { HttpPort } from '../../core/socket.ts';
import type { Endpoints } from '../../core/venue.ts';

const PUBLIC_PATH = '/api/v1/bullet-public';
export const PRIVATE_PATH = '/api/v1/bullet-private';
const TIMEOUT_MS = 10_000;

/** The address in the data of a bullet; `connectId` is any unique text, which comes back in the welcome. Undefined when
 *  there is none. */
export function addressOf(data: unknown, connectId: string): string | undefined {
  if (!isObject(data)) return undefined;
  const token = textOf(data, 'token');
  const endpoint = textOf(objectsOf(data, 'instanceServers')[0] ?? {}, 'endpoint');
  if (token === '' || !/^wss?:\/\//.test(endpoint)) return undefined;
  return `${endpoint}?token=${encodeURIComponent(token)}&connectId=${encodeURIComponent(connectId)}`;
}

/** Only has to differ between the connections of this process. */
let serial = 0;
export const newConnectId = (): string => `parallax-${process.pid}-${++serial}`;

/** Asks for the address of a public connection. Rejects with a `Fault`. */
export async function publicAddress(endpoints: Endpoints, http: HttpPort): Promise<string> {
  const url = endpoints.rest + PUBLIC_PATH;
  const reply = await http.request({ method: 'POST', url, timeoutMs: TIMEOUT_MS });
  const body = parseObject(reply.body.toString('utf8'));
  if (reply.status !== 200 || (body !== undefined && body.code !== '200000')) {
    const said = body === undefined ? '' : ` ${textOf(body, 'code')} ${textOf(body, 'msg')}`;
    throw new Fault('venue/refused', `kucoin: POST ${PUBLIC_PATH} answered ${reply.status}${said}`, { url });
  }
  const address = addressOf(body?.data, newConnectId());
  if (address !== undefined) return address;
  throw new Fault('venue/protocol', `kucoin: POST ${PUBLIC_PATH} answered without an address`, { url });
}
