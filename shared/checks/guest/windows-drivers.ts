import type { DriverView, WindowsView } from './view.ts';

/** Either is enough: viostor for virtio-blk, vioscsi for virtio-scsi. */
export const diskDrivers = (drivers: NonNullable<WindowsView['drivers']>): [string, DriverView][] =>
  [...drivers].filter(([name]) => name === 'viostor' || name === 'vioscsi');

export const isInstalled = ({ file, start }: DriverView): boolean => file && start !== undefined;
