/** A small file of JSON that is whole whenever it is read: written beside, flushed, then renamed. Mode 0600. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';

/** @param replacer as `JSON.stringify` takes it */
export function saveJson(path: string, value: object, replacer?: (key: string, value: unknown) => unknown): void {
  const next = `${path}.${process.pid}.next`;
  const fd = openSync(next, 'w', 0o600);
  try {
    writeFileSync(fd, JSON.stringify(value, replacer));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(next, path);
}
