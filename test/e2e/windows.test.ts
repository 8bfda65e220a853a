import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import type { Inspection } from '../../workflows/activities.ts';
import { type WindowsVariant, windowsImages } from '../images/windows.ts';

/** Disks that look like Windows: each is told apart by what is wrong with it, and by nothing else. */

let images: Record<WindowsVariant, string>;
let dir: string;
beforeAll(async () => {
  images = await windowsImages();
  dir = await mkdtemp(join(tmpdir(), 'windows-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const inspect = (name: WindowsVariant): Promise<Inspection> =>
  inspectDisk(
    { cacheDir: cacheDir() },
    { path: images[name], format: 'raw', scratchDir: dir },
    { signal: new AbortController().signal, progress: () => undefined },
  );

const troubles = ({ findings }: Inspection): string[] =>
  findings
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ code, outcome, params }) => [code, outcome, ...Object.values(params)].join(' '));

test('a Windows that was prepared: nothing is wrong, and its facts are told', async () => {
  const seen = await inspect('prepared');
  expect(troubles(seen)).toEqual([]);
  expect(seen.findings.filter(({ code }) => code.startsWith('windows-'))).toHaveLength(16);
  expect(seen.guest).toMatchObject({
    partitionTable: 'gpt',
    firmware: ['uefi'],
    osType: 'windows',
    osName: 'Windows Server 2022 Standard',
    osVersion: '10.0.20348.2113',
    osEdition: 'ServerStandard',
    architecture: 'x86_64',
    guestAgent: true,
    hardwareClock: 'utc',
  });
});

test('a Windows as it comes from another hypervisor, still hibernated', async () => {
  const seen = await inspect('used');
  expect(troubles(seen)).toEqual([
    'windows-boot-store fail BIOS',
    'windows-disk-driver-at-boot fail viostor: StartOverride=3',
    'windows-network-driver fail',
    'windows-hibernated fail',
    'windows-pending-changes warn PendingFileRenameOperations, RebootPending',
    'windows-cloudbase-init-starts fail 4',
    'windows-cloudbase-init-sources warn VMwareGuestInfoService',
    'windows-remote-desktop warn fDenyTSConnections',
    'windows-generalized warn IMAGE_STATE_COMPLETE',
    'windows-foreign-tools warn VMware Tools',
  ]);
  expect(seen.guest).toMatchObject({
    osName: 'Windows 11 Pro',
    osVersion: '10.0.22631',
    guestAgent: false,
    hardwareClock: 'local',
  });
});

test('an old Windows with 32 bits, into which a driver was only copied', async () => {
  const seen = await inspect('old');
  expect(troubles(seen)).toEqual([
    'architecture fail i386',
    'windows-version fail 6.0',
    'windows-disk-driver fail viostor.sys',
    'windows-network-driver fail',
    'windows-volume-clean warn',
    'windows-cloudbase-init fail',
    'windows-generalized unknown -',
    'windows-foreign-tools warn VirtualBox Guest Additions',
  ]);
  expect(seen.guest).toMatchObject({ osVersion: '6.0.6002', architecture: 'i386' });
});

test('a Windows behind BitLocker, of which nothing else can be seen', async () => {
  const seen = await inspect('encrypted');
  expect(troubles(seen)).toEqual(['operating-system unknown 0 mbr ntfs BitLocker', 'windows-bitlocker fail /dev/sda2']);
});
