import type { FindingView, ImageDetail } from '../../../shared/contracts/api.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { createRateLimit } from '../../../shared/transfer/rate-limit.ts';
import { describeError, Exit, exitCode, toExitCode } from '../../exit.ts';
import { withStyle } from '../../terminal.ts';
import { connect } from '../api/api-client.ts';
import { interruptible } from '../interrupt.ts';
import { exitCodeOfRun, followRun } from '../look/follow.ts';
import { toState } from '../look/state-text.ts';
import { printResult, tell } from '../output.ts';
import { table } from '../table.ts';
import { readWanted, send, type UploadOptions, type Wanted } from './send-upload.ts';

/** The result of one file; `code` is the exit code that the command would have for this file alone. */
type Outcome = { file: string; name: string; code: number } & (
  | { image: ImageDetail }
  | { refusals: FindingView[] }
  | { error: ReturnType<typeof describeError> }
);

/**
 * Sends several files one after the other, because parallel uploads would not be faster. Then follows their runs. A failed file stops no other. The summary
 * shows the result of each file, and the exit code is the worst of them.
 */
export function uploadMany(fileNames: string[], options: UploadOptions): Promise<void> {
  if (options.name !== undefined) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: '--name cannot be used with several files.',
      remedy: 'Remove --name: each image is named like its file. "bootready rename" changes the name.',
    });
  }
  const all = fileNames.map((fileName) => readWanted(fileName, options));
  const shared = options.bwlimit ? { ...options, limit: createRateLimit(options.bwlimit) } : options;
  return interruptible(
    async (signal) => {
      const api = await connect(signal);
      const outcomes = new Map<Wanted, Outcome>();
      const sent: { wanted: Wanted; imageId: string; forget: () => Promise<void> }[] = [];
      const attempt = async (wanted: Wanted, work: () => Promise<void>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          signal.throwIfAborted();
          if (!isBootreadyError(error) || error.code === 'unauthenticated') throw error;
          tell(`${wanted.fileName}: ${error.message}`, options);
          outcomes.set(wanted, { ...nameFile(wanted), error: describeError(error), code: toExitCode(error) });
        }
      };
      for (const wanted of all) {
        await attempt(wanted, async () => {
          const result = await send(api, wanted, shared, signal);
          if ('imageId' in result) sent.push({ wanted, ...result });
          else outcomes.set(wanted, { ...nameFile(wanted), ...result, code: exitCode.rejected });
        });
      }
      for (const { wanted, imageId } of sent) {
        await attempt(wanted, async () => {
          if (options.wait) tell(`${wanted.name}:`, options);
          const image = options.wait ? await followRun(api, imageId, options, signal) : await api.image(imageId);
          outcomes.set(wanted, {
            ...nameFile(wanted),
            image,
            code: options.wait ? exitCodeOfRun(image) : exitCode.done,
          });
        });
      }
      for (const { forget } of sent) await forget();
      const results = all.flatMap((wanted) => outcomes.get(wanted) ?? []);
      printResult({ uploads: results }, () => table(['FILE', 'IMAGE', 'RESULT', 'ID'], results.map(row)), options);
      const worst = Math.max(...results.map(({ code }) => code));
      if (worst !== exitCode.done) throw new Exit(worst);
    },
    () => tell('Interrupted; the same command sends the remaining files and follows all of them.', options),
  );
}

function nameFile({ fileName, name }: Wanted) {
  return { file: fileName, name };
}

function row(outcome: Outcome) {
  const [result, id] =
    'image' in outcome
      ? [toState(outcome.image), outcome.image.id]
      : [withStyle('bad', 'error' in outcome ? outcome.error.message : 'refused before the upload'), '-'];
  return [outcome.file, outcome.name, result, id];
}
