/** Why a machine did not get as far as cloud-init's report, told from what it wrote to its console. */
export type BootFailure =
  | 'boot-kernel-panic'
  | 'boot-no-root-device'
  | 'boot-no-init'
  | 'boot-emergency-mode'
  | 'boot-loader-stuck'
  | 'boot-no-bootable-device'
  | 'boot-cloud-init-failed'
  | 'boot-cloud-init-silent'
  | 'boot-seed-ignored'
  | 'boot-no-sign-of-life'
  | 'boot-shut-down'
  | 'boot-timeout';

type Sign = { failure: BootFailure; pattern: RegExp };

/**
 * In the order of a boot's end, most telling first: a panic for want of a root device is one of the root device.
 * Sources: Linux init/do_mounts.c, init/main.c and kernel/panic.c; initramfs-tools init and scripts/local; dracut emergency; systemd
 * sulogin-shell; cloud-init's log format and its final message.
 */
const systemSigns: readonly Sign[] = [
  {
    failure: 'boot-no-root-device',
    pattern:
      /VFS: (?:Unable to mount root fs|Cannot open root device)|Gave up waiting for (?:root|suspend\/resume)|ALERT!.{0,200}does not exist|Warning: \/dev\/\S{1,200} does not exist|dracut-initqueue.{0,200}timeout|mounting \S{1,200} on \/sysroot failed|mount: mounting .{0,200} on \/root failed/i,
  },
  {
    failure: 'boot-no-init',
    pattern:
      /Target filesystem doesn't have requested|No init found\. Try passing init=|No working init found|Requested init \S{1,200} failed|does not seem to be an OS tree/,
  },
  { failure: 'boot-kernel-panic', pattern: /Kernel panic - not syncing/ },
  {
    failure: 'boot-emergency-mode',
    pattern:
      /You are in emergency mode|Entering emergency mode|Give root password for maintenance|\(initramfs\)\s{0,80}$|dropping to (?:a )?shell/im,
  },
  {
    failure: 'boot-cloud-init-failed',
    pattern:
      /cloud-init\[\d{1,9}\]: .{0,400}(?:Traceback|\[(?:CRITICAL|ERROR)\])|Failed to start .{0,200}cloud-(?:init|config|final)|cloud-init.{0,200}failed at /i,
  },
  // Its own farewell, which a seed of ours replaces by another.
  { failure: 'boot-seed-ignored', pattern: /Cloud-init v\. \S{1,200} finished at/ },
];

/**
 * Before any kernel. Sources: GRUB boot/i386/pc/diskboot.S (it loads the core, which then greets) and kern/rescue_reader.c; SeaBIOS
 * src/boot.c; OVMF BdsDxe, and its shell where nothing else is to start.
 */
const loaderSigns: readonly Sign[] = [
  {
    failure: 'boot-loader-stuck',
    pattern:
      /^grub(?: rescue)? ?>|error: (?:no such (?:device|partition)|unknown filesystem|file .{0,200} not found)|Press any key to enter the menu|GRUB loading\.{0,80}\s{0,80}(?![\s\S])/im,
  },
  {
    failure: 'boot-no-bootable-device',
    pattern:
      /No bootable device|Boot failed: not a bootable disk|BdsDxe: (?:No bootable option|failed to (?:load|start) Boot)|MBR.{0,60}no.{0,60}active|Missing operating system|Operating system not found/i,
  },
];

/** A kernel speaks, or an init system. */
const system = /Linux version|^\[ *\d+\.\d+\]|^\[ {2}OK {2}\]/m;

/** A prompt of getty: the system is up. */
const loginPrompt = /^\S{0,200} ?login:(?: |$)/m;

export type BootEnd = {
  /** The machine has switched itself off. */
  ended: boolean;
  /** An inspection has seen cloud-init in the image. */
  cloudInit: boolean;
};

/** `log` is a console log that `plainLog` has cleaned. */
export const explainBoot = (log: string, { ended, cloudInit }: BootEnd): BootFailure => {
  const up = system.test(log);
  // Firmware and boot loader complain of what they then do without: their signs count while nothing else has started.
  const found = [...systemSigns, ...(up ? [] : loaderSigns)].find(({ pattern }) => pattern.test(log));
  if (found) return found.failure;
  if (ended) return 'boot-shut-down';
  if (loginPrompt.test(log)) return cloudInit ? 'boot-seed-ignored' : 'boot-cloud-init-silent';
  return up ? 'boot-timeout' : 'boot-no-sign-of-life';
};

