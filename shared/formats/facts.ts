/** The facts about a disk format that are known before any file is read. docs/adding/format.md says how to add one. */
type FormatFacts = {
  /** Endings of file names, without the dot. They decide nothing: only the name of an image is made without them. */
  readonly endings: readonly string[];
  /** `disk_format` of the Image API. Absent: such a disk is always refused, or Glance has no word for it. */
  readonly glance?: string;
  /** QEMU's block driver, where it is not the name of the format. */
  readonly driver?: string;
  /** Options of that driver. */
  readonly driverOptions?: Readonly<Record<string, string>>;
  /** The magic may be at the end of the file only, or among other data: a partition table at the start is no contradiction. */
  readonly mayHoldBootSector?: true;
};

/** One row per disk format, in the order that the API lists them. The names are QEMU's. */
const formatFacts = {
  raw: { endings: ['raw', 'img'], glance: 'raw' },
  qcow2: { endings: ['qcow2', 'qcow'], glance: 'qcow2' },
  vmdk: { endings: ['vmdk'], glance: 'vmdk' },
  vpc: {
    endings: ['vhd'],
    glance: 'vhd',
    // A VHD's geometry rounds its size; Hyper-V uses the field of the current size.
    driverOptions: { force_size_calc: 'current_size' },
    mayHoldBootSector: true,
  },
  vhdx: { endings: ['vhdx'], glance: 'vhdx' },
  vdi: { endings: ['vdi'], glance: 'vdi' },
  parallels: { endings: ['hdd', 'hds'], glance: 'ploop' },
  iso: { endings: ['iso'], glance: 'iso', driver: 'raw', mayHoldBootSector: true },
  qed: { endings: [] },
  cowd: { endings: [] },
  sesparse: { endings: [] },
  luks: { endings: [] },
  bochs: { endings: [] },
  cloop: { endings: [] },
  dmg: { endings: [] },
} as const satisfies Readonly<Record<string, FormatFacts>>;

export type DiskFormat = keyof typeof formatFacts;

export const diskFormats = Object.keys(formatFacts) as readonly DiskFormat[];

/** The row of a format, with the fields that only some rows have. */
export function describeFormat(format: DiskFormat): FormatFacts {
  return formatFacts[format];
}

/** The QEMU driver that reads this format. */
export function qemuDriver(format: DiskFormat): string {
  return describeFormat(format).driver ?? format;
}

/** Endings of the wrappers around a disk: compression, archives. */
const wrapperEndings = ['gz', 'xz', 'zst', 'zstd', 'bz2', 'tar', 'ova'];

const endings = new Set([...Object.values(formatFacts).flatMap((facts) => [...facts.endings]), ...wrapperEndings]);

/** A file name without the endings that only say how the image is stored: "debian-12.qcow2.xz" becomes "debian-12". */
export function stripEndings(fileName: string): string {
  for (let name = fileName; ; ) {
    const dot = name.lastIndexOf('.');
    if (dot <= 0 || !endings.has(name.slice(dot + 1).toLowerCase())) return name;
    name = name.slice(0, dot);
  }
}
