import { expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { realAlpine } from '../images/real-alpine.ts';
import { inspect } from '../support/step-functions.ts';

/** A disk that nobody made for these tests. Its makers start the kernel from beside the disk, in a network of their own, and reach it by its serial console. */
test('of a real Alpine all is told that keeps it from a cloud, and nothing else', async () => {
  const { findings, guest } = await inspect(await realAlpine(cacheDir()));
  expect(guest).toMatchObject({
    osType: 'linux',
    osDistro: 'alpinelinux',
    osVersion: '3.23',
    architecture: 'x86_64',
    packageFormat: 'apk',
    initSystem: 'openrc',
    partitionTable: 'none',
    rootFilesystem: 'ext4',
    storage: ['ext4'],
    firmware: [],
    kernels: ['6.18.56-0-virt'],
  });
  const told = (wanted: string): string[] =>
    findings.filter(({ outcome }) => outcome === wanted).map(({ code }) => code);
  expect(told('fail')).toEqual(['boot-loader', 'cloud-init-installed']);
  expect(told('warn')).toEqual(['network-static', 'ssh-server', 'time-sync', 'clone-users', 'clone-sudo']);
  // No entry starts it, so nobody knows with what words it is started.
  expect(told('unknown')).toEqual([
    ...['kernel-entry', 'kernel-root-name', 'kernel-root-there', 'start-devices', 'serial-console'],
  ]);
  expect(told('pass')).toEqual(expect.arrayContaining(['virtio-block-initramfs', 'virtio-net', 'kernel-version']));
});
