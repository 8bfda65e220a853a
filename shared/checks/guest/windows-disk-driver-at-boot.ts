import type { Outcome } from '../../contracts/finding.ts';
import { windowsCheck } from './define.ts';
import type { DriverView } from './view.ts';
import { diskDrivers, isInstalled } from './windows-drivers.ts';

const atBoot = 0;

/** Best first. What keeps a driver from starting is told in Windows' own words. */
const state = (name: string, { start, startOverride, bound }: DriverView): { outcome: Outcome; reason: string } => {
  if (start !== atBoot) return { outcome: 'fail', reason: `${name}: Start=${start ?? '-'}` };
  if (startOverride !== undefined && startOverride !== atBoot) {
    return { outcome: 'fail', reason: `${name}: StartOverride=${startOverride}` };
  }
  return { outcome: bound ? 'pass' : 'unknown', reason: `${name}: DeviceIds -` };
};

export const windowsDiskDriverAtBoot = windowsCheck({
  code: 'windows-disk-driver-at-boot',
  severity: 'required',
  title: {
    en: 'virtio disk driver starts with Windows',
    de: 'virtio-Datenträgertreiber startet mit Windows',
  },
  problem: {
    en: 'The virtio disk driver is installed, but is not set to start with the boot loader, or Windows was never told which device it is for ({reason}). The first start on a virtio disk may stop with INACCESSIBLE_BOOT_DEVICE.',
    de: 'Der virtio-Datenträgertreiber ist installiert, wird aber nicht vom Bootloader gestartet, oder Windows hat nie erfahren, für welches Gerät er ist ({reason}). Der erste Start von einem virtio-Datenträger kann mit INACCESSIBLE_BOOT_DEVICE stehen bleiben.',
  },
  remedy: {
    en: 'Start the machine once under KVM with its own disk on SATA and a second, empty disk on virtio: Windows then sets the driver up for its start. Or convert the machine with virt-v2v.',
    de: 'Starten Sie die Maschine einmal unter KVM mit ihrem Datenträger an SATA und einem zweiten, leeren an virtio: Windows richtet den Treiber dann für den Start ein. Oder konvertieren Sie die Maschine mit virt-v2v.',
  },
  commands: [
    { on: 'windows', run: 'sc.exe config viostor start= boot' },
    { on: 'windows', run: 'reg.exe delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\viostor\\StartOverride /f' },
  ],
  judge: ({ drivers }) => {
    if (!drivers) return undefined;
    const states = diskDrivers(drivers)
      .filter(([, driver]) => isInstalled(driver))
      .map(([name, driver]) => state(name, driver));
    if (states.length === 0) return undefined;
    const outcome = (['pass', 'unknown'] as const).find((each) => states.some((one) => one.outcome === each)) ?? 'fail';
    return { outcome, params: { reason: states.map(({ reason }) => reason).join(', ') } };
  },
});
