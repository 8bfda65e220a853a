import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findOwnGroup, openCgroups } from './sandbox-cgroups.ts';

// How the kernel holds the limits is shown in a kernel of its own: test/hostile/boot/cgroups.test.ts

describe('the group of this process', () => {
  const mounts = (root: string, point: string): string =>
    [
      '24 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '30 24 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory',
      `31 24 0:27 ${root} ${point} rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate`,
    ].join('\n');

  test.each([
    ['a unit of systemd', '0::/system.slice/worker.service', '/', '/sys/fs/cgroup/system.slice/worker.service'],
    ['a container with a namespace of its own', '0::/', '/', '/sys/fs/cgroup'],
    ['a container without one', '0::/pod/one', '/pod/one', '/sys/fs/cgroup'],
    ['version 1 beside it', '4:memory:/other\n0::/own', '/', '/sys/fs/cgroup/own'],
    ['outside of what is mounted', '0::/pod/two', '/pod/one', undefined],
    ['version 1 only', '4:memory:/own', '/', undefined],
  ])('%s', (_, cgroup, root, found) => {
    expect(findOwnGroup(cgroup, mounts(root, '/sys/fs/cgroup'))).toBe(found);
  });

  test('none without a mount of version 2', () => {
    expect(findOwnGroup('0::/own', '24 1 254:0 / / rw,relatime - ext4 /dev/vda rw')).toBeUndefined();
  });
});

describe('a group that is not the own one alone stays as it is', () => {
  let group: string;
  beforeEach(() => {
    group = mkdtempSync(join(tmpdir(), 'cgroup-'));
  });
  afterEach(() => rmSync(group, { recursive: true }));
  const files = (controllers: string, procs: string): void => {
    writeFileSync(join(group, 'cgroup.controllers'), controllers);
    writeFileSync(join(group, 'cgroup.procs'), procs);
  };

  test.each([
    ['another process', 'cpu memory pids', `${process.pid}\n1`],
    ['no controller of memory', 'cpu pids', String(process.pid)],
  ])('%s', (_, controllers, procs) => {
    files(controllers, procs);
    expect(openCgroups(group)).toBeUndefined();
    expect(readFileSync(join(group, 'cgroup.procs'), 'utf8')).toBe(procs);
    // Nothing was made there.
    expect(() => mkdirSync(join(group, 'worker'))).not.toThrow();
  });

  test('no such folder', () => {
    expect(openCgroups(join(group, 'none'))).toBeUndefined();
  });
});
