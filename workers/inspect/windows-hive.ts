import { Unseen } from '../../shared/checks/guest/unseen.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { clean } from './text.ts';

/** A hive of the registry. Names of keys and values ignore case. A missing key or value is undefined. One that cannot be read throws `Unseen`. */
export type Hive = {
  has(key: string): Promise<boolean>;
  dword(key: string, value: string): Promise<number | undefined>;
  /** One line, cleaned and capped. */
  text(key: string, value: string): Promise<string | undefined>;
  /** Whether the value is there and holds more than an end. */
  filled(key: string, value: string): Promise<boolean>;
};

/** Windows types of values. https://learn.microsoft.com/windows/win32/sysinfo/registry-value-types */
const [string, expandString, dword] = ['1', '2', '4'];
const none = '0';

/**
 * Opens a hive inside the appliance, because hives are as hostile as everything else. guestfish holds one at a time; opening another closes this one. Undefined
 * if hivex cannot read the file.
 */
export async function openHive({ ask, bytes }: Guestfish, path: string, name: string): Promise<Hive | undefined> {
  if ((await ask('hivex-open', path)) === undefined) return undefined;
  const root = (await ask('hivex-root'))?.[0];
  if (root === undefined) return undefined;
  const nodes = new Map<string, Promise<string | undefined>>();
  const node = (key: string): Promise<string | undefined> => {
    if (key === '') return Promise.resolve(root);
    let found = nodes.get(key);
    if (!found) {
      const at = key.lastIndexOf('\\');
      found = node(key.slice(0, Math.max(at, 0))).then((parent) =>
        child('hivex-node-get-child', parent, key.slice(at + 1)),
      );
      nodes.set(key, found);
    }
    return found;
  };
  const child = async (command: string, parent: string | undefined, key: string): Promise<string | undefined> => {
    if (parent === undefined) return undefined;
    // The answer says so if the key does not exist.
    const id = (await ask(command, parent, key))?.[0];
    if (id === undefined) throw new Unseen({ reason: 'registry', what: name });
    return id === none ? undefined : id;
  };
  const read = async (key: string, value: string): Promise<{ type: string | undefined; data: Buffer } | undefined> => {
    const id = await child('hivex-node-get-value', await node(key), value);
    if (id === undefined) return undefined;
    const data = await bytes('hivex-value-value', id);
    if (!data) throw new Unseen({ reason: 'registry', what: name });
    return { type: (await ask('hivex-value-type', id))?.[0], data };
  };
  return {
    has: async (key) => (await node(key)) !== undefined,
    dword: async (key, value) => {
      const found = await read(key, value);
      return found?.type === dword && found.data.length === 4 ? found.data.readUInt32LE() : undefined;
    },
    text: async (key, value) => {
      const found = await read(key, value);
      if (found?.type !== string && found?.type !== expandString) return undefined;
      return clean(found.data.subarray(0, 4096).toString('utf16le'));
    },
    filled: async (key, value) => (await read(key, value))?.data.some((byte) => byte !== 0) ?? false,
  };
}
