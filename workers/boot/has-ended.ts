import { cloudInitIsOver, deadEndIn, isAtPrompt } from './explain.ts';

/**
 * The last words of what will not go on by itself: prompts of programs that wait for a human, a panic that starts nothing again,
 * firmware without any further choice.
 */
const lastWords =
  /(?:^|\n) *(?:grub(?: rescue)? ?>|\(initramfs\)|Shell>|root block device\(.{0,80}\) ::|Please unlock disk \S{1,200}:|Enter passphrase for [^\n]{1,200}:|Enter username:)$|job control turned off\n[^\n]{0,20}#$|\(or press Control-D to continue\):$|Press Enter (?:to continue|for maintenance)\.?$|\*\) to ignore the error and continue$|---\[ end Kernel panic - [^\n]*$|No bootable device\.$|-- Press any key to proceed --$/;

/**
 * How many seconds a console must be silent; a slow machine is silent for longer. After last words for a moment only; after other
 * signs of an end until nothing can be running any more; at a login prompt much longer: cloud-init works beside it, and quietly.
 */
const silence = {
  kvm: { lastWords: 2, sign: 10, login: 60 },
  tcg: { lastWords: 4, sign: 30, login: 180 },
} as const;

const endOfLog = 600;

/** Services that run beside it go on for a while and then fail, including cloud-init's first stage. */
const emergency = /(?:You are in|Welcome to) emergency mode|Entering emergency mode/;

/** systemd reports each service before the system is up. With `quiet` it reports none, or starts when one has failed. */
const showsServices = /Reached target (?:sysinit\.target|System Initialization)/;

/** Messages of a working kernel may follow the prompts of other programs. */
const kernelLine = /\[ *\d+\.\d{6}\] [^\n]*(?:\n|$)/g;

/** GRUB's menu on the screen. A countdown is below it until one of its entries starts. A menu without a countdown waits for a person. */
function menuWaits(log: string): boolean {
  const menu = log.slice(Math.max(0, log.lastIndexOf('keys to select which entry')));
  return (
    menu.startsWith('keys') &&
    !/executed automatically in|Booting `|Booting a command list|Linux version|^\[ *\d/m.test(menu)
  );
}

/** GRUB's first part has loaded the second, which greets in the next moment or never. */
const neverGreets = /GRUB loading\.{0,80}\s{0,80}(?![\s\S])/;

/**
 * Whether waiting on is in vain. Silence alone never is an end: kernels may say nothing, and wait for a device for minutes. A boot loader that complains may go on; at a
 * login prompt cloud-init works beside it, unless it has been seen to fail, or the console shows what was started and does not name it.
 */
export function hasEnded(log: string, silentSeconds: number, accelerator: keyof typeof silence): boolean {
  const enough = silence[accelerator];
  if (silentSeconds < enough.lastWords) return false;
  const end = log.trimEnd().slice(-endOfLog);
  const saidByOthers = log.replaceAll(kernelLine, '').trimEnd().slice(-endOfLog);
  if (lastWords.test(end) || lastWords.test(saidByOthers)) return true;
  const cloudInit = cloudInitIsOver(log);
  if (cloudInit === 'finished') return true;
  if (silentSeconds < enough.sign) return false;
  if (menuWaits(end)) return true;
  if (deadEndIn(log) && !isAtPrompt(saidByOthers)) return true;
  if (emergency.test(log)) return true;
  if (silentSeconds >= enough.login && neverGreets.test(end)) return true;
  if (!isAtPrompt(saidByOthers)) return false;
  const unnamed = showsServices.test(log) && !/cloud-(?:init|config|final)/i.test(log);
  return unnamed || cloudInit === 'failed' || silentSeconds >= enough.login;
}
