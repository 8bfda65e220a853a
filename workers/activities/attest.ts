import type { KeyObject } from 'node:crypto';
import type { ConvertedDisk, Report } from '../../shared/contracts/run.ts';
import { makeKeyId, signEnvelope } from '../../shared/provenance/dsse.ts';
import { payloadType, toStatement } from '../../shared/provenance/statement.ts';
import { provenanceFile } from '../../shared/report/evidence.ts';
import type { evidenceKeeper } from './evidence.ts';

/** Signs the provenance of the image before it is published: if there is a key, no image is published without provenance. */
export async function attest(
  key: KeyObject,
  keep: ReturnType<typeof evidenceKeeper>,
  { report, converted, policy }: { report: Report; converted: ConvertedDisk; policy: string },
): Promise<void> {
  const { sha256, size, format } = converted;
  const statement = toStatement(report, {
    published: { name: `${report.imageId}.${format}`, sha256, size, format },
    policy,
    keyId: makeKeyId(key),
    finishedOn: new Date(),
  });
  const envelope = signEnvelope(payloadType, Buffer.from(JSON.stringify(statement)), key);
  await keep(provenanceFile, 'application/json', Buffer.from(`${JSON.stringify(envelope)}\n`));
}
