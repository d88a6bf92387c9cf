import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FolderHold, holdFolder } from '../../../src/record/folder-hold.ts';
import { newFolder } from '../../support/folders.ts';

const held = async (folder: string): Promise<FolderHold> => {
  const hold = await holdFolder(folder);
  if ('heldBy' in hold) throw new Error(`held by ${hold.heldBy}`);
  return hold;
};

describe('a data folder, on Linux', () => {
  it('is held by one at a time, who is named', async () => {
    const folder = newFolder();
    const first = await held(folder);
    expect(await holdFolder(folder)).toEqual({ heldBy: String(process.pid) });
    await first.release();
    await (await held(folder)).release();
  });

  it('is the same by another path', async () => {
    const folder = newFolder();
    const path = join(newFolder(), 'link');
    symlinkSync(folder, path);
    const first = await held(folder);
    expect(await holdFolder(path)).toMatchObject({ heldBy: expect.any(String) });
    await first.release();
  });

  it('keeps no other from being held, and is waited for while it is being let go', async () => {
    const folder = newFolder();
    const first = await held(folder);
    await (await held(newFolder())).release();
    const second = held(folder);
    await first.release();
    await (await second).release();
  });
});
