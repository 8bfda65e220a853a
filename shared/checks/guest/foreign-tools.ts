import { judgeFound, linuxCheck } from './define.ts';
import { ifSeen } from './unseen.ts';

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
    en: 'Tools of another hypervisor are installed ({packages}). Under KVM they are useless or cause problems.',
    de: 'Es sind Werkzeuge eines anderen Hypervisors installiert ({packages}). Unter KVM sind sie nutzlos oder stören.',
  },
  remedy: {
    en: 'Remove them: packages with the package manager of the system, other tools with their own uninstaller.',
    de: 'Entfernen Sie sie: Pakete mit der Paketverwaltung des Systems, andere Werkzeuge mit ihrem eigenen Deinstallationsprogramm.',
  },
  judge: (view) => {
    const files = ifSeen(() => view.remains.foreignFiles, []);
    const listInstalled = () => [...view.packages.keys()].filter((name) => foreign.test(name));
    const found = [...ifSeen(listInstalled, []), ...files];
    if (found.length > 0) return judgeFound('warn', 'packages', found);
    // A pass needs both: the list of packages and the list of files.
    return judgeFound('warn', 'packages', [...listInstalled(), ...view.remains.foreignFiles]);
  },
});
