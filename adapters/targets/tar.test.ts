import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

/** tar(1) reads what we write. */
function listed(archive: Buffer): string {
  const { stdout } = spawnSync('tar', ['--numeric-owner', '-tvf', '-'], { input: archive, encoding: 'utf8' });
  return stdout.replaceAll(/ +/g, ' ');
}

test('folders and files, with owner, mode and padding', () => {
  const body = Buffer.from('hello');
  const archive = Buffer.concat([
    tarHeader({ name: 'disk/', mode: 0o555, owner: 107, size: 0 }),
    tarHeader({ name: 'disk/a', mode: 0o440, owner: 107, size: body.length }),
    body,
    tarPadding(body.length),
    tarHeader({ name: 'disk/b', mode: 0o644, owner: 0, size: 512 }),
    Buffer.alloc(512, 1),
    tarPadding(512),
    tarEnd,
  ]);
  expect(listed(archive)).toBe(
    'dr-xr-xr-x 107/107 0 1970-01-01 00:00 disk/\n' +
      '-r--r----- 107/107 5 1970-01-01 00:00 disk/a\n' +
      '-rw-r--r-- 0/0 512 1970-01-01 00:00 disk/b\n',
  );
});

test.each([8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 9 * 1024 ** 4 + 1])('a disk of %i bytes', (size) => {
  // It names the entry before it notices that the bytes are missing.
  expect(listed(tarHeader({ name: 'disk/disk.raw', mode: 0o440, owner: 107, size }))).toContain(` ${size} `);
  expect(tarPadding(size).length).toBe((512 - (size % 512)) % 512);
});
