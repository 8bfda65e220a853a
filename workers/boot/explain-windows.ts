/** Why a Windows did not start far enough to be noticed. Decided from the output of firmware and boot loaders on the console. */
export type WindowsBootFailure = 'boot-windows-nothing-to-boot' | 'boot-windows-loader-stuck';

/**
 * Sources: SeaBIOS src/boot.c; OVMF BdsDxe and its shell; the texts in the boot sectors that Windows writes; Microsoft, "Boot Manager error
 * messages" and "Windows Boot Manager" status codes. SeaBIOS copies what is shown in text mode to the serial console.
 */
const signs: readonly { failure: WindowsBootFailure; pattern: RegExp }[] = [
  {
    failure: 'boot-windows-loader-stuck',
    pattern:
      /\b(?:BOOTMGR|NTLDR) (?:is missing|is compressed|image is corrupt)|A disk read error occurred|Windows failed to start|Your (?:PC(?:\/Device)?|device) (?:needs to be repaired|couldn't start)|(?:Status|Error code): *0xc0[0-9a-f]{6}/i,
  },
  {
    failure: 'boot-windows-nothing-to-boot',
    pattern:
      /No bootable device|Boot failed: not a bootable disk|BdsDxe: No bootable option|Missing operating system|Error loading operating system|Invalid partition table|Operating system not found|An operating system wasn't found|(?:^|\n) *Shell> *$/i,
  },
];

/** `log` is a console log that `plainLog` has cleaned. */
export function explainWindows(log: string): WindowsBootFailure | undefined {
  return signs.find(({ pattern }) => pattern.test(log.trimEnd()))?.failure;
}

const endOfLog = 600;

/** Seconds of silence after such a sign; a slow machine is silent for longer, and a boot manager may be counting down. */
const silence = { kvm: 35, tcg: 60 } as const;

/** A running Windows writes nothing to its console, so silence alone is not the end. */
export function windowsHasEnded(log: string, silentSeconds: number, accelerator: keyof typeof silence): boolean {
  return silentSeconds >= silence[accelerator] && explainWindows(log.trimEnd().slice(-endOfLog)) !== undefined;
}
