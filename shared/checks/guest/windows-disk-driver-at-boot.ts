import { cannotTell, windowsCheck } from './define.ts';
import type { DriverView } from './guest-view.ts';
import { started } from './shown-by.ts';
import { diskDrivers, isInstalled } from './windows-drivers.ts';

const atBoot = 0;

/** The reason why a driver does not start with the boot loader, in Windows' own words. */
function hindrance(name: string, { start, startOverride }: DriverView): string | undefined {
  if (start !== atBoot) return `${name}: Start=${start ?? ''}`;
  return startOverride !== undefined && startOverride !== atBoot
    ? `${name}: StartOverride=${startOverride}`
    : undefined;
}

export const windowsDiskDriverAtBoot = windowsCheck({
  code: 'windows-disk-driver-at-boot',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'virtio disk driver starts with Windows',
    de: 'virtio-Datenträgertreiber startet mit Windows',
  },
  problem: {
    en: 'The virtio disk driver is installed, but is not set to start with the boot loader ({reason}). The first start on a virtio disk may stop with INACCESSIBLE_BOOT_DEVICE.',
    de: 'Der virtio-Datenträgertreiber ist installiert, wird aber nicht vom Bootloader gestartet ({reason}). Der erste Start von einem virtio-Datenträger kann mit INACCESSIBLE_BOOT_DEVICE stehen bleiben.',
  },
  remedy: {
    en: 'Start the machine once under KVM with its own disk on SATA and a second, empty disk on virtio. Windows then sets the driver to start at boot. Or convert the machine with virt-v2v.',
    de: 'Starten Sie die Maschine einmal unter KVM mit ihrem Datenträger an SATA und einem zweiten, leeren Datenträger an virtio. Windows richtet den Treiber dann für den Start ein. Oder konvertieren Sie die Maschine mit virt-v2v.',
  },
  commands: [
    { on: 'windows', run: 'sc.exe config viostor start= boot' },
    { on: 'windows', run: 'reg.exe delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\viostor\\StartOverride /f' },
  ],
  judge: ({ drivers }) => {
    const installed = diskDrivers(drivers).filter(([, driver]) => isInstalled(driver));
    if (installed.length === 0) return undefined;
    const hindrances = installed.flatMap(([name, driver]) => hindrance(name, driver) ?? []);
    if (hindrances.length === installed.length) return { outcome: 'fail', params: { reason: hindrances.join(', ') } };
    const starting = installed.filter(([name, driver]) => hindrance(name, driver) === undefined);
    // Plug and play finds it later. It may have done so already, in a place that the inspection does not read.
    if (!starting.some(([, { bound }]) => bound))
      return cannotTell('registry-value', `DeviceIds: ${starting.map(([name]) => name).join(', ')}`);
    return { outcome: 'pass' };
  },
});
