import { judgeFound, linuxCheck } from './define.ts';

/** Spelled with hyphens or underscores, by version. */
const needed = ['set-hostname', 'users-groups', 'ssh', 'growpart', 'resizefs'];

export const cloudInitModules = linuxCheck({
  code: 'cloud-init-modules',
  severity: 'advice',
  title: { en: 'cloud-init does what instances need', de: 'cloud-init tut, was Instanzen brauchen' },
  problem: {
    en: 'Modules are missing from the lists in cloud.cfg ({modules}). Instances do not get what these modules do (host name, users and keys, growth of the disk).',
    de: 'In den Listen der cloud.cfg fehlen Module ({modules}). Instanzen bekommen nicht, was diese Module tun (Hostname, Benutzer und Schlüssel, Wachsen des Datenträgers).',
  },
  remedy: {
    en: 'Add them to cloud_init_modules in /etc/cloud/cloud.cfg.',
    de: 'Ergänzen Sie sie unter cloud_init_modules in /etc/cloud/cloud.cfg.',
  },
  judge: ({ cloudInit: { installed, config } }) => {
    if (!installed || !config?.modules) return undefined;
    const { modules } = config;
    return judgeFound(
      'warn',
      'modules',
      needed.filter((name) => !modules.includes(name)),
      ', ',
    );
  },
});
