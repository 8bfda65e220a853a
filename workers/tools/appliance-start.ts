import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';

/**
 * With these changes libguestfs' appliance starts in half of its time where the processor is emulated: its kernel does not unpack itself (2 s), and udev
 * handles only the devices that are used (1.5 s). The kernel and the start script are the host's own, not a guest's. A form that we do not know stays as it is.
 */

const run = promisify(execFile);

/** All that programs for the appliance get of the environment: the worker's own holds its secrets. */
export const quietEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
};

/** The most that a kernel unpacks to. That of Debian 12 has 63 MiB. */
const largestKernel = 512 * 1024 ** 2;

function unpackXz(packed: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { stdin } = execFile(
      'xz',
      ['-dc'],
      { encoding: 'buffer', maxBuffer: largestKernel, env: quietEnvironment },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    // Then it has ended, and says why.
    stdin?.on('error', () => undefined);
    stdin?.end(packed);
  });
}

/** Each with the bytes that such data begins with. Behind all but gzip's, which has its own, are four bytes with the size of the kernel. */
const packings: readonly { magic: Buffer; trailer: number; unpack(packed: Buffer): Promise<Buffer> }[] = [
  { magic: Buffer.from('fd377a585a00', 'hex'), trailer: 4, unpack: unpackXz },
  {
    magic: Buffer.from('28b52ffd', 'hex'),
    trailer: 4,
    unpack: (packed) => promisify(zstdDecompress)(packed, { maxOutputLength: largestKernel }),
  },
  {
    magic: Buffer.from('1f8b08', 'hex'),
    trailer: 0,
    unpack: (packed) => promisify(gunzip)(packed, { maxOutputLength: largestKernel }),
  },
];

/**
 * Finds the kernel in a bzImage.
 * @returns an ELF file that QEMU starts by its PVH entry; undefined if it is packed in another way or has no such entry
 * @see Linux, Documentation/arch/x86/boot.rst (payload_offset); QEMU, hw/i386/x86.c (load_elfboot)
 */
export async function unpackKernel(image: Buffer): Promise<Buffer | undefined> {
  const headerEnd = 0x250;
  if (image.length < headerEnd || image.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  // The fields of the payload came with version 2.08.
  if (image.readUInt16LE(0x206) < 0x0208) return undefined;
  const setupSectors = image[0x1f1] || 4;
  const begin = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(begin, begin + image.readUInt32LE(0x24c));
  const packing = packings.find(({ magic }) => payload.subarray(0, magic.length).equals(magic));
  if (!packing) return undefined;
  const size = payload.readUInt32LE(payload.length - 4);
  const kernel = await packing.unpack(payload.subarray(0, payload.length - packing.trailer));
  return kernel.length === size && hasPvhEntry(kernel) ? kernel : undefined;
}

/** The type XEN_ELFNOTE_PHYS32_ENTRY and the name of the note. Linux, include/xen/interface/elfnote.h */
const pvhNote = Buffer.from('1200000058656e00', 'hex');
function hasPvhEntry(kernel: Buffer): boolean {
  return kernel.subarray(0, 5).equals(Buffer.from('\x7fELF\x02', 'latin1')) && kernel.includes(pvhNote);
}

/**
 * By default udev handles each of some two hundred devices, most of them consoles, and loads drivers that nobody uses. The modules of disks, ports
 * and network are there before it starts; the disks and the port of libguestfs' daemon are what needs its names.
 */
export function triggerLess(init: string): string {
  return init.replace(/^udevadm trigger$/m, 'udevadm trigger --subsystem-match=block --subsystem-match=virtio-ports');
}

/** Changes an appliance that nobody uses yet. @throws Error if its start script cannot be written */
export async function shortenStart(folder: string): Promise<void> {
  const path = join(folder, 'kernel');
  const kernel = await unpackKernel(await readFile(path));
  if (kernel) await writeFile(path, kernel);
  const init = await readInit(folder);
  const shorter = triggerLess(init);
  if (shorter === init) return;
  await writeFile(join(folder, 'init'), shorter);
  // The name of the file is relative: debugfs splits its commands at blanks.
  for (const command of ['rm /init', 'write init /init', ...initFields.map((field) => `sif /init ${field}`)]) {
    await run('debugfs', ['-w', '-R', command, 'root'], { cwd: folder, env: quietEnvironment });
  }
  await rm(join(folder, 'init'));
  // debugfs tells no errors by its exit code.
  if ((await readInit(folder)) !== shorter) throw new Error('The start script of the appliance could not be written.');
}
const initFields = ['mode 0100755', 'uid 0', 'gid 0'];

/** @returns an empty text if the appliance has no such script, or the host no debugfs */
async function readInit(folder: string): Promise<string> {
  const answer = await run('debugfs', ['-R', 'cat /init', 'root'], { cwd: folder, env: quietEnvironment }).catch(
    () => undefined,
  );
  return answer?.stdout ?? '';
}
