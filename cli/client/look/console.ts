import { writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import { printLine } from '../../terminal.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';

/** The console log of the newest boot check, as text: whatever the guest wrote, nothing of it reaches the terminal but letters. */
export async function showConsole(word: string, options: OutputOptions & { screen?: string }): Promise<void> {
  const api = await connect();
  const image = await api.image(await findImageId(api, word, 'usable'));
  const run = image.runs.find(({ report }) => report?.boot);
  if (!run) {
    throw new BootreadyError({
      code: 'not-found',
      message: 'This image has no boot check, so it was never started.',
      remedy: 'Boot checks follow --boot-check (or BOOT_CHECK); images that were rejected earlier are not started.',
    });
  }
  const log = (await api.evidence(image.id, run.number, 'serial.log')).toString();
  if (options.screen) {
    await writeFile(options.screen, await api.evidence(image.id, run.number, 'screen.png'));
    tell(`The screenshot is in ${options.screen}.`, options);
  }
  if (options.json) printResult({ run: run.number, boot: run.report?.boot, log }, () => [], options);
  else for (const line of log.split('\n')) printLine(line);
}
