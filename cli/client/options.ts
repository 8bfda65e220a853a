import { InvalidArgumentError, Option } from 'commander';

/** Options and arguments of several commands. */
export const imageArgument = 'ID, the start of an ID, or name';

export function formatOption(): Option {
  return new Option('--format <format>', 'format of the published image').choices(['raw', 'qcow2', 'keep']);
}
export function policyOption(): Option {
  return new Option('--policy <policy>', 'effect of a failed check inside the image').choices(['enforce', 'warn']);
}

export function bootCheckOption(): Option {
  return new Option('--boot-check <policy>', 'whether to boot the image, and the effect of a failed boot').choices([
    'off',
    'warn',
    'require',
  ]);
}

export function bandwidthOption(): Option {
  return new Option('--bwlimit <rate>', 'maximum bytes per second, e.g. 500K or 10M').argParser(rate);
}

export function timeoutOption(): Option {
  return new Option('--timeout <seconds>', 'reconnect after this many seconds without progress')
    .argParser(wholeNumber(2, 3600))
    .default(60);
}

const least = 16 * 1024;
function rate(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const value = Math.floor(Number(digits) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase()));
  if (value >= least) return value;
  throw new InvalidArgumentError('Give bytes per second, with K, M or G as multiples. The minimum is 16K.');
}

/** Not variadic, which would take the image for one more. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
