/** Why a machine did not reach cloud-init's report, decided from the output on its console. */
export type BootFailure =
  | 'boot-kernel-panic'
  | 'boot-no-root-device'
  | 'boot-no-init'
  | 'boot-emergency-mode'
  | 'boot-passphrase'
  | 'boot-questions'
  | 'boot-loader-stuck'
  | 'boot-no-bootable-device'
  | 'boot-cloud-init-failed'
  | 'boot-cloud-init-silent'
  | 'boot-seed-ignored'
  | 'boot-no-sign-of-life'
  | 'boot-shut-down'
  | 'boot-timeout';

/**
 * The stages of a start, in their order. Each sign shows by itself that the stages before it were passed: on a quiet system it may be the first sign. Sources:
 * OVMF BdsDxe; SeaBIOS src/boot.c; GRUB boot/i386/pc/diskboot.S and kern/main.c; Linux init/main.c and EFI stub; systemd and its initramfs; sysvinit; OpenRC;
 * NixOS stage 2; cloud-init; getty.
 */
const reached = {
  // Entries of the firmware's own, its shell and the network, are no start from the disk.
  loader:
    /BdsDxe: starting Boot[0-9A-Fa-f]{4} "(?!EFI Internal Shell|UEFI (?:PXE|HTTP))|Booting from (?!ROM|Floppy|DVD)|GRUB loading|Welcome to GRUB|GNU GRUB/g,
  kernel: /Linux version|EFI stub: |^\[ *\d+\.\d+\]|^\[ {2}OK {2}\]/gm,
  system:
    /Switching root|<<< NixOS Stage 2 >>>|INIT: version \d|OpenRC \d|^Welcome to (?![^\n]{0,200}(?:nitramfs|dracut|GRUB|emergency mode))|Reached target \S{0,20}(?:Basic System|basic\.target|Multi-User|multi-user|Graphical|graphical|Login|getty)|cloud-init\[\d{1,9}\]/gm,
  // A prompt of getty: the system is up.
  prompt: /^\S{0,200} ?login:(?: |$)/gm,
} as const;
type Stage = keyof typeof reached;
const stages = Object.keys(reached) as Stage[];

type Sign = {
  failure: BootFailure;
  pattern: RegExp;
  /** It is undone by what shows later that the start got as far as this. */
  until?: Stage;
  /** Something may still follow by itself: an end only when the time is over. */
  mayGoOn?: true;
};

/**
 * Ordered by how clearly each sign shows the reason, the clearest first: a panic without a root device counts as a missing root device. Sources: Linux
 * init/do_mounts.c, init/main.c and kernel/panic.c; initramfs-tools init and scripts/local; dracut emergency; mkinitcpio init; genkernel initrd.scripts;
 * mkinitfs; NixOS stage 1; systemd sulogin-shell and firstboot; cloud-init's log format and its final message.
 */
const systemSigns: readonly Sign[] = [
  {
    failure: 'boot-no-root-device',
    until: 'system',
    pattern:
      /VFS: (?:Unable to mount root fs|Cannot open root device)|Gave up waiting for root|ALERT!.{0,200}does not exist|No root device (?:specified|found; exiting|"\S{1,200}" found)|not found -- exiting to \/bin\/sh|Warning: \/dev\/\S{1,200} does not exist|mounting \S{1,200} on \/sysroot failed|mount: mounting .{0,200} on \/root failed|ERROR: Failed to mount '.{0,200}' on real root|Dependency failed for .{0,40}(?:Initrd Root Device|initrd-root-device)|is not a valid root device|Could not find the root block device|An error occurred in stage 1 of the boot process/gi,
  },
  {
    failure: 'boot-no-root-device',
    until: 'system',
    mayGoOn: true,
    // The first message repeats. The others go on without a check of the disk, or without the resume device.
    pattern:
      /dracut-initqueue.{0,200}timeout|Timed out waiting for device .{0,200}, trying to mount|ERROR: device '.{0,200}' not found/gi,
  },
  {
    failure: 'boot-no-init',
    until: 'system',
    pattern:
      /Target filesystem doesn't have requested|No init found\. Try passing init=|No working init found|Requested init \S{1,200} failed|does not seem to be an OS tree|stage 2 init script \(.{0,200}\) not found|\[!!!!!!\] Failed to .{0,100}freezing|systemd\[1\]: Freezing execution|dracut FATAL: /g,
  },
  {
    // systemd gives it up after a while, and goes on without that disk where it can.
    failure: 'boot-passphrase',
    until: 'system',
    mayGoOn: true,
    pattern: /Please unlock disk \S{1,200}|Please enter passphrase for disk|Enter passphrase for \S{1,200}/gi,
  },
  // systemd-firstboot(1), before any of the services that others need.
  { failure: 'boot-questions', until: 'system', pattern: /-- Press any key to proceed --/g },
  // Unless it starts again by itself.
  { failure: 'boot-kernel-panic', until: 'system', pattern: /Kernel panic - not syncing/g },
  {
    failure: 'boot-emergency-mode',
    until: 'prompt',
    pattern:
      /(?:You are in|Welcome to) emergency mode|Entering emergency mode|Give root password for maintenance|Cannot open access to console, the root account is locked/gi,
  },
  {
    // In an initramfs.
    failure: 'boot-emergency-mode',
    until: 'system',
    pattern:
      /\(initramfs\)\s{0,80}$|dropp(?:ing|ed) (?:in)?to (?:a |an )?(?:emergency |recovery )?shell|emergency recovery shell launched/gim,
  },
  {
    failure: 'boot-cloud-init-failed',
    mayGoOn: true,
    pattern:
      /cloud-init\[\d{1,9}\]: .{0,400}(?:Traceback|\[(?:CRITICAL|ERROR)\])|Failed to start .{0,200}cloud-(?:init|config|final)|cloud-init.{0,200}failed at /gi,
  },
  // Its own farewell, which a seed of ours replaces by another.
  { failure: 'boot-seed-ignored', mayGoOn: true, pattern: /Cloud-init v\. \S{1,200} finished at/g },
];

