import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type RegistryEdits, regFile } from '../../workers/repair/windows/registry.ts';

/** Keys by their path, each with its values: a number is a DWORD, an array a list of strings. */
export type Registry = RegistryEdits;

/** A registry hive as Windows has them on its disk, made by hivex. hivexregedit(1) */
export function writeHive(path: string, registry: Registry): void {
  writeFileSync(path, emptyHive());
  execFileSync('hivexregedit', ['--merge', path], { input: regFile(registry) });
}

const page = 4096;

/** Nothing but the root key, for hivex cannot begin from nothing. https://github.com/msuhanov/regf, "Windows registry file format specification" */
function emptyHive(): Buffer {
  const hive = Buffer.alloc(2 * page);
  const bin = hive.subarray(page);
  const [root, security, free] = [0x20, 0x78, 0xb0];

  hive.write('regf', 0, 'latin1');
  hive.writeUInt32LE(1, 4);
  hive.writeUInt32LE(1, 8);
  hive.writeUInt32LE(1, 20);
  hive.writeUInt32LE(3, 24);
  hive.writeUInt32LE(1, 32);
  hive.writeUInt32LE(root, 36);
  hive.writeUInt32LE(page, 40);
  hive.writeUInt32LE(1, 44);
  let sum = 0;
  for (let at = 0; at < 508; at += 4) sum ^= hive.readUInt32LE(at);
  hive.writeUInt32LE(sum >>> 0, 508);

  bin.write('hbin', 0, 'latin1');
  bin.writeUInt32LE(page, 8);

  bin.writeInt32LE(root - security, root);
  bin.write('nk', root + 4, 'latin1');
  bin.writeUInt16LE(0x2c, root + 6);
  for (const none of [32, 36, 44, 52]) bin.writeUInt32LE(0xffffffff, root + none);
  bin.writeUInt32LE(security, root + 48);
  bin.writeUInt16LE(4, root + 76);
  bin.write('ROOT', root + 80, 'latin1');

  bin.writeInt32LE(security - free, security);
  bin.write('sk', security + 4, 'latin1');
  bin.writeUInt32LE(security, security + 8);
  bin.writeUInt32LE(security, security + 12);
  bin.writeUInt32LE(1, security + 16);
  bin.writeUInt32LE(20, security + 20);
  bin.writeUInt8(1, security + 24);
  bin.writeUInt16LE(0x8000, security + 26);

  bin.writeInt32LE(page - free, free);
  return hive;
}
