import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Pair = { certFile: string; keyFile: string; cert: string; key: string };
export type Authority = Pair & {
  /** @param altNames as openssl has them, e.g. `DNS:localhost,IP:127.0.0.1` */
  issue(name: string, altNames: string): Promise<Pair>;
};

/** An authority of a test's own, by openssl(1), with its files in `dir`. */
export async function makeAuthority(dir: string, name: string): Promise<Authority> {
  const files = (of: string) => ({ certFile: join(dir, `${of}.crt`), keyFile: join(dir, `${of}.key`) });
  const read = async (of: string): Promise<Pair> => {
    const { certFile, keyFile } = files(of);
    return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const { certFile, keyFile } = files(name);
  await run('openssl', ['req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', certFile]);
  return {
    ...(await read(name)),
    issue: async (subject, altNames) => {
      const issued = files(subject);
      const [request, extensions] = [join(dir, `${subject}.csr`), join(dir, `${subject}.ext`)];
      await writeFile(extensions, `subjectAltName=${altNames}\n`);
      await run('openssl', [
        ...['req', ...newKey.slice(0, 5), '-subj', `/CN=${subject}`, '-keyout', issued.keyFile, '-out', request],
      ]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-CA', certFile, '-CAkey', keyFile, '-CAcreateserial', '-days', '2'],
        ...['-extfile', extensions, '-out', issued.certFile],
      ]);
      return read(subject);
    },
  };
}
