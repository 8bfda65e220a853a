import { linuxCheck, told } from './define.ts';

/** Guest tools by their packages' names, of Debian, Red Hat, SUSE and Alpine. */
const foreign =
  /^(?:open-vm-tools(?:-desktop)?|vmware-tools.*|virtualbox-guest-(?:utils|x11|dkms|additions)|virtualbox-guest-tools|hyperv-daemons|hypervvssd|hypervkvpd|hv-kvp-daemon-init|xe-guest-utilities.*|xen-guest-agent|prl-tools|parallels-tools)$/;

export const foreignTools = linuxCheck({
  code: 'foreign-tools',
  severity: 'advice',
  title: {
    en: 'No tools of other hypervisors',
    de: 'Keine Werkzeuge anderer Hypervisoren',
  },
  problem: {
    en: 'Tools of another hypervisor are installed, or the list of packages could not be read ({packages}); under KVM they do nothing, or disturb.',
    de: 'Es sind Werkzeuge eines anderen Hypervisors installiert, oder die Paketliste war nicht lesbar ({packages}); unter KVM sind sie nutzlos oder stören.',
  },
  remedy: {
    en: 'Remove them: packages with the package manager of the system, others with the uninstaller they came with.',
    de: 'Entfernen Sie sie: Pakete mit der Paketverwaltung des Systems, andere mit dem Programm zum Deinstallieren, das sie mitbrachten.',
  },
  judge: ({ packages, remains: { foreignFiles } }) => {
    if (!packages && foreignFiles.length === 0) return { outcome: 'unknown', params: { packages: '?' } };
    const installed = [...(packages?.keys() ?? [])].filter((name) => foreign.test(name));
    return told('warn', 'packages', [...installed, ...foreignFiles]);
  },
});
