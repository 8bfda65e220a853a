/** One line of the guest's text as it may go into a report: no control characters, at most 200 characters. */
export function clean(text: string): string {
  return configLine(text).slice(0, 200);
}

/** Kernels take command lines of 4096 characters at most. */
const longestLine = 4096;

/** One line of a configuration file, to be parsed and not shown: tabs are spaces. Kernels take command lines of 4096 characters at most. */
export function configLine(text: string): string {
  return text
    .slice(0, 2 * longestLine)
    .replaceAll('\t', ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, longestLine);
}

/** `kernel/drivers/block/virtio_blk.ko.xz` is the module `virtio_blk`. */
export function findModule(path: string): string | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const end = /\.ko(?:\.(?:gz|xz|zst|bz2))?$/.exec(file)?.index;
  return end ? file.slice(0, end).replaceAll('-', '_') : undefined;
}
