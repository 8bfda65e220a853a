import type { Readable } from 'node:stream';
import type { SeccompProfile } from './seccomp/profiles.ts';

export type SandboxLimits = {
  wallSeconds: number;
  cpuSeconds: number;
  /** Address space of each process; 0: no limit, for programs that reserve far more than they use (QEMU's TCG). */
  memoryBytes: number;
  /** What all processes together may really use; `memoryBytes` unless told. One of them must be a limit. */
  residentBytes?: number;
  /** The largest file that may be written. */
  fileBytes: number;
  /** What the writable folders may hold together; a little more than `fileBytes` unless told. */
  folderBytes?: number;
  openFiles?: number;
  /** Processes and threads together. */
  tasks?: number;
};

export type SandboxCommand = {
  command: string;
  args: readonly string[];
  /** What system calls it may make. */
  profile: SeccompProfile;
  /** Path inside to path outside. */
  readOnly?: Readonly<Record<string, string>>;
  /** What it writes there is a stranger's: the host reads it through `output.ts` only. */
  writable?: Readonly<Record<string, string>>;
  /** Device nodes, e.g. `/dev/kvm`. */
  devices?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What another process prints becomes its standard input, and never comes by here: to be given in the same turn in which that was started. */
  from?: Readable;
  /** An open file that becomes its standard output. */
  into?: number;
  limits: SandboxLimits;
  /** How long it takes decides what is said of the image, so it never stands back for another project. */
  keepsTime?: boolean;
  signal?: AbortSignal;
};
