import type { ImageDetail, ImageView } from '../../../shared/contracts/api.ts';
import { Exit, exitCode } from '../../exit.ts';
import { type ApiClient, connect } from '../api/api-client.ts';
import { interruptible } from '../interrupt.ts';
import { exitCodeOfRun, followRun } from '../look/follow.ts';
import { endLines } from '../look/image-text.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { readWanted, type SendProgress, send, type UploadOptions } from './send-upload.ts';

/** Sends one file, continues an earlier upload of it, and follows its run; for several files, see `upload-many.ts`. */
export async function upload(fileNames: string[], options: UploadOptions): Promise<void> {
  const [fileName = '', ...others] = fileNames;
  if (others.length > 0) return (await import('./upload-many.ts')).uploadMany(fileNames, options);
  const wanted = readWanted(fileName, options);
  const progress: SendProgress = {};
  const work = async (signal: AbortSignal): Promise<void> => {
    const api = await connect(signal);
    const sent = await send(api, wanted, options, signal, progress);
    if ('refusals' in sent) {
      printResult({ refused: true, findings: sent.refusals }, () => [], options);
      throw new Exit(exitCode.rejected);
    }
    await sent.forget();
    if (options.wait) await followToTheEnd(api, sent.imageId, options, signal);
    else printSent(await api.image(sent.imageId), options);
  };
  return interruptible(work, () => {
    const { imageId, isSent } = progress;
    if (isSent) tell(`Interrupted; the image is still processed: "bootready watch ${imageId}".`, options);
    else if (imageId) tell('Interrupted; the same command continues the upload.', options);
  });
}

async function followToTheEnd(
  api: ApiClient,
  imageId: string,
  options: OutputOptions,
  signal: AbortSignal,
): Promise<void> {
  const image: ImageDetail = await followRun(api, imageId, options, signal);
  printResult(image, () => endLines(image), options);
  const code = exitCodeOfRun(image);
  if (code !== exitCode.done) throw new Exit(code);
}

function printSent(image: ImageView, options: OutputOptions): void {
  printResult(
    image,
    () => [`${image.name} is uploaded; its ID is ${image.id}.`, `"bootready watch ${image.id}" follows it.`],
    options,
  );
}
