import { writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, tell } from '../output.ts';

/** The report of a run, the newest by default, as the installation renders it. */
export async function showReport(
  word: string,
  options: OutputOptions & { run?: number; html?: boolean; output?: string },
): Promise<void> {
  const api = await connect();
  const image = await api.image(await findImageId(api, word, 'usable'));
  const number = options.run ?? image.runs.find(({ report }) => report)?.number;
  if (number === undefined) {
    throw new BootreadyError({
      code: 'not-found',
      message: 'This image has no report yet.',
      remedy: '"bootready watch" follows it until the report is ready.',
    });
  }
  const text = await api.report(image.id, number, options.json ? 'json' : options.html ? 'html' : 'text');
  if (!options.output) {
    process.stdout.write(text);
    return;
  }
  await writeFile(options.output, text);
  tell(`The report is in ${options.output}.`, options);
}
