import { linuxCheck, whether } from './define.ts';

export const cloudInitEnabled = linuxCheck({
  code: 'cloud-init-enabled',
  severity: 'required',
  title: {
    en: 'cloud-init is enabled',
    de: 'cloud-init ist aktiviert',
  },
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
    { on: 'any', run: 'systemctl unmask cloud-init-local cloud-init cloud-config cloud-final' },
    { on: 'any', run: 'systemctl enable cloud-init-local cloud-init cloud-config cloud-final' },
  ],
  judge: ({ cloudInit: { installed, enabled, disabledBy } }) => {
    if (!installed) return undefined;
    const outcome = enabled === undefined ? 'unknown' : whether(enabled);
    return { outcome, params: { reason: disabledBy ?? 'its services are not enabled' } };
  },
});
