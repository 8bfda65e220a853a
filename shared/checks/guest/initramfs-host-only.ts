import { advise, cannotTell, type Judgement, linuxCheck } from './define.ts';
import type { InitramfsView } from './guest-view.ts';

function hostOnly({ hostOnly: isHostOnly, whole }: InitramfsView): Judgement {
  return isHostOnly || whole ? advise(!isHostOnly) : cannotTell('initramfs');
}

export const initramfsHostOnly = linuxCheck({
  code: 'initramfs-host-only',
  severity: 'advice',
  title: {
    en: 'initramfs for any machine',
    de: 'Initramfs für beliebige Maschinen',
  },
  problem: {
    en: 'dracut made the initramfs only for the machine it ran on (host-only). It contains only the drivers and settings of that hardware, and may not start with other disks or adapters.',
    de: 'dracut hat das Initramfs nur für die Maschine erzeugt, auf der es lief (host-only). Es enthält nur deren Treiber und Einstellungen und startet womöglich nicht mit anderen Datenträgern oder Adaptern.',
  },
  remedy: {
    en: 'Disable host-only permanently and rebuild the initramfs.',
    de: 'Schalten Sie host-only dauerhaft aus, und erzeugen Sie das Initramfs neu.',
  },
  commands: [
    { on: 'rhel', run: 'dnf install dracut-config-generic && dracut --force --regenerate-all' },
    {
      on: 'suse',
      run: 'echo \'hostonly="no"\' > /etc/dracut.conf.d/99-generic.conf && dracut --force --regenerate-all',
    },
  ],
  judge: ({ kernel }) => (kernel?.initramfs ? hostOnly(kernel.initramfs) : undefined),
});
