import type { KernelView } from './view.ts';

/** Whether a driver is there before the root filesystem is; undefined when the initramfs could not be read. */
export const thereAtBoot = (kernel: KernelView, module: string): boolean | undefined => {
  if (kernel.builtin.has(module)) return true;
  if (kernel.initramfs.state === 'unreadable') return undefined;
  return kernel.initramfs.state === 'read' && kernel.initramfs.modules.has(module);
};
