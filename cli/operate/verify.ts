import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { formatMessage } from '../../shared/checks/message.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { readPublicKeys } from '../../shared/provenance/keys.ts';
import { type Verification, verifyProvenance } from '../../shared/provenance/verify.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { Exit } from '../exit.ts';
import { type Line, printJson, printLine, tellLine, withStyle } from '../terminal.ts';

type VerifyOptions = { provenance: string; key: string; json?: boolean };

/** Checks a downloaded image against its provenance, without any network. @throws Exit 1 when the image cannot be trusted */
export async function verifyFile(path: string, { provenance, key, json }: VerifyOptions): Promise<void> {
  const keys = readPublicKeys(await readText(key));
  const text = await readText(provenance);
  const sha256 = await computeHash(path);
  const verification = verifyProvenance(text, sha256, keys);
  if (json) printJson({ file: path, sha256, ...verification });
  else if (verification.trusted) for (const line of describeTrust(path, verification)) printLine(line);
  else {
    tellLine([withStyle('bad', 'Do not trust: '), verification.message]);
    tellLine([withStyle('strong', 'To do: '), verification.remedy]);
  }
  if (!verification.trusted) throw new Exit(1);
}

const counts =
  '{passed, plural, one {# check} other {# checks}} passed, {warned, plural, one {# warning} other {# warnings}}, {unknown} unknown';

function describeTrust(path: string, { statement, keyId }: Extract<Verification, { trusted: true }>): Line[] {
  const { buildDefinition, runDetails } = statement.predicate;
  const [upload] = buildDefinition.resolvedDependencies;
  const checks = runDetails.byproducts.find(({ name }) => name === 'checks')?.annotations;
  const count = (name: string): number => (checks?.[name] as unknown[] | undefined)?.length ?? 0;
  return [
    [withStyle('good', `${path} is the published image.`)],
    `signed by   ${keyId}`,
    `published   ${runDetails.metadata.finishedOn}`,
    `made of     ${upload?.digest ? `an upload with SHA-256 ${upload.digest.sha256}` : 'an upload that was not hashed'}`,
    `verdict     ${String(checks?.verdict ?? 'unknown')}: ${formatMessage(counts, 'en', { passed: count('passed'), warned: count('warned'), unknown: count('unknown') })}`,
    `tools       ${Object.entries(runDetails.builder.version)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
  ];
}

function unreadable(path: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `${path} cannot be read.`,
    remedy: 'Name an existing file that you can read.',
    cause,
  });
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

async function computeHash(path: string): Promise<string> {
  try {
    return await computeSha256(createReadStream(path, { highWaterMark: 1024 ** 2 }));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
