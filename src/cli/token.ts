/** The admin token: from `PARALLAX_ADMIN_TOKEN`, else made once and kept in `<data>/admin-token`, readable by its owner
 *  alone. */
import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../core/faults.ts';

export const TOKEN_VARIABLE = 'PARALLAX_ADMIN_TOKEN';

export interface AdminToken {
  readonly token: string;
  readonly source: 'environment' | 'file' | 'made';
  /** Where it is kept; absent when it came from the environment. */
  readonly path?: string;
  /** The file could be read by others; it no longer can, but the token may be known. */
  readonly wasExposed?: boolean;
}

const tokenPath = (dataDir: string): string => join(dataDir, 'admin-token');

/** Finds the token or makes it. Throws `config/invalid` for one that cannot be sent in a header. */
export function adminToken(fromEnvironment: string | undefined, dataDir: string): AdminToken {
  const found = findAdminToken(fromEnvironment, dataDir);
  if (found !== undefined) return found;
  const path = tokenPath(dataDir);
  mkdirSync(dataDir, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const token = randomBytes(32).toString('base64url');
  writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // Linking is atomic and refuses to replace: of two engines that start at once, both use the same token.
    linkSync(draft, path);
    return { token, source: 'made', path };
  } catch (thrown) {
    const other = findAdminToken(undefined, dataDir);
    if (other === undefined) throw thrown;
    return other;
  } finally {
    rmSync(draft);
  }
}

/** The token if there is one; never makes it. For the commands that talk to a running engine. */
export function findAdminToken(fromEnvironment: string | undefined, dataDir: string): AdminToken | undefined {
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    checkToken(fromEnvironment, TOKEN_VARIABLE);
    return { token: fromEnvironment, source: 'environment' };
  }
  const path = tokenPath(dataDir);
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Fault('config/invalid', `${path} cannot be read (${code})`, { path });
  }
  checkToken(token, path);
  const wasExposed = (statSync(path).mode & 0o077) !== 0;
  if (wasExposed) chmodSync(path, 0o600);
  return { token, source: 'file', path, ...(wasExposed ? { wasExposed } : {}) };
}

/** Visible ASCII without spaces: what an `Authorization` header carries. The token itself is never said. */
function checkToken(token: string, where: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return;
  throw new Fault('config/invalid', `${where} holds no usable token: visible ASCII characters without spaces`, {
    path: where,
  });
}
