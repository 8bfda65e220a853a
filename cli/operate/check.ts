import { mkdir, mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withSecretFiles } from '../../adapters/environment.ts';
import type { Language } from '../../shared/checks/define.ts';
import { Environment, loadConfig } from '../../shared/config.ts';
import type { CheckReport } from '../../shared/contracts/check.ts';
import type { Policy, TargetFormat } from '../../shared/contracts/image.ts';
import { packagesIn } from '../../shared/sbom/cyclonedx.ts';
import { removeTree } from '../../workers/tools/remove-tree.ts';
import { interruptible } from '../client/interrupt.ts';
import { type OutputOptions, printResult, tell } from '../client/output.ts';
import { Exit, exitCode } from '../exit.ts';
import { hasStatusLine, showStatus, tellLine } from '../terminal.ts';
import { examineFile } from './check-examine.ts';
import { openImageFile } from './check-file.ts';
import { checkLines } from './check-lines.ts';
import { keepOutput, refuseExisting, writeSbom } from './check-output.ts';
import { createCheckProgress } from './check-progress.ts';

export type CheckOptions = OutputOptions & {
  format?: TargetFormat;
  policy?: Policy;
  allowIso?: boolean;
  keepOutput?: string;
  sbom?: string;
  lang: Language;
};

/** The settings of an installation that decide the result; the variables of its servers are not needed. */
const CheckEnvironment = Environment.pick({
  TARGET_FORMAT: true,
  POLICY: true,
  ALLOW_ISO: true,
  MAX_UPLOAD_BYTES: true,
  MAX_VIRTUAL_BYTES: true,
}).extend({ SCRATCH_DIR: Environment.shape.SCRATCH_DIR.unwrap().default('/var/tmp') });

/** Admits, converts and inspects a local file as a worker does, and prints the verdict that it would get. */
export async function check(path: string, options: CheckOptions): Promise<void> {
  const config = loadConfig(withSecretFiles(process.env), CheckEnvironment);
  const policy = options.policy ?? config.POLICY;
  const { keepOutput: output, sbom: sbomPath } = options;
  for (const each of [output, sbomPath]) if (each) await refuseExisting(each);
  const source = await openImageFile(path);
  const silent = { hasStatusLine: () => false, showStatus: () => undefined, tellLine: () => undefined };
  const progress = createCheckProgress(options.json ? silent : { hasStatusLine, showStatus, tellLine });

  const work = async (signal: AbortSignal): Promise<CheckReport> => {
    await mkdir(config.SCRATCH_DIR, { recursive: true });
    const scratchDir = await mkdtemp(join(config.SCRATCH_DIR, 'bootready-check-'));
    try {
      let sbom: CheckReport['sbom'];
      const examination = await examineFile(
        {
          source,
          scratchDir,
          policy,
          target: options.format ?? config.TARGET_FORMAT,
          allowIso: options.allowIso ?? config.ALLOW_ISO,
          maxVirtualBytes: config.MAX_VIRTUAL_BYTES,
          maxUploadBytes: config.MAX_UPLOAD_BYTES,
          language: options.lang,
          onSbom: async (made) => {
            if (!sbomPath) return;
            await writeSbom(sbomPath, made);
            sbom = { file: sbomPath, packages: packagesIn(made) };
          },
        },
        { signal, progress },
      );
      progress.done();
      const { converted } = examination;
      if (output && converted) await keepOutput(join(scratchDir, `disk.${converted.format}`), output, signal);
      return {
        schema: 'bootready.check/v1',
        file: { name: basename(path), size: source.size },
        policy,
        ...examination,
        ...(output && converted ? { output } : {}),
        ...(sbom ? { sbom } : {}),
      };
    } finally {
      progress.stop();
      await source.close();
      await removeTree(scratchDir);
    }
  };
  // An appliance that is being built ends with the process; nobody waits for it any longer.
  const report = await interruptible(work, () => process.exit(exitCode.interrupted));
  if (sbomPath) {
    const { sbom } = report;
    tell(
      sbom
        ? `The bill of materials, with ${sbom.packages} packages, is in ${sbom.file}.`
        : 'The image has no bill of materials: no package database of dpkg, rpm or apk was found.',
      options,
    );
  }
  printResult(report, () => checkLines(report, options.lang), options);
  if (report.verdict === 'reject') throw new Exit(exitCode.rejected);
}
