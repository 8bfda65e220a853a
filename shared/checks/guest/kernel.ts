import type { KernelView } from './guest-view.ts';
import { Unseen } from './unseen.ts';

/** Whether a driver is there before the root filesystem is. @throws Unseen when it may be in what could not be read of the initramfs */
export function thereAtBoot({ builtin, initramfs }: KernelView, module: string): boolean {
  if (builtin.has(module) || initramfs?.modules.has(module)) return true;
  if (initramfs && !initramfs.whole) throw new Unseen({ reason: 'initramfs' });
  return false;
}
