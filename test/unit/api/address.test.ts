import { expect, it } from 'vitest';
import { reachableUrl, warnIfExposed } from '../../../src/api/server.ts';
import { silentLog } from '../../../src/core/log.ts';

it.each([
  ['127.0.0.1', 'http://127.0.0.1:8640', false],
  ['localhost', 'http://localhost:8640', false],
  ['::1', 'http://[::1]:8640', false],
  ['0.0.0.0', 'http://127.0.0.1:8640', true],
  ['::', 'http://[::1]:8640', true],
  ['192.0.2.7', 'http://192.0.2.7:8640', true],
  ['2001:db8::7', 'http://[2001:db8::7]:8640', true],
])('%s is reached at %s; seen from other machines: %s', (host, url, isExposed) => {
  const warned: object[] = [];
  warnIfExposed({ ...silentLog, warn: (details) => warned.push(details) }, host);
  expect(reachableUrl(host, 8640)).toBe(url);
  expect(warned).toEqual(isExposed ? [{ host }] : []);
});
