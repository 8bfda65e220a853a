import { cannotTell, linuxCheck, whether } from './define.ts';

/** What instances of KVM clouds get their data from. Without a list cloud-init tries every source it knows. */
const offeredDatasources = ['NoCloud', 'ConfigDrive', 'OpenStack', 'Ec2'];

export const cloudInitDatasources = linuxCheck({
  code: 'cloud-init-datasources',
  severity: 'required',
  title: {
    en: 'cloud-init asks the data sources of the platform',
    de: 'cloud-init fragt die Datenquellen der Plattform ab',
  },
  problem: {
    en: 'The datasource_list of cloud-init names only {listed}: none of what the platform offers ({offered}). An instance gets neither host name nor key.',
    de: 'Die datasource_list von cloud-init nennt nur {listed}: nichts von dem, was die Plattform anbietet ({offered}). Eine Instanz erhält weder Hostnamen noch Schlüssel.',
  },
  remedy: {
    en: 'Remove the list, so that cloud-init finds out itself, or name the data sources of the platform in it.',
    de: 'Entfernen Sie die Liste, dann findet cloud-init es selbst heraus, oder nennen Sie darin die Datenquellen der Plattform.',
  },
  commands: [
    {
      on: 'any',
      run: "echo 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]' > /etc/cloud/cloud.cfg.d/99_datasources.cfg",
    },
  ],
  judge: ({ cloudInit: { installed, config } }) => {
    if (!installed) return undefined;
    if (!config) return cannotTell('cloud-config');
    const { datasources } = config;
    // Without a list it tries all that it knows.
    const found = datasources?.some((name) => offeredDatasources.includes(name)) ?? true;
    const params = {
      ...(datasources ? { listed: datasources.join(', ').slice(0, 200) } : {}),
      offered: offeredDatasources.join(', '),
    };
    return { outcome: whether(found), params };
  },
});
