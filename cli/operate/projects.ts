import { z } from 'zod';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { Policy, ProjectId } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { quotaLines, toLimits } from '../../shared/limits/quota.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { formatBytes } from '../../shared/text/quantities.ts';
import { readConfig } from './environment.ts';
import { noSuchProject, type Output, operator, print, valid, withDatabase } from './with-database.ts';

const KeyPrefix = z.string().regex(/^[^/].*\/$/, 'a key prefix must end with "/" and must not start with it.');

/** As qemu-img and libvirt read sizes: powers of 1024. */
const factors: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
const Size = z
  .string()
  .regex(/^[1-9]\d{0,15}[KMGT]?$/, 'a size must be a number of bytes, or a number with K, M, G or T.')
  .transform((text) => Number.parseInt(text, 10) * (factors[text.replace(/^\d+/, '')] ?? 1))
  .refine(Number.isSafeInteger, 'a size must be smaller than 8192T.');
const Count = z.coerce
  .number('a limit must be a number.')
  .int()
  .positive('a limit must be a number above zero.')
  .max(2 ** 31 - 1);
function orDefault<T>(schema: z.ZodType<T>): z.ZodType<T | null> {
  return z.union([z.literal('default').transform(() => null), schema as z.ZodType<T>]) as never;
}

export function createProject(
  name: string,
  options: Output & { keyPrefix?: string; policy?: string; quota?: string },
): Promise<void> {
  return withDatabase(async (db) => {
    const project = await createProjectStore(db).ensure({
      id: valid(ProjectId, name, 'The project id'),
      ...(options.keyPrefix ? { keyPrefix: valid(KeyPrefix, options.keyPrefix, '--key-prefix') } : {}),
      ...(options.policy ? { policy: valid(Policy, options.policy, '--policy') } : {}),
      ...(options.quota ? { quota: { bytes: valid(Size, options.quota, '--quota') } } : {}),
    });
    await createAuditLog(db).record({ action: 'project.create', by: operator(), projectId: project.id });
    print(project, `Project ${project.id}; uploads go below "${project.keyPrefix}".`, options);
  });
}

export function projectQuota(
  name: string,
  options: Output & { bytes?: string; count?: string; uploads?: string },
): Promise<void> {
  return withDatabase(async (db) => {
    const projects = createProjectStore(db, toLimits(readConfig()));
    const change = {
      ...(options.bytes ? { bytes: valid(orDefault(Size), options.bytes, '--bytes') } : {}),
      ...(options.count ? { images: valid(orDefault(Count), options.count, '--count') } : {}),
      ...(options.uploads ? { uploads: valid(orDefault(Count), options.uploads, '--uploads') } : {}),
    };
    const isChanged = Object.keys(change).length > 0 && (await projects.setQuota(name, change)) !== undefined;
    const quota = await projects.quota(name);
    if (!quota) throw noSuchProject(name);
    if (isChanged) await createAuditLog(db).record({ action: 'project.quota', by: operator(), projectId: name });
    print({ project: name, ...quota }, quotaLines(quota).join('\n'), options);
  });
}

export function listProjects(options: Output): Promise<void> {
  return withDatabase(async (db) => {
    const projects = await createProjectStore(db).all();
    const line = (project: Project): string => {
      const { id, keyPrefix, policy, quota } = project;
      return `${id}\tprefix ${keyPrefix}\tpolicy ${policy ?? 'of the installation'}\tquota ${quota.bytes === null ? 'of the installation' : formatBytes(quota.bytes)}\ttargets ${findTargets(project)}`;
    };
    print({ projects }, projects.map(line).join('\n') || 'No projects yet.', options);
  });
}

/** No target at all is a choice too; without a choice the installation's holds. */
export function chooseTargets(
  id: string,
  names: readonly string[],
  options: Output & { default?: boolean; none?: boolean },
): Promise<void> {
  return withDatabase(async (db) => {
    const known = Object.keys(readConfig().TARGETS);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new BootreadyError({
        code: 'not-found',
        message: `There is no target "${unknown}".`,
        remedy: known.length > 0 ? `TARGETS has: ${known.join(', ')}.` : 'Describe it in TARGETS.',
      });
    }
    if ([names.length > 0, options.default, options.none].filter(Boolean).length !== 1) {
      throw new BootreadyError({
        code: 'invalid-input',
        message: 'Choose targets by name, or use --none or --default.',
        remedy: `bootready project targets ${id} NAME...`,
      });
    }
    const project = await createProjectStore(db).chooseTargets(id, options.default ? null : names);
    if (!project) throw noSuchProject(id);
    const details = { targets: findTargets(project) };
    await createAuditLog(db).record({ action: 'project.targets', by: operator(), projectId: id, details });
    print(project, `Published images of ${id} go to: ${findTargets(project)}.`, options);
  });
}

function findTargets({ targets }: Project): string {
  return targets === null ? 'those of the installation' : targets.join(', ') || 'no target';
}
