import { judgeFound, linuxCheck } from './define.ts';
import { isInImage, isLogicalVolume, isOldName } from './device-names.ts';
import type { DiskView, VolumeView } from './guest-view.ts';
import { listStartLines } from './kernel-root.ts';
import { ifSeen } from './unseen.ts';

function plain(uuid: string): string {
  return uuid.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
}

function hasUuid(volumes: readonly VolumeView[], type: string, uuid: string): boolean {
  return volumes.some((volume) => volume.type === type && plain(volume.uuid ?? '').startsWith(plain(uuid)));
}

type IsThere = (value: string, disk: DiskView) => boolean;

/** Parameters of the kernel command line that name what the start waits for, and when it is there. dracut.cmdline(7), initramfs-tools(7), kernel-parameters.txt */
const parameters: ReadonlyMap<string, IsThere> = new Map<string, IsThere>([
  ['resume', (value, disk) => !isOldName(value) && isInImage(value, disk)],
  ['rd.lvm.lv', (value, disk) => isInImage(`/dev/${value}`, disk)],
  [
    'rd.lvm.vg',
    (value, { volumes }) => volumes.some((each) => isLogicalVolume(each) && each.device.startsWith(`/dev/${value}/`)),
  ],
  ['rd.md.uuid', (value, { volumes }) => hasUuid(volumes, 'linux_raid_member', value)],
  ['rd.luks.uuid', (value, { volumes }) => hasUuid(volumes, 'crypto_LUKS', value.replace(/^luks-/, ''))],
  ['rd.luks.name', (value, { volumes }) => hasUuid(volumes, 'crypto_LUKS', value.split('=', 1)[0] ?? '')],
  ['cryptdevice', (value, disk) => isInImage(value.split(':', 1)[0] ?? '', disk)],
]);

function findNamedDevices(line: string): { word: string; isThere: IsThere; value: string }[] {
  return line.split(/\s+/).flatMap((word) => {
    const at = word.indexOf('=');
    const isThere = at < 0 ? undefined : parameters.get(word.slice(0, at));
    const value = word.slice(at + 1).replaceAll('"', '');
    return isThere && value !== '' ? [{ word, isThere, value }] : [];
  });
}

/** The device that a line of crypttab(5) opens at the start, if the start waits for it. */
function findLockedDevice(line: string): string | undefined {
  const [, device = '', , options = ''] = line.split(/\s+/);
  const isDisk = /^(?:(?:PART)?(?:UUID|LABEL)=|\/dev\/)/.test(device);
  return isDisk && !options.split(',').some((each) => each === 'nofail' || each === 'noauto') ? device : undefined;
}

export const startDevices = linuxCheck({
  code: 'start-devices',
  severity: 'advice',
  title: {
    en: 'Devices that the start waits for are in the image',
    de: 'Geräte, auf die der Start wartet, sind im Image',
  },
  problem: {
    en: 'The start uses devices that are not in the image, or identifies them by the old machine ({devices}). It waits for each of them, up to some minutes, and volumes may stay missing.',
    de: 'Der Start verwendet Geräte, die das Image nicht enthält, oder erkennt sie an der alten Maschine ({devices}). Er wartet auf jedes davon, bis zu einigen Minuten, und Volumes können fehlen.',
  },
  remedy: {
    en: 'Remove these parameters from the kernel command line in the configuration of the boot loader. Empty /etc/initramfs-tools/conf.d/resume and rebuild the initramfs. Remove /etc/lvm/devices/system.devices; LVM then checks every disk. Add nofail to the lines of /etc/crypttab. Write the UUID into /etc/kernel/cmdline, which the next kernel uses.',
    de: 'Entfernen Sie diese Parameter aus der Kernel-Kommandozeile in der Konfiguration des Bootloaders. Leeren Sie /etc/initramfs-tools/conf.d/resume, und erzeugen Sie das Initramfs neu. Entfernen Sie /etc/lvm/devices/system.devices; LVM prüft dann jeden Datenträger. Ergänzen Sie nofail in den Zeilen von /etc/crypttab. Schreiben Sie die UUID in /etc/kernel/cmdline, die der nächste Kernel verwendet.',
  },
  commands: [
    { on: 'any', run: 'rm -f /etc/lvm/devices/system.devices' },
    { on: 'debian', run: 'echo RESUME=none > /etc/initramfs-tools/conf.d/resume && update-initramfs -u -k all' },
    { on: 'rhel', run: 'grubby --update-kernel=ALL --remove-args="resume rd.lvm.lv rd.md.uuid rd.luks.uuid"' },
  ],
  judge: (view, { disk }) => {
    const { resume, lvmDevices, nextLine, crypttab } = view.startup;
    const lines = ifSeen(() => listStartLines(view), []);
    const words = [
      ...lines.flatMap(findNamedDevices),
      ...findNamedDevices(resume === undefined ? '' : `resume=${resume}`),
    ];
    const missing = words.filter(({ isThere, value }) => !ifSeen(() => isThere(value, disk), true));
    const usesLvm = disk.volumes.some(({ type }) => type === 'LVM2_member');
    const isMissing = (device: string): boolean => isOldName(device) || !ifSeen(() => isInImage(device, disk), true);
    const nextRoot = /(?:^|\s)root=(\S+)/.exec(nextLine ?? '')?.[1];
    const devices = new Set([
      ...missing.map(({ word }) => word),
      ...crypttab
        .flatMap((line) => findLockedDevice(line) ?? [])
        .filter(isMissing)
        .map((device) => `/etc/crypttab: ${device}`),
      ...(nextRoot !== undefined && isMissing(nextRoot) ? [`/etc/kernel/cmdline: root=${nextRoot}`] : []),
      ...(usesLvm && lvmDevices ? [lvmDevices] : []),
    ]);
    // If no source names a missing device, a pass needs the command lines too.
    if (devices.size === 0 && lines.length === 0) listStartLines(view);
    return judgeFound('warn', 'devices', [...devices]);
  },
});
