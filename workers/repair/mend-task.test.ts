import { afterAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { makeGuest, type Question } from '../../test/support/guest.ts';
import { measureLag } from '../../test/support/lag.ts';
import type { AskGuestfish } from '../tools/guestfish-complaints.ts';
import { mendTask } from './mend.ts';
import type { MendTaskInput } from './mend-contract.ts';

const door = openForeignDoor({ keepReady: [mendTask.module] });
afterAll(() => door.close());

const done = '=bootready-status=0\n';
async function mended(
  input: Partial<MendTaskInput> & Pick<MendTaskInput, 'chosen'>,
  ask: AskGuestfish,
  refused: string[] = [],
) {
  const edits: Record<string, string> = {};
  const helpers = {
    ask,
    mergeIntoHive: async (hive: string, text: string): Promise<undefined> => {
      edits[hive] = text;
    },
    refusedHosts: async () => refused,
    progress: async () => undefined,
  };
  return { result: await door.run(mendTask, { proxyUrl: 'http://proxy', ...input }, helpers), edits };
}

function linux(sh: string | Buffer, questions: Question[] = [], more: Record<string, string> = {}): AskGuestfish {
  return makeGuest({}, questions, { sh, mount: '', shutdown: '', ...more });
}

describe('by scripts', () => {
  test('what the system says of its changes is told, one line each, and cleaned', async () => {
    const questions: Question[] = [];
    const said = `noise\nchanged /etc/fstab\x1b[31m\nchanged ${'x'.repeat(500)}\n${done}`;
    const { result } = await mended({ chosen: ['fstab-by-uuid', 'serial-console'] }, linux(said, questions));
    const changes = ['/etc/fstab[31m', 'x'.repeat(200)];
    expect(result).toEqual({
      state: 'done',
      value: {
        changes: [
          { remedy: 'fstab-by-uuid', changes },
          { remedy: 'serial-console', changes },
        ],
      },
    });
    const asked = questions.map(({ command }) => command);
    expect(asked).toEqual(['inspect-os', 'inspect-get-mountpoints', 'mount', 'sh', 'sh', 'umount-all', 'shutdown']);
  });

  test('snapshots of the system are no systems of their own', async () => {
    const roots = ['btrfsvol:/dev/sdb1/@', 'btrfsvol:/dev/sdb1/@/.snapshots/1/snapshot'];
    const given = { 'inspect-os': roots.map((root) => `${root}\n`).join(''), lvs: '', 'list-md-devices': '' };
    const questions: Question[] = [];
    const { result } = await mended({ chosen: ['fstab-by-uuid'] }, linux(done, questions, given));
    expect(result).toMatchObject({ state: 'done', value: { changes: [{ remedy: 'fstab-by-uuid' }] } });
    expect(questions).toContainEqual({ command: 'inspect-get-mountpoints', args: ['btrfsvol:/dev/sda1/@'] });
  });

  test('what it cannot do is refused in its own words, with the hosts that it was kept from', async () => {
    const ask = linux('cannot find a package\n=bootready-status=1\n');
    const { result } = await mended({ chosen: ['install-cloud-init'] }, ask, ['evil.example']);
    expect(result).toMatchObject({ state: 'done', value: { refused: { code: 'conflict', retryable: false } } });
    expect(JSON.stringify(result)).toContain('failed: find a package. It asked for hosts');
    expect(JSON.stringify(result)).toContain('evil.example');
  });

  test('changes that could not be written back are no changes', async () => {
    const gone = 'libguestfs: error: cannot write\n';
    const { result } = await mended({ chosen: ['fstab-by-uuid'] }, linux(done, [], { shutdown: gone }));
    expect(JSON.stringify(result)).toContain('could not be written to the disk');
  });

  test.each([
    ['without end of lines', Buffer.alloc(32 * 1024 ** 2, 'changed ')],
    ['of more lines than are read', Buffer.alloc(32 * 1024 ** 2, 'a\n')],
    ['of changes', Buffer.alloc(32 * 1024 ** 2, 'changed a\n')],
  ])('an answer %s keeps nobody waiting', async (_name, answer) => {
    const { value, lag } = await measureLag(() => mended({ chosen: ['fstab-by-uuid'] }, linux(answer)));
    expect(JSON.stringify(value.result)).toMatch(/"state":"exceeded".*"fstab-by-uuid"| failed: /);
    expect(lag).toBeLessThanOrEqual(200);
  });
});

describe('Windows', () => {
  /** Keys of both hives; what is read of them. */
  const keys = ['Select', 'DriverDatabase', 'Microsoft', 'Windows NT', 'CurrentVersion'];
  const windows =
    (more: Record<string, string | Buffer> = {}): AskGuestfish =>
    async (command, args) => {
      const answers: Record<string, () => string | Buffer> = {
        'inspect-os': () => '/dev/sda2\n',
        'inspect-get-major-version': () => '10\n',
        'inspect-get-minor-version': () => '0\n',
        'inspect-get-product-variant': () => 'Server\n',
        'inspect-get-arch': () => 'x86_64\n',
        'inspect-get-windows-systemroot': () => '/Windows\n',
        'case-sensitive-path': () => `${args[0]}\n`,
        exists: () => `${!String(args[0]).includes('hiberfil')}\n`,
        pread: () => Buffer.concat([Buffer.from('regf'), Buffer.from([1, 0, 0, 0, 1, 0, 0, 0])]),
        'pread-device': () => (args[2] === '0' ? bootSector : record),
        'hivex-root': () => '1\n',
        'hivex-node-get-child': () => `${keys.includes(String(args[1])) ? '2' : '0'}\n`,
        'hivex-node-get-value': () => `${{ Current: '7', CurrentBuildNumber: '8' }[String(args[1])] ?? '0'}\n`,
        'hivex-value-type': () => (args[0] === '7' ? '4\n' : '1\n'),
        'hivex-value-value': () => (args[0] === '7' ? Buffer.from([3, 0, 0, 0]) : Buffer.from('20348', 'utf16le')),
      };
      return Buffer.from((more[command] ?? answers[command]?.() ?? '') as string);
    };
  const bootSector = Buffer.alloc(512);
  bootSector.write('NTFS', 3);
  bootSector.writeUInt16LE(512, 11);
  bootSector[13] = 1;
  bootSector.writeInt8(-10, 64);
  const record = Buffer.alloc(1024);
  record.write('FILE');
  record.writeUInt16LE(48, 20);
  record.writeUInt32LE(0x70, 48);
  record.writeUInt32LE(32, 52);
  record.writeUInt16LE(16, 48 + 20);
  const paths = ['viostor', 'vioscsi', 'NetKVM'].flatMap((name) =>
    ['inf', 'sys'].map((end) => `${name}/2k22/amd64/${name.toLowerCase()}.${end}`),
  );
  const inject = (ask: AskGuestfish) =>
    mended({ chosen: ['inject-virtio-windows'], drivers: { kind: 'folder', paths } }, ask);

  test('its hives get the services by the edits that the owner merges', async () => {
    const { result, edits } = await inject(windows());
    expect(result).toMatchObject({ state: 'done', value: { changes: [{ remedy: 'inject-virtio-windows' }] } });
    expect(edits.SYSTEM).toContain('[\\ControlSet003\\Services\\viostor]');
    expect(edits.SYSTEM).toContain('DriverDatabase\\DeviceIds');
    expect(edits.SOFTWARE).toContain('"DevicePath"=hex(2)');
  });

  test.each([
    ['a volume that is marked as damaged', { 'pread-device': bootSector }, 'marked as damaged'],
    ['a hive that was not written back', { pread: Buffer.from('regf\x01\0\0\0\x02\0\0\0') }, 'was not written back'],
    ['several systems', { 'inspect-os': '/dev/sda1\n/dev/sda2\n' }, 'several operating systems'],
  ])('%s is left alone', async (_name, more, words) => {
    const { result, edits } = await inject(windows(more));
    expect(JSON.stringify(result)).toContain(words);
    expect(edits).toEqual({});
  });
});
