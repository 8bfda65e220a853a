/** One line of the guest's text as it may go into a report: no control characters, at most 200 characters. */
export const clean = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 200);

/** `kernel/drivers/block/virtio_blk.ko.xz` is the module `virtio_blk`. */
export const moduleOf = (path: string): string | undefined =>
  /([^/]+)\.ko(?:\.(?:gz|xz|zst|bz2))?$/.exec(path)?.[1]?.replaceAll('-', '_');
