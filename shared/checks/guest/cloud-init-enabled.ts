import { linuxCheck, whether } from './define.ts';

export const cloudInitEnabled = linuxCheck({
  code: 'cloud-init-enabled',
  severity: 'required',
  title: { en: 'cloud-init is enabled', de: 'cloud-init ist aktiviert' },
  problem: {
    en: 'cloud-init is installed but will not run: {reason}.',
    de: 'cloud-init ist installiert, wird aber nicht laufen: {reason}.',
  },
  remedy: {
    en: 'Enable it again, and take cloud-init=disabled off the kernel command line.',
    de: 'Aktivieren Sie es wieder und nehmen Sie cloud-init=disabled von der Kernel-Kommandozeile.',
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
  judge: ({ cloudInit: { installed, enabled, disabledBy }, startup: { kernelLines } }) => {
    if (!installed) return undefined;
    const byKernel = kernelLines.some((line) => /\bcloud-init=disabled\b/.test(line));
    const reason = disabledBy ?? (byKernel ? 'cloud-init=disabled on the kernel command line' : undefined);
    if (reason) return { outcome: 'fail', params: { reason } };
    if (enabled === undefined) return { outcome: 'unknown', params: { reason: 'its init system is not known' } };
    return { outcome: whether(enabled), params: { reason: 'its services are not enabled' } };
  },
});
