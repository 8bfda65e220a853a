import { cannotTell, linuxCheck } from './define.ts';

export const selinuxLabels = linuxCheck({
  code: 'selinux-labels',
  severity: 'advice',
  title: {
    en: 'SELinux labels',
    de: 'SELinux-Labels',
  },
  problem: {
    en: 'All files still need new labels, or SELinux enforces a policy and the files have no labels. The first start takes minutes and restarts the system. Without labels, SELinux may refuse logins and services.',
    de: 'Alle Dateien brauchen noch neue Labels, oder SELinux setzt eine Richtlinie durch und die Dateien haben keine Labels. Der erste Start dauert Minuten und startet das System neu. Ohne Labels verweigert SELinux womöglich Anmeldungen und Dienste.',
  },
  remedy: {
    en: 'Label the files before you capture the image, then remove /.autorelabel.',
    de: 'Vergeben Sie die Labels, bevor Sie das Image erstellen, und entfernen Sie dann /.autorelabel.',
  },
  commands: [
    { on: 'rhel', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
    { on: 'debian', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
    { on: 'suse', run: 'fixfiles -F relabel && rm -f /.autorelabel' },
  ],
  judge: ({ startup: { selinux } }) => {
    if (selinux.relabelPending) return { outcome: 'warn' };
    // The inspection cannot know whether the policy works without labels.
    return selinux.enforcing && !selinux.labelled ? cannotTell('labels') : { outcome: 'pass' };
  },
});
