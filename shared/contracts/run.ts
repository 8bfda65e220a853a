import { z } from 'zod';
import { diskFormats } from '../formats/facts.ts';
import { Finding } from './finding.ts';

/** Before a step begins, where that is more than its slot: a worker that has room for the image, or scratch space on it. */
export const waitsFor = ['worker', 'scratch'] as const;
export type WaitsFor = (typeof waitsFor)[number];

/** `rejected` is a result (the image is at fault), `failed` an error (we or the installation are). */
export const runStatuses = ['queued', 'running', 'published', 'rejected', 'failed', 'cancelled'] as const;
export const RunStatus = z.enum(runStatuses);
export type RunStatus = z.infer<typeof RunStatus>;

export const Verdict = z.enum(['publish', 'publish-with-warnings', 'reject']);
export type Verdict = z.infer<typeof Verdict>;

/** One layer that admit found in an upload. The outermost comes first, e.g. gz, tar, vmdk. */
export const Layer = z.object({
  kind: z.enum(['gz', 'xz', 'zstd', 'bzip2', 'tar', 'pieces', 'disk']),
  /** For `tar`: the member that is the disk. Guest-controlled text. */
  member: z.string().optional(),
  /** For `tar`: the place of the member's bytes in the layer around it. */
  offset: z.number().optional(),
  size: z.number().optional(),
  /** For `tar`: what the archive's manifest says of the member. */
  digest: z.object({ algorithm: z.enum(['sha1', 'sha256', 'sha512']), hex: z.string() }).optional(),
  /** For `xz`, `zstd` and `pieces`: the bytes that come out of it, by its own word. */
  declared: z.number().optional(),
});
export type Layer = z.infer<typeof Layer>;

/** The disk formats that admit names. Formats that are always refused are here to be named in the refusal. */
const DiskFormat = z.enum(diskFormats);

/** The result of detection: QEMU's driver name, and what the header declares. */
export const DetectedDisk = z.object({
  format: DiskFormat,
  /** e.g. `monolithicSparse`, `streamOptimized`, `fixed`, `dynamic`, `v3`, `gpt`, `mbr`, `hybrid`, `filesystem`. */
  variant: z.string(),
  /** Bytes the guest sees, as the header declares it. */
  virtualSize: z.number(),
  /** Bytes of data that convert may write of it; never more than `virtualSize`. */
  allocatedAtMost: z.number().optional(),
});
export type DetectedDisk = z.infer<typeof DetectedDisk>;

/** The findings of one step, for readers who do not want to wait for the report. */
export type StepResult = { findings: Finding[]; disk?: DetectedDisk | undefined; guest?: GuestFacts | undefined };

/** The result of admit. A failing finding ends the run. */
export type Admission = {
  layers: Layer[];
  /** Undefined when compression hides it (convert detects it then) or when it was refused. */
  disk?: DetectedDisk;
  findings: Finding[];
};

export const ConvertedDisk = z.object({
  format: z.enum(['raw', 'qcow2']),
  /** Bytes of the file. */
  size: z.number(),
  virtualSize: z.number(),
  /** Bytes on disk, holes left out. */
  allocatedSize: z.number(),
  /** Lower-case hex, of the file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ConvertedDisk = z.infer<typeof ConvertedDisk>;

/** The facts that inspect found; every text in it is guest-controlled and capped. */
export const GuestFacts = z.object({
  partitionTable: z.enum(['gpt', 'mbr', 'none', 'other']).optional(),
  firmware: z.array(z.enum(['bios', 'uefi'])).optional(),
  osType: z.string().optional(),
  /** No system was found, but a part that could not be read may hold one: starting the image shows it. */
  mayHoldSystem: z.boolean().optional(),
  osDistro: z.string().optional(),
  osVersion: z.string().optional(),
  osName: z.string().optional(),
  /** Windows: e.g. `ServerStandard`. */
  osEdition: z.string().optional(),
  architecture: z.string().optional(),
  kernels: z.array(z.string()).optional(),
  /** The kernel that the boot loader starts by default; the newest kernel if that is not known. */
  defaultKernel: z.string().optional(),
  bootLoader: z.string().optional(),
  rootFilesystem: z.string().optional(),
  /** The contents of the disk: filesystems, and lvm, luks, raid. */
  storage: z.array(z.string()).optional(),
  initSystem: z.string().optional(),
  cloudInit: z.string().optional(),
  packageFormat: z.string().optional(),
  /** Whether the QEMU guest agent is there. */
  guestAgent: z.boolean().optional(),
  /** Windows: whether Cloudbase-Init is installed. */
  cloudbaseInit: z.boolean().optional(),
  /** Windows: how it reads the hardware clock. */
  hardwareClock: z.enum(['utc', 'local']).optional(),
});
export type GuestFacts = z.infer<typeof GuestFacts>;

/** How the boot check went; its findings are among the others. */
export const Boot = z.object({
  accelerator: z.enum(['kvm', 'tcg']),
  firmware: z.enum(['bios', 'uefi']),
  /** Until cloud-init's report, or until it was given up. */
  seconds: z.number(),
  /** The console's output, as text. */
  serialLog: z.object({ bucket: z.string(), key: z.string() }),
  /** The screen at the end, as PNG. */
  screen: z.object({ bucket: z.string(), key: z.string() }).optional(),
});
export type Boot = z.infer<typeof Boot>;

/** Where the software bill of materials is (CycloneDX, JSON): what the package database says is installed. */
export const SbomReference = z.object({
  bucket: z.string(),
  key: z.string(),
  /** How many it lists. */
  packages: z.number(),
  /** Lower-case hex, of the document. */
  sha256: z.string(),
});
export type SbomReference = z.infer<typeof SbomReference>;

/** The findings about a disk and their verdict, for a disk from any source. */
export const Examination = z.object({
  verdict: Verdict,
  layers: z.array(Layer),
  disk: DetectedDisk.optional(),
  converted: ConvertedDisk.optional(),
  guest: GuestFacts.optional(),
  boot: Boot.optional(),
  findings: z.array(Finding),
  /** Versions of the tools that did the work. */
  tools: z.record(z.string(), z.string()),
});
export type Examination = z.infer<typeof Examination>;

export const Report = Examination.extend({
  schema: z.literal('bootready.report/v1'),
  imageId: z.uuid(),
  runId: z.uuid(),
  upload: z.object({
    /** The place of the uploaded bytes: null for other projects. */
    bucket: z.string().nullable(),
    key: z.string().nullable(),
    etag: z.string().nullable(),
    size: z.number(),
    /** Lower-case hex, of the bytes as they were uploaded; absent when they were not read to their end. */
    sha256: z.string().optional(),
  }),
  /** Absent where no package database is known. */
  sbom: SbomReference.optional(),
});
export type Report = z.infer<typeof Report>;
