import { linuxCheck, whether } from './define.ts';
import { cloudInitRan } from './shown-by.ts';
import { ifSeen } from './unseen.ts';

export const cloudInitEnabled = linuxCheck({
  code: 'cloud-init-enabled',
  severity: 'required',
  shownBy: cloudInitRan,
  title: { en: 'cloud-init is enabled', de: 'cloud-init ist aktiviert' },
  problem: {
    en: 'cloud-init is installed but will not run: {reason}.',
    de: 'cloud-init ist installiert, wird aber nicht laufen: {reason}.',
  },
  remedy: {
    en: 'Enable it again, and remove cloud-init=disabled from the kernel command line.',
    de: 'Aktivieren Sie es wieder und entfernen Sie cloud-init=disabled aus der Kernel-Kommandozeile.',
  },
  commands: [
    { on: 'any', run: 'rm -f /etc/cloud/cloud-init.disabled' },
    {
      on: 'debian',
      run: 'systemctl unmask cloud-init-local cloud-init cloud-config cloud-final && systemctl enable cloud-init-local cloud-init cloud-config cloud-final',
    },
    {
      on: 'rhel',
      run: 'systemctl unmask cloud-init-local cloud-init cloud-config cloud-final && systemctl enable cloud-init-local cloud-init cloud-config cloud-final',
    },
    {
      on: 'suse',
      run: 'systemctl unmask cloud-init-local cloud-init cloud-config cloud-final && systemctl enable cloud-init-local cloud-init cloud-config cloud-final',
    },
    { on: 'alpine', run: 'setup-cloud-init' },
  ],
  judge: ({ cloudInit, startup }) => {
    if (!cloudInit.installed) return undefined;
    const byKernel = () => startup.kernelLines.some((line) => /\bcloud-init=disabled\b/.test(line));
    const reason =
      cloudInit.disabledBy ?? (ifSeen(byKernel, false) ? 'cloud-init=disabled on the kernel command line' : undefined);
    if (reason) return { outcome: 'fail', params: { reason } };
    return { outcome: whether(cloudInit.enabled), params: { reason: 'its services are not enabled' } };
  },
});
