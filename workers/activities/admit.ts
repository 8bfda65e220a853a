import { isUnsafeToServe } from '../../shared/checks/verdict.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { Admission, DetectedDisk } from '../../shared/contracts/run.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { admitForeign } from '../../shared/formats/admit-foreign.ts';
import { diskSource, type PeekLayer } from '../../shared/formats/layers.ts';
import { agreesWithQemu, mayBeProbedAs } from '../../shared/formats/qemu-info.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { findQemuImgReason } from '../tools/complaints.ts';
import { type BlockInput, withNbd } from '../tools/nbdkit.ts';
import { qemuImgInfo, qemuImgProbe } from '../tools/qemu-img.ts';
import type { StepControl } from './step.ts';

export type AdmitDeps = { foreign: ForeignDoor; peek: PeekLayer };

export type AdmitInput = {
  source: ByteSource;
  allowIso: boolean;
  maxVirtualBytes: number;
  maxUploadBytes: number;
  scratchDir: string;
};

/**
 * Our own detector checks the upload first. QEMU then gives a second opinion on everything that the detector accepts. QEMU also probes files that are not
 * disks, because bootready serves some of them unchanged: no tool that probes such a file may mistake it for a disk.
 */
export async function admitUpload(
  { foreign, peek }: AdmitDeps,
  { source, scratchDir, ...limits }: AdmitInput,
  { signal, progress }: StepControl,
): Promise<Admission> {
  const admission = await admitForeign(foreign, source, { ...limits, peek, signal });
  progress(50);
  const { disk, layers } = admission;
  if (isUnsafeToServe(admission.findings)) return admission;
  const showToQemu = <T>(bytes: ByteSource, ask: (input: BlockInput) => Promise<T>) =>
    withNbd(bytes, scratchDir, ask, signal);
  const findings = [...admission.findings];
  if (layers.at(-1)?.kind !== 'disk' || layers.length > 1) {
    findings.push(...(await showToQemu(source, (input) => probe(input, { format: 'raw', variant: '' }, signal))));
  }
  if (disk) {
    findings.push(...(await showToQemu(diskSource(source, layers), (input) => secondOpinion(input, disk, signal))));
  }
  return { ...admission, findings };
}

/** With the format given, QEMU must see the same disk. Without it, QEMU must probe the same format. */
export async function secondOpinion(input: BlockInput, disk: DetectedDisk, signal: AbortSignal): Promise<Finding[]> {
  try {
    const disagreements = agreesWithQemu(disk, await qemuImgInfo(input, disk.format, signal));
    if (disagreements.length > 0) return disagreements;
  } catch (error) {
    if (!isBootreadyError(error) || error.code !== 'tool-failed') throw error;
    return [qemuRefuses(error.context.stderr)];
  }
  return probe(input, disk, signal);
}

async function probe(
  input: BlockInput,
  disk: Pick<DetectedDisk, 'format' | 'variant'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const probed = await qemuImgProbe(input, signal);
  return mayBeProbedAs(disk, probed)
    ? []
    : [{ code: 'hidden-format', step: 'admit', outcome: 'fail', params: { format: probed } }];
}

/** QEMU's own words, without the block tree that it repeats. */
function qemuRefuses(stderr: unknown): Finding {
  return {
    code: 'qemu-disagrees',
    step: 'admit',
    outcome: 'fail',
    params: { detail: findQemuImgReason(stderr) },
  };
}
