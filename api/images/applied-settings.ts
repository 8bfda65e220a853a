import type { AppliedSettings } from '../../shared/contracts/api.ts';
import type { ImageSettings } from '../../shared/contracts/image.ts';
import type { ApiDeps } from '../deps.ts';

/** The settings that hold for an image of a project, in the order of the run (adapters/database/run-store.ts, "context"). */
export async function readApplied(
  { projects, config }: Pick<ApiDeps, 'projects' | 'config'>,
  projectId: string,
  settings: ImageSettings = {},
): Promise<AppliedSettings> {
  const project = await projects.get(projectId);
  return {
    targetFormat: settings.targetFormat ?? project?.targetFormat ?? config.TARGET_FORMAT,
    policy: settings.policy ?? project?.policy ?? config.POLICY,
    bootCheck: settings.bootCheck ?? project?.bootCheck ?? config.BOOT_CHECK,
  };
}
