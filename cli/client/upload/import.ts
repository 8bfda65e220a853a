import { Checksum, SourceUrl } from '../../../shared/contracts/download.ts';
import { ImageName } from '../../../shared/contracts/image.ts';
import { Exit, exitCode } from '../../exit.ts';
import { connect } from '../api/api-client.ts';
import { type SettingOptions, type SnapshotOptions, toSettings, toSnapshot } from '../change/change.ts';
import { interruptible } from '../interrupt.ts';
import { exitCodeOfRun, followRun } from '../look/follow.ts';
import { endLines } from '../look/image-text.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { validOption } from '../valid-option.ts';

export type ImportOptions = OutputOptions &
  SettingOptions &
  SnapshotOptions & { name: string; checksum?: string; wait: boolean };

/** Lets the installation fetch an image from a URL, and follows it. */
export function importImage(address: string, options: ImportOptions): Promise<void> {
  const url = validOption('The URL', SourceUrl, address);
  const name = validOption('--name', ImageName, options.name);
  const checksum = options.checksum === undefined ? undefined : validOption('--checksum', Checksum, options.checksum);
  const settings = toSettings(options);
  const snapshot = toSnapshot(options);
  let imageId: string | undefined;
  const work = async (signal: AbortSignal): Promise<void> => {
    const api = await connect(signal);
    const source = { url, ...(checksum ? { checksum } : {}) };
    const { id } = await api.createImage({ name, settings, source, ...(snapshot ? { snapshot } : {}) });
    imageId = id;
    if (!options.wait) {
      printResult(
        await api.image(id),
        () => [`${name} is being downloaded; its ID is ${id}.`, `"bootready watch ${id}" follows it.`],
        options,
      );
      return;
    }
    const image = await followRun(api, id, options, signal);
    printResult(image, () => endLines(image), options);
    const code = exitCodeOfRun(image);
    if (code !== exitCode.done) throw new Exit(code);
  };
  return interruptible(work, () => {
    if (imageId) tell(`Interrupted; the download continues on the server: "bootready watch ${imageId}".`, options);
  });
}
