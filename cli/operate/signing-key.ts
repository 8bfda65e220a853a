import { writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../shared/errors.ts';
import { makeKeyId } from '../../shared/provenance/dsse.ts';
import { makePublicPem, newSigningKey, readSigningKey } from '../../shared/provenance/keys.ts';

/**
 * Makes a new signing key for PROVENANCE_KEY_FILE and prints the public half on stdout. Never replaces an existing file, because old signatures need their key.
 */
export async function createSigningKey(path: string): Promise<void> {
  const pem = newSigningKey();
  try {
    await writeFile(path, pem, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const there = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new BootreadyError({
      code: there ? 'conflict' : 'invalid-input',
      message: there ? `${path} already exists.` : `${path} cannot be written.`,
      remedy: there
        ? 'Name another file. Keep the old key as long as images signed with it are in use.'
        : 'Name a file in a writable folder.',
      cause,
    });
  }
  const key = readSigningKey(pem);
  process.stderr.write(
    `Key ${makeKeyId(key)} is in ${path}; name it in PROVENANCE_KEY_FILE of workers. The API gets what follows, as PROVENANCE_PUBLIC_KEY.\n`,
  );
  process.stdout.write(makePublicPem(key));
}
