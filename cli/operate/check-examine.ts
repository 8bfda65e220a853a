import { join } from 'node:path';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Language } from '../../shared/checks/define.ts';
import { examine } from '../../shared/checks/examine.ts';
import { toFindingView } from '../../shared/checks/finding-view.ts';
import type { FindingView } from '../../shared/contracts/api.ts';
import type { Policy, TargetFormat } from '../../shared/contracts/image.ts';
import type { Examination } from '../../shared/contracts/run.ts';
import type { Step } from '../../shared/contracts/step.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { buildSbom, type Sbom } from '../../shared/sbom/cyclonedx.ts';
import { admitUpload } from '../../workers/activities/admit.ts';
import { convertUpload } from '../../workers/activities/convert.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { judgeParts } from '../../workers/activities/judge.ts';
import type { StepControl } from '../../workers/activities/step.ts';
import { digest, hash } from '../../workers/bytes/hash.ts';
import { sourceUpload } from '../../workers/bytes/uploads.ts';
import { findCacheDir } from '../../workers/cache-dir.ts';
import { peekLayer } from '../../workers/tools/decompress.ts';

export type Examined = Examination & { findings: FindingView[] };

export type ExamineInput = {
  source: ByteSource;
  target: TargetFormat;
  policy: Policy;
  allowIso: boolean;
  maxVirtualBytes: number;
  maxUploadBytes: number;
  scratchDir: string;
  /** Gets the software bill of materials, once the disk was inspected and has a package database. */
  onSbom?: (sbom: Sbom) => Promise<void>;
  /** The language of the findings' words. */
  language: Language;
};

export type ExamineControl = { signal: AbortSignal; progress: { step(step: Step): StepControl['progress'] } };

/** The steps of a run that need no server. Leaves the converted disk in the scratch folder. */
export async function examineFile(input: ExamineInput, { signal, progress }: ExamineControl): Promise<Examined> {
  const { scratchDir, policy, language } = input;
  const control = (step: Step): StepControl => ({ signal, progress: progress.step(step) });

  const foreign = openForeignDoor();
  const parts = await examine({
    admit: () => admitUpload({ foreign, peek: peekLayer }, input, control('admit')),
    convert: (admission) =>
      convertUpload(
        { foreign, peek: peekLayer, bytes: { hash, digest } },
        { ...input, upload: sourceUpload(input.source), admission },
        control('convert'),
      ),
    inspect: async ({ format, sha256 }) => {
      const disk = { path: join(scratchDir, `disk.${format}`), format, scratchDir };
      const tools = { cacheDir: findCacheDir(process.env), foreign };
      const { packages, ...inspection } = await inspectDisk(tools, disk, control('inspect'));
      const sbom = buildSbom(packages, inspection.guest, { sha256, madeAt: new Date() });
      if (sbom) await input.onSbom?.(sbom);
      return inspection;
    },
  });
  const examination = judgeParts(parts, policy);
  return {
    ...examination,
    findings: examination.findings.map((finding) => toFindingView(finding, language, examination.guest)),
  };
}
