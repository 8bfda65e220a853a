import { expect, test } from 'vitest';
import { findWhyHidden } from './hidden.ts';

const why = { reason: 'filesystem', what: '/dev/sdb1' } as const;
function behind(path: string, pattern: string) {
  return findWhyHidden([{ path, why }], pattern) !== undefined;
}

test.each([
  ['/boot', '/boot', true],
  ['/boot', '/boot/grub/grub.cfg', true],
  ['/boot', '/bootstrap', false],
  ['/boot/efi', '/boot/grub', false],
  ['/boot/efi', '/boot/{efi/,}loader/random-seed', true],
  ['/boot/efi', '/boot/{grub,loader}/*', false],
  ['/home', '/{root,home/*}/.ssh/id_*', true],
  ['/root', '/{root,home/*}/.ssh/id_*', true],
  ['/srv', '/{root,home/*}/.ssh/id_*', false],
  ['/home/bob', '/home/*/.{aws/credentials,kube/config}', true],
  ['/usr', '/{usr/,}lib/systemd/systemd', true],
  ['/usr', '/lib/modules/6.1.0', true],
  ['/usr', '/libexec', true],
  ['/usr', '/library', false],
  ['/var', '/etc/{a,b{c,d}}/{e,}x', false],
])('below %s, %s: %s', (path, pattern, expected) => {
  expect(behind(path, pattern)).toBe(expected);
});
