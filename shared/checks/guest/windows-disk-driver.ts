import { windowsCheck } from './define.ts';
import { started } from './shown-by.ts';
import { diskDrivers, isInstalled } from './windows-drivers.ts';

export const windowsDiskDriver = windowsCheck({
  code: 'windows-disk-driver',
  severity: 'required',
  shownBy: started,
  title: { en: 'virtio disk driver of Windows', de: 'virtio-Datenträgertreiber von Windows' },
  problem: {
    en: 'Neither viostor nor vioscsi is installed (found: {found}). Windows would not see its disk and stop with INACCESSIBLE_BOOT_DEVICE.',
    de: 'Weder viostor noch vioscsi ist installiert (gefunden: {found}). Windows sähe seinen Datenträger nicht und bliebe mit INACCESSIBLE_BOOT_DEVICE stehen.',
  },
  remedy: {
    en: 'Install virtio-win-guest-tools while the machine still runs on its old hypervisor. A copied driver file, or a package in the driver store, is not enough.',
    de: 'Installieren Sie virtio-win-guest-tools, solange die Maschine noch auf ihrem alten Hypervisor läuft. Eine kopierte Treiberdatei oder ein Paket im Treiberspeicher reicht nicht.',
  },
  commands: [{ on: 'windows', run: 'D:\\virtio-win-guest-tools.exe /install /quiet /norestart' }],
  judge: ({ drivers }) => {
    const found = diskDrivers(drivers).flatMap(([name, { file, staged }]) => [
      ...(file ? [`${name}.sys`] : []),
      ...(staged ? [`${name}.inf`] : []),
    ]);
    const installed = diskDrivers(drivers).some(([, driver]) => isInstalled(driver));
    return { outcome: installed ? 'pass' : 'fail', params: { found: found.join(' ') || '-' } };
  },
});
