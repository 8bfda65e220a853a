import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumIn } from './sums-file.ts';

const url = 'https://example.org/a%20b/disk.qcow2?signature=1';
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const long = 'c'.repeat(128);

test.each([
  ['coreutils, text', `${b}  other.qcow2\n${a}  disk.qcow2\n`, `sha256:${a}`],
  ['coreutils, binary', `${a} *disk.qcow2\r\n`, `sha256:${a}`],
  ['with a folder', `${a}  ./images/disk.qcow2`, `sha256:${a}`],
  ['BSD', `# disk.qcow2: 1 bytes\nSHA256 (disk.qcow2) = ${a.toUpperCase()}\n`, `sha256:${a}`],
  ['both lengths', `${a}  disk.qcow2\n${long}  disk.qcow2\n`, `sha512:${long}`],
  ['a digest alone', `${a}\n`, `sha256:${a}`],
  [
    'signed',
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (disk.qcow2) = ${a}\n-----BEGIN PGP SIGNATURE-----\n`,
    `sha256:${a}`,
  ],
  ['said twice alike', `${a}  disk.qcow2\n${a}  x/disk.qcow2\n`, `sha256:${a}`],
  ['said twice otherwise', `${a}  disk.qcow2\n${b}  x/disk.qcow2\n`, undefined],
  ['of another file', `${a}  disk.qcow2.xz\n`, undefined],
  ['several digests alone', `${a}\n${b}\n`, undefined],
  ['a page of HTML', '<html>disk.qcow2</html>', undefined],
  ['nothing', '', undefined],
])('%s', (_what, text, checksum) => {
  expect(checksumIn(text, url)).toBe(checksum);
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = checksumIn(text, 'https://example.org/%E0%A4%A');
      return found === undefined || /^sha(256|512):[0-9a-f]+$/.test(found);
    }),
  );
});