/** Where a boot ends for good: nothing more comes, however long one waits. */
const ends: ReadonlySet<BootFailure> = new Set([
  'boot-kernel-panic',
  'boot-no-root-device',
  'boot-no-init',
  'boot-emergency-mode',
  'boot-loader-stuck',
  'boot-no-bootable-device',
]);

/**
 * The last words of what will not go on by itself: prompts of programs that wait for a human, a panic that starts nothing anew,
 * firmware without any further choice, cloud-init's farewell.
 */
const lastWords =
  /(?:^|\n) *(?:grub(?: rescue)? ?>|\(initramfs\)|Shell>)$|job control turned off\n[^\n]{0,20}#$|\(or press Control-D to continue\):$|Press Enter (?:to continue|for maintenance)\.?$|---\[ end Kernel panic - [^\n]*$|No bootable device\.$|Cloud-init v\. \S{1,200} finished at [^\n]*$/;

/**
 * How many seconds a console must be silent; a slow machine is silent for longer. After last words for a moment only; after other
 * signs of an end until nothing can be under way any more; at a login prompt much longer: cloud-init works beside it, and quietly.
 */
const silence = {
  kvm: { lastWords: 2, sign: 10, login: 60 },
  tcg: { lastWords: 4, sign: 30, login: 180 },
} as const;

const endOfLog = 600;

/** What was under way beside it goes on for a while, cloud-init's first stage too, and comes to nothing. */
const emergency = /You are in emergency mode|Entering emergency mode/;

/** systemd tells of each service before the system is up; a quiet one tells of none, or begins when one has failed. */
const showsServices = /Reached target (?:sysinit\.target|System Initialization)/;

/** What a kernel says while it works goes on after the prompts of others. */
const kernelLine = /\[ *\d+\.\d{6}\] [^\n]*(?:\n|$)/g;

/**
 * Whether waiting on is in vain. At a login prompt it is not: cloud-init works beside it. Unless it has been seen to fail, or the console
 * shows what was started and does not name it.
 */
export const hasEnded = (log: string, silentSeconds: number, accelerator: keyof typeof silence): boolean => {
  const enough = silence[accelerator];
  if (silentSeconds < enough.lastWords) return false;
  const end = log.trimEnd().slice(-endOfLog);
  const saidByOthers = log.replaceAll(kernelLine, '').trimEnd().slice(-endOfLog);
  if (lastWords.test(end) || lastWords.test(saidByOthers)) return true;
  if (silentSeconds < enough.sign) return false;
  const signs = { ended: false, cloudInit: true };
  if (ends.has(explainBoot(end, signs)) && !loginPrompt.test(saidByOthers)) return true;
  if (emergency.test(log)) return true;
  if (!loginPrompt.test(saidByOthers)) return false;
  const unnamed = showsServices.test(log) && !/cloud-(?:init|config|final)/i.test(log);
  const failed = explainBoot(log, signs) === 'boot-cloud-init-failed';
  return unnamed || failed || silentSeconds >= enough.login;
};

/** The line that a seed of ours makes cloud-init write, at its port or on the console. */
export type BootReport = { hostname: string; key: boolean; network: boolean };

const longestReport = 4096;

export const parseReport = (text: string, token: string): BootReport | undefined => {
  const mark = `bootready-report ${token} `;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const words = text.slice(at + mark.length, at + mark.length + longestReport);
    const [, hostname, key, network] =
      /^hostname=(\S{0,255}) key=(present|absent) network=([^\r\n]*)/.exec(words) ?? [];
    if (hostname !== undefined) return { hostname, key: key === 'present', network: network?.trim() !== '' };
  }
  return undefined;
};

/** A console has no longer ones; what is printed without an end is cut into these. */
const longestLine = 4096;

/** A line may end with any number of carriage returns; one within it begins it again. */
const withoutReturns = (line: string): string => {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(0, end).replaceAll('\r', '\n');
};

const cut = (line: string): string => {
  if (line.length <= longestLine) return line;
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += longestLine) pieces.push(line.slice(at, at + longestLine));
  return pieces.join('\n');
};

/** Console text as text: no control characters, no colours, no line longer than 4096 characters. */
export const plainLog = (serial: string): string => {
  const lines = serial
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replaceAll(/\x1b(?:\[[0-?]{0,40}[ -/]{0,40}[@-~]|[()][A-Z0-9]|[=>78cM])/g, '')
    .split('\n');
  return lines
    .map((line, index) => (index < lines.length - 1 ? withoutReturns(line) : line.replaceAll('\r', '\n')))
    .join('\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map(cut)
    .join('\n');
};
