import { afterAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import { watchTask } from '../../workers/activities/boot-check.ts';
import { inspectInside, lookTask } from '../../workers/inspect/inspect.ts';
import { makeGuest } from '../support/guest.ts';
import { measureLag } from '../support/lag.ts';
import { watched } from '../support/watched.ts';

/**
 * The proofs of the security review that once froze or killed a worker, byte for byte, against the tasks that inspection and boot check run. Each has a
 * neighbour beside it that is inspected as ever. H4 is in proof-api.test.ts.
 */

const MiB = 1024 ** 2;
const door = openForeignDoor({ keepReady: [lookTask.module, watchTask.module] });
afterAll(() => door.close());

const linux = {
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  '/etc/fstab': '/dev/sda1 / ext4 defaults 0 1\n',
  '/boot/grub/grub.cfg': 'menuentry a {\n linux /vmlinuz root=UUID=1 console=ttyS0\n}\n',
  '/usr/bin/cloud-init': '',
  '/etc/cloud/cloud.cfg': 'datasource_list: [ NoCloud, None ]\n',
};

async function inspected(files: Record<string, string>): Promise<Finding[]> {
  const options = {
    isBackup: false,
    outputDir: '/nowhere',
    hostDir: '/nowhere',
    unpacksAtMost: 0,
    progress: () => undefined,
  };
  const { signal } = new AbortController();
  return (await inspectInside(door, makeGuest(files), { ...options, signal })).findings;
}
function toOutcome(findings: readonly Finding[], code: string) {
  return findings.find((each) => each.code === code)?.outcome;
}

/** Neither of the two may have waited for the other's parser, and this process may not have grown. */
async function beside<T>(work: () => Promise<T>): Promise<T> {
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const { value, lag } = await measureLag(() => Promise.all([work(), inspected(linux)]));
  const [told, neighbour] = value;
  expect(toOutcome(neighbour, 'fstab-devices')).toBe('fail');
  expect(neighbour.map(({ code }) => code)).not.toContain('look-incomplete');
  expect(lag).toBeLessThanOrEqual(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * MiB);
  // The door's bounds, and the time of a machine that others use.
  expect(performance.now() - begun).toBeLessThan(45_000);
  return told;
}

describe('H1: YAML', () => {
  const nested = `${'{'.repeat(4096)}${'}'.repeat(4096)}`;
  const proofs = { 'cloud.cfg of 1024 "{"': '{'.repeat(1024), '"{{..}}"': nested, '"? ? ?"': '? '.repeat(4096) };
  const places = {
    'cloud-init': '/etc/cloud/cloud.cfg',
    network: '/etc/netplan/50-cloud-init.yaml',
  };
  const cases = Object.entries(places).flatMap(([part, path]) =>
    Object.entries(proofs).map(([name, text]) => ({ part, path, name, text })),
  );
  test.each(cases)('$name in $path', async ({ part, path, text }) => {
    const findings = await beside(() => inspected({ ...linux, [path]: text }));
    expect(findings[0]).toMatchObject({ code: 'look-incomplete', outcome: 'unknown', params: { parts: part } });
    // The rest was seen.
    expect(toOutcome(findings, 'fstab-devices')).toBe('fail');
  });
});

describe('H2: a grub.cfg that doubles', () => {
  /** `set v1="${v0}${v0}"` and so on, as many as fit. */
  const doubling = (bytes: number, first: string): string => {
    let text = `set v0="${first}"\n`;
    for (let index = 0; ; index++) {
      const line = `set v${index + 1}="\${v${index}}\${v${index}}"\n`;
      if (text.length + line.length > bytes) return text.padEnd(bytes, '#');
      text += line;
    }
  };
  test.each([
    ['702 bytes', doubling(702, 'x')],
    ['1164 bytes', doubling(1164, 'x')],
    ['1164 bytes from 200 characters', doubling(1164, 'x'.repeat(200))],
  ])('%s', async (_name, text) => {
    const grub = `${text}\nmenuentry a {\n linux /vmlinuz console=ttyS0 root=$v30\n}\n`;
    const findings = await beside(() => inspected({ ...linux, '/boot/grub/grub.cfg': grub }));
    // A value ends where a kernel's command line does, so nothing has to be left out.
    expect(findings.map(({ code }) => code)).not.toContain('look-incomplete');
    expect(toOutcome(findings, 'serial-console')).toBe('pass');
  });
});

describe('H3: what a guest prints on its serial console', () => {
  /** What the guest wrote within the time of a boot check at 115,200 baud. */
  const flood = (word: string, bytes: number): string[] => {
    const piece = word.repeat(Math.ceil((64 * 1024) / word.length)).slice(0, 64 * 1024);
    return Array.from({ length: bytes / piece.length }, () => piece);
  };
  test.each([
    ['"MBRno" for ever', flood('MBRno', 8 * MiB)],
    ['\\r, 512 KiB', flood('\r', MiB / 2)],
    ['\\r and then a line, 512 KiB', [...flood('\r', MiB / 2), 'x\n']],
    ['"ALERT! " for ever', flood('ALERT! ', 8 * MiB)],
    ['blank lines', flood('\n', 8 * MiB)],
  ])('%s', async (_name, pieces) => {
    const told = await beside(() => watched(door, pieces));
    expect(told).toMatchObject({ state: 'done', value: { findings: [{ step: 'boot-check', outcome: 'fail' }] } });
  });
});
