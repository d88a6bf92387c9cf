/** The write-ahead log: the truth of orders. One file after the other in a folder, each only ever appended to.
 *  Thread: the executor. An append is one write(2): when it returns the entry is the kernel's and survives the death of
 *  the process; fdatasync follows in the background for the death of the machine. */
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '../core/faults.ts';
import type { WalEntry, WriteAhead } from '../core/records.ts';
import { nextWalName } from './wal-files.ts';
import { WalEncoder } from './wal-format.ts';

export interface WalOptions {
  readonly folder: string;
  /** Stands in the file name: [0-9A-Za-z-]. */
  readonly run: string;
  /** Longest time between an append and its fdatasync; default 100. */
  readonly syncEveryMs?: number;
  /** A file this long is followed by a new one; default 64 MiB. */
  readonly rotateBytes?: number;
  /** Syncing goes on in the background, so its failure has nobody else to go to. */
  readonly onFault: (fault: Fault) => void;
}

export class WriteAheadLog implements WriteAhead {
  readonly #options: WalOptions;
  readonly #rotateBytes: number;
  readonly #syncEveryMs: number;
  readonly #encoder = new WalEncoder();
  #file: { fd: number; path: string; bytes: number };
  /** The file's end may be half an entry: nothing may follow it. */
  #torn = false;
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #syncFailed = false;

  /** Opens a new file; an earlier one, whose end may be torn, is never appended to. */
  constructor(options: WalOptions) {
    if (!/^[0-9A-Za-z-]+$/.test(options.run)) throw new RangeError(`run id "${options.run}" cannot name a file`);
    this.#options = options;
    this.#rotateBytes = options.rotateBytes ?? 64 << 20;
    this.#syncEveryMs = options.syncEveryMs ?? 100;
    mkdirSync(options.folder, { recursive: true });
    this.#file = this.#openNext();
  }

  /** The file being written. */
  get path(): string {
    return this.#file.path;
  }

  /** Throws `record/unwritable`, the entry then being nowhere: what it announces must not be done. */
  append(entry: WalEntry): void {
    const frame = this.#encoder.encode(entry);
    try {
      if (this.#torn || this.#file.bytes + frame.length > this.#rotateBytes) this.#rotate();
      this.#write(frame);
    } catch (thrown) {
      throw this.#unwritable(thrown);
    }
    this.#timer ??= setTimeout(() => this.#syncInBackground(), this.#syncEveryMs);
  }

  /** Everything appended so far is on the disk when this resolves. */
  async sync(): Promise<void> {
    this.#syncInBackground();
    await this.#syncing;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#syncing;
    fdatasyncSync(this.#file.fd);
    closeSync(this.#file.fd);
  }

  #write(frame: Uint8Array): void {
    const { fd, bytes } = this.#file;
    let done = 0;
    try {
      // A full disk may take a part.
      while (done < frame.length) done += writeSync(fd, frame, done, frame.length - done);
    } catch (thrown) {
      this.#undo(done, bytes);
      throw thrown;
    }
    this.#file.bytes += frame.length;
  }

  #undo(written: number, length: number): void {
    if (written === 0) return;
    try {
      ftruncateSync(this.#file.fd, length);
    } catch {
      this.#torn = true;
    }
  }

  #rotate(): void {
    const { fd } = this.#file;
    this.#file = this.#openNext();
    this.#torn = false;
    this.#syncing = this.#syncing.then(() => this.#sync(fd)).then(() => closeSync(fd));
  }

  #openNext(): { fd: number; path: string; bytes: number } {
    const { folder, run } = this.#options;
    const path = join(folder, nextWalName(folder, run));
    const fd = openSync(path, 'ax', 0o600);
    // The name is in the folder, and the folder has to be on the disk too.
    const folderFd = openSync(folder, 'r');
    try {
      fsyncSync(folderFd);
    } finally {
      closeSync(folderFd);
    }
    return { fd, path, bytes: 0 };
  }

  #syncInBackground(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // The file of now: should it rotate meanwhile, closing it waits in the same chain.
    const { fd } = this.#file;
    this.#syncing = this.#syncing.then(() => this.#sync(fd));
  }

  #sync(fd: number): Promise<void> {
    return new Promise((resolve) => {
      fdatasync(fd, (error) => {
        if (error !== null && !this.#syncFailed) this.#options.onFault(this.#unwritable(error));
        this.#syncFailed = error !== null;
        resolve();
      });
    });
  }

  #unwritable(thrown: unknown): Fault {
    const { path } = this.#file;
    return new Fault('record/unwritable', `the write-ahead log ${path} cannot be written: ${messageOf(thrown)}`, {
      path,
    });
  }
}
