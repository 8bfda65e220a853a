import type { KernelView } from './view.ts';

/** Whether a driver is there before the root filesystem is; undefined when it may be in what could not be read of the initramfs. */
export const thereAtBoot = (kernel: KernelView, module: string): boolean | undefined => {
  if (kernel.builtin.has(module)) return true;
  const { initramfs } = kernel;
  if (initramfs.state === 'none') return false;
  if (initramfs.state === 'unreadable') return undefined;
  return initramfs.modules.has(module) || (initramfs.whole ? false : undefined);
};
