import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { fetchGo, findGo } from '../../dev/setup/go.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';

const run = promisify(execFile);

/**
 * The program of a folder with a Go module, whose go.sum pins what it is made of; built once, then kept. Without a `source` it is that of the folder.
 * @param source a package of another module, which the folder's pins
 */
export async function goProgram(folder: string, source = '.'): Promise<string> {
  const name = basename(folder);
  const recipe = readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
  const remedy = 'Its modules come from the Go module proxy (go env GOPROXY).';
  const home = await buildOnce({ cacheDir: cacheDir(), name: `go-${name}`, recipe, remedy }, async (work) => {
    const go = (await findGo(cacheDir())) ?? (await fetchGo(cacheDir()));
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', join(work, name), source];
    await run(go.command, args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', ...go.env },
      maxBuffer: 64 * 1024 ** 2,
    });
  });
  return join(home, name);
}
