import { cannotTell, linuxCheck } from './define.ts';

export const selinuxLabels = linuxCheck({
  code: 'selinux-labels',
  severity: 'advice',
  title: {
    en: 'SELinux labels',
    de: 'SELinux-Labels',
  },
  problem: {
    en: 'A relabelling of all files is pending, or SELinux enforces a policy and the files have no labels: the first start takes minutes and restarts the system, and without labels logins and services may be refused.',
    de: 'Eine Neuvergabe aller Labels steht aus, oder SELinux setzt eine Richtlinie durch und die Dateien haben keine Labels: Der erste Start dauert Minuten und startet das System neu, und ohne Labels werden Anmeldungen und Dienste womöglich verweigert.',
  },
  remedy: {
    en: 'Label the files before you take the image, then remove /.autorelabel.',
    de: 'Vergeben Sie die Labels, bevor Sie das Image erstellen, und entfernen Sie dann /.autorelabel.',
  },
  commands: [
    { on: 'rhel', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
    { on: 'debian', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
    { on: 'suse', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
  ],
  judge: ({ startup: { selinux } }) => {
    if (selinux.relabelPending) return { outcome: 'warn' };
    // Whether the policy bears it is not to be told from here.
    return selinux.enforcing && !selinux.labelled ? cannotTell('labels') : { outcome: 'pass' };
  },
});
