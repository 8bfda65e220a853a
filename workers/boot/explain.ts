/** Why a machine did not get as far as cloud-init's report, told from what it wrote to its console. */
export type BootFailure =
  | 'boot-kernel-panic'
  | 'boot-no-root-device'
  | 'boot-emergency-mode'
  | 'boot-loader-stuck'
  | 'boot-no-bootable-device'
  | 'boot-cloud-init-failed'
  | 'boot-cloud-init-silent'
  | 'boot-no-sign-of-life'
  | 'boot-shut-down'
  | 'boot-timeout';

type Sign = { failure: BootFailure; pattern: RegExp };

/**
 * In the order of a boot's end, most telling first: a panic for want of a root device is one of the root device.
 * Sources: Linux init/do_mounts.c and kernel/panic.c; initramfs-tools scripts/local; dracut emergency; systemd
 * sulogin-shell; GRUB kern/rescue_reader.c; SeaBIOS src/boot.c; OVMF BdsDxe; cloud-init's log format.
 */
const signs: readonly Sign[] = [
  {
    failure: 'boot-no-root-device',
    pattern:
      /VFS: (?:Unable to mount root fs|Cannot open root device)|Gave up waiting for (?:root|suspend\/resume)|ALERT!.*does not exist|Warning: \/dev\/\S+ does not exist|dracut-initqueue.*timeout|mounting \S+ on \/sysroot failed|mount: mounting .* on \/root failed/i,
  },
  { failure: 'boot-kernel-panic', pattern: /Kernel panic - not syncing/ },
  {
    failure: 'boot-emergency-mode',
    pattern:
      /You are in emergency mode|Entering emergency mode|Give root password for maintenance|\(initramfs\)\s*$|dropping to (?:a )?shell/im,
  },
  {
    failure: 'boot-loader-stuck',
    pattern:
      /^grub(?: rescue)?>|error: (?:no such (?:device|partition)|unknown filesystem|file .* not found)|Press any key to enter the menu/im,
  },
  {
    failure: 'boot-no-bootable-device',
    pattern:
      /No bootable device|Boot failed: not a bootable disk|BdsDxe: (?:No bootable option|failed to (?:load|start) Boot)|MBR.*no.*active|Missing operating system|Operating system not found/i,
  },
  {
    failure: 'boot-cloud-init-failed',
    pattern:
      /cloud-init\[\d+\]: .*(?:Traceback|\[(?:CRITICAL|ERROR)\])|Failed to start .*cloud-init|cloud-init.*failed at /i,
  },
];

/** A prompt of getty at the end of the console: the system is up, and cloud-init has not spoken. */
const loginPrompt = /^\S* ?login: ?$/m;

/** `log` is a console log that `plainLog` has cleaned. */
export const explainBoot = (log: string, { ended }: { ended: boolean }): BootFailure => {
  const found = signs.find(({ pattern }) => pattern.test(log));
  if (found) return found.failure;
  if (loginPrompt.test(log)) return 'boot-cloud-init-silent';
  // SeaBIOS and OVMF say a few lines by themselves.
  if (!/Linux version|\bLinux\b.*loaded|Booting|\[ *\d+\.\d+\]/.test(log)) return 'boot-no-sign-of-life';
  return ended ? 'boot-shut-down' : 'boot-timeout';
};

/** Where a boot ends for good: nothing more comes, however long one waits. */
const ends: ReadonlySet<BootFailure> = new Set([
  'boot-kernel-panic',
  'boot-no-root-device',
  'boot-emergency-mode',
  'boot-loader-stuck',
  'boot-no-bootable-device',
]);

/** How long a console must be silent before what it said last is taken for the end; a slow machine is silent for longer. */
const silence = { kvm: 10, tcg: 30 } as const;

const lastWords = 600;

/** Whether waiting on is in vain. At a login prompt cloud-init is waited for much longer: it works beside it, and quietly. */
export const hasEnded = (log: string, silentSeconds: number, accelerator: keyof typeof silence): boolean => {
  if (silentSeconds < silence[accelerator]) return false;
  // At its very end: firmware and boot loader complain of what they then do without.
  const failure = explainBoot(log.trimEnd().slice(-lastWords), { ended: false });
  return ends.has(failure) || (failure === 'boot-cloud-init-silent' && silentSeconds > 6 * silence[accelerator]);
};

/** The line that a seed of ours makes cloud-init write, at its port or on the console. */
export type BootReport = { hostname: string; key: boolean; network: boolean };

export const parseReport = (text: string, token: string): BootReport | undefined => {
  const line = new RegExp(`bootready-report ${token} hostname=(\\S*) key=(present|absent) network=([^\\r\\n]*)`).exec(
    text,
  );
  return line
    ? { hostname: line[1] ?? '', key: line[2] === 'present', network: (line[3] ?? '').trim() !== '' }
    : undefined;
};

/** Console text as text: no control characters, no colours. */
export const plainLog = (serial: string): string =>
  serial
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replaceAll(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78cM])/g, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '');
