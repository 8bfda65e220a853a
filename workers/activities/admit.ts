import type { Admission } from '../../shared/contracts/run.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { diskSource, type PeekLayer } from '../../shared/formats/admit.ts';
import { admitForeign } from '../../shared/formats/admit-foreign.ts';
import { agreesWithQemu } from '../../shared/formats/qemu-info.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { withNbd } from '../tools/nbdkit.ts';
import { qemuImgInfo } from '../tools/qemu-img.ts';
import type { StepControl } from './step.ts';

export type AdmitDeps = { foreign: ForeignDoor; peek: PeekLayer };

export type AdmitInput = {
  source: ByteSource;
  allowIso: boolean;
  maxVirtualBytes: number;
  maxUploadBytes: number;
  scratchDir: string;
};

/** Our own detector first; only what it lets through is shown to QEMU, for the second opinion. */
export const admitUpload = async (
  { foreign, peek }: AdmitDeps,
  { source, scratchDir, ...limits }: AdmitInput,
  { signal, progress }: StepControl,
): Promise<Admission> => {
  const admission = await admitForeign(foreign, source, { ...limits, peek, signal });
  progress(50);
  const { disk } = admission;
  if (!disk) return admission;
  const disagreements = await withNbd(
    diskSource(source, admission.layers),
    scratchDir,
    async (input) => {
      try {
        return agreesWithQemu(disk, await qemuImgInfo(input, disk.format, signal));
      } catch (error) {
        if (!isBootreadyError(error) || error.code !== 'tool-failed') throw error;
        return [qemuRefuses(error.context.stderr)];
      }
    },
    signal,
  );
  return { ...admission, findings: [...admission.findings, ...disagreements] };
};

/** QEMU's own words, without the block tree that it repeats. */
export const qemuRefuses = (stderr: unknown): Admission['findings'][number] => ({
  code: 'qemu-disagrees',
  step: 'admit',
  outcome: 'fail',
  params: { detail: reasonOf(stderr) },
});

export const reasonOf = (stderr: unknown): string =>
  (String(stderr).trim().split('\n').pop() ?? '')
    .replace(/^qemu-img: /, '')
    .replace(/'?json:\{.*\}'?:?\s*/, '')
    .slice(0, 200) || 'no reason given';
