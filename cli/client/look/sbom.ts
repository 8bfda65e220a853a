import { writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import { sbomFile } from '../../../shared/sbom/cyclonedx.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, tell } from '../output.ts';

/** The software bill of materials of the newest run that has one, as it was made. */
export async function showSbom(word: string, options: OutputOptions & { output?: string }): Promise<void> {
  const api = await connect();
  const image = await api.image(await findImageId(api, word, 'usable'));
  const run = image.runs.find(({ report }) => report?.sbom);
  if (!run) {
    throw new BootreadyError({
      code: 'not-found',
      message: 'This image has no bill of materials.',
      remedy:
        'The inspection makes it from a package database of dpkg, rpm or apk. "bootready report" shows the findings.',
    });
  }
  const text = (await api.evidence(image.id, run.number, sbomFile)).toString();
  if (!options.output) {
    process.stdout.write(text);
    return;
  }
  await writeFile(options.output, text);
  tell(`The bill of materials, with ${run.report?.sbom?.packages} packages, is in ${options.output}.`, options);
}
