import type { CloudbaseInitView } from '../../shared/checks/guest/guest-view.ts';
import { mapSeen, partly, type Seen, toSeen } from '../../shared/checks/guest/unseen.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { largestConfig, readLines } from './reader.ts';
import { clean } from './text.ts';
import type { Hive } from './windows-hive.ts';
import { exactPath } from './windows-paths.ts';

const folders = ['/Program Files', '/Program Files (x86)'].map(
  (programs) => `${programs}/Cloudbase Solutions/Cloudbase-Init`,
);

/** sysprep's own way: the service is disabled before, and SetupComplete.cmd sets it to start again. SetSetupComplete.cmd of Cloudbase-Init */
const startsIt = /\bsc(?:\.exe)?\s+config\s+"?cloudbase-init"?\s+start=\s*(?:auto|delayed-auto)/i;

export async function lookAtCloudbaseInit(
  about: Guestfish['about'],
  system: Seen<Hive>,
  controlSet: string,
  systemRoot: string,
): Promise<CloudbaseInitView> {
  let sources: string[] | undefined;
  let installed = false;
  for (const folder of folders) {
    if ((await exactPath(about, folder)) === undefined) continue;
    installed = true;
    const path = await exactPath(about, `${folder}/conf/cloudbase-init.conf`);
    sources ??= path ? readSources((await readLines(about, path, largestConfig)) ?? []) : undefined;
  }
  const script = await exactPath(about, `${systemRoot}/Setup/Scripts/SetupComplete.cmd`);
  const lines = script ? ((await readLines(about, script, largestConfig)) ?? []) : [];
  const service = `${controlSet}\\Services\\cloudbase-init`;
  const hive = 'value' in system ? system.value : undefined;
  const [hasService, start] = hive ? [await hive.has(service), await hive.dword(service, 'Start')] : [];
  return partly<CloudbaseInitView>({
    installed: installed ? toSeen(true) : mapSeen(system, () => hasService === true),
    start: mapSeen(system, () => start),
    startedBySetup: toSeen(lines.some((line) => startsIt.test(line))),
    sources: toSeen(sources),
  });
}

/** A list in an INI file of oslo.config: lines that are indented go on with the one before. */
export function readSources(lines: readonly string[]): string[] | undefined {
  const setting = /^metadata_services[ \t]*=/;
  const at = lines.findIndex((line) => setting.test(line));
  if (at < 0) return undefined;
  const further = lines.slice(at + 1, at + 1 + mostFurther);
  const end = further.findIndex((line) => !/^[ \t]/.test(line));
  return [(lines[at] ?? '').replace(setting, ''), ...further.slice(0, end < 0 ? further.length : end)]
    .flatMap((line) => line.slice(0, longestSetting).split(/[\s,]+/))
    .filter((name) => name !== '')
    .slice(0, 20)
    .map((name) => clean(name.split('.').pop() ?? ''));
}

const mostFurther = 100;
const longestSetting = 8192;
