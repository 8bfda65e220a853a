import { type LoaderEntry, readKeyword } from './entry.ts';

/** extlinux.conf and syslinux.cfg; also what U-Boot reads. Keywords in any case; a menu module (.c32) is no kernel. */
export function parseSyslinuxConfig(lines: readonly string[]): {
  entries: LoaderEntry[];
  chosen: LoaderEntry | undefined;
} {
  const entries: LoaderEntry[] = [];
  let wanted: string | undefined;
  let menuDefault: LoaderEntry | undefined;
  let common = '';
  for (const line of lines) {
    const [keyword, value] = readKeyword(line);
    const entry = entries.at(-1);
    switch (keyword.toLowerCase()) {
      case 'default':
      case 'ontimeout':
        wanted ??= value;
        break;
      case 'label':
        entries.push({ id: value, title: value, kernel: '', initrds: [], commandLine: common });
        break;
      case 'linux':
      case 'kernel':
        if (entry && !/\.c32$/i.test(value)) entry.kernel = value;
        break;
      case 'initrd':
        if (entry) entry.initrds = value.split(',');
        break;
      case 'append':
        if (!entry) common = value;
        else {
          entry.commandLine = value === '-' ? '' : value;
          const [, initrd] = /(?:^|\s)initrd=(\S+)/.exec(value) ?? [];
          if (initrd) entry.initrds = initrd.split(',');
        }
        break;
      case 'menu':
        if (entry && /^default\b/i.test(value)) menuDefault = entry;
    }
  }
  const kernels = entries.filter(({ kernel }) => kernel !== '');
  // A default without a kernel starts the next disk (LOCALBOOT): what the system itself would start is the first kernel.
  const chosen =
    kernels.find((each) => each === menuDefault) ??
    kernels.find(({ id }) => id === wanted?.split(/\s/)[0]) ??
    kernels[0];
  return { entries: kernels, chosen };
}
