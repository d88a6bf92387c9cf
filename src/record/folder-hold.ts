/** One engine at a time on a data folder: a second one would take the orders of the first for those of a dead run, cancel
 *  them and hedge them again. Held by a socket in Linux's abstract namespace, which the kernel frees when its process dies,
 *  however it dies; so nothing stale is ever left. The namespace is the network's: engines in containers with networks
 *  of their own do not see each other. On other systems nothing is held. */
import { statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that was just killed may hold it for a moment. */
const WAIT_MS = 2_000;
const TRY_EVERY_MS = 50;
const ASK_MS = 500;

export interface FolderHold {
  release(): Promise<void>;
}

/** The hold, or the pid of the process that has it, where that says so. `folder` exists. */
export async function holdFolder(folder: string): Promise<FolderHold | { readonly heldBy: string }> {
  if (process.platform !== 'linux') return { release: () => Promise.resolve() };
  const { dev, ino } = statSync(folder);
  // The folder itself, by whatever path it is reached.
  const path = `\0parallax-${dev}-${ino}`;
  for (const deadline = Date.now() + WAIT_MS; ; await pause(TRY_EVERY_MS)) {
    const server = await listening(path);
    if (server !== undefined) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (Date.now() >= deadline) return { heldBy: await holderOf(path) };
  }
}

/** Undefined: somebody else listens there. */
function listening(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server.unref()));
  });
}

function holderOf(path: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path)
      .setEncoding('utf8')
      .setTimeout(ASK_MS, () => socket.destroy())
      .on('data', (text) => {
        said += text;
      })
      .on('error', () => {})
      .on('close', () => resolve(said));
  });
}
