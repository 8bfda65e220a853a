import { cannotTell, linuxCheck, whether } from './define.ts';
import { listStartLines } from './kernel-root.ts';
import { ifSeen } from './unseen.ts';

/** The sources from which instances of KVM clouds get their data. Without a list cloud-init tries every source it knows. */
const offeredDatasources = ['NoCloud', 'ConfigDrive', 'OpenStack', 'Ec2'];

/**
 * Finds `ds=NAME;KEY=VALUE;...` and its older names. An installer that got its answers this way leaves the parameter behind. cloud-init, "Kernel command line"
 */
function sourcesTold(commandLine: string): string[] {
  return commandLine
    .split(/\s+/)
    .map((word) => word.replaceAll(/[\\"']/g, ''))
    .filter((word) => /^(?:ci\.)?(?:ds|datasource)=/.test(word));
}

/** A source of the platform, without a parameter that makes it fetch from another place (`s=` or `seedfrom=`). */
function isOffered(parameter: string): boolean {
  const [name = '', ...settings] = parameter.slice(parameter.indexOf('=') + 1).split(';');
  const source = name.replace(/-net$/i, '').toLowerCase();
  return (
    offeredDatasources.some((each) => each.toLowerCase() === source) &&
    !settings.some((setting) => /^(?:s|seedfrom)=./.test(setting))
  );
}

export const cloudInitDatasources = linuxCheck({
  code: 'cloud-init-datasources',
  severity: 'required',
  title: {
    en: 'cloud-init asks the data sources of the platform',
    de: 'cloud-init fragt die Datenquellen der Plattform ab',
  },
  problem: {
    en: 'datasource_list or the kernel command line limits cloud-init to {listed}. The platform offers none of these, only {offered}. An instance gets neither host name nor key.',
    de: 'datasource_list oder die Kernel-Kommandozeile beschränkt cloud-init auf {listed}. Die Plattform bietet davon nichts an, nur {offered}. Eine Instanz erhält weder Hostnamen noch Schlüssel.',
  },
  remedy: {
    en: 'Remove the list, or the parameter in the configuration of the boot loader, so that cloud-init detects the data source itself. Or add the data sources of the platform to the list.',
    de: 'Entfernen Sie die Liste oder den Parameter in der Konfiguration des Bootloaders, damit cloud-init die Datenquelle selbst erkennt. Oder ergänzen Sie die Datenquellen der Plattform in der Liste.',
  },
  commands: [
    {
      on: 'any',
      run: "echo 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]' > /etc/cloud/cloud.cfg.d/99_datasources.cfg",
    },
  ],
  judge: (view) => {
    const { installed, config } = view.cloudInit;
    if (!installed) return undefined;
    const told = ifSeen(() => listStartLines(view), []).flatMap((line) => sourcesTold(line));
    const elsewhere = told.filter((parameter) => !isOffered(parameter));
    const offered = offeredDatasources.join(', ');
    if (elsewhere.length > 0)
      return { outcome: 'fail', params: { listed: elsewhere.join(' ').slice(0, 200), offered } };
    if (!config) return cannotTell('cloud-config');
    const { datasources } = config;
    // Without a list it tries all that it knows.
    const found = datasources?.some((name) => offeredDatasources.includes(name)) ?? true;
    const params = { ...(datasources ? { listed: datasources.join(', ').slice(0, 200) } : {}), offered };
    return { outcome: whether(found), params };
  },
});
