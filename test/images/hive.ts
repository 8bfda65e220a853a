import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Keys by their path, each with its values: a number is a DWORD, an array a list of strings. */
export type Registry = Readonly<Record<string, Readonly<Record<string, string | number | readonly string[]>>>>;

/** A registry hive as Windows has them on its disk, made by hivex. hivexregedit(1) */
export const writeHive = (path: string, registry: Registry): void => {
  writeFileSync(path, emptyHive());
  execFileSync('hivexregedit', ['--merge', path], { input: regFile(registry) });
};

/** A key is made only below one that is there, hence each with those above it. */
const regFile = (registry: Registry): string => {
  const sections = Object.entries(registry).flatMap(([key, values]) => {
    const parts = key.split('\\');
    return parts.map((_, depth) => {
      const lines = depth === parts.length - 1 ? Object.entries(values) : [];
      const header = `[\\${parts.slice(0, depth + 1).join('\\')}]`;
      return [header, ...lines.map(([name, value]) => `"${escaped(name)}"=${dataOf(value)}`)].join('\n');
    });
  });
  return `${['Windows Registry Editor Version 5.00', ...sections].join('\n\n')}\n`;
};

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

const dataOf = (value: string | number | readonly string[]): string => {
  if (typeof value === 'number') return `dword:${value.toString(16).padStart(8, '0')}`;
  if (typeof value === 'string') return `"${escaped(value)}"`;
  const list = Buffer.from(`${value.map((each) => `${each}\0`).join('')}\0`, 'utf16le');
  return `hex(7):${[...list].map((byte) => byte.toString(16).padStart(2, '0')).join(',')}`;
};

const page = 4096;

/** Nothing but the root key, for hivex cannot begin from nothing. https://github.com/msuhanov/regf, "Windows registry file format specification" */
const emptyHive = (): Buffer => {
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
};
