import type { DriverView, WindowsView } from './guest-view.ts';

/** Either is enough: viostor for virtio-blk, vioscsi for virtio-scsi. */
export function diskDrivers(drivers: NonNullable<WindowsView['drivers']>): [string, DriverView][] {
  return [...drivers].filter(([name]) => name === 'viostor' || name === 'vioscsi');
}

export function isInstalled({ file, start }: DriverView): boolean {
  return file && start !== undefined;
}
