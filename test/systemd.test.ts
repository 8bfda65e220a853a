import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../dev/setup/system-packages.ts';
import { Environment } from '../shared/config.ts';
import { heapOptions, mallocEnvironment } from '../shared/operation/process-roles.ts';

const folder = join(import.meta.dirname, '../deploy/systemd');
const node = '/usr/lib/bootready/bin/node';
const units = readdirSync(folder).filter((name) => /\.(service|target)$/.test(name));
const services = units.filter((name) => name.endsWith('.service'));
function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

describe.runIf(hasProgram('systemd-analyze'))('systemd itself', () => {
  let copies: string;
  beforeAll(() => {
    copies = mkdtempSync(join(tmpdir(), 'units-'));
    // The program of the package is not on this machine.
    for (const name of units) writeFileSync(join(copies, name), read(name).replace(node, process.execPath));
  });
  afterAll(() => rmSync(copies, { recursive: true, force: true }));

  test('accepts every unit without a warning', () => {
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', ...units.map((name) => join(copies, name))],
      {
        encoding: 'utf8',
      },
    );
    // What other units of this machine hold is not ours.
    expect(stderr.split('\n').filter((line) => line.includes('bootready'))).toEqual([]);
    expect(status).toBe(0);
  });

  // systemd's own score: 0 is a unit that can do nothing, 10 one without any limit. Docker and sshd have more than 9.
  test.each([
    ['bootready-api.service', 1.5],
    ['bootready-queues.service', 1.5],
    ['bootready-migrate.service', 1.5],
    ['bootready-worker.service', 3.9],
  ])('%s is exposed by at most %d', (name, most) => {
    const args = ['security', '--offline=true', '--no-pager', `--threshold=${most * 10}`, join(copies, name)];
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect({ status, last: stdout.trim().split('\n').at(-1) }).toMatchObject({ status: 0 });
  });

  test('a unit without its walls is over the bound', () => {
    const weak = join(copies, 'weak.service');
    writeFileSync(
      weak,
      read('bootready-api.service')
        .replace('ProtectSystem=strict\n', '')
        .replace('SystemCallFilter=@system-service\n', ''),
    );
    const args = ['security', '--offline=true', '--no-pager', '--threshold=15', weak];
    expect(spawnSync('systemd-analyze', args).status).not.toBe(0);
  });
});

test('every service is there for which there are processes', () => {
  expect(services.sort()).toEqual(['api', 'migrate', 'queues', 'worker'].map((name) => `bootready-${name}.service`));
});

test.each([
  ['bootready-api.service', 'api'],
  ['bootready-worker.service', 'worker'],
  ['bootready-queues.service', 'queues'],
] as const)('%s bounds heap and freed buffers as the other starters do', (name, role) => {
  const unit = read(name);
  expect(unit).toContain(`${node} ${heapOptions[role].join(' ')} /usr/lib/bootready/cli/main.ts`);
  const words = Object.entries(mallocEnvironment[role]).map(([variable, value]) => `${variable}=${value}`);
  expect(unit).toContain(`Environment=${words.join(' ')}\n`);
});

test.each(services)(
  '%s gives the product no variable that it does not read, and no secret but as a credential',
  (name) => {
    const unit = read(name);
    const pairs = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
    const set = pairs.map((pair) => pair.split('=') as [string, string]);
    const known = [
      ...Object.keys(Environment.shape),
      ...Object.keys(mallocEnvironment.api),
      'NODE_ENV',
      'XDG_CACHE_HOME',
    ];
    expect(known).toEqual(expect.arrayContaining(set.map(([variable]) => variable.replace(/_FILE$/, ''))));
    const files = set.filter(([variable]) => variable.endsWith('_FILE')).map(([, value]) => value.replace('%d/', ''));
    const given = [...unit.matchAll(/^LoadCredential=([^:]+):/gm)].map(([, credential]) => credential);
    expect(given).toEqual(expect.arrayContaining(files));
    for (const [variable, value] of set) {
      if (/SECRET|PASSWORD|_URL$/.test(variable) && !variable.endsWith('_FILE'))
        expect(value).toMatch(/not-used-by-this-service$/);
    }
  },
);

test('the secrets that the units name are those that make-secrets.sh makes', () => {
  const home = mkdtempSync(join(tmpdir(), 'secrets-'));
  try {
    execFileSync('sh', [join(import.meta.dirname, '../deploy/make-secrets.sh')], {
      env: { ...process.env, SECRETS: home, POSTGRES: '192.0.2.1:5432', REDIS: '192.0.2.1:6379' },
    });
    const named = services.flatMap((name) =>
      [...read(name).matchAll(/^LoadCredential=.*\/secrets\/(.+)$/gm)].map(([, file = '']) => file),
    );
    expect(readdirSync(home)).toEqual(expect.arrayContaining(named));
    expect(readFileSync(join(home, 'database-url-api'), 'utf8')).toMatch(/@192\.0\.2\.1:5432\/bootready$/m);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
