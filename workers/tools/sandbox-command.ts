import type { Readable } from 'node:stream';
import type { SeccompProfile } from './seccomp/profiles.ts';

export type SandboxLimits = {
  wallSeconds: number;
  cpuSeconds: number;
  /** Address space of each process; 0: no limit, for programs that reserve far more than they use (QEMU's TCG). */
  memoryBytes: number;
  /** The memory that all processes together may really use; by default `memoryBytes`. One of the two must be a limit. */
  residentBytes?: number;
  /** The largest file that may be written. */
  fileBytes: number;
  /** The bytes that the writable folders may hold together; by default a little more than `fileBytes`. */
  folderBytes?: number;
  openFiles?: number;
  /** Processes and threads together. */
  tasks?: number;
};

export type SandboxCommand = {
  command: string;
  args: readonly string[];
  /** The system calls that it may make. */
  profile: SeccompProfile;
  /** Path inside to path outside. */
  readOnly?: Readonly<Record<string, string>>;
  /** Files that it writes there are foreign: the host reads them only through `output.ts`. */
  writable?: Readonly<Record<string, string>>;
  /** Device nodes, e.g. `/dev/kvm`. */
  devices?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /**
   * The output of another process becomes its standard input, without passing through this process. Pass it in the same turn in which that process was started.
   */
  from?: Readable;
  /** An open file that becomes its standard output. */
  into?: number;
  limits: SandboxLimits;
  /** Its running time decides the finding about the image, so it never stands back for another project. */
  keepsTime?: boolean;
  signal?: AbortSignal;
};
