import { BootreadyError } from '../../shared/errors.ts';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { type OutputOptions, printResult } from '../client/output.ts';
import { Exit, exitCode } from '../exit.ts';
import { printLine } from '../terminal.ts';
import { api } from './doctor/api.ts';
import { database } from './doctor/database.ts';
import type { Dependency, Diagnosis } from './doctor/dependency.ts';
import { examine } from './doctor/examine.ts';
import { diagnosisLines, summaryLines, worst } from './doctor/lines.ts';
import { node } from './doctor/node.ts';
import { notifications } from './doctor/notifications.ts';
import { objectStore } from './doctor/object-store.ts';
import { oidc } from './doctor/oidc.ts';
import { redis } from './doctor/redis.ts';
import { scratch } from './doctor/scratch.ts';
import { secrets } from './doctor/secrets.ts';
import { targets } from './doctor/targets.ts';
import { temporal } from './doctor/temporal.ts';
import { tools } from './doctor/tools.ts';
import { readConfig } from './environment.ts';

const dependencies: readonly Dependency[] = [
  database,
  secrets,
  redis,
  temporal,
  objectStore,
  notifications,
  api,
  oidc,
  tools,
  scratch,
  targets,
  node,
];

/** Examines all dependencies at once, and reports in their order. */
export async function doctor({
  only,
  role,
  json,
}: OutputOptions & { only?: string; role?: ProcessRole }): Promise<void> {
  const chosen = only === undefined ? dependencies : only.split(',').map(findDependency);
  const config = readConfig();
  const running = chosen.map((dependency) => examine(dependency, config, role));
  const all: Diagnosis[] = [];
  let late = false;
  for (const examined of running) {
    const { diagnoses, late: silent } = await examined;
    late ||= silent;
    all.push(...diagnoses);
    if (!json) for (const line of diagnoses.flatMap(diagnosisLines)) printLine(line);
  }
  const outcome = worst(all);
  printResult({ outcome, checks: all }, () => summaryLines(all), { json });
  const code = outcome === 'failed' ? exitCode.rejected : exitCode.done;
  // A check that did not answer in time still holds its connection; the command must not wait for it.
  if (late) process.stdout.write('', () => process.exit(code));
  if (code !== exitCode.done) throw new Exit(code);
}

function findDependency(name: string): Dependency {
  const found = dependencies.find((dependency) => dependency.name === name.trim());
  if (found) return found;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `There is no dependency "${name.trim()}".`,
    remedy: `--only knows: ${dependencies.map((dependency) => dependency.name).join(', ')}.`,
  });
}
