import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { modulesAs } from './modules.ts';
import { cpioOf, packTree, readFrom, type Tree, writeTree } from './tree.ts';

const kernel = '6.6.56-0-virt';
const packages: Record<string, string> = {
  'alpine-baselayout': '3.6.5-r0',
  'cloud-init': '24.1.4-r0',
  'cloud-utils-growpart': '0.33-r0',
  'linux-virt': '6.6.56-r0',
  openrc: '0.54-r1',
  'openssh-server': '9.7_p1-r4',
};

/** apk's database of what is installed. apk-package(5), "installed database" */
const installed = Object.entries(packages)
  .map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\nS:1\nI:1\nT:${name}\nU:-\nL:MIT\no:${name}\n`)
  .join('\n');

/**
 * What tells an Alpine from another Linux, laid out as Alpine's packages lay it out. It does not boot: it has no C library and no
 * BusyBox; an x86-64 program of Debian's stands in its place.
 */
export function writeAlpineTree(work: string, debianRoot: string, tar: string): void {
  const { files, index } = modulesAs(debianRoot, kernel, { ending: '.gz', pack: (module) => gzipSync(module) });
  const initramfs = gzipSync(cpioOf(join(work, 'alpine-initramfs'), { ...files, init: '#!/bin/sh\n' }));
  const service = '#!/sbin/openrc-run\n';
  const enabled = (level: string, ...names: string[]): Tree =>
    Object.fromEntries(names.map((name) => [`etc/runlevels/${level}/${name}`, { link: `/etc/init.d/${name}` }]));
  const cloudInit = ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'] as const;
  const tree: Tree = {
    ...files,
    ...index,
    ...Object.fromEntries([...cloudInit, 'sshd', 'networking'].map((name) => [`etc/init.d/${name}`, service])),
    ...enabled('boot', 'cloud-init-local', 'networking'),
    ...enabled('default', 'cloud-init', 'cloud-config', 'cloud-final', 'sshd'),
    'bin/busybox': readFrom(debianRoot, '/usr/bin/bash'),
    'bin/sh': { link: '/bin/busybox' },
    'boot/vmlinuz-virt': 'no kernel',
    'boot/initramfs-virt': initramfs,
    'boot/grub/grub.cfg':
      'linux /boot/vmlinuz-virt root=LABEL=cloudroot rootfstype=ext4 console=ttyS0,115200n8\ninitrd /boot/initramfs-virt\n',
    'etc/alpine-release': '3.20.3\n',
    'etc/os-release':
      'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\nHOME_URL="https://alpinelinux.org/"\n',
    'etc/apk/world': `${Object.keys(packages).join('\n')}\n`,
    'etc/cloud/cloud.cfg': 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]\n',
    'etc/fstab': 'LABEL=cloudroot / ext4 defaults 0 1\n',
    'etc/hostname': 'localhost\n',
    'etc/network/interfaces': 'auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'etc/shadow': 'root:*::0:::::\n',
    'lib/apk/db/installed': `${installed}\n`,
    'sbin/init': { link: '/bin/busybox' },
    'usr/bin/cloud-init': '#!/usr/bin/python3\n',
    'usr/bin/growpart': '#!/bin/sh\n',
    'usr/sbin/sshd': '#!/bin/sh\n',
  };
  const root = join(work, 'alpine');
  writeTree(root, tree);
  packTree(root, tar);
}
