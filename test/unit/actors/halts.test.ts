import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Halts } from '../../../src/actors/halts.ts';
import { silentLog } from '../../../src/core/log.ts';
import { newFolder } from '../../support/folders.ts';
import { World } from '../engine/world.ts';

const begin = (folder: string) => {
  const { control } = new World();
  const asked: string[] = [];
  return { control, asked, halts: new Halts(control, folder, silentLog, () => void asked.push('lift')) };
};

describe('a halt', () => {
  it('outlives the process, whoever asked for it, until a person lifts it', () => {
    for (const who of ['byPerson', 'bySupervisor'] as const) {
      const folder = newFolder();
      const first = begin(folder);
      expect([first.halts.reason, first.control.isHalted]).toEqual([undefined, false]);
      if (who === 'byPerson') first.halts.byPerson('api', 'looks odd');
      else first.halts.bySupervisor('looks odd');
      expect([first.halts.reason, first.control.isHalted]).toEqual(['looks odd', true]);
      const second = begin(folder);
      expect([second.halts.reason, second.control.isHalted]).toEqual(['looks odd', true]);
      second.halts.lift('api');
      expect([second.halts.reason, second.control.isHalted]).toEqual([undefined, false]);
      expect(begin(folder).control.isHalted).toBe(false);
    }
  });

  it('is on the disk when it is said, readable by its owner alone', () => {
    const folder = newFolder();
    begin(folder).halts.byPerson('api', 'looks odd');
    expect(JSON.parse(readFileSync(join(folder, 'halt.json'), 'utf8'))).toMatchObject({
      by: 'api',
      reason: 'looks odd',
    });
    expect(readdirSync(folder)).toEqual(['halt.json']);
  });

  it('holds when its file cannot be read', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'halt.json'), '{"reas');
    const { halts, control } = begin(folder);
    expect(control.isHalted).toBe(true);
    expect(halts.reason).toMatch(/halt\.json cannot be read/);
  });

  it('of a spent restart budget stays for the run, and is gone with the next one', () => {
    const folder = newFolder();
    const { halts, control } = begin(folder);
    halts.bySupervisor('detector used up its restarts');
    halts.lift('api');
    expect([halts.reason, control.isHalted]).toEqual(['detector used up its restarts', true]);
    expect(begin(folder).control.isHalted).toBe(false);
  });

  it("of a loss limit is the executor's: its word is left to it, through a restart too", async () => {
    const folder = newFolder();
    const first = begin(folder);
    first.control.setHalt('executor', true);
    first.halts.onMessage({ kind: 'LossHaltChanged', reason: 'lost too much' });
    expect(JSON.parse(readFileSync(join(folder, 'halt.json'), 'utf8'))).toMatchObject({ reason: 'lost too much' });
    const { halts, control, asked } = begin(folder);
    expect([halts.reason, control.isHaltedBy('api')]).toEqual(['lost too much', false]);
    // What the new executor reads in its log.
    control.setHalt('executor', true);
    halts.onMessage({ kind: 'LossHaltChanged', reason: 'lost too much' });
    halts.confirm();
    expect(control.isHaltedBy('api')).toBe(false);
    let isLifted = false;
    const lifted = halts.lift('api').then(() => {
      isLifted = true;
    });
    expect(asked).toEqual(['lift']);
    await Promise.resolve();
    expect([isLifted, halts.reason]).toEqual([false, 'lost too much']);
    control.setHalt('executor', false);
    halts.onMessage({ kind: 'LossHaltChanged', reason: undefined });
    await lifted;
    expect([halts.reason, control.isHalted]).toEqual([undefined, false]);
    expect(begin(folder).halts.reason).toBeUndefined();
  });

  it('of a loss limit holds although the log that tells of it is gone', () => {
    const folder = newFolder();
    begin(folder).halts.onMessage({ kind: 'LossHaltChanged', reason: 'lost too much' });
    const { halts, control } = begin(folder);
    expect(control.isHalted).toBe(false);
    halts.confirm();
    expect(control.isHalted).toBe(true);
  });

  it('of a person stays when a loss limit is lifted or reached beside it', () => {
    const folder = newFolder();
    const { halts, control } = begin(folder);
    halts.byPerson('api', 'looks odd');
    halts.onMessage({ kind: 'LossHaltChanged', reason: 'lost too much' });
    halts.onMessage({ kind: 'LossHaltChanged', reason: undefined });
    expect([halts.reason, control.isHalted]).toEqual(['looks odd', true]);
    expect(begin(folder).control.isHalted).toBe(true);
  });
});
