import type { TargetConfig, Targets } from '../../shared/operation/targets.ts';
import type { Target } from '../../shared/ports/targets.ts';
import { createDirectoryTarget } from './directory.ts';
import { createGlanceTarget } from './glance/target.ts';
import { createOciTarget } from './oci/target.ts';
import { createProxmoxTarget } from './proxmox/target.ts';
import { createS3Target } from './s3.ts';

function openTarget(name: string, config: TargetConfig): Target {
  switch (config.kind) {
    case 's3':
      return createS3Target(name, config);
    case 'directory':
      return createDirectoryTarget(name, config);
    case 'glance':
      return createGlanceTarget(name, config);
    case 'oci':
      return createOciTarget(name, config);
    case 'proxmox':
      return createProxmoxTarget(name, config);
  }
}

/** Every target of the installation, by name. Nothing is connected before the first call. */
export function openTargets(configs: Targets): ReadonlyMap<string, Target> {
  return new Map(Object.entries(configs).map(([name, config]) => [name, openTarget(name, config)]));
}