/**
 * Signs before any kernel. After GRUB's complaints its fallbacks may follow, or kernels that print nothing; complaints about fonts and video do not count.
 * Sources: GRUB kern/rescue_reader.c, kern/disk.c, loader/i386/linux.c (since 2.12 with the place in its source); syslinux; systemd-boot boot.c; SeaBIOS
 * src/boot.c; OVMF BdsDxe, and its shell if there is nothing else to start.
 */
const loaderSigns: readonly Sign[] = [
  { failure: 'boot-loader-stuck', until: 'kernel', pattern: /^ *grub(?: rescue)? ?>/gm },
  {
    failure: 'boot-loader-stuck',
    until: 'kernel',
    mayGoOn: true,
    pattern:
      /error: (?:\S{1,200}:\d{1,6}: ?)?(?:no such (?:device|partition|disk)|unknown (?:filesystem|device)|(?:file|disk|symbol) .{0,200} not found|you need to load the kernel first|invalid (?:magic number|signature|arch|file name)|attempt to read or write outside|failure reading sector|premature end of file|out of memory|bad shim signature)|error: .{0,200}prohibited by secure boot|Could not find kernel image|^Error (?:loading|opening|reading|preparing) .{1,200}|No DEFAULT or UI configuration directive|Failed to load (?:COM32 file|ldlinux\.c32)|GRUB loading\.{0,80}\s{0,80}(?![\s\S])/gim,
  },
  {
    failure: 'boot-no-bootable-device',
    until: 'loader',
    pattern:
      /^ *Shell>|No bootable device|Boot failed: not a bootable disk|BdsDxe: (?:No bootable option|failed to (?:load|start) Boot)|MBR.{0,60}no.{0,60}active|Missing operating system|Operating system not found/gim,
  },
];

const cloudInitBegan = /cloud-init\[\d{1,9}\]: Cloud-init v\. \S{1,200} running '/;

function lastIn(text: string, pattern: RegExp): number {
  let last = -1;
  for (const { index } of text.matchAll(pattern)) last = index;
  return last;
}

/** Where each stage was last seen. */
function progressIn(log: string): ReadonlyMap<Stage, number> {
  return new Map(stages.map((stage) => [stage, lastIn(log, reached[stage])]));
}

function holds(log: string, { pattern, until }: Sign, progress: ReadonlyMap<Stage, number>): boolean {
  const at = lastIn(log, pattern);
  if (at < 0) return false;
  return until === undefined || stages.slice(stages.indexOf(until)).every((stage) => (progress.get(stage) ?? -1) < at);
}

function signIn(log: string, progress: ReadonlyMap<Stage, number>, only: (sign: Sign) => boolean): Sign | undefined {
  return [...systemSigns, ...loaderSigns].find((sign) => only(sign) && holds(log, sign, progress));
}

export type BootFacts = {
  /** The machine has switched itself off. */
  ended: boolean;
  /** An inspection has seen cloud-init in the image. */
  cloudInit: boolean;
};

/** `log` is a console log that `plainLog` has cleaned. */
export function explainBoot(log: string, { ended, cloudInit }: BootFacts): BootFailure {
  const progress = progressIn(log);
  const has = (stage: Stage): boolean => (progress.get(stage) ?? -1) >= 0;
  const found = signIn(log, progress, () => true);
  if (found) return found.failure;
  if (ended) return 'boot-shut-down';
  // Its final message would have been found, so cloud-init was still at work.
  if (has('prompt') && cloudInitBegan.test(log)) return 'boot-timeout';
  if (has('prompt')) return cloudInit ? 'boot-seed-ignored' : 'boot-cloud-init-silent';
  return has('kernel') || has('system') ? 'boot-timeout' : 'boot-no-sign-of-life';
}

/** Finds the failure on a console from which no start follows by itself, unless a later sign shows that one did. */
export function deadEndIn(log: string): BootFailure | undefined {
  return signIn(log, progressIn(log), ({ mayGoOn }) => !mayGoOn)?.failure;
}

/** cloud-init has failed, or has had its last word: the system may go on, it will not. */
export function cloudInitIsOver(log: string): 'failed' | 'finished' | undefined {
  const failure = signIn(log, progressIn(log), ({ failure: each }) =>
    /cloud-init-failed|seed-ignored/.test(each),
  )?.failure;
  if (failure === 'boot-seed-ignored') return 'finished';
  return failure && 'failed';
}

export function isAtPrompt(text: string): boolean {
  return lastIn(text, reached.prompt) >= 0;
}
