import type { FindingView } from '../../shared/contracts/api.ts';
import type { WordKey } from '../words/words.ts';

/** Areas of the checks inside a system, by the beginnings of their codes: the first that fits. */
const insides: readonly (readonly [area: WordKey, codes: RegExp])[] = [
  ['areaCloudInit', /^(cloud-init|windows-cloudbase)/],
  ['areaCloning', /^(clone-|windows-generalized)/],
  ['areaDrivers', /^(virtio|initramfs|nvme|guest-agent|kernel-modules|windows-(disk|network)-driver)/],
  ['areaNetwork', /^(network|ssh|windows-remote)/],
  ['areaStart', /^(boot|bios|efi|firmware|fstab|kernel|root|serial|software-raid|start|device|windows-boot)/],
];

/** Where a finding belongs, for a list of many. */
export function areaOf({ code, step }: Pick<FindingView, 'code' | 'step'>): WordKey {
  if (step === 'boot-check') return 'stepBootCheck';
  if (step !== 'inspect') return 'file';
  return insides.find(([, codes]) => codes.test(code))?.[0] ?? 'system';
}
