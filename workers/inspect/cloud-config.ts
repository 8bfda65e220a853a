import type { CloudConfig } from '../../shared/checks/guest/guest-view.ts';
import { clean } from './text.ts';
import { readYaml } from './yaml.ts';

type ConfigFile = { path: string; text: string };

function toMapping(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function names(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').map(clean) : undefined;
}

/** A module is a name, or a list of a name and how often it runs. */
function moduleNames(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value
        .map((each: unknown) => (Array.isArray(each) ? (each as unknown[])[0] : each))
        .filter((each) => typeof each === 'string')
        .map((each) => clean(each).replaceAll('_', '-'))
    : undefined;
}

/**
 * Merges configuration files as cloud-init does, given in its order: cloud.cfg, then cloud.cfg.d by name. A later file wins; lists are replaced and mappings
 * merged. A file that is not YAML counts as empty. Source: cloud-init's documentation, "Configuration sources", "Merging".
 */
export function readCloudConfig(files: readonly ConfigFile[]): CloudConfig | undefined {
  if (files.length === 0) return undefined;
  const config: CloudConfig = {
    datasources: undefined,
    networkDisabledBy: undefined,
    preservesHostname: false,
    modules: undefined,
    defaultUser: undefined,
  };
  for (const { path, text } of files) {
    const said = toMapping(readYaml(text));
    const network = toMapping(said.network);
    const defaultUser = toMapping(toMapping(said.system_info).default_user).name;
    config.datasources = names(said.datasource_list) ?? config.datasources;
    config.modules = moduleNames(said.cloud_init_modules) ?? config.modules;
    if ('preserve_hostname' in said) config.preservesHostname = said.preserve_hostname === true;
    if (typeof defaultUser === 'string') config.defaultUser = clean(defaultUser);
    if ('config' in network) config.networkDisabledBy = network.config === 'disabled' ? clean(path) : undefined;
  }
  return config;
}
