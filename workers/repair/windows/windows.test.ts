import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeHive } from '../../../test/images/hive.ts';
import { mergeIntoHive } from '../../tools/hivexregedit.ts';
import { driverEdits } from './driver-edits.ts';
import { regFile } from './registry.ts';
import { driverFiles, releaseFolders, type WindowsRelease } from './virtio-win.ts';

const server2022: WindowsRelease = { major: 10, minor: 0, build: 20_348, server: true, bits: 64 };

describe('the folder of virtio-win', () => {
  test.each([
    ['Windows 11', { ...server2022, server: false, build: 22_631 }, ['w11', 'w10']],
    ['Windows 10', { ...server2022, server: false, build: 19_045 }, ['w10']],
    ['Server 2025', { ...server2022, build: 26_100 }, ['2k25', '2k22', '2k19', '2k16']],
    ['Server 2022', server2022, ['2k22', '2k19', '2k16']],
    ['Server 2016', { ...server2022, build: 14_393 }, ['2k16']],
    ['Server 2012 R2', { ...server2022, major: 6, minor: 3, build: 9600 }, ['2k12R2']],
    ['Windows 7', { ...server2022, major: 6, minor: 1, build: 7601, server: false }, ['w7']],
    ['Windows XP', { ...server2022, major: 5, minor: 1, build: 2600, server: false }, []],
  ] as const)('for %s', (_name, release, folders) => {
    expect(releaseFolders(release)).toEqual(folders);
  });

  test('is the newest that is there for the architecture, whatever the case of its name', () => {
    const paths = [
      ...['2k16', '2K19', '2k25'].flatMap((name) => [
        `NetKVM/${name}/amd64/netkvm.inf`,
        `NetKVM/${name}/amd64/netkvm.sys`,
      ]),
      ...['NetKVM/2k22/x86/netkvm.inf', 'NetKVM/2k19/amd64/netkvm.pdb', 'viostor/2k22/amd64/readme.txt'],
      ...['fwcfg/2k22/amd64/fwcfg.inf', 'qemufwcfg/2k22/amd64/qemufwcfg.inf', 'qxldod/2k22/amd64/qxldod.inf'],
    ];
    expect(driverFiles(paths, server2022)).toEqual(
      new Map([
        ['netkvm', ['NetKVM/2K19/amd64/netkvm.inf', 'NetKVM/2K19/amd64/netkvm.sys']],
        ['fwcfg', ['fwcfg/2k22/amd64/fwcfg.inf']],
      ]),
    );
  });
});

describe('the registry', () => {
  const dir = mkdtempSync(join(tmpdir(), 'driver-edits-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const set = 'ControlSet001';
  const viostor = { name: 'viostor', ids: ['VEN_1AF4&DEV_1042'], forDisk: true };

  /** The contents of a hive below a key, after the edits. hivexregedit(1) */
  const exported = async (hasDriverDatabase: boolean, key: string): Promise<string> => {
    writeHive(join(dir, 'SYSTEM'), {
      [`${set}\\Services\\viostor`]: { Start: 3, Mine: 'kept' },
      [`${set}\\Services\\viostor\\StartOverride`]: { 0: 3 },
    });
    const edits = driverEdits(viostor, { controlSet: set, hasDriverDatabase });
    for (let twice = 0; twice < 2; twice += 1) {
      await mergeIntoHive(dir, 'SYSTEM', regFile(edits), new AbortController().signal);
    }
    return execFileSync('hivexregedit', ['--export', '--unsafe-printable-strings', join(dir, 'SYSTEM'), key], {
      encoding: 'utf8',
    });
  };

  test('lets the driver start with the boot loader, whatever was there before', async () => {
    const services = await exported(true, '\\ControlSet001\\Services');
    expect(services).toContain('"Start"=dword:00000000');
    expect(services).toContain('"ImagePath"=str(2):"system32\\drivers\\viostor.sys"');
    expect(services).toContain('"Group"=str(1):"SCSI miniport"');
    expect(services).toContain('"Mine"=str(1):"kept"');
    expect(services).not.toContain('StartOverride');
  });

  test('tells Windows 8 and later of the device by the driver database', async () => {
    const database = await exported(true, '\\DriverDatabase');
    expect(database).toContain(
      '[\\DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_1042]\n"bootready-viostor.inf"=hex(3):01,ff,00,00',
    );
    expect(database).toContain('"Active"=str(1):"bootready-viostor.inf_tmp"');
    expect(database).toContain('Configurations\\viostor_conf]');
    expect(await exported(true, '\\')).not.toContain('CriticalDeviceDatabase');
  });

  test('tells those before by the database of critical devices', async () => {
    const control = await exported(false, '\\ControlSet001\\Control');
    expect(control).toContain('CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1042]');
    expect(control).toContain('"ClassGUID"=str(1):"{4D36E97B-E325-11CE-BFC1-08002BE10318}"');
    expect(await exported(false, '\\')).not.toContain('DriverDatabase');
  });
});
