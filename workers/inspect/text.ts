/** One line of the guest's text as it may go into a report: no control characters, at most 200 characters. */
export const clean = (text: string): string => configLine(text).slice(0, 200);

/** One line of a configuration file, to be parsed and not shown: tabs are spaces. Kernels take command lines of 4096 characters at most. */
export const configLine = (text: string): string =>
  text
    .replaceAll('\t', ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 4096);

/** `kernel/drivers/block/virtio_blk.ko.xz` is the module `virtio_blk`. */
export const moduleOf = (path: string): string | undefined =>
  /([^/]+)\.ko(?:\.(?:gz|xz|zst|bz2))?$/.exec(path)?.[1]?.replaceAll('-', '_');
