import { writeFile } from 'node:fs/promises';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';

/** The envelope as it is, to be kept beside the image. */
export async function showProvenance(word: string, options: OutputOptions & { output?: string }): Promise<void> {
  const api = await connect();
  const text = (await api.provenance(await findImageId(api, word, 'usable'))).toString();
  if (!options.output) {
    process.stdout.write(text);
    return;
  }
  await writeFile(options.output, text);
  tell(`The provenance is in ${options.output}; "bootready verify" checks it.`, options);
}

export async function showKeys(options: OutputOptions): Promise<void> {
  const { keys } = await (await connect()).provenanceKeys();
  if (keys.length === 0) tell('This installation does not sign provenance: it has no PROVENANCE_KEY.', options);
  printResult({ keys }, () => keys.flatMap(({ pem }) => pem.trimEnd().split('\n')), options);
}
