import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { pythonWith } from './python-packages.ts';

const run = promisify(execFile);
const pins = join(import.meta.dirname, 'ansible.txt');
/** Pins the package of PyPI that has all collections, of which one is taken. */
const collectionPins = join(import.meta.dirname, 'ansible-collections.txt');
const collection = 'ansible_collections/openstack/cloud/';

const unpack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(sys.argv[3])])
`;

/** Ansible with the collection openstack.cloud, from PyPI, pinned. Installed once, then kept. */
export async function ansible(): Promise<{ python: string; command: string; settings: Record<string, string> }> {
  const python = await pythonWith(pins);
  const remedy = 'The package of ansible-collections.txt is fetched with pip from a PyPI.';
  const kept = { cacheDir: cacheDir(), name: 'ansible-collections', recipe: [collectionPins], remedy };
  const collections = await buildOnce(kept, async (work) => {
    await run(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '-d', work, '-r', collectionPins]);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl')) ?? '';
    await run(python, ['-c', unpack, join(work, wheel), work, collection]);
    await rm(join(work, wheel));
  });
  return {
    python,
    command: join(dirname(python), 'ansible-playbook'),
    settings: { ANSIBLE_COLLECTIONS_PATH: collections, ANSIBLE_NOCOLOR: '1', ANSIBLE_LOCALHOST_WARNING: 'false' },
  };
}
